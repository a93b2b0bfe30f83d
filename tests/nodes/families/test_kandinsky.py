"""Kandinsky 2.2: text → vector → picture."""

from pathlib import Path
from typing import Any

import pytest
import torch

from engine import Folder, OnDevice
from nodes.checkpoints.image_encoder import from_folder as load_image_encoder
from nodes.diffusion.conditioning_blend import batch, concat
from nodes.diffusion.latent import composite, inpainting_channels, noise
from nodes.diffusion.picture_vector import nothing, vector
from nodes.diffusion.refusal import StepRefused
from nodes.diffusion.scheduler import add_noise, scheduler, start
from nodes.diffusion.vector import vector as told
from nodes.diffusion.widen import widen_by_cells
from nodes.vae import encode as encode_picture
from nodes.values import Conditioning, Embedding, Mask
from tests.nodes.diffusion.sampling import Loaded, Turn, loaded_from
from tests.nodes.families import parity
from tests.nodes.families.parity import NEGATIVE, PROMPT, SCALE, SEED, SIZE, STEPS, assert_same, latents_of
from tests.nodes.families.tiny_kandinsky import WIDTH, save_decoder, save_prior

CELL = (8, 8)
SAME = 1e-5


@pytest.fixture(scope="module")
def prior_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_prior(tmp_path_factory.mktemp("prior"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_decoder(tmp_path_factory.mktemp("decoder"))


@pytest.fixture(scope="module")
def prior(prior_folder: Path) -> Loaded:
    return loaded_from(prior_folder)


@pytest.fixture(scope="module")
def prior_pipeline(prior_folder: Path) -> Any:
    return parity.pipeline_of(prior_folder)


@pytest.fixture(scope="module")
def vectors() -> tuple[torch.Tensor, torch.Tensor]:
    drawn = torch.randn((2, WIDTH), generator=torch.Generator().manual_seed(0))
    return drawn[:1], drawn[1:]


def conditionings(
    vectors: tuple[torch.Tensor, torch.Tensor],
) -> tuple[Conditioning[Any], Conditioning[Any]]:
    wanted, unwanted = vectors
    return told(Embedding(wanted)), told(Embedding(unwanted))


def given(vectors: tuple[torch.Tensor, torch.Tensor]) -> dict[str, Any]:
    wanted, unwanted = vectors
    asked = {"image_embeds": wanted, "negative_image_embeds": unwanted, "guidance_scale": SCALE}
    return asked | {"height": SIZE, "width": SIZE}


def drawn(pipeline: Any, vectors: tuple[torch.Tensor, torch.Tensor], **arguments: Any) -> list[torch.Tensor]:
    return latents_of(pipeline, **given(vectors) | arguments)


def test_the_vector_of_a_text(prior: Loaded, prior_pipeline: Any) -> None:
    given = {"prompt": PROMPT, "guidance_scale": SCALE, "output_type": "pt"}
    steps = latents_of(prior_pipeline, **given)
    generator = torch.Generator().manual_seed(SEED)
    expected = prior_pipeline(**given, num_inference_steps=STEPS, generator=generator)

    texts = (parity.encode(prior.text_encoder, text) for text in (PROMPT, ""))
    turns = parity.sample(prior, *texts, size=CELL)
    assert_same(turns, [one[:, :, None, None] for one in steps])
    assert torch.equal(vector(prior.denoiser, turns[-1].latent).vectors, expected.image_embeds)


def test_the_vector_of_no_picture(prior_folder: Path, prior_pipeline: Any) -> None:
    handle = load_image_encoder(Folder(prior_folder, "prior"))
    encoder = OnDevice(handle, handle.load(lambda _: prior_folder))

    assert torch.equal(nothing(encoder).vectors, prior_pipeline.get_zero_embed())


def test_the_vectors_of_two_texts_at_once(prior: Loaded, prior_pipeline: Any) -> None:
    """As the pipeline draws that of a negative text, too.

    It encodes both texts in one batch, whose last bits differ from those of one text each.
    """
    given = {"prompt": PROMPT, "negative_prompt": NEGATIVE, "guidance_scale": SCALE, "output_type": "pt"}
    expected = latents_of(prior_pipeline, **given)

    positive, negative = parity.texts(prior)
    begin = noise(prior.vae.handle, *CELL, batch=2, seed=SEED)
    run = scheduler(prior.scheduler, steps=STEPS, latent=begin.latent)
    first = Turn(start(run.scheduler, begin.latent), run.state, begin.rng)
    turns = parity.turns(prior, run, first, batch([positive, negative]), negative, SCALE)
    pairs = zip(turns, expected, strict=True)
    assert all(torch.allclose(turn.latent.samples[..., 0, 0], one, atol=SAME) for turn, one in pairs)


def test_text_to_image(loaded: Loaded, pipeline: Any, vectors: tuple[torch.Tensor, torch.Tensor]) -> None:
    turns = parity.sample(loaded, *conditionings(vectors))

    assert_same(turns, drawn(pipeline, vectors))


def test_the_picture(loaded: Loaded, pipeline: Any, vectors: tuple[torch.Tensor, torch.Tensor]) -> None:
    turns = parity.sample(loaded, *conditionings(vectors))
    parity.assert_decoded_same(pipeline, loaded, turns, **given(vectors))


def test_image_to_image(loaded: Loaded, pipeline: Any, vectors: tuple[torch.Tensor, torch.Tensor]) -> None:
    from_picture = parity.another(pipeline, "KandinskyV22Img2ImgPipeline")
    given = {"image": parity.as_tensor(parity.picture()), "strength": 0.7}
    expected = drawn(from_picture, vectors, **given)

    assert_same(parity.from_picture(loaded, *conditionings(vectors), strength=0.7), expected)


def test_inpainting(tmp_path: Path, vectors: tuple[torch.Tensor, torch.Tensor]) -> None:
    folder = save_decoder(tmp_path / "inpainting", inpainting=True)
    loaded, pipeline = loaded_from(folder), parity.pipeline_of(folder)
    hole = hole_of(SIZE)
    given = {"image": parity.as_tensor(parity.picture()) * 2 - 1, "mask_image": hole.pixels.clone()}
    expected = drawn(pipeline, vectors, **given)

    vae = loaded.vae.handle
    wide, picture = widen_by_cells(hole, vae.factor), encode_picture(loaded.vae, parity.picture()).latent
    begin = noise(vae, SIZE, SIZE, seed=SEED)
    run = scheduler(loaded.scheduler, steps=STEPS, latent=begin.latent)

    def kept(turn: Turn) -> Turn:
        outside = add_noise(run.scheduler, turn.state, picture, begin.latent)
        return turn._replace(latent=composite(outside, turn.latent, wide))

    first = Turn(start(run.scheduler, begin.latent), run.state, begin.rng)
    extra = inpainting_channels(picture, wide)
    turns = parity.turns(loaded, run, first, *conditionings(vectors), SCALE, extra, change=kept)
    assert_same(turns, expected)


def hole_of(side: int) -> Mask:
    """A hole that no cell's border keeps to."""
    pixels = torch.zeros((1, side, side))
    pixels[:, side // 4 : side // 2 + 3, side // 3 : side - 7] = 1
    return Mask(pixels)


def test_a_masked_cell_takes_six_neighbours_with_it() -> None:
    pixels = torch.zeros((1, 10, 10))
    pixels[0, 4:6, 4:6] = 1

    cells = widen_by_cells(Mask(pixels), 2).pixels[0, ::2, ::2]
    assert cells.tolist() == [
        [0, 0, 0, 0, 0],
        [0, 1, 1, 0, 0],
        [0, 1, 1, 1, 0],
        [0, 0, 1, 1, 0],
        [0, 0, 0, 0, 0],
    ]


@pytest.mark.parametrize("part", ["prior_folder", "folder"])
def test_saved_and_loaded_again(part: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    place = request.getfixturevalue(part)
    loaded, again = loaded_from(place), loaded_from(parity.saved_again(place, tmp_path / "again"))

    state, kept = loaded.denoiser.model.state_dict(), again.denoiser.model.state_dict()
    assert state.keys() == kept.keys()
    assert all(torch.equal(value, kept[name]) for name, value in state.items())


def test_a_decoder_without_a_vector_is_refused(loaded: Loaded) -> None:
    with pytest.raises(StepRefused, match=r"expected a picture's vector, got none\. Link conditioning\.vect"):
        parity.sample(loaded, None)


def test_noise_of_a_picture_for_a_prior_is_refused(prior: Loaded) -> None:
    with pytest.raises(StepRefused, match=r"one cell, got 8 × 8\. Make the noise 8 pixels wide and high"):
        parity.sample(prior, *parity.texts(prior))


def test_texts_behind_each_other_for_a_prior_are_refused(prior: Loaded) -> None:
    with pytest.raises(
        StepRefused, match=r"expected a text of 77 tokens, got 154\. Leave out conditioning\.concat"
    ):
        parity.sample(prior, concat(*parity.texts(prior)), size=CELL)


def test_a_vector_of_a_model_that_is_no_prior_is_refused(loaded: Loaded) -> None:
    latent = noise(loaded.vae.handle, SIZE, SIZE).latent

    with pytest.raises(StepRefused, match="expected a prior, got UNet2DConditionModel"):
        vector(loaded.denoiser, latent)
