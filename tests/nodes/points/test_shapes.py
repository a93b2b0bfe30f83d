import math

import pytest
import torch

from engine.errors import ValueRefused
from nodes.points.plane import FAMILY, PointsRefused, to_plane
from nodes.points.shapes import RULES, noise, shape
from nodes.values import Latent

COUNT = 2000


def exact(name: str, **more: object) -> torch.Tensor:
    return to_plane(shape(name, COUNT, spread=0.0, **more))  # pyright: ignore[reportArgumentType] # any of the choices


def test_points_are_a_batch_of_latents_of_one_cell() -> None:
    points = shape("ring", 5)

    assert points.samples.shape == (5, 2, 1, 1)
    assert (points.family, points.factor) == (FAMILY, 1)


@pytest.mark.parametrize("name", [*RULES, "glyph"])
def test_equal_seeds_draw_equal_points_and_other_seeds_others(name: str) -> None:
    assert torch.equal(exact(name, seed=1), exact(name, seed=1))
    assert not torch.equal(exact(name, seed=1), exact(name, seed=2))


@pytest.mark.parametrize("name", [*RULES, "glyph"])
def test_a_shape_lies_around_the_middle_and_reaches_about_2_from_it(name: str) -> None:
    points = exact(name)

    assert points.mean(0).abs().max() < 0.2
    assert 1.7 < points.abs().max() <= 2.01


def test_two_moons_are_half_circles_of_one_radius() -> None:
    points, radius = exact("two moons"), 4 / 3
    centres = torch.tensor([[-0.5, -0.25], [0.5, 0.25]]) * radius
    upper, lower = (torch.linalg.vector_norm(points - centre, dim=1) for centre in centres)
    on_upper = (upper - radius).abs() < 1e-5

    assert ((lower - radius).abs() < 1e-5)[~on_upper].all()
    assert (points[on_upper, 1] >= centres[0, 1] - 1e-5).all()
    assert on_upper.float().mean() == pytest.approx(0.5, abs=0.05)


def test_a_spiral_turns_one_and_a_half_times_while_it_leaves_the_middle() -> None:
    points = exact("spirals")
    radius = points.norm(dim=1)
    angle = torch.atan2(points[:, 1], points[:, 0])
    arm = (angle - radius / 2 * 3 * math.pi) / math.pi

    assert (arm - arm.round()).abs().max() < 1e-3


def test_the_squares_of_a_checkerboard_touch_at_corners_alone() -> None:
    column, row = (exact("checkerboard").floor() + 2).long().T

    assert ((column + row) % 2 == 0).all()
    assert len(set(zip(column.tolist(), row.tolist(), strict=True))) == 8


def test_a_ring_is_eight_gaussians_as_wide_as_the_spread() -> None:
    corners = exact("ring")
    wide = to_plane(shape("ring", COUNT, spread=0.1))

    assert torch.allclose(corners.norm(dim=1), torch.tensor(1.8))
    assert len(torch.unique((corners * 1000).round(), dim=0)) == 8
    assert float((wide - corners).std()) == pytest.approx(0.1, rel=0.05)


def test_a_glyph_s_points_lie_in_its_ink() -> None:
    x, y = exact("glyph", glyph="L").T
    in_the_foot, in_the_stem = y < -1.5, x < float(x.min()) + 0.6

    assert (in_the_foot | in_the_stem).all()
    assert in_the_foot.any()
    assert (y > 1.9).any()


def test_a_glyph_without_ink_is_refused() -> None:
    with pytest.raises(ValueRefused, match="a glyph with ink"):
        shape("glyph", glyph=" ")


def test_noise_has_mean_0_and_deviation_1_and_its_generator_goes_on() -> None:
    drawn = noise(20_000, seed=4)
    plane = to_plane(drawn.points)

    assert plane.mean(0).abs().max() < 0.03
    assert (plane.std(0) - 1).abs().max() < 0.03
    assert not torch.equal(drawn.rng.state, noise(1, seed=4).rng.state)


def test_a_latent_of_pictures_is_refused_where_points_are_expected() -> None:
    with pytest.raises(PointsRefused, match=r"expected points as \[N, 2, 1, 1\].*got \[1, 4, 8, 8\]"):
        to_plane(Latent(torch.zeros(1, 4, 8, 8)))
