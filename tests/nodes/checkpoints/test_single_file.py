import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from engine import File, Folder
from nodes.checkpoints import load, single_file, tensors
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.families.stable_diffusion import FAMILY
from nodes.values import VAE, Denoiser, TextEncoder
from tests.nodes.checkpoints import original


class Trap:
    """Would run code if it were unpickled."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return print, ("the trap was sprung",)


@pytest.fixture(scope="session")
def weights(folder: Path) -> dict[str, torch.Tensor]:
    return original.weights(folder)


@pytest.fixture
def checkpoint(tmp_path: Path, weights: dict[str, torch.Tensor]) -> Path:
    save_file({name: value.contiguous() for name, value in weights.items()}, tmp_path / "tiny.safetensors")
    return tmp_path / "tiny.safetensors"


def state_of(handle: Any, *paths: Path) -> dict[str, torch.Tensor]:
    """Weights of the module that a handle builds; digests are the files' names here."""
    return handle.load({path.name: path for path in paths}.__getitem__).state_dict()


@pytest.mark.parametrize("suffix", [".safetensors", ".ckpt"])
@pytest.mark.parametrize("part", ["denoiser", "vae", "text_encoder"])
def test_a_file_gives_the_modules_of_its_folder(
    part: str, suffix: str, checkpoint: Path, folder: Path, weights: dict[str, torch.Tensor]
) -> None:
    path = checkpoint.with_suffix(suffix)
    if suffix == ".ckpt":
        torch.save({"state_dict": weights, "global_step": 7}, path)
    parts = load.from_file(File(path, path.name), Folder(folder, folder.name))

    made = state_of(getattr(parts, part), path, folder)
    expected = state_of(getattr(load.from_folder(Folder(folder, folder.name)), part), folder)
    assert made.keys() == expected.keys()
    assert all(torch.equal(made[name], expected[name]) for name in made)


def test_nothing_is_warned_of_where_nothing_is_lost(
    checkpoint: Path, folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("diffusers"), "propagate", True)
    parts = load.from_file(File(checkpoint, checkpoint.name), Folder(folder, folder.name), dtype="float16")
    for handle in (parts.denoiser, parts.vae, parts.text_encoder):
        state_of(handle, checkpoint, folder)

    assert caplog.messages == []


