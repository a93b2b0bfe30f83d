"""Stable Diffusion XL and its refiner in one file."""

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from engine import File, Folder
from nodes.checkpoints import load, single_file
from tests.nodes.checkpoints import original_sdxl
from tests.nodes.families import tiny_sdxl


@pytest.fixture(scope="module", params=["base", "refiner"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_sdxl.save(tmp_path_factory.mktemp("sdxl"), refiner=request.param == "refiner")


@pytest.fixture
def checkpoint(folder: Path, tmp_path: Path) -> Path:
    path = tmp_path / "whole.safetensors"
    save_file(original_sdxl.weights(folder), path)
    return path


def state_of(handle: Any, *places: Path) -> dict[str, torch.Tensor]:
    paths = {place.name: place for place in places}
    return handle.load(paths.__getitem__).state_dict()


@pytest.mark.parametrize("part", ["denoiser", "vae", "text_encoder"])
def test_a_file_gives_the_modules_of_its_folder(part: str, checkpoint: Path, folder: Path) -> None:
    parts = load.from_file(File(checkpoint, checkpoint.name), Folder(folder, folder.name))

    made = state_of(getattr(parts, part), checkpoint, folder)
    expected = state_of(getattr(load.from_folder(Folder(folder, folder.name)), part), folder)
    assert made.keys() == expected.keys()
    assert all(torch.equal(made[name], expected[name]) for name in made)


@pytest.mark.parametrize(("width", "configs"), [(2048, "sdxl"), (1280, "sdxl-refiner")])
def test_a_published_file_finds_its_own_configs(width: int, configs: str, tmp_path: Path) -> None:
    """A few tensors of its size tell which of the two it is."""
    path, texts = tmp_path / "model.safetensors", int(width == 2048)
    shapes = {
        "model.diffusion_model.label_emb.0.0.weight": (2, 2),
        "model.diffusion_model.input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight": (1, width),
        "model.diffusion_model.input_blocks.0.0.weight": (320, 4, 3, 3),
        "model.diffusion_model.out.2.weight": (4, 320, 3, 3),
        "first_stage_model.decoder.conv_in.weight": (1,),
        f"conditioner.embedders.{texts}.model.ln_final.weight": (1,),
    }
    if texts:
        shapes["conditioner.embedders.0.transformer.text_model.final_layer_norm.weight"] = (1,)
    save_file({name: torch.zeros(shape) for name, shape in shapes.items()}, path)

    assert single_file.configs_of(path, "sdxl").name == configs
    assert single_file.read_file(path, None).cells[:3] == ("sdxl", 4, 8)
