"""CogVideoX's nodes give the bytes of diffusers' pipelines, at every step and decoded."""

from pathlib import Path
from typing import Any

import pytest
import torch

from nodes.video.latent import cut_frames, picture_channels
from tests.nodes.diffusion.sampling import Loaded, Turn, loaded_from
from tests.nodes.families import filming, parity
from tests.nodes.families.parity import SEED
from tests.nodes.families.tiny_cogvideox import save

SIZE, FRAMES = 32, 9
FILM: dict[str, Any] = {"size": SIZE, "frames": FRAMES}
PIXELS: dict[str, Any] = {"height": SIZE, "width": SIZE, "num_frames": FRAMES}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("cogvideox"))


def assert_same(turns: list[Turn], latents: list[torch.Tensor]) -> None:
    """As the pipelines hold latents: frames first."""
    ours = [turn.latent.samples.transpose(1, 2) for turn in turns]
    assert [torch.equal(*pair) for pair in zip(ours, latents, strict=True)] == [True] * len(turns)


def test_text_to_video(loaded: Loaded, pipeline: Any) -> None:
    turns = filming.film(loaded, *parity.texts(loaded), **FILM)

    assert_same(turns, filming.latents_of(pipeline, **FILM))
    filming.assert_decoded_same(pipeline, loaded, turns, **PIXELS)


def test_video_to_video(loaded: Loaded, pipeline: Any) -> None:
    video = filming.a_film(FRAMES, SIZE)
    expected = filming.latents_from_film(pipeline, "CogVideoXVideoToVideoPipeline", video, strength=0.7)

    assert_same(filming.from_film(loaded, video, 0.7, "sample"), expected)


def test_in_half_precision(folder: Path) -> None:
    loaded, pipeline = loaded_from(folder, "bfloat16"), parity.pipeline_of(folder, dtype=torch.bfloat16)

    turns = filming.film(loaded, *parity.texts(loaded), **FILM)
    assert_same(turns, filming.latents_of(pipeline, **FILM))


def test_saved_and_loaded_again(loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    parity.assert_kept(folder, loaded, tmp_path, lambda one: filming.film(one, *parity.texts(one), **FILM))


def test_a_large_model_whose_scheduler_looks_back_and_draws_noise(tmp_path: Path) -> None:
    folder = save(tmp_path, large=True)
    loaded, pipeline = loaded_from(folder), parity.pipeline_of(folder)

    turns = filming.film(loaded, *parity.texts(loaded), **FILM)
    assert_same(turns, filming.latents_of(pipeline, **FILM))
    filming.assert_decoded_same(pipeline, loaded, turns, **PIXELS)


@pytest.mark.parametrize("large", [False, True], ids=["small", "large, whose pictures are scaled otherwise"])
def test_image_to_video(large: bool, tmp_path: Path) -> None:
    learned = {"use_learned_positional_embeddings": True} if large else {}
    folder = save(tmp_path, image=True, large=large, **learned)
    loaded, image = loaded_from(folder), filming.picture(SIZE)
    oracle, given = parity.pipeline_of(folder), {"image": filming.as_pillow(image)}

    channels = picture_channels(loaded.vae, image, FRAMES, seed=SEED)
    texts = parity.texts(loaded)
    turns = filming.film(loaded, *texts, extra=channels.latent, rng=channels.rng, **FILM)
    assert_same(turns, filming.latents_of(oracle, **given, **FILM))


def test_version_one_and_a_half_draws_whole_patches_in_time_and_drops_what_is_too_much(
    tmp_path: Path,
) -> None:
    folder = save(tmp_path, large=True, patch_size_t=2)
    loaded, pipeline = loaded_from(folder), parity.pipeline_of(folder)

    turns = filming.film(loaded, *parity.texts(loaded), size=SIZE, frames=FRAMES + 4)
    assert_same(turns, filming.latents_of(pipeline, **FILM))
    turns[-1] = turns[-1]._replace(latent=cut_frames(turns[-1].latent, 1, 3))
    filming.assert_decoded_same(pipeline, loaded, turns, **PIXELS)


def test_version_one_and_a_half_from_a_picture(tmp_path: Path) -> None:
    folder = save(tmp_path, image=True, large=True, patch_size_t=2, ofs_embed_dim=2)
    loaded, image = loaded_from(folder), filming.picture(SIZE)
    oracle, given = parity.pipeline_of(folder), {"image": filming.as_pillow(image)}
    film: dict[str, Any] = {"size": SIZE, "frames": FRAMES + 4}

    channels = picture_channels(loaded.vae, image, FRAMES + 4, seed=SEED)
    texts = parity.texts(loaded)
    turns = filming.film(loaded, *texts, extra=channels.latent, rng=channels.rng, **film)
    assert_same(turns, filming.latents_of(oracle, **given, **film))
