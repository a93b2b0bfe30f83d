"""Variations of a picture, equal to diffusers' pipeline at every step."""

from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image as Pillow

from engine import Folder, OnDevice
from nodes.checkpoints.image_encoder import from_folder as load_image_encoder
from nodes.checkpoints.noising import noising
from nodes.diffusion.latent import noise
from nodes.diffusion.noisy_vector import noisy_vector
from nodes.diffusion.refusal import StepRefused
from nodes.diffusion.scheduler import scheduler, start
from nodes.diffusion.vector import vector as told
from nodes.image.clip import encode_clip
from nodes.vae import decode
from nodes.values import Embedding, Image
from tests.nodes.diffusion import tiny
from tests.nodes.diffusion.sampling import Loaded, Turn, loaded_from
from tests.nodes.families import parity
from tests.nodes.families.parity import NEGATIVE, PROMPT, SCALE, SEED, SIZE, STEPS, assert_same
from tests.nodes.families.tiny_stable_unclip import WIDTH, save

LEVEL = 200


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("stable_unclip"))


def picture() -> Image:
    """Of whole numbers, as the pipeline takes it."""
    drawn = torch.randint(0, 256, (1, 40, 56, 3), generator=torch.Generator().manual_seed(1))
    return Image(drawn.float() / 255)


def varied(folder: Path) -> tuple[Loaded, list[Turn]]:
    loaded, handle = loaded_from(folder), load_image_encoder(Folder(folder, "folder"))
    seen = encode_clip(OnDevice(handle, handle.load(lambda _: folder)), picture()).vector
    schedule = noising(Folder(folder, "folder"))
    found = noisy_vector(loaded.text_encoder, seen, schedule, LEVEL, seed=SEED)
    positive, negative = parity.texts(loaded)
    begin = noise(loaded.vae.handle, SIZE, SIZE, rng=found.rng)
    run = scheduler(loaded.scheduler, steps=STEPS, latent=begin.latent)
    first = Turn(start(run.scheduler, begin.latent), run.state, begin.rng)
    return loaded, parity.turns(loaded, run, first, told(found.vector, positive), negative, SCALE)


def test_variations_of_a_picture(folder: Path) -> None:
    pipeline = parity.pipeline_of(folder)
    pixels = (picture().pixels[0] * 255).round().to(torch.uint8).numpy()
    given: dict[str, Any] = {"image": Pillow.fromarray(pixels), "prompt": PROMPT, "negative_prompt": NEGATIVE}
    given |= {"height": SIZE, "width": SIZE, "noise_level": LEVEL, "guidance_scale": SCALE}
    kept: list[torch.Tensor] = []
    expected = pipeline(
        **given,
        num_inference_steps=STEPS,
        generator=torch.Generator().manual_seed(SEED),
        callback=lambda _, __, latents: kept.append(latents),
        output_type="np",
    ).images

    loaded, turns = varied(folder)
    assert_same(turns, kept)
    assert torch.equal(decode(loaded.vae, turns[-1].latent).pixels, torch.from_numpy(expected))


def test_saved_and_loaded_again(folder: Path, tmp_path: Path) -> None:
    again = parity.saved_again(folder, tmp_path / "again")

    _, before = varied(folder)
    assert_same(varied(again)[1], [turn.latent.samples for turn in before])


def test_a_vector_without_noise_is_refused(folder: Path) -> None:
    loaded = loaded_from(folder)
    positive, negative = parity.texts(loaded)

    with pytest.raises(
        StepRefused, match=r"vectors of 64 numbers, got 32\. Put prior\.noisy_vector in front"
    ):
        parity.sample(loaded, told(Embedding(torch.zeros(1, WIDTH)), positive), negative)


def test_another_models_text_encoders_are_refused(folder: Path, tmp_path: Path) -> None:
    other, schedule = loaded_from(tiny.save(tmp_path / "sd")), noising(Folder(folder, "folder"))

    with pytest.raises(StepRefused, match="expected text encoders with an image_normalizer, got sd"):
        noisy_vector(other.text_encoder, Embedding(torch.zeros(1, WIDTH)), schedule)
