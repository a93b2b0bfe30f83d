import pytest
import torch

from engine import Rng
from nodes.image.patterns import gradient, noise, solid


def test_a_solid_picture_has_one_colour() -> None:
    assert solid(3, 2, "#ff8000").pixels.shape == (1, 2, 3, 3)
    assert (solid(1, 1, "#f80").pixels * 255).flatten().tolist() == [255, 136, 0]


def test_a_translucent_colour_makes_a_picture_with_alpha() -> None:
    assert solid(1, 1, "#ff000033").pixels.flatten().tolist() == pytest.approx([1, 0, 0, 0.2])


def test_a_gradient_reaches_both_of_its_colours() -> None:
    across = gradient(3, 2, "#000000", "#ffffff", "right").pixels[0, :, :, 0]
    down = gradient(2, 3, "#000000", "#ffffff", "down").pixels[0, :, :, 0]
    outward = gradient(3, 3, "#000000", "#ffffff", "outward").pixels[0, :, :, 0]

    assert across.tolist() == [[0, 0.5, 1], [0, 0.5, 1]]
    assert down.tolist() == [[0, 0], [0.5, 0.5], [1, 1]]
    assert (outward[1, 1].item(), outward[0, 0].item(), outward[2, 2].item()) == (0, 1, 1)


def test_noise_is_a_function_of_the_seed() -> None:
    first, again, other = noise(8, 4, seed=1), noise(8, 4, seed=1), noise(8, 4, seed=2)

    assert first.image.pixels.shape == (1, 4, 8, 3)
    assert torch.equal(first.image.pixels, again.image.pixels)
    assert not torch.equal(first.image.pixels, other.image.pixels)


def test_noise_hands_on_the_generator() -> None:
    drawn = noise(8, 4, colours=False, seed=1)

    generator = Rng.seeded(1).generator()
    torch.rand(1, 4, 8, 1, generator=generator)
    assert torch.equal(drawn.rng.state, generator.get_state())
