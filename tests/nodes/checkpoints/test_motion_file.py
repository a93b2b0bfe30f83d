"""AnimateDiff's motion modules in single files, as their authors share them."""

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from engine import File, Folder
from nodes.checkpoints.motion_adapter import from_file, from_folder
from nodes.checkpoints.refusal import CheckpointRefused
from tests.nodes.checkpoints.original_transformers import Pairs, substituted
from tests.nodes.checkpoints.test_parts import assert_same, built
from tests.nodes.families.folders import randomise
from tests.nodes.recognise import companions, writing

Weights = dict[str, torch.Tensor]
AUTHORS: Pairs = [
    (r"\.motion_modules\.(\d+)\.", r".motion_modules.\1.temporal_transformer."),
    (r"\.norm1\.", ".norms.0."),
    (r"\.norm2\.", ".norms.1."),
    (r"\.norm3\.", ".ff_norm."),
    (r"\.attn1\.", ".attention_blocks.0."),
    (r"\.attn2\.", ".attention_blocks.1."),
]
FRAMES = 24


def module(*, middle: bool) -> Any:
    """A small motion module with real heads and groups."""
    from diffusers.models.unets.unet_motion_model import MotionAdapter

    torch.manual_seed(0)
    sizes: dict[str, Any] = {"block_out_channels": (32, 64), "motion_max_seq_length": FRAMES}
    return randomise(MotionAdapter(**sizes, use_motion_mid_block=middle)).eval()


def original(model: Any) -> Weights:
    """Weights in the authors' names; each attention has positions of its own."""
    found: Weights = {}
    for name, value in model.state_dict().items():
        if name.endswith("pos_embed.pe"):
            for at in range(2):
                place = name.replace("pos_embed.pe", f"attention_blocks.{at}.pos_encoder.pe")
                found[substituted(place, AUTHORS[:1])] = value
        else:
            found[substituted(name, AUTHORS)] = value
    return {name: value.contiguous().clone() for name, value in found.items()}


@pytest.mark.parametrize("middle", [True, False])
@pytest.mark.parametrize("layout", ["original", "diffusers"])
def test_a_file_gives_the_module_that_it_was_saved_of(layout: str, middle: bool, tmp_path: Path) -> None:
    """The second version has a module in the middle; the first and third have none."""
    path, model = tmp_path / "mm_sd_v15_v2.safetensors", module(middle=middle)
    save_file(original(model) if layout == "original" else dict(model.state_dict()), path)

    made = built(from_file(File(path, path.name)), path)
    assert_same(made, model)
    assert made.config.motion_max_seq_length == FRAMES


def test_half_precision_is_that_of_its_folder(tmp_path: Path) -> None:
    """Positions too, which a module computes itself."""
    path, model = tmp_path / "mm_sd_v15_v2.safetensors", module(middle=True)
    save_file(original(model), path)
    model.save_pretrained(tmp_path / "folder")

    made = built(from_file(File(path, path.name), dtype="float16"), path)
    folder = Folder(tmp_path / "folder", "folder")
    assert_same(made, built(from_folder(folder, dtype="float16"), folder.path))
    assert {value.dtype for value in made.state_dict().values()} == {torch.float16}


@pytest.mark.parametrize("prefix", ["", "module."])
def test_a_pickled_file_is_read_as_plain_data(prefix: str, tmp_path: Path) -> None:
    path, model = tmp_path / "mm_sd_v15.ckpt", module(middle=True)
    weights = {f"{prefix}{name}": value for name, value in original(model).items()}
    torch.save({"state_dict": weights, "global_step": 7}, path)

    assert_same(built(from_file(File(path, path.name)), path), model)


def test_a_module_for_stable_diffusion_xl_is_refused(tmp_path: Path) -> None:
    inside = "motion_modules.0.temporal_transformer.norm.weight"
    shapes = {f"down_blocks.{at}.{inside}": (320,) for at in range(3)}
    path = writing.safetensors(tmp_path / "mm_sdxl_v10_beta.safetensors", shapes)

    with pytest.raises(CheckpointRefused, match=r"expected a motion module for .* 1, got one for XL"):
        from_file(File(path, ""))


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    path = writing.safetensors(tmp_path / "vae.safetensors", companions.VAE)

    with pytest.raises(CheckpointRefused, match="expected a motion module, got vae"):
        from_file(File(path, ""))


def test_weights_that_are_missing_are_named(tmp_path: Path) -> None:
    path, weights = tmp_path / "mm.safetensors", original(module(middle=False))
    del weights["down_blocks.0.motion_modules.0.temporal_transformer.proj_in.weight"]
    save_file(weights, path)

    with pytest.raises(
        CheckpointRefused, match=r"got a file that lacks down_blocks\.0\.motion_modules\.0\.proj"
    ):
        built(from_file(File(path, path.name)), path)
