import json
import os
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from engine.service.kinds import DamagedFile
from engine.service.models import Models, NoModel
from engine.service.pictures import NotAPicture, small
from nodes.recognise.recognise import recognise
from tests.service.samples import safetensors


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "models"
    (root / "sd" / "unet").mkdir(parents=True)
    (root / "sd" / "vae").mkdir()
    index = {
        "_class_name": "Pipeline",
        "unet": ["diffusers", "UNet"],
        "vae": ["diffusers", "AutoencoderKL"],
        "checker": [None, None],
        "flag": True,
    }
    (root / "sd" / "model_index.json").write_text(json.dumps(index))
    (root / "sd" / "unet" / "model.safetensors").write_bytes(safetensors({"a": [2, 3], "b": [4]}))
    (root / "sd" / "vae" / "model.safetensors").write_bytes(safetensors({"c": [5]}))
    (root / "more").mkdir()
    (root / "more" / "one.safetensors").write_bytes(safetensors({"w": [10]}, {"author": "somebody"}))
    (root / "old.ckpt").write_bytes(safetensors({"w": [1]}))
    (root / "notes.txt").write_text("no model")
    return root


def test_files_and_folders_are_listed_under_the_names_that_graphs_use(root: Path) -> None:
    found = [(model.name, model.format) for model in Models([root], recognise).list()]
    assert found == [("more/one.safetensors", "safetensors"), ("old.ckpt", "ckpt"), ("sd", "diffusers")]


def test_the_header_of_a_file_is_told(root: Path) -> None:
    detail = Models([root], recognise).describe("more/one.safetensors")
    assert (detail.tensors, detail.parameters, detail.dtypes) == (1, 10, {"F32": 10})
    assert detail.metadata == {"author": "somebody"}


def test_a_folder_is_the_sum_of_its_parts(root: Path) -> None:
    detail = Models([root], recognise).describe("sd")
    assert (detail.tensors, detail.parameters) == (3, 15)
    assert detail.parts == {"": "Pipeline", "unet": "UNet", "vae": "AutoencoderKL"}
    assert detail.size == sum(path.stat().st_size for path in (root / "sd").rglob("*.safetensors"))


def test_what_is_wrong_with_a_file_is_listed_and_told(root: Path) -> None:
    [listed] = [model for model in Models([root], recognise).list() if model.name == "old.ckpt"]
    assert listed.problem.startswith("old.ckpt: expected tensors and plain data")
    with pytest.raises(DamagedFile, match=r"old\.ckpt: expected tensors and plain data"):
        Models([root], recognise).describe("old.ckpt")


def test_of_two_models_with_one_name_the_first_folder_has_it(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "more").mkdir()
    (other / "more" / "one.safetensors").write_bytes(safetensors({"w": [20]}))
    assert Models([root, other], recognise).describe("more/one.safetensors").parameters == 10
    assert Models([other, root], recognise).describe("more/one.safetensors").parameters == 20


@pytest.mark.parametrize(
    "name", ["", "..", "../outside.ckpt", "/etc/passwd", "linked.ckpt", "notes.txt", "more", "a\0b"]
)
def test_only_models_inside_the_folders_are_found(root: Path, name: str) -> None:
    (root.parent / "outside.ckpt").write_bytes(b"outside")
    (root / "linked.ckpt").symlink_to(root.parent / "outside.ckpt")
    with pytest.raises(NoModel):
        Models([root], recognise).describe(name)
    assert "linked.ckpt" not in [model.name for model in Models([root], recognise).list()]


def test_a_link_to_nothing_is_left_out(root: Path) -> None:
    before = Models([root], recognise).list()
    (root / "more" / "gone.safetensors").symlink_to(root / "more" / "nothing.safetensors")
    assert Models([root], recognise).list() == before


