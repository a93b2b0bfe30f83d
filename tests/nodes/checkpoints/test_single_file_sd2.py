"""Stable Diffusion 2 in one file: OpenCLIP's text encoder, and models of velocity or of noise."""

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from engine import File, Folder, OnDevice
from nodes.checkpoints import load, single_file
from tests.nodes.checkpoints import original
from tests.nodes.checkpoints.original_sdxl import as_openclip
from tests.nodes.checkpoints.test_single_file import state_of
from tests.nodes.diffusion import tiny
from tests.nodes.diffusion.sampling import loaded_from
from tests.nodes.families.folders import save_clip
from tests.nodes.families.parity import encode

TEXTS = "cond_stage_model.model."
LAYERS = 24
"""Of OpenCLIP ViT-H/14's text model, of which Stable Diffusion 2 leaves out the last."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    tiny.save(folder, use_linear_projection=True, attention_head_dim=(1, 2))
    for file in (folder / "tokenizer").iterdir():
        file.unlink()
    (folder / "tokenizer").rmdir()
    save_clip(folder / "text_encoder", num_hidden_layers=LAYERS - 1, hidden_act="gelu")
    return folder


@pytest.fixture
def checkpoint(folder: Path, tmp_path: Path) -> Path:
    """The model as released: with the layer that it doesn't use, and CLIP's projection."""
    text = load_file(folder / "text_encoder" / "model.safetensors")
    last = {
        name.replace(f".{LAYERS - 2}.", f".{LAYERS - 1}."): torch.full_like(value, 7)
        for name, value in text.items()
        if f"layers.{LAYERS - 2}." in name
    }
    kept = {name: value for name, value in original.weights(folder).items() if "cond_stage" not in name}
    kept |= {f"{TEXTS}{name}": value for name, value in as_openclip(text | last)}
    kept |= {f"{TEXTS}text_projection": torch.ones(32, 32), f"{TEXTS}logit_scale": torch.ones(())}
    path = tmp_path / "v2.safetensors"
    save_file({name: value.contiguous().clone() for name, value in kept.items()}, path)
    return path


@pytest.mark.parametrize("part", ["denoiser", "vae", "text_encoder"])
def test_a_file_gives_the_modules_of_its_folder(part: str, checkpoint: Path, folder: Path) -> None:
    parts = load.from_file(File(checkpoint, checkpoint.name), Folder(folder, folder.name))

    made = state_of(getattr(parts, part), checkpoint, folder)
    expected = state_of(getattr(load.from_folder(Folder(folder, folder.name)), part), folder)
    assert made.keys() == expected.keys()
    assert all(torch.equal(made[name], expected[name]) for name in made)


def test_its_texts_are_those_of_its_folder(checkpoint: Path, folder: Path) -> None:
    handle = load.from_file(File(checkpoint, checkpoint.name), Folder(folder, folder.name)).text_encoder
    model = handle.load({checkpoint.name: checkpoint, folder.name: folder}.__getitem__)

    made = encode(OnDevice(handle, model), "a fish").items[0].text()
    assert torch.equal(made, encode(loaded_from(folder).text_encoder, "a fish").items[0].text())


def test_the_fused_weights_are_split_as_diffusers_splits_them(checkpoint: Path, folder: Path) -> None:
    from diffusers.loaders.single_file_utils import convert_open_clip_checkpoint

    parts = load.from_file(File(checkpoint, checkpoint.name), Folder(folder, folder.name))
    made = parts.text_encoder.load({checkpoint.name: checkpoint, folder.name: folder}.__getitem__)
    expected = convert_open_clip_checkpoint(made["text_encoder"], load_file(checkpoint), prefix=TEXTS)
    query = "encoder.layers.3.self_attn.q_proj.weight"
    assert torch.equal(made["text_encoder"].state_dict()[query], expected[f"text_model.{query}"])


SHAPES = {
    "model.diffusion_model.input_blocks.0.0.weight": (320, 4, 3, 3),
    "model.diffusion_model.input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight": (1, 1024),
    "model.diffusion_model.out.2.weight": (4, 320, 3, 3),
    "first_stage_model.decoder.conv_in.weight": (1,),
    f"{TEXTS}ln_final.weight": (1,),
}
"""What tells a file of Stable Diffusion 2."""


@pytest.mark.parametrize(
    ("metadata", "marks", "expected"),
    [
        ({}, {}, {"prediction_type": "v_prediction"}),
        ({"modelspec.prediction_type": "epsilon"}, {}, {"prediction_type": "epsilon"}),
        ({"modelspec.prediction_type": "v"}, {}, {"prediction_type": "v_prediction"}),
        (
            {"modelspec.prediction_type": "epsilon"},
            {"v_pred": (0,), "ztsnr": (0,)},
            {"prediction_type": "v_prediction", "rescale_betas_zero_snr": True},
        ),
    ],
)
def test_a_published_file_tells_what_it_predicts(
    metadata: dict[str, str], marks: dict[str, Any], expected: dict[str, Any], tmp_path: Path
) -> None:
    """Without a word it is taken for one of velocity, as the larger models of 768 pixels are."""
    import json

    path = tmp_path / "model.safetensors"
    save_file({name: torch.zeros(shape) for name, shape in (SHAPES | marks).items()}, path, metadata)

    layout = single_file.read_file(path, None)
    assert layout.cells[:3] == ("sd2", 4, 8)
    assert json.loads(layout.scheduler.config).items() >= expected.items()
