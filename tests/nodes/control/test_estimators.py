import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from engine import Folder
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.control.estimators import depth_estimator, pose_estimator
from tests.nodes.control import tiny_estimators


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_estimators.dpt(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def copy(saved: Path, tmp_path: Path) -> Path:
    return shutil.copytree(saved, tmp_path / "tiny")


def edit(file: Path, change: Callable[[dict[str, Any]], object]) -> None:
    tree = json.loads(file.read_text())
    change(tree)
    file.write_text(json.dumps(tree))


def loaded(folder: Path, dtype: Any = "float32") -> Any:
    return depth_estimator(Folder(folder, "a"), dtype).load(lambda _: folder)


def test_the_module_has_the_saved_weights_and_is_ready_to_be_used(saved: Path) -> None:
    model, weights = loaded(saved), load_file(saved / "model.safetensors")

    assert not model.training
    assert weights.keys() == model.state_dict().keys()
    assert all(torch.equal(weights[name], value) for name, value in model.state_dict().items())


def test_weights_are_kept_in_the_dtype_of_the_handle(saved: Path) -> None:
    assert {value.dtype for value in loaded(saved, "bfloat16").parameters()} == {torch.bfloat16}


def test_loaders_tell_models_of_depth_from_those_of_poses(saved: Path) -> None:
    with pytest.raises(CheckpointRefused, match=r"tiny/config\.json: expected model_type vitpose, got dpt\."):
        pose_estimator(Folder(saved, "a"))


def test_another_kind_of_model_is_refused(copy: Path) -> None:
    edit(copy / "config.json", lambda tree: tree.update(model_type="llama"))

    with pytest.raises(CheckpointRefused, match="expected model_type depth_anything or dpt or zoedepth, got"):
        depth_estimator(Folder(copy, "a"))


@pytest.mark.parametrize(
    "change",
    [
        {"backbone": "someone/backbone"},
        {"backbone_config": {"model_type": "timm_backbone", "backbone": "resnet50"}},
        {"backbone_config": "someone/backbone"},
    ],
)
def test_a_backbone_that_would_be_fetched_is_refused(copy: Path, change: dict[str, Any]) -> None:
    edit(copy / "config.json", lambda tree: tree.update(change))

    with pytest.raises(
        CheckpointRefused, match=r"expected a backbone_config of beit or .* got (someone|timm)"
    ):
        depth_estimator(Folder(copy, "a"))


def test_code_beside_the_weights_is_never_run(copy: Path) -> None:
    (copy / "evil.py").write_text("raise SystemExit('ran')")
    maps = {"AutoConfig": "evil.Config", "AutoModelForDepthEstimation": "evil.Model"}
    edit(copy / "config.json", lambda tree: tree.update(auto_map=maps))
    maps = {"AutoImageProcessor": "evil.Processor"}
    edit(copy / "preprocessor_config.json", lambda tree: tree.update(auto_map=maps))

    assert type(loaded(copy)).__module__.startswith("transformers.")
    assert type(loaded(copy).processor).__module__.startswith("transformers.")


@pytest.mark.parametrize("name", ["config.json", "preprocessor_config.json"])
def test_a_missing_config_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()

    with pytest.raises(CheckpointRefused, match=f"tiny/{name}: expected a file, got none"):
        depth_estimator(Folder(copy, "a"))


def test_weights_that_would_have_to_be_unpickled_are_refused(copy: Path) -> None:
    (copy / "model.safetensors").rename(copy / "pytorch_model.bin")

    with pytest.raises(
        CheckpointRefused, match=r"tiny: expected weights .* got .*pytorch_model\.bin.*save_pretrained"
    ):
        depth_estimator(Folder(copy, "a"))


def test_weights_cut_short_are_refused_before_they_are_loaded(copy: Path) -> None:
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])

    with pytest.raises(CheckpointRefused, match=r"tiny/model\.safetensors: .*cut short"):
        depth_estimator(Folder(copy, "a"))


def test_weights_that_the_config_asks_for_are_never_made_up(copy: Path) -> None:
    weights = load_file(copy / "model.safetensors")
    name = sorted(weights)[0]
    del weights[name]
    save_file(weights, copy / "model.safetensors", {"format": "pt"})

    with pytest.raises(CheckpointRefused, match=f"tiny: expected the weights of .* none for {name}"):
        loaded(copy)


def test_weights_that_are_never_computed_with_may_be_missing(copy: Path) -> None:
    picture, unused = torch.rand(1, 3, 32, 32), "neck.fusion_stage.layers.0.residual_layer1"
    expected = loaded(copy)(picture).predicted_depth
    weights = load_file(copy / "model.safetensors")
    kept = {name: value for name, value in weights.items() if not name.startswith(unused)}
    save_file(kept, copy / "model.safetensors", {"format": "pt"})

    assert len(kept) < len(weights)
    assert torch.equal(loaded(copy)(picture).predicted_depth, expected)


def test_weights_of_other_sizes_are_refused(copy: Path) -> None:
    edit(copy / "config.json", lambda tree: tree.update(fusion_hidden_size=12))

    with pytest.raises(CheckpointRefused, match="tiny: expected the weights of a DPTForDepthEstimation"):
        loaded(copy)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("config.json", {"fusion_hidden_size": "many"}),
        ("config.json", {"hidden_size": 7}),
        ("preprocessor_config.json", {"size": "large"}),
    ],
)
def test_a_config_that_makes_no_sense_is_refused(copy: Path, name: str, change: dict[str, Any]) -> None:
    edit(copy / name, lambda tree: tree.update(change))

    with pytest.raises(CheckpointRefused, match=r"tiny: expected the (weights|configs) of a DPTForDepthEst"):
        loaded(copy)
