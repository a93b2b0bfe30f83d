from typing import Any

import pytest
import torch

from engine import Rng
from nodes.vae import PictureRefused, decode, encode
from nodes.values import Image, Latent, Mask
from tests.nodes.diffusion.sampling import Loaded, picture


def test_a_latent_is_scaled_and_knows_its_family(loaded: Loaded) -> None:
    model: Any = loaded.vae.model
    found = encode(loaded.vae, picture(), draw="mode").latent
    with torch.no_grad():
        plain = model.encode(picture().pixels.permute(0, 3, 1, 2).contiguous() * 2 - 1).latent_dist.mode()

    assert torch.equal(found.samples, plain * 0.18215)
    assert (found.family, found.factor) == ("sd-32-4", 2)


def test_a_sample_is_drawn_from_the_seed_and_the_middle_draws_nothing(loaded: Loaded) -> None:
    sample, again = encode(loaded.vae, picture(), seed=3), encode(loaded.vae, picture(), seed=3)
    middle = encode(loaded.vae, picture(), draw="mode", seed=3)

    assert torch.equal(sample.latent.samples, again.latent.samples)
    assert not torch.equal(sample.rng.state, Rng.seeded(3).state)
    assert torch.equal(middle.rng.state, Rng.seeded(3).state)


def test_a_sample_goes_on_from_a_generator(loaded: Loaded) -> None:
    first = encode(loaded.vae, picture(), seed=3)
    generator = torch.Generator().manual_seed(3)
    torch.randn(first.latent.samples.shape, generator=generator)

    assert torch.equal(first.rng.state, Rng.of(generator).state)
    other = encode(loaded.vae, picture(), seed=3, rng=first.rng)
    assert not torch.equal(other.latent.samples, first.latent.samples)


def test_what_a_mask_hides_does_not_matter(loaded: Loaded) -> None:
    hide = Mask(torch.zeros(1, 64, 64))
    hide.pixels[:, :, 32:] = 1
    changed = Image(picture().pixels.clone())
    changed.pixels[:, :, 32:] = 0

    found = [encode(loaded.vae, image, hide, "mode").latent.samples for image in (picture(), changed)]
    assert torch.equal(*found)


def test_a_grey_picture_is_taken_as_a_colour_picture(loaded: Loaded) -> None:
    grey = picture().pixels[..., :1]

    found = [
        encode(loaded.vae, Image(pixels), draw="mode").latent.samples
        for pixels in (grey, grey.repeat(1, 1, 1, 3))
    ]
    assert torch.equal(*found)


def test_alpha_is_refused(loaded: Loaded) -> None:
    with pytest.raises(PictureRefused, match=r"without alpha.*image\.flatten"):
        encode(loaded.vae, Image(torch.zeros(1, 64, 64, 4)))


def test_a_size_that_leaves_part_of_a_cell_is_refused(loaded: Loaded) -> None:
    with pytest.raises(PictureRefused, match="multiples of 2, got 63 × 64"):
        encode(loaded.vae, Image(torch.zeros(1, 64, 63, 3)))


def test_a_latent_of_a_film_is_refused(loaded: Loaded) -> None:
    with pytest.raises(PictureRefused, match=r"got a film's\. Take vae\.decode_video"):
        decode(loaded.vae, Latent(torch.zeros(1, 4, 2, 8, 8)))


def test_pictures_come_out_in_range_and_as_the_store_would_give_them(loaded: Loaded) -> None:
    found = decode(loaded.vae, encode(loaded.vae, picture()).latent).pixels

    assert found.shape == (1, 64, 64, 3)
    assert (found.dtype, found.is_contiguous()) == (torch.float32, True)
    assert 0 <= found.min() < found.max() <= 1
