"""LTX-Video's nodes give the bytes of diffusers' pipelines, at every step and decoded."""

from pathlib import Path
from typing import Any

import pytest
import torch

from engine.errors import ValueRefused
from nodes.diffusion.conditioning_blend import concat
from nodes.diffusion.frame_rate import frame_rate
from nodes.diffusion.refusal import StepRefused
from nodes.vae import encode as encode_picture
from nodes.values import Latent
from nodes.video.last_noise import decode_video_with_noise
from nodes.video.latent import picture_channels, put_frames, video_noise
from nodes.video.vae import decode_video, encode_video
from tests.nodes.diffusion.sampling import Loaded, loaded_from
from tests.nodes.families import filming, parity
from tests.nodes.families.parity import NEGATIVE, PROMPT, SCALE, SEED
from tests.nodes.families.tiny_ltx import FILM, FRAMES, PIXELS, SIZE, assert_same, save


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("ltx"))


def test_text_to_video(loaded: Loaded, pipeline: Any) -> None:
    turns = filming.film(loaded, *parity.texts(loaded), **FILM)

    assert_same(turns, filming.latents_of(pipeline, **FILM))
    filming.assert_decoded_same(pipeline, loaded, turns, **PIXELS)


def test_another_frame_rate(loaded: Loaded, pipeline: Any) -> None:
    texts = [frame_rate(text, 12) for text in parity.texts(loaded)]

    expected = filming.latents_of(pipeline, frame_rate=12, **FILM)
    assert_same(filming.film(loaded, *texts, **FILM), expected)


def test_texts_of_several_frame_rates_are_refused(loaded: Loaded) -> None:
    slow, fast = (frame_rate(text, rate) for text, rate in zip(parity.texts(loaded), (12, 24), strict=True))

    with pytest.raises(StepRefused, match=r"expected one number of frames a second, got 12, 24\. Give all"):
        filming.film(loaded, slow, fast, **FILM)


def test_texts_of_several_frame_rates_are_refused_however_long_they_are(loaded: Loaded) -> None:
    slow, fast = (frame_rate(text, rate) for text, rate in zip(parity.texts(loaded), (12, 24), strict=True))

    with pytest.raises(StepRefused, match=r"expected one number of frames a second, got 12, 24"):
        filming.film(loaded, concat(slow, slow), fast, **FILM)


@pytest.mark.parametrize("told", [0, 1])
def test_a_frame_rate_that_one_text_is_told_is_that_of_the_film(told: int, loaded: Loaded) -> None:
    texts = parity.texts(loaded)
    all_told = [frame_rate(text, 12) for text in texts]
    expected = filming.film(loaded, *all_told, **FILM)[-1].latent.samples

    one_told = [*texts]
    one_told[told] = all_told[told]
    assert torch.equal(filming.film(loaded, *one_told, **FILM)[-1].latent.samples, expected)


def test_in_half_precision(folder: Path) -> None:
    loaded, pipeline = loaded_from(folder, "bfloat16"), parity.pipeline_of(folder, dtype=torch.bfloat16)

    turns = filming.film(loaded, *parity.texts(loaded), **FILM)
    assert_same(turns, filming.latents_of(pipeline, **FILM))


def test_saved_and_loaded_again(loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    parity.assert_kept(folder, loaded, tmp_path, lambda one: filming.film(one, *parity.texts(one), **FILM))


def test_image_to_video(loaded: Loaded, pipeline: Any) -> None:
    oracle, image = parity.another(pipeline, "LTXImageToVideoPipeline"), filming.picture(SIZE)
    given = {"image": filming.as_pillow(image)}

    encoded = encode_picture(loaded.vae, image, seed=SEED)
    drawn = video_noise(loaded.vae.handle, SIZE, SIZE, FRAMES, rng=encoded.rng)
    begin = put_frames(drawn.latent, encoded.latent)
    mask = picture_channels(loaded.vae, image, FRAMES).latent
    turns = filming.film(loaded, *parity.texts(loaded), begin=begin, extra=mask, **FILM)
    assert_same(turns, filming.latents_of(oracle, **given, **FILM))
    filming.assert_decoded_same(oracle, loaded, turns, **given, **PIXELS)


def test_a_film_is_encoded_as_the_pipeline_encodes_pictures(loaded: Loaded, pipeline: Any) -> None:
    film, generator = filming.a_film(FRAMES, SIZE), torch.Generator().manual_seed(SEED)
    expected = filming.encoded_by_ltx(pipeline, film, generator)

    assert torch.equal(encode_video(loaded.vae, film, seed=SEED).latent.samples, expected)


def test_video_to_video_at_full_strength_is_text_to_video(loaded: Loaded) -> None:
    film = filming.a_film(FRAMES, SIZE)
    rng = encode_video(loaded.vae, film, seed=SEED).rng

    again = filming.from_film(loaded, film, 1.0)[-1].latent.samples
    assert torch.equal(again, filming.film(loaded, *parity.texts(loaded), rng=rng, **FILM)[-1].latent.samples)


def test_a_decoder_that_takes_off_the_last_noise(tmp_path: Path) -> None:
    folder = save(tmp_path, noisy=True)
    loaded = loaded_from(folder)
    expected = parity.pipeline_of(folder)(
        PROMPT,
        negative_prompt=NEGATIVE,
        guidance_scale=SCALE,
        num_inference_steps=filming.STEPS,
        generator=torch.Generator().manual_seed(SEED),
        decode_timestep=0.05,
        decode_noise_scale=0.025,
        output_type="np",
        **PIXELS,
    ).frames

    last = filming.film(loaded, *parity.texts(loaded), **FILM)[-1]
    decoded = decode_video_with_noise(loaded.vae, last.latent, rng=last.rng).video
    assert torch.equal(decoded.frames, torch.from_numpy(expected))
    with pytest.raises(ValueRefused, match=r"vae\.decode_video_with_noise"):
        decode_video(loaded.vae, last.latent)


def test_a_decoder_that_takes_off_no_noise_is_given_none(loaded: Loaded) -> None:
    with pytest.raises(ValueRefused, match=r"vae\.decode_video"):
        decode_video_with_noise(loaded.vae, Latent(torch.zeros(1, 8, 1, 1, 1), "ltx", 32))
