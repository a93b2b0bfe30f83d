"""Stable Video Diffusion's nodes give the bytes of diffusers' pipeline, at every step and decoded."""

from pathlib import Path
from typing import Any

import pytest
import torch

from nodes.diffusion.motion import motion
from nodes.diffusion.refusal import StepRefused
from nodes.values import Conditioning
from nodes.video.latent import picture_channels
from nodes.video.vae import decode_video
from tests.nodes.diffusion.sampling import Loaded, Turn, loaded_from
from tests.nodes.families import filming, parity
from tests.nodes.families.parity import SEED
from tests.nodes.families.tiny_stable_video_diffusion import save

SIZE, FRAMES, SCALE = 32, 3, 3.0
PICTURE = filming.picture(SIZE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("svd"))


@pytest.fixture(scope="module")
def pipeline(folder: Path) -> Any:
    """Its picture is made contiguous, as every value here is: a convolution's last bits depend on that."""
    made = parity.pipeline_of(folder)
    prepare = made.video_processor.preprocess
    made.video_processor.preprocess = lambda *given, **size: prepare(*given, **size).contiguous()
    return made


def told(folder: Path, **how: Any) -> tuple[Conditioning[Any], Conditioning[Any]]:
    return motion(filming.seen(folder, PICTURE, "stretch").vector, **how)


def filmed(loaded: Loaded, folder: Path, scale: float = SCALE, **how: Any) -> list[Turn]:
    channels = picture_channels(loaded.vae, PICTURE, FRAMES, noise=how.get("noise", 0.02), seed=SEED)
    texts = told(folder, **how)
    film: dict[str, Any] = {"size": SIZE, "frames": FRAMES, "extra": channels.latent, "rng": channels.rng}
    return filming.film(loaded, *texts, scale=scale, **film)


GIVEN: dict[str, Any] = {
    "image": [filming.as_pillow(PICTURE)],
    "height": SIZE,
    "width": SIZE,
    "num_frames": FRAMES,
    "num_inference_steps": filming.STEPS,
}


def assert_same(turns: list[Turn], latents: list[torch.Tensor]) -> None:
    """As the pipeline holds latents: frames first."""
    ours = [turn.latent.samples.transpose(1, 2) for turn in turns]
    assert [torch.equal(*pair) for pair in zip(ours, latents, strict=True)] == [True] * len(turns)


def test_a_film_of_a_picture(loaded: Loaded, folder: Path, pipeline: Any) -> None:
    assert_same(filmed(loaded, folder), parity.latents_of(pipeline, **GIVEN))


def test_another_motion(loaded: Loaded, folder: Path, pipeline: Any) -> None:
    given = {"fps": 12, "motion_bucket_id": 40, "noise_aug_strength": 0.1}

    turns = filmed(loaded, folder, fps=12, bucket=40, noise=0.1)
    assert_same(turns, parity.latents_of(pipeline, **GIVEN, **given))


def test_without_guidance(loaded: Loaded, folder: Path, pipeline: Any) -> None:
    expected = parity.latents_of(pipeline, **GIVEN, max_guidance_scale=1.0)

    assert_same(filmed(loaded, folder, scale=1.0), expected)


@pytest.mark.parametrize("chunk", [3, 2], ids=["whole", "in chunks"])
def test_the_film_is_decoded(chunk: int, loaded: Loaded, folder: Path, pipeline: Any) -> None:
    generator = torch.Generator().manual_seed(SEED)
    expected = pipeline(**GIVEN, generator=generator, decode_chunk_size=chunk, output_type="np").frames

    decoded = decode_video(loaded.vae, filmed(loaded, folder)[-1].latent, 7.0, chunk)
    assert torch.equal(decoded.frames, torch.from_numpy(expected))


def test_saved_and_loaded_again(loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    again = parity.saved_again(folder, tmp_path / "again")

    before, after = filmed(loaded, folder), filmed(loaded_from(again), again)
    parity.assert_same(after, [turn.latent.samples for turn in before])


def test_a_film_without_its_picture_is_refused(loaded: Loaded, folder: Path) -> None:
    with pytest.raises(StepRefused, match=r"Link latent\.picture_channels"):
        filming.film(loaded, *told(folder), size=SIZE, frames=FRAMES)