def test_a_link_from_one_folder_into_another_is_followed(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (root / "linked.safetensors").symlink_to(other / "far.safetensors")
    (other / "far.safetensors").write_bytes(safetensors({"w": [7]}))
    assert Models([root, other], recognise).describe("linked.safetensors").parameters == 7


@pytest.mark.parametrize("index", ["no json", "[1]", '{"unet": []}', "[" * 100_000])
def test_a_damaged_index_is_told(root: Path, index: str) -> None:
    (root / "sd" / "model_index.json").write_text(index)
    with pytest.raises(DamagedFile, match=r"sd/model_index\.json: expected"):
        Models([root], recognise).describe("sd")


def test_a_tensor_without_a_shape_is_told(root: Path) -> None:
    data = safetensors({"w": [10]}).replace(b'"shape"', b'"shapf"')
    (root / "bad.safetensors").write_bytes(data)
    with pytest.raises(DamagedFile, match="tensor 'w' without dtype, shape"):
        Models([root], recognise).describe("bad.safetensors")


def test_a_picture_beside_a_model_is_its_picture(root: Path) -> None:
    Image.new("RGB", (40, 20), "red").save(root / "more" / "one.preview.png")
    Image.new("RGB", (20, 40), "red").save(root / "sd" / "preview.webp")
    models = Models([root], recognise)
    assert {one.name: bool(one.picture) for one in models.list()} == {
        "more/one.safetensors": True,
        "old.ckpt": False,
        "sd": True,
    }
    assert Image.open(BytesIO(small(models.picture("more/one.safetensors"), 16))).size == (16, 8)
    assert Image.open(BytesIO(small(models.picture("sd"), 16))).size == (8, 16)
    with pytest.raises(NotAPicture, match=r"^old\.ckpt: expected a picture beside the model"):
        models.picture("old.ckpt")


def test_a_picture_outside_of_the_folders_is_not_shown(root: Path, tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "outside.png")
    (root / "old.png").symlink_to(tmp_path / "outside.png")
    with pytest.raises(NotAPicture):
        Models([root], recognise).picture("old.ckpt")


def test_models_of_another_program_are_listed_once_by_their_kind(root: Path, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (root / "checkpoints").symlink_to(root / "more")
    (root / "loras").symlink_to(tmp_path / "disk")
    (tmp_path / "disk" / "two.safetensors").write_bytes(safetensors({"w": [1]}))
    Image.new("RGB", (8, 8)).save(tmp_path / "disk" / "two.png")
    models = Models([tmp_path], recognise)

    listed = {model.name: bool(model.picture) for model in models.list()}
    assert listed.pop("loras/two.safetensors")
    assert listed.keys() == {"checkpoints/one.safetensors", "old.ckpt", "sd"}
    assert models.describe("loras/two.safetensors").tensors == 1


def test_a_folder_of_weights_with_their_config_is_a_model_and_its_shards_are_none(root: Path) -> None:
    (root / "depth").mkdir()
    (root / "depth" / "config.json").write_text("{}")
    for number in (1, 2):
        name = f"diffusion_pytorch_model-0000{number}-of-00002.safetensors"
        (root / "depth" / name).write_bytes(safetensors({f"w{number}": [3]}))
    shards = {
        "weight_map": {f"w{n}": f"diffusion_pytorch_model-0000{n}-of-00002.safetensors" for n in (1, 2)}
    }
    (root / "depth" / "diffusion_pytorch_model.safetensors.index.json").write_text(json.dumps(shards))
    models = Models([root], recognise)

    assert [one.name for one in models.list() if one.name.startswith("depth")] == ["depth"]
    assert models.describe("depth").parameters == 6


def test_a_model_whose_name_is_no_unicode_is_left_out(root: Path) -> None:
    before = [one.name for one in Models([root], recognise).list()]
    Path(os.fsdecode(os.fsencode(root) + b"/\xff.safetensors")).write_bytes(safetensors({"w": [1]}))
    assert [one.name for one in Models([root], recognise).list()] == before
