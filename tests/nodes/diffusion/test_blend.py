import math

import pytest
import torch

from engine.errors import ValueRefused
from nodes.diffusion.blend import Way, add, blend, interpolate, multiply, variation
from nodes.diffusion.latent import noise
from nodes.values import Latent, Mask

WAYS = pytest.mark.parametrize("way", ["linear", "spherical"])
SHAPES = pytest.mark.parametrize("shape", [(2, 4, 6, 4), (2, 4, 3, 6, 4)], ids=["picture", "video"])


def of(*values: float, family: str = "") -> Latent[str]:
    return Latent(torch.tensor(values, dtype=torch.float32).reshape(1, 1, 1, -1), family)


def drawn(shape: tuple[int, ...], seed: int) -> Latent[str]:
    return Latent(torch.randn(shape, generator=torch.Generator().manual_seed(seed)))


def test_a_blend_is_weighed_by_its_amount() -> None:
    assert blend(of(1, 2), of(5, 0), 0.25).samples.flatten().tolist() == [2, 1.5]


@SHAPES
@WAYS
def test_the_ends_of_a_blend_are_its_latents(way: Way, shape: tuple[int, ...]) -> None:
    a, b = drawn(shape, 1), drawn(shape, 2)

    assert torch.equal(blend(a, b, 0.0, way=way).samples, a.samples)
    assert torch.equal(blend(a, b, 1.0, way=way).samples, b.samples)


def test_half_the_spherical_way_between_right_angles_is_at_45_degrees() -> None:
    found = blend(of(2, 0), of(0, 2), way="spherical").samples.flatten()

    assert found.tolist() == pytest.approx([math.sqrt(2), math.sqrt(2)])


def test_the_spherical_way_turns_evenly() -> None:
    third = blend(of(1, 0), of(0, 1), 1 / 3, way="spherical").samples.flatten()

    assert third.tolist() == pytest.approx([math.cos(math.pi / 6), math.sin(math.pi / 6)])


@pytest.mark.parametrize("end", [(2.0, 4.0), (-1.0, -2.0), (0.0, 0.0)], ids=["along", "against", "nothing"])
def test_where_there_is_no_turn_the_spherical_way_is_the_line(end: tuple[float, float]) -> None:
    found = blend(of(1, 2), of(*end), 0.25, way="spherical").samples.flatten()

    assert found.tolist() == pytest.approx([0.75 * 1 + 0.25 * end[0], 0.75 * 2 + 0.25 * end[1]])


@SHAPES
@WAYS
def test_each_latent_of_a_batch_is_blended_on_its_own(way: Way, shape: tuple[int, ...]) -> None:
    a, b = drawn(shape, 1), drawn(shape, 2)
    alone = blend(Latent(a.samples[1:]), Latent(b.samples[1:]), 0.3, way=way)

    assert torch.equal(blend(a, b, 0.3, way=way).samples[1:], alone.samples)


def test_a_soft_mask_blends_by_the_mean_of_each_cells_pixels() -> None:
    """Cells of 2 pixels: the first has 1 and 0.5, the second 0.5 and 0."""
    mask = Mask(torch.tensor([[[1, 0.5, 0.5, 0]]]).expand(1, 2, 4))

    assert blend(of(0, 0), of(4, 8), 1.0, mask).samples.flatten().tolist() == [3, 2]
    assert blend(of(0, 0), of(4, 8), 0.5, mask).samples.flatten().tolist() == [1.5, 1]


@WAYS
def test_a_mask_of_a_video_holds_for_every_frame(way: Way) -> None:
    a, b = drawn((1, 4, 3, 2, 2), 1), drawn((1, 4, 3, 2, 2), 2)
    right = Mask(torch.tensor([0.0, 1]).expand(1, 2, 2))

    found = blend(a, b, 1.0, right, way).samples
    assert torch.equal(found[..., 0], a.samples[..., 0])
    assert torch.equal(found[..., 1], b.samples[..., 1])


def test_a_family_that_one_latent_knows_is_the_blends() -> None:
    assert blend(of(1), of(2, family="sd1")).family == "sd1"


def test_latents_of_two_sizes_are_refused() -> None:
    with pytest.raises(ValueRefused, match=r"of one size .*, got \[1, 1, 1, 2\] and \[1, 1, 1, 3\]"):
        blend(of(1, 2), of(1, 2, 3))


def test_masks_for_other_latents_are_refused() -> None:
    with pytest.raises(ValueRefused, match="expected one mask, or 1: one for each latent, got 2"):
        blend(of(1), of(2), mask=Mask(torch.zeros(2, 8, 8)))


def test_a_walk_has_equal_steps_and_both_ends() -> None:
    assert interpolate(of(0, 8), of(4, 0), 5, "linear").samples.flatten(1).tolist() == [
        [0, 8],
        [1, 6],
        [2, 4],
        [3, 2],
        [4, 0],
    ]


@WAYS
def test_a_walk_is_a_batch_of_blends(way: Way) -> None:
    a, b = drawn((1, 4, 3, 6, 4), 1), drawn((1, 4, 3, 6, 4), 2)

    walk = interpolate(a, b, 4, way).samples
    assert walk.shape == (4, 4, 3, 6, 4)
    assert torch.equal(walk[0], a.samples[0])
    assert torch.equal(walk[3], b.samples[0])
    assert torch.allclose(walk[1], blend(a, b, 1 / 3, way=way).samples[0], atol=1e-6)


def test_a_walk_of_one_is_where_it_begins() -> None:
    assert torch.equal(interpolate(of(1, 2), of(3, 4), 1).samples, of(1, 2).samples)


def test_a_walk_between_batches_is_refused() -> None:
    with pytest.raises(ValueRefused, match=r"latents of one picture each .*, got batches of 2"):
        interpolate(drawn((2, 4, 2, 2), 1), drawn((2, 4, 2, 2), 2))


def test_latents_are_added_and_multiplied() -> None:
    assert add(of(1, 2), of(3, 5), -1).samples.flatten().tolist() == [-2, -3]
    assert add(of(1, 2), of(3, 5)).samples.flatten().tolist() == [4, 7]
    assert multiply(of(1, 2), 0.5).samples.flatten().tolist() == [0.5, 1]


def test_a_variation_goes_from_one_seeds_noise_to_the_others() -> None:
    one, other = noise(width=64, height=64, seed=1).latent, noise(width=64, height=64, seed=2).latent

    assert torch.equal(variation(one, 2, 0.0).samples, one.samples)
    assert torch.equal(variation(one, 2, 1.0).samples, other.samples)


@pytest.mark.parametrize("strength", [0.1, 0.5, 0.9])
def test_a_variation_is_noise_of_a_deviation_of_one(strength: float) -> None:
    """Of 16,384 numbers the deviation is 1 ± 0.006; on the line it would be 0.71 in the middle."""
    found = variation(noise(seed=1).latent, 2, strength).samples

    assert found.std().item() == pytest.approx(1, abs=0.02)
    assert found.mean().item() == pytest.approx(0, abs=0.03)


def test_a_weak_variation_is_closer_than_a_strong_one() -> None:
    begun = noise(seed=1).latent
    distances = [(variation(begun, 2, part).samples - begun.samples).norm() for part in (0.1, 0.3, 0.6)]

    assert distances == sorted(distances)
