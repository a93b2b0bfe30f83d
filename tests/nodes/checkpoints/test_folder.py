import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from engine import Folder, Headless
from engine.graph.check import check
from engine.graph.document import Graph
from nodes.checkpoints import load
from nodes.checkpoints.folder import read_folder
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.values import VAE, Denoiser, SchedulerConfig, TextEncoder

UNET_WEIGHTS = "unet/diffusion_pytorch_model.safetensors"


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    """A folder to damage."""
    return shutil.copytree(folder, tmp_path / "tiny")


def edit(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    tree = json.loads(path.read_text())
    change(tree)
    path.write_text(json.dumps(tree))


def built(handle: Any, folder: Path) -> Any:
    return handle.load(lambda _: folder)


def test_handles_name_the_folder_by_its_digest(folder: Path) -> None:
    parts = load.from_folder(Folder(folder, "abc"), "bfloat16")

    assert parts.denoiser == Denoiser("abc", "denoiser", "sd-32-4", "bfloat16")
    assert parts.vae == VAE("abc", "vae", "sd-32-4", "bfloat16", channels=4, factor=2)
    assert parts.text_encoder == TextEncoder("abc", "text_encoder", "sd-32-4", "bfloat16")


def test_the_schedule_is_the_folders(folder: Path) -> None:
    found = load.from_folder(Folder(folder, "")).scheduler

    assert found.name == "PNDMScheduler"
    assert json.loads(found.config)["beta_schedule"] == "scaled_linear"
    assert not [key for key in json.loads(found.config) if key.startswith("_")]


def test_an_early_releases_schedule_is_corrected_as_diffusers_does(copy: Path) -> None:
    config = {"_class_name": "DDIMScheduler", "steps_offset": 0, "clip_sample": True}
    (copy / "scheduler" / "scheduler_config.json").write_text(json.dumps(config))

    expected = SchedulerConfig("DDIMScheduler", '{"clip_sample":false,"steps_offset":1}')
    assert read_folder(copy).scheduler == expected


@pytest.mark.parametrize(
    ("width", "channels", "family"), [(768, 4, "sd1"), (1024, 4, "sd2"), (192, 8, "sd-192-8")]
)
def test_the_family_follows_from_the_texts_width_and_the_latents_channels(
    width: int, channels: int, family: str, copy: Path
) -> None:
    edit(copy / "unet" / "config.json", lambda tree: tree.update(cross_attention_dim=width))
    edit(copy / "vae" / "config.json", lambda tree: tree.update(latent_channels=channels))

    assert load.folder_family(copy) == {"F": family}


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_modules_come_in_eval_mode_and_of_the_dtype_asked_for(dtype: Any, folder: Path) -> None:
    for handle in load.from_folder(Folder(folder, ""), dtype)[:3]:
        module = built(handle, folder)
        assert not module.training
        assert {weight.dtype for weight in module.parameters()} == {getattr(torch, dtype)}


def test_weights_saved_as_a_variant_are_found(copy: Path, folder: Path) -> None:
    weights = copy / UNET_WEIGHTS
    weights.rename(weights.with_name("diffusion_pytorch_model.fp16.safetensors"))
    parts = load.from_folder(Folder(copy, ""))

    expected = built(parts.denoiser, folder).state_dict()
    assert all(
        torch.equal(value, expected[name]) for name, value in built(parts.denoiser, copy).state_dict().items()
    )


def test_weights_in_shards_are_found(copy: Path, folder: Path) -> None:
    parts = load.from_folder(Folder(copy, ""))
    whole = built(parts.denoiser, folder)
    (copy / UNET_WEIGHTS).unlink()
    whole.save_pretrained(copy / "unet", max_shard_size="20KB")

    read_folder(copy)
    made = built(parts.denoiser, copy).state_dict()
    assert all(torch.equal(value, made[name]) for name, value in whole.state_dict().items())


def test_a_missing_shard_is_refused(copy: Path) -> None:
    built(load.from_folder(Folder(copy, "")).denoiser, copy).save_pretrained(
        copy / "unet", max_shard_size="20KB"
    )
    (copy / UNET_WEIGHTS).unlink()
    next((copy / "unet").glob("*-00002-of-*")).unlink()

    with pytest.raises(
        CheckpointRefused, match=r"tiny/unet: expected all \d shards of its weights, got \d of"
    ):
        read_folder(copy)


def test_a_folder_that_holds_no_pipeline_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointRefused, match=r"model_index\.json: expected a file, got none"):
        read_folder(tmp_path)


def test_another_kind_of_pipeline_is_refused(copy: Path) -> None:
    def as_flux(tree: dict[str, Any]) -> None:
        del tree["unet"]
        tree |= {"_class_name": "FluxPipeline"}

    edit(copy / "model_index.json", as_flux)

    with pytest.raises(
        CheckpointRefused,
        match=r"expected a FluxTransformer2DModel as transformer, as in a FluxPipeline, got none",
    ):
        read_folder(copy)


def test_a_missing_part_is_named(copy: Path) -> None:
    (copy / UNET_WEIGHTS).unlink()

    with pytest.raises(CheckpointRefused, match=r"tiny/unet: expected .*, got no weights"):
        read_folder(copy)


def test_weights_that_would_have_to_be_unpickled_are_refused(copy: Path) -> None:
    (copy / UNET_WEIGHTS).rename(copy / "unet" / "diffusion_pytorch_model.bin")

    with pytest.raises(CheckpointRefused, match=r"got diffusion_pytorch_model\.bin\. .*safetensors"):
        read_folder(copy)


def test_a_missing_tokenizer_is_named(copy: Path) -> None:
    shutil.rmtree(copy / "tokenizer")

    with pytest.raises(CheckpointRefused, match=r"tiny/tokenizer: expected tokenizer\.json or vocab\.json"):
        read_folder(copy)


def test_weights_cut_short_are_refused_before_they_are_loaded(copy: Path) -> None:
    weights = copy / "vae" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])

    with pytest.raises(CheckpointRefused, match=r"tiny/vae/diffusion_pytorch_model\.safe.*cut short"):
        read_folder(copy)


def test_a_config_that_is_no_json_is_refused(copy: Path) -> None:
    (copy / "vae" / "config.json").write_text("{")

    with pytest.raises(CheckpointRefused, match=r"tiny/vae/config\.json: expected JSON"):
        read_folder(copy)


def test_a_config_without_what_is_read_of_it_is_refused(copy: Path) -> None:
    edit(copy / "vae" / "config.json", lambda tree: tree.pop("latent_channels"))

    with pytest.raises(
        CheckpointRefused, match=r"tiny/vae/config\.json: expected latent_channels, got no latent"
    ):
        read_folder(copy)


@pytest.mark.parametrize("part", ["unet", "vae", "text_encoder"])
def test_weights_that_the_config_asks_for_are_never_made_up(part: str, copy: Path) -> None:
    file = next((copy / part).glob("*.safetensors"))
    weights = load_file(file)
    weights.pop(sorted(weights)[0])
    save_file(weights, file, {"format": "pt"})
    handle = getattr(load.from_folder(Folder(copy, "")), {"unet": "denoiser"}.get(part, part))

    with pytest.raises(CheckpointRefused, match=f"tiny/{part}: expected the weights"):
        built(handle, copy)


def test_the_folder_that_a_new_instance_has_is_recognised() -> None:
    with Headless(cache=False) as headless:
        graph = Graph.read(b'{"knotwork": 1, "nodes": {"load": {"type": "load.diffusers"}}}')
        assert check(graph, headless.registry, headless.files.resolve, headless.reference) == []
