from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image as Pillow

from nodes.diffusion.latent import composite, noise
from nodes.diffusion.reference import show
from nodes.diffusion.refusal import StepRefused
from nodes.diffusion.scheduler import add_noise, scheduler, start
from nodes.latent_space import to_vae_space
from nodes.vae import encode as encode_picture
from nodes.values import Image
from tests.nodes.diffusion.sampling import Loaded, Turn, loaded_from
from tests.nodes.families import parity
from tests.nodes.families.parity import PROMPT, SEED, SIZE, STEPS, latents_of
from tests.nodes.families.tiny_flux_2 import save

GIVEN = {"prompt": PROMPT, "height": SIZE, "width": SIZE, "guidance_scale": 4.0}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("flux-2"))


@pytest.fixture(scope="module")
def klein(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("klein"), klein=True)


def expected_of(pipeline: Any, **arguments: Any) -> list[torch.Tensor]:
    return latents_of(pipeline, **GIVEN | arguments)


def assert_same(turns: list[Turn], expected: list[torch.Tensor]) -> None:
    """As the pipelines hold latents: as a row of cells."""
    rows = [turn.latent.samples.flatten(2).transpose(1, 2) for turn in turns]
    assert [torch.equal(ours, theirs) for ours, theirs in zip(rows, expected, strict=True)] == [True] * len(
        turns
    )


def test_text_to_image(loaded: Loaded, pipeline: Any) -> None:
    assert_same(
        parity.sample(loaded, parity.encode(loaded.text_encoder, PROMPT), scale=4.0), expected_of(pipeline)
    )


def test_two_pictures_that_are_no_squares(loaded: Loaded, pipeline: Any) -> None:
    expected = expected_of(pipeline, width=48, num_images_per_prompt=2)

    begin = noise(loaded.vae.handle, 48, SIZE, 2, seed=SEED).latent
    text = parity.texts(loaded)[0]
    assert_same(parity.sample(loaded, text, scale=4.0, begin=begin, size=(48, SIZE)), expected)


def pictures() -> tuple[list[Pillow.Image], list[Image]]:
    """Two pictures of different sizes, as the pipeline and as nodes take them."""
    drawn = [(parity.picture(size).pixels[0] * 255).byte() for size in (64, 96)]
    return [Pillow.fromarray(one.numpy()) for one in drawn], [Image(one[None].float() / 255) for one in drawn]


def test_pictures_to_refer_to(loaded: Loaded, pipeline: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pillow's pictures lie otherwise in memory, which changes the last bits of a convolution."""
    preprocess = pipeline.image_processor.preprocess
    monkeypatch.setattr(
        pipeline.image_processor,
        "preprocess",
        lambda *given, **named: preprocess(*given, **named).contiguous(),
    )
    theirs, ours = pictures()
    expected = expected_of(pipeline, image=theirs)

    text = parity.encode(loaded.text_encoder, PROMPT)
    for one in ours:
        text = show(text, encode_picture(loaded.vae, one, draw="mode").latent)
    assert_same(parity.sample(loaded, text, scale=4.0), expected)


@pytest.mark.parametrize("guidance", [1.0, 4.0])
def test_klein(klein: Path, guidance: float) -> None:
    expected = expected_of(parity.pipeline_of(klein), guidance_scale=guidance)

    loaded = loaded_from(klein)
    texts = [parity.encode(loaded.text_encoder, text) for text in (PROMPT, "")]
    assert_same(parity.sample(loaded, *texts, scale=guidance), expected)


def test_inpainting_with_klein(klein: Path) -> None:
    """The pipeline shows the model the whole picture, too."""
    oracle = parity.another(parity.pipeline_of(klein), "Flux2KleinInpaintPipeline")
    pictures = {"image": parity.as_tensor(parity.picture()), "mask_image": parity.mask().pixels[:, None]}
    expected = expected_of(oracle, **pictures, strength=0.6)

    loaded = loaded_from(klein)
    encoded = encode_picture(loaded.vae, parity.picture(), draw="mode").latent
    drawn = noise(loaded.vae.handle, SIZE, SIZE, seed=SEED)
    run = scheduler(loaded.scheduler, steps=STEPS, strength=0.6, latent=drawn.latent)
    positive, negative = (show(parity.encode(loaded.text_encoder, text), encoded) for text in (PROMPT, ""))

    def kept(turn: Turn) -> Turn:
        outside = add_noise(run.scheduler, turn.state, encoded, drawn.latent)
        return turn._replace(latent=composite(outside, turn.latent, parity.mask()))

    first = Turn(start(run.scheduler, drawn.latent, encoded), run.state, drawn.rng)
    assert_same(parity.turns(loaded, run, first, positive, negative, 4.0, change=kept), expected)


def test_a_text_that_another_language_model_read_is_refused(loaded: Loaded) -> None:
    text = parity.encode(loaded.text_encoder, PROMPT)
    item = text.items[0]
    narrow = replace(text, items=[replace(item, embeds=item.text()[..., :5])])

    with pytest.raises(StepRefused, match="expected texts 48 wide, got 5"):
        parity.sample(loaded, narrow)


def test_saved_and_loaded_again(loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    parity.assert_kept(
        folder, loaded, tmp_path, lambda one: parity.sample(one, parity.texts(one)[0], scale=4.0)
    )


def test_the_picture(loaded: Loaded, pipeline: Any) -> None:
    turns = parity.sample(loaded, parity.texts(loaded)[0], scale=4.0)
    parity.assert_decoded_same(pipeline, loaded, turns, **GIVEN)


def test_a_picture_comes_back_through_both_directions_of_the_latent_space(loaded: Loaded) -> None:
    """The statistics of the VAE's batch norm, by hand."""
    vae: Any = loaded.vae.model
    latent = encode_picture(loaded.vae, parity.picture(), draw="mode").latent

    with torch.no_grad():
        inner = vae.encode(parity.as_tensor(parity.picture()) * 2 - 1).latent_dist.mode()
    patch = inner[0, 0, 2:4, 4:6].flatten()  # row 1, column 2 of the patches
    expected = (patch - vae.bn.running_mean[:4]) / (vae.bn.running_var[:4] + 1e-4).sqrt()
    assert torch.allclose(latent.samples[0, :4, 1, 2], expected, atol=1e-6)
    assert torch.allclose(to_vae_space(vae, latent.samples), inner, atol=1e-5)
