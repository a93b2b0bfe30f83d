from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.transformers.transformer_flux import FluxTransformer2DModel
from diffusers.models.transformers.transformer_sd3 import SD3Transformer2DModel
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

from nodes.checkpoints.pretrained import from_pretrained
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.checkpoints.widened import widened
from tests.nodes.diffusion import tiny
from tests.nodes.families import tiny_flux, tiny_sd3


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[Any, Path]:
    """Class → folder of a tiny model in half precision."""
    root = tmp_path_factory.mktemp("half")
    whole = tiny.save(root / "sd")
    places = {
        UNet2DConditionModel: whole / "unet",
        AutoencoderKL: whole / "vae",
        SD3Transformer2DModel: tiny_sd3.save(root / "sd3") / "transformer",
        FluxTransformer2DModel: tiny_flux.save(root / "flux") / "transformer",
    }
    for cls, place in places.items():
        cls.from_pretrained(place, dtype=torch.float16).save_pretrained(place)
    return places


@pytest.mark.parametrize(
    "cls", [UNet2DConditionModel, AutoencoderKL, SD3Transformer2DModel, FluxTransformer2DModel]
)
def test_it_is_what_the_library_makes_of_the_folder(cls: Any, folders: dict[Any, Path]) -> None:
    made, expected = widened(cls, folders[cls], torch.float32), cls.from_pretrained(folders[cls])
    assert made is not None
    for found, wanted in ((made.state_dict(), expected.state_dict()), *_buffers(made, expected)):
        assert found.keys() == wanted.keys()
        assert all(torch.equal(found[name], one.float()) for name, one in wanted.items())
    assert made.dtype == torch.float32
    assert not made.training
    hidden = "_name_or_path"  # which the library adds
    assert {**made.config, hidden: ""} == {**expected.config, hidden: ""}


def _buffers(made: Any, expected: Any) -> list[tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]]:
    return [(dict(made.named_buffers()), dict(expected.named_buffers()))]


def test_other_precisions_are_left_to_the_library(folders: dict[Any, Path]) -> None:
    place = folders[AutoencoderKL]

    assert widened(AutoencoderKL, place, torch.float16) is None
    assert from_pretrained(AutoencoderKL, place, dtype=torch.float16).dtype == torch.float16


def test_weights_that_do_not_fit_are_left_to_the_library_to_tell(
    folders: dict[Any, Path], tmp_path: Path
) -> None:
    model = AutoencoderKL.from_pretrained(folders[AutoencoderKL], dtype=torch.float16)
    model.save_pretrained(tmp_path)
    config = tmp_path / "config.json"
    config.write_text(config.read_text().replace('"latent_channels": 4', '"latent_channels": 8'))

    with pytest.raises(
        CheckpointRefused, match="expected the weights of a AutoencoderKL, got weights of other"
    ):
        from_pretrained(AutoencoderKL, tmp_path, dtype=torch.float32)
