"""Wan's nodes give the bytes of diffusers' pipelines, at every step and decoded."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from nodes.diffusion.conditioning_blend import concat
from nodes.diffusion.picture_states import picture as told
from nodes.diffusion.refusal import StepRefused
from nodes.values import Image, Video
from nodes.video.latent import picture_channels, put_frames
from nodes.video.vae import encode_video
from tests.nodes.diffusion.sampling import Loaded, loaded_from
from tests.nodes.families import filming, parity
from tests.nodes.families.parity import SEED, assert_same
from tests.nodes.families.tiny_wan import save, save_dense

SIZE, FRAMES = 32, 9
FILM: dict[str, Any] = {"size": SIZE, "frames": FRAMES}


@pytest.fixture(autouse=True)
def without_ftfy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some oracles call ftfy even where it isn't installed; it changes none of these prompts."""
    from diffusers.pipelines.wan import pipeline_wan_i2v, pipeline_wan_video2video

    unchanged = SimpleNamespace(fix_text=lambda text: text)
    for module in (pipeline_wan_i2v, pipeline_wan_video2video):
        monkeypatch.setattr(module, "ftfy", unchanged, raising=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("wan"))


def test_text_to_video(loaded: Loaded, pipeline: Any) -> None:
    turns = filming.film(loaded, *parity.texts(loaded), **FILM)

    assert_same(turns, filming.latents_of(pipeline, **FILM))
    filming.assert_decoded_same(pipeline, loaded, turns, height=SIZE, width=SIZE, num_frames=FRAMES)


def test_video_to_video(loaded: Loaded, pipeline: Any) -> None:
    video = filming.a_film(FRAMES, SIZE)
    expected = filming.latents_from_film(pipeline, "WanVideoToVideoPipeline", video, strength=0.7)

    assert_same(filming.from_film(loaded, video, 0.7, "mode"), expected)


def test_in_half_precision(folder: Path) -> None:
    loaded, pipeline = loaded_from(folder, "bfloat16"), parity.pipeline_of(folder, dtype=torch.bfloat16)

    turns = filming.film(loaded, *parity.texts(loaded), **FILM)
    assert_same(turns, filming.latents_of(pipeline, **FILM))


def test_saved_and_loaded_again(loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    parity.assert_kept(folder, loaded, tmp_path, lambda one: filming.film(one, *parity.texts(one), **FILM))


def test_a_second_transformer_takes_over_where_little_noise_is_left(tmp_path: Path) -> None:
    folder = save(tmp_path, experts=True)
    loaded = loaded_from(folder)

    turns = filming.film(loaded, *parity.texts(loaded), **FILM)
    assert_same(turns, filming.latents_of(parity.pipeline_of(folder), **FILM))


@pytest.mark.parametrize("experts", [False, True], ids=["2.1, which is told what CLIP sees", "2.2"])
def test_image_to_video(experts: bool, tmp_path: Path) -> None:
    folder = save(tmp_path, image=True, experts=experts)
    loaded, image = loaded_from(folder), filming.picture(SIZE)
    expected = filming.latents_of(parity.pipeline_of(folder), image=filming.as_pillow(image), **FILM)

    texts = parity.texts(loaded)
    if not experts:
        states = filming.seen(folder, image).states
        texts = told(texts[0], states), texts[1]
    extra = picture_channels(loaded.vae, image, FRAMES).latent
    assert_same(filming.film(loaded, *texts, extra=extra, **FILM), expected)


def test_texts_behind_each_other_beside_a_picture_are_refused(tmp_path: Path) -> None:
    folder = save(tmp_path, image=True)
    loaded, image = loaded_from(folder), filming.picture(SIZE)
    positive, negative = parity.texts(loaded)
    both = told(concat(positive, negative), filming.seen(folder, image).states)

    with pytest.raises(StepRefused, match=r"expected 512 tokens of a text beside a picture, got 1024\."):
        filming.film(loaded, both, extra=picture_channels(loaded.vae, image, FRAMES).latent, **FILM)


def test_a_film_between_two_pictures(tmp_path: Path) -> None:
    folder = save(tmp_path, image=True, last=True)
    loaded, first, last = loaded_from(folder), filming.picture(SIZE), filming.picture(SIZE, 2)
    images = {"image": filming.as_pillow(first), "last_image": filming.as_pillow(last)}
    expected = filming.latents_of(parity.pipeline_of(folder), **images, **FILM)

    states = filming.seen(folder, Image(torch.cat([first.pixels, last.pixels]))).states
    texts = [told(text, states, ends=True) for text in parity.texts(loaded)]
    extra = picture_channels(loaded.vae, first, FRAMES, last).latent
    assert_same(filming.film(loaded, *texts, extra=extra, **FILM), expected)


def test_the_small_model_of_two_point_two(tmp_path: Path) -> None:
    folder = save_dense(tmp_path)
    loaded = loaded_from(folder)

    turns = filming.film(loaded, *parity.texts(loaded), **FILM)
    pipeline = parity.pipeline_of(folder)
    assert_same(turns, filming.latents_of(pipeline, **FILM))
    filming.assert_decoded_same(pipeline, loaded, turns, height=SIZE, width=SIZE, num_frames=FRAMES)


def test_the_small_model_of_two_point_two_from_a_picture(tmp_path: Path) -> None:
    folder = save_dense(tmp_path, "WanImageToVideoPipeline")
    loaded, image = loaded_from(folder), filming.picture(SIZE)
    pipeline, given = parity.pipeline_of(folder), {"image": filming.as_pillow(image)}
    channels = picture_channels(loaded.vae, image, FRAMES).latent

    turns = filming.film(loaded, *parity.texts(loaded), extra=channels, **FILM)
    assert_same(turns, filming.latents_of(pipeline, **given, **FILM))
    beginning = replace(channels, samples=channels.samples[:, 1:, :1])
    turns[-1] = turns[-1]._replace(latent=put_frames(turns[-1].latent, beginning))
    filming.assert_decoded_same(pipeline, loaded, turns, **given, height=SIZE, width=SIZE, num_frames=FRAMES)


@pytest.mark.parametrize("draw", ["sample", "mode"])
def test_a_film_is_encoded_as_the_pipelines_encode_it(draw: Any, loaded: Loaded) -> None:
    frames = torch.rand((1, FRAMES, SIZE, SIZE, 3), generator=torch.Generator().manual_seed(1))
    video = frames.permute(0, 4, 1, 2, 3).contiguous() * 2 - 1
    vae, rng = loaded.vae.model, torch.Generator().manual_seed(SEED)
    mean = torch.tensor(vae.config.latents_mean).view(1, -1, 1, 1, 1)
    inverse = 1.0 / torch.tensor(vae.config.latents_std).view(1, -1, 1, 1, 1)
    with torch.no_grad():
        found = vae.encode(video).latent_dist
    expected = ((found.sample(rng) if draw == "sample" else found.mode()) - mean) * inverse

    encoded = encode_video(loaded.vae, Video(frames, 16.0), draw, SEED).latent
    assert torch.equal(encoded.samples, expected)
