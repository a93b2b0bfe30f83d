import pytest
import torch

from engine import Rng
from nodes.diffusion.latent import SizeRefused, composite, empty, inpainting_channels, noise
from nodes.values import VAE, Latent, Mask

WIDE = VAE("", family="sd-192-12", dtype="float16", channels=12, factor=4)


def test_noise_has_four_channels_of_eight_pixels_when_no_vae_says_otherwise() -> None:
    drawn = noise(width=64, height=128, batch=2).latent

    assert drawn.samples.shape == (2, 4, 16, 8)
    assert (drawn.family, drawn.factor, drawn.samples.dtype) == ("", 8, torch.float32)


def test_the_vae_says_how_many_channels_and_how_large_and_precise() -> None:
    for made in (noise(WIDE, 64, 128).latent, empty(WIDE, 64, 128)):
        assert made.samples.shape == (1, 12, 32, 16)
        assert (made.family, made.factor, made.samples.dtype) == ("sd-192-12", 4, torch.float16)


def test_equal_seeds_draw_equal_noise() -> None:
    assert torch.equal(noise(seed=3).latent.samples, noise(seed=3).latent.samples)
    assert not torch.equal(noise(seed=3).latent.samples, noise(seed=4).latent.samples)


def test_noise_goes_on_from_a_generator() -> None:
    generator = torch.Generator().manual_seed(3)
    first, second = (torch.randn((1, 4, 8, 8), generator=generator) for _ in range(2))
    begun = noise(width=64, height=64, seed=3)
    gone_on = noise(width=64, height=64, seed=99, rng=begun.rng)

    assert torch.equal(begun.latent.samples, first)
    assert torch.equal(gone_on.latent.samples, second)
    assert torch.equal(gone_on.rng.state, Rng.of(generator).state)


def test_an_empty_latent_is_zero() -> None:
    assert not empty(width=64, height=64).samples.any()


def test_a_size_that_leaves_part_of_a_cell_is_refused() -> None:
    with pytest.raises(SizeRefused, match="expected whole cells of 32 pixels, got 64 × 40"):
        noise(VAE("", factor=32), width=64, height=40)


def right_half(size: int) -> Mask:
    pixels = torch.zeros((1, size, size))
    pixels[:, :, size // 2 :] = 1
    return Mask(pixels)


def test_a_mask_chooses_between_two_latents_cell_by_cell() -> None:
    zeros, ones = Latent(torch.zeros(1, 4, 1, 2)), Latent(torch.ones(1, 4, 1, 2))

    joined = composite(zeros, ones, right_half(16)).samples
    assert torch.equal(joined, torch.tensor([0.0, 1.0]).expand(1, 4, 1, 2))


def test_a_mask_chooses_in_each_frame_of_films() -> None:
    zeros, ones = Latent(torch.zeros(2, 4, 3, 1, 2)), Latent(torch.ones(2, 4, 3, 1, 2))

    joined = composite(zeros, ones, Mask(right_half(16).pixels.expand(2, -1, -1))).samples
    assert torch.equal(joined, torch.tensor([0.0, 1.0]).expand(2, 4, 3, 1, 2))


def test_half_and_more_of_a_mask_counts_as_one() -> None:
    mask = Mask(torch.tensor([[[0.49, 0.5]]]))
    zeros, ones = Latent(torch.zeros(1, 1, 1, 2)), Latent(torch.ones(1, 1, 1, 2))

    assert composite(zeros, ones, mask).samples.flatten().tolist() == [0, 1]


def test_channels_for_inpainting_are_the_mask_and_then_the_masked_picture() -> None:
    masked = Latent(torch.full((2, 4, 2, 2), 5.0), "sd1")

    made = inpainting_channels(masked, right_half(16))
    assert made.samples.shape == (2, 5, 2, 2)
    assert made.samples[1, 0].tolist() == [[0, 1], [0, 1]]
    assert (made.samples[:, 1:] == 5).all()
