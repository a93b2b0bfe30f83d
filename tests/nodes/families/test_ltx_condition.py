"""LTX-Video from 0.9.5 on: the bytes of diffusers' pipeline that films texts, pictures and films."""

from pathlib import Path
from typing import Any

import pytest
import torch

from nodes.diffusion.frame_rate import frame_rate
from nodes.diffusion.scheduler import scheduler, start
from nodes.vae import encode as encode_picture
from nodes.video.latent import picture_channels, put_frames, video_noise
from nodes.video.vae import encode_video
from tests.nodes.diffusion.sampling import Loaded, loaded_from
from tests.nodes.families import filming, parity
from tests.nodes.families.parity import SEED
from tests.nodes.families.tiny_ltx import FILM, FRAMES, PIXELS, SIZE, assert_same, save


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("ltx"), late=True)


def test_text_to_video(loaded: Loaded, pipeline: Any) -> None:
    turns = filming.film(loaded, *parity.texts(loaded), **FILM)

    assert_same(turns, filming.latents_of(pipeline, **FILM))
    filming.assert_decoded_same(pipeline, loaded, turns, **PIXELS)


def test_another_frame_rate(loaded: Loaded, pipeline: Any) -> None:
    texts = [frame_rate(text, 12) for text in parity.texts(loaded)]

    expected = filming.latents_of(pipeline, frame_rate=12, **FILM)
    assert_same(filming.film(loaded, *texts, **FILM), expected)


@pytest.mark.parametrize("strength", [0.7, 0.34])
def test_video_to_video(strength: float, loaded: Loaded, pipeline: Any) -> None:
    video, generator = filming.a_film(FRAMES, SIZE), torch.Generator().manual_seed(SEED)
    given = {"latents": filming.encoded_by_ltx(pipeline, video, generator), "generator": generator}
    expected = filming.latents_of(pipeline, denoise_strength=strength, **given, **FILM)

    turns = filming.from_film(loaded, video, strength)
    assert len(turns) == int(filming.STEPS * strength)
    assert_same(turns, expected)


def test_at_full_strength_nothing_of_the_film_is_left(loaded: Loaded) -> None:
    video = filming.a_film(FRAMES, SIZE)
    rng = encode_video(loaded.vae, video, seed=SEED).rng

    again = filming.from_film(loaded, video, 1.0)[-1].latent.samples
    free = filming.film(loaded, *parity.texts(loaded), rng=rng, **FILM)[-1].latent.samples
    assert torch.equal(again, free)


def test_a_run_from_a_film_starts_from_as_much_noise_as_its_first_step_takes(loaded: Loaded) -> None:
    """Two of four steps are left out: sigmas are 1, 0.9875, 0.975, 0.725."""
    film = encode_video(loaded.vae, filming.a_film(FRAMES, SIZE), "mode").latent
    drawn = video_noise(loaded.vae.handle, SIZE, SIZE, FRAMES, seed=SEED).latent
    run = scheduler(loaded.scheduler, steps=4, strength=0.5, latent=drawn)

    expected = 0.975 * drawn.samples + 0.025 * film.samples
    torch.testing.assert_close(start(run.scheduler, drawn, film).samples, expected)


def test_image_to_video(loaded: Loaded, pipeline: Any) -> None:
    """The pipeline draws the noise before the picture's sample, and none anew in each turn."""
    image = filming.picture(SIZE)
    given = {"image": filming.as_pillow(image), "image_cond_noise_scale": 0.0}

    drawn = video_noise(loaded.vae.handle, SIZE, SIZE, FRAMES, seed=SEED)
    begin = put_frames(drawn.latent, encode_picture(loaded.vae, image, rng=drawn.rng).latent)
    mask = picture_channels(loaded.vae, image, FRAMES).latent
    turns = filming.film(loaded, *parity.texts(loaded), begin=begin, extra=mask, **FILM)
    assert_same(turns, filming.latents_of(pipeline, **given, **FILM))


def test_in_half_precision(folder: Path) -> None:
    """The pipeline guides in half precision, we in float32 as those of other versions do."""
    loaded, pipeline = loaded_from(folder, "bfloat16"), parity.pipeline_of(folder, dtype=torch.bfloat16)

    last = filming.film(loaded, *parity.texts(loaded), **FILM)[-1].latent.samples.flatten(2).transpose(1, 2)
    expected = filming.latents_of(pipeline, **FILM)[-1]
    assert (last - expected).abs().max() < 0.05 * expected.std()


def test_saved_and_loaded_again(loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    parity.assert_kept(folder, loaded, tmp_path, lambda one: filming.film(one, *parity.texts(one), **FILM))
