from typing import Any

import pytest
import torch

from engine import OnDevice
from engine.errors import ValueRefused
from nodes.diffusion.latent import SizeRefused
from nodes.diffusion.refusal import StepRefused
from nodes.values import VAE, Image, Latent
from nodes.video.latent import cut_frames, picture_channels, put_frames, video_noise

FILMS: VAE[Any] = VAE("", "vae", "wan", channels=16, frames=4)


def film(frames: int, value: float) -> Latent[Any]:
    return Latent(torch.full((1, 2, frames, 3, 4), value))


def test_a_film_of_nine_frames_has_three_cells_where_four_frames_are_one() -> None:
    drawn = video_noise(FILMS, 64, 32, 9, batch=2).latent

    assert drawn.samples.shape == (2, 16, 3, 4, 8)
    assert (drawn.family, drawn.factor) == ("wan", 8)


def test_noise_goes_on_from_a_generator() -> None:
    first = video_noise(FILMS, 32, 32, 1, seed=3)
    both = torch.randn((2, 16, 1, 4, 4), generator=torch.Generator().manual_seed(3))

    again = video_noise(FILMS, 32, 32, 1, rng=first.rng).latent
    assert torch.equal(torch.cat([first.latent.samples, again.samples]), both)


@pytest.mark.parametrize(
    ("width", "frames", "got"),
    [
        (32, 8, "1 frame more than a multiple of 4, got 8. Choose 5 or 9"),
        (36, 9, "whole cells of 8 pixels, got 36 × 32"),
    ],
    ids=["frames", "width"],
)
def test_what_is_no_whole_film_is_refused(width: int, frames: int, got: str) -> None:
    with pytest.raises(SizeRefused, match=got):
        video_noise(FILMS, width, 32, frames)


def test_a_vae_that_takes_pictures_one_by_one_has_a_cell_for_each() -> None:
    assert video_noise(VAE(""), 32, 32, 6).latent.samples.shape == (1, 4, 6, 4, 4)


def test_frames_are_put_into_a_film() -> None:
    put = put_frames(film(3, 0), film(1, 5), 1)

    assert put.samples[0, 0, :, 0, 0].tolist() == [0, 5, 0]


def test_a_picture_is_put_in_as_one_frame() -> None:
    put = put_frames(film(3, 0), Latent(torch.ones(1, 2, 3, 4)))

    assert put.samples[0, 1, :, 2, 3].tolist() == [1, 0, 0]


@pytest.mark.parametrize(("frames", "at"), [(2, 2), (4, 0)], ids=["too late", "too many"])
def test_frames_beyond_the_end_are_refused(frames: int, at: int) -> None:
    with pytest.raises(ValueRefused, match="within it"):
        put_frames(film(3, 0), film(frames, 1), at)


def test_a_model_that_takes_no_pictures_is_named() -> None:
    vae: Any = OnDevice(VAE("", family="sdxl"), torch.nn.Identity())

    with pytest.raises(StepRefused, match="got Stable Diffusion XL"):
        picture_channels(vae, Image(torch.zeros(1, 8, 8, 3)))


def test_frames_are_taken_out_of_a_film() -> None:
    counted = Latent(torch.arange(4.0).view(1, 1, 4, 1, 1))

    assert [cut_frames(counted, *at).samples.flatten().tolist() for at in ((1, 2), (3, 9))] == [[1, 2], [3]]
    with pytest.raises(ValueRefused, match="more than 4 frames"):
        cut_frames(counted, 4)
