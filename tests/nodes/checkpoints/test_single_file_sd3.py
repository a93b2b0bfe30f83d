"""Stable Diffusion 3 in one file: transformer, autoencoder and whichever text encoders it includes."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from engine import File, Folder, OnDevice
from nodes.checkpoints import load, single_file
from nodes.checkpoints.classes import model_class
from nodes.checkpoints.refusal import CheckpointRefused
from tests.nodes.checkpoints import original, original_transformers
from tests.nodes.checkpoints.real_widths import T5, G, L, save_texts
from tests.nodes.checkpoints.test_single_file import state_of
from tests.nodes.diffusion.sampling import loaded_from
from tests.nodes.families import parity, tiny_sd3
from tests.nodes.recognise import layouts, writing

Weights = dict[str, torch.Tensor]
PLACES = {
    L: "text_encoders.clip_l.transformer.",
    G: "text_encoders.clip_g.transformer.",
    T5: "text_encoders.t5xxl.transformer.",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tiny_sd3.save(tmp_path_factory.mktemp("models") / "tiny")
    for part in (L, G, T5):
        shutil.rmtree(folder / part)
        shutil.rmtree(folder / part.replace("text_encoder", "tokenizer"))
    save_texts(folder)
    return folder


@pytest.fixture(scope="module")
def weights(folder: Path) -> Weights:
    """The model as released with all of its text encoders."""
    cls: Any = model_class("SD3Transformer2DModel")
    pairs, fused = original_transformers.SD3, original_transformers.SD3_FUSED
    found = original_transformers.renamed(cls.from_pretrained(folder / "transformer"), pairs, fused)
    found = {f"model.diffusion_model.{name}": value for name, value in found.items()}
    vae = load_file(folder / "vae" / "diffusion_pytorch_model.safetensors")
    for name, value in vae.items():
        found[original.named("vae", name, original.TINY)] = original.as_convolution(name, value)
    for part, place in PLACES.items():
        text = load_file(folder / part / "model.safetensors")
        found |= {f"{place}{name}": value for name, value in text.items()}
    return found


def saved(path: Path, weights: Weights, without: tuple[str, ...] = ("nothing",)) -> File:
    kept = {name: one.contiguous().clone() for name, one in weights.items() if not name.startswith(without)}
    save_file(kept, path)
    return File(path, path.name)


@pytest.mark.parametrize("part", ["denoiser", "vae", "text_encoder"])
def test_a_file_gives_the_modules_of_its_folder(
    part: str, weights: Weights, folder: Path, tmp_path: Path
) -> None:
    file = saved(tmp_path / "sd3_medium_incl_clips_t5xxl.safetensors", weights)

    parts = load.from_file(file, Folder(folder, folder.name))
    assert load.file_family(file.path) == {"F": "sd3"}
    made = state_of(getattr(parts, part), file.path, folder)
    expected = state_of(getattr(load.from_folder(Folder(folder, folder.name)), part), folder)
    assert made.keys() == expected.keys()
    assert all(torch.equal(made[name], expected[name]) for name in made)


def test_its_texts_are_those_of_its_folder(weights: Weights, folder: Path, tmp_path: Path) -> None:
    file = saved(tmp_path / "sd3.safetensors", weights)
    handle = load.from_file(file, Folder(folder, folder.name)).text_encoder
    model = handle.load({file.digest: file.path, folder.name: folder}.__getitem__)

    made = parity.encode(OnDevice(handle, model), "a fish").items[0].text()
    assert torch.equal(made, parity.encode(loaded_from(folder).text_encoder, "a fish").items[0].text())


def test_clips_without_t5_need_no_folder(weights: Weights, tmp_path: Path) -> None:
    file = saved(tmp_path / "sd3_medium_incl_clips.safetensors", weights, (PLACES[T5],))

    parts = load.from_file(file)
    assert list(parts.text_encoder.load({file.digest: file.path}.__getitem__)) == [L, G]
    assert parts.vae.channels == 16


def test_t5_without_its_tokenizer_is_refused(weights: Weights, tmp_path: Path) -> None:
    file = saved(tmp_path / "sd3_medium_incl_clips_t5xxl.safetensors", weights)

    with pytest.raises(CheckpointRefused, match=r"expected the tokenizer of T5 .* got none in sd3\."):
        load.from_file(file).text_encoder.load({file.digest: file.path}.__getitem__)


def test_a_file_without_text_encoders_names_their_loader(weights: Weights, tmp_path: Path) -> None:
    file = saved(tmp_path / "sd3_medium.safetensors", weights, tuple(PLACES.values()))

    parts = load.from_file(file)
    assert parts.denoiser.load({file.digest: file.path}.__getitem__).config.num_layers == 2
    with pytest.raises(CheckpointRefused, match=r"got none\. Load them with load\.text_encoders"):
        parts.text_encoder.load({file.digest: file.path}.__getitem__)


def test_a_file_without_its_autoencoder_is_refused(weights: Weights, tmp_path: Path) -> None:
    file = saved(tmp_path / "sd3.safetensors", weights, ("first_stage_model.",))

    with pytest.raises(CheckpointRefused, match=r"expected a vae .* Load its parts with load\.denoiser"):
        load.from_file(file)


@pytest.mark.parametrize(("name", "autoencoder"), [("flux", "vae."), ("sd3.5", "first_stage_model.")])
def test_published_files_have_their_configs_built_in(name: str, autoencoder: str, tmp_path: Path) -> None:
    """FLUX.1 as ComfyUI's users share it in one file, and Stable Diffusion 3.5."""
    family, shapes = {"flux": ("flux", layouts.FLUX_DEV), "sd3.5": ("sd3", layouts.SD35_LARGE)}[name]
    whole = layouts.behind("model.diffusion_model.", shapes) | layouts.behind(autoencoder, layouts.VAE_16)
    path = writing.safetensors(tmp_path / "model.safetensors", whole)

    layout = single_file.read_file(path, None)
    assert layout.cells[:3] == (family, 16, 8)
    assert layout.scheduler.name == "FlowMatchEulerDiscreteScheduler"