@pytest.mark.parametrize("suffix", [".safetensors", ".ckpt"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_weights_of_another_precision_are_turned_however_often_the_file_is_opened(
    suffix: str,
    dtype: torch.dtype,
    checkpoint: Path,
    weights: dict[str, torch.Tensor],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tensors, "AT_ONCE", 5000)
    path, counts = checkpoint.with_suffix(suffix), torch.arange(3)
    half = {name: value.half().contiguous() for name, value in weights.items()} | {"counts": counts}
    (save_file if suffix == ".safetensors" else torch.save)(half, path)

    found = tensors.read_tensors(path, dtype=dtype)
    assert found.keys() == half.keys()
    assert torch.equal(found.pop("counts"), counts)
    assert all(torch.equal(value, half[name].to(dtype)) for name, value in found.items())
    assert {value.dtype for value in found.values()} == {dtype}


def test_handles_name_the_file_and_its_configs(checkpoint: Path, folder: Path) -> None:
    parts = load.from_file(File(checkpoint, "abc"), Folder(folder, "def"), "float16")

    assert parts.denoiser == Denoiser("abc", "denoiser", "sd-32-4", "float16", "def")
    assert parts.vae == VAE("abc", "vae", "sd-32-4", "float16", "def", channels=4, factor=2)
    assert parts.text_encoder == TextEncoder("abc", "text_encoder", "sd-32-4", "float16", "def")


def test_the_family_is_inferred_from_the_header(checkpoint: Path) -> None:
    assert load.file_family(checkpoint) == {"F": "sd-32-4"}


def test_a_pickled_file_is_not_read_to_infer_its_family(tmp_path: Path) -> None:
    assert load.file_family(tmp_path / "absent.ckpt") == {}


def test_a_model_for_inpainting_differs_from_its_family_by_its_first_convolution(
    checkpoint: Path, folder: Path, weights: dict[str, torch.Tensor]
) -> None:
    wider = weights | {f"model.diffusion_model.{single_file.FIRST_CONVOLUTION}": torch.zeros((4, 9, 3, 3))}
    save_file({name: value.contiguous() for name, value in wider.items()}, checkpoint)
    parts = load.from_file(File(checkpoint, checkpoint.name), Folder(folder, folder.name))

    assert state_of(parts.denoiser, checkpoint, folder)["conv_in.weight"].shape == (4, 9, 3, 3)


def test_stable_diffusion_1_has_its_configs_built_in() -> None:
    layout = single_file.read_configs(single_file.shipped("sd1", "model.safetensors"), FAMILY)

    assert layout.cells[:3] == ("sd1", 4, 8)
    assert layout.scheduler.name == "PNDMScheduler"


def test_the_built_in_tokenizer_is_clips() -> None:
    """The ids that CLIP's own tokenizer gives this text, as published with Stable Diffusion."""
    tokenizer = single_file.read_tokenizer(single_file.shipped("sd1", "") / "tokenizer")

    ids = tokenizer("a photo of an astronaut riding a horse on mars").input_ids
    assert ids == [49406, 320, 1125, 539, 550, 18376, 6765, 320, 4558, 525, 7496, 49407]


def test_a_family_without_built_in_configs_is_refused(checkpoint: Path) -> None:
    with pytest.raises(CheckpointRefused, match=r"tiny\.safetensors: expected .*\(.*sd1.*\), got sd-32-4"):
        load.from_file(File(checkpoint, ""))


def test_configs_of_another_family_are_refused(checkpoint: Path) -> None:
    with pytest.raises(CheckpointRefused, match="expected configs of family sd-32-4, got sd1"):
        load.from_file(File(checkpoint, ""), Folder(single_file.CONFIGS / "sd1", ""))


def test_a_file_cut_short_is_refused(checkpoint: Path, folder: Path) -> None:
    whole = checkpoint.read_bytes()
    checkpoint.write_bytes(whole[:-1])

    with pytest.raises(CheckpointRefused, match=f"expected {len(whole)} bytes, got {len(whole) - 1} of them"):
        load.from_file(File(checkpoint, ""), Folder(folder, ""))


def test_a_missing_part_is_named(checkpoint: Path, folder: Path, weights: dict[str, torch.Tensor]) -> None:
    kept = {name: value.contiguous() for name, value in weights.items() if not name.startswith("first_stage")}
    save_file(kept, checkpoint)

    with pytest.raises(CheckpointRefused, match="expected a vae"):
        load.from_file(File(checkpoint, ""), Folder(folder, ""))


def test_nothing_in_a_pickled_checkpoint_is_run(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "trap.ckpt"
    torch.save({"state_dict": {"model.diffusion_model.out.2.weight": Trap()}}, path)

    with pytest.raises(CheckpointRefused, match=r"trap\.ckpt: expected tensors and plain data") as caught:
        load.from_file(File(path, ""), Folder(folder, ""))
    assert caught.value.got == "a pickle that asks for builtins.print"
    assert "sprung" not in capsys.readouterr().out


def test_weights_that_do_not_fit_the_configs_are_refused(
    checkpoint: Path, folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    config = other / "unet" / "config.json"
    config.write_text(config.read_text().replace('"layers_per_block": 1', '"layers_per_block": 2'))
    parts = load.from_file(File(checkpoint, checkpoint.name), Folder(other, other.name))

    with pytest.raises(CheckpointRefused, match=r"expected a denoiser as the configs in other say"):
        state_of(parts.denoiser, checkpoint, other)
