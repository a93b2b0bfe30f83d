"""The oracles are diffusers' guider objects, which keep their state to themselves."""

from collections.abc import Callable
from typing import Any

import diffusers
import pytest
import torch

from engine.declare import codec
from engine.errors import ValueRefused
from nodes.diffusion.guidance import guidance
from nodes.diffusion.guidance_kinds import magnitude, projected, tangential, window, zero_star
from nodes.diffusion.latent import noise
from nodes.diffusion.predict import predict
from nodes.diffusion.scheduler import scheduler
from nodes.values import GuidanceState, Prediction, SchedulerState
from tests.nodes.diffusion.sampling import SIZE, WATCHED, Loaded, texts

TURNS, SCALE = 4, 6.0
guiders: Any = diffusers.guiders
SHAPES = pytest.mark.parametrize("shape", [(2, 4, 8, 8), (1, 4, 3, 8, 8)], ids=["picture", "video"])


def of(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float32).reshape(1, 1, 1, -1)


def predictions(shape: tuple[int, ...]) -> list[Prediction[Any]]:
    drawn = torch.randn((TURNS, 2, *shape), generator=torch.Generator().manual_seed(1))
    return [Prediction(positive, negative, "sd1") for positive, negative in drawn]


def theirs(guider: Any, asked: Prediction[Any], turn: int) -> torch.Tensor:
    guider.set_state(turn, TURNS, torch.tensor(0))
    guider.prepare_inputs({})
    return guider.forward(asked.samples, asked.negative).pred


@SHAPES
@pytest.mark.parametrize("rescale", [0.0, 0.7])
def test_projected_guidance_is_the_guider_at_every_turn(shape: tuple[int, ...], rescale: float) -> None:
    """Theirs adds the scale to the positive prediction itself, as the paper does, so it is one less."""
    guider = guiders.AdaptiveProjectedGuidance(
        SCALE - 1, -0.5, 15.0, eta=0.25, use_original_formulation=True, guidance_rescale=rescale
    )
    state = None
    for turn, asked in enumerate(predictions(shape)):
        found, state = projected(asked, state, SCALE, 0.25, -0.5, 15.0, rescale)
        assert torch.equal(found.samples, theirs(guider, asked, turn))
        assert (found.negative, found.family) == (None, "sd1")


def test_projected_guidance_leaves_out_what_points_along_the_positive_prediction() -> None:
    """The change from (0, 1) to (2, 0) is (2, -1), of which (0, -1) is at right angles to (2, 0)."""
    found = projected(Prediction(of(2, 0), of(0, 1)), scale=4).prediction.samples

    assert torch.allclose(found, of(2, -3))


def test_a_projected_change_is_never_longer_than_the_threshold() -> None:
    found = projected(Prediction(of(2, 0), of(2, 10)), scale=2, threshold=3).prediction.samples

    assert torch.allclose(found, of(2, -3))


def test_momentum_is_a_value_that_outlives_the_process() -> None:
    first, second, *_ = predictions((1, 4, 8, 8))
    state = projected(first).state
    again = codec.decode(codec.encode(state))

    assert torch.equal(
        projected(second, again).prediction.samples, projected(second, state).prediction.samples
    )
    assert not torch.equal(projected(second).prediction.samples, projected(second, state).prediction.samples)


def test_where_guidance_pauses_momentum_stays() -> None:
    asked = Prediction(of(1, 2), family="sd1")
    state = GuidanceState(of(3, 4))

    assert projected(asked, state) == (asked, state)
    assert projected(asked) == (asked, GuidanceState())


@SHAPES
@pytest.mark.parametrize("rescale", [0.0, 0.7])
def test_tangential_guidance_is_the_guider(shape: tuple[int, ...], rescale: float) -> None:
    guider = guiders.TangentialClassifierFreeGuidance(SCALE, rescale)
    asked = predictions(shape)[0]

    found = tangential(asked, SCALE, rescale)
    assert torch.equal(found.samples, theirs(guider, asked, 0))
    assert (found.negative, found.family) == (None, "sd1")


@SHAPES
def test_magnitude_guidance_is_the_guider(shape: tuple[int, ...]) -> None:
    """The guider takes tokens, [B, T, C], and not pictures."""
    guider = guiders.MagnitudeAwareGuidance(SCALE, 2.0)
    asked = predictions(shape)[0]
    assert asked.negative is not None
    flat = Prediction(asked.samples.flatten(1), asked.negative.flatten(1))

    found = magnitude(asked, SCALE, 2.0)
    assert torch.equal(found.samples, theirs(guider, flat, 0).view(shape))
    assert (found.negative, found.family) == (None, "sd1")


@SHAPES
@pytest.mark.parametrize("zero_turns", [0, 1, 2])
def test_zero_star_guidance_is_the_guider_at_every_turn(shape: tuple[int, ...], zero_turns: int) -> None:
    guider = guiders.ClassifierFreeZeroStarGuidance(SCALE, zero_turns)
    for turn, asked in enumerate(predictions(shape)):
        found = zero_star(asked, SchedulerState(turn=turn), SCALE, zero_turns)
        assert torch.equal(found.samples, theirs(guider, asked, turn))
        assert (found.negative, found.family) == (None, "sd1")


def test_zero_star_guidance_scales_the_negative_prediction_to_fit_the_positive_one() -> None:
    """(3, 4) is met best by (1, 0) · 3; from there to (3, 4), and as far again."""
    found = zero_star(Prediction(of(3, 4), of(1, 0)), SchedulerState(turn=1), scale=2)

    assert torch.allclose(found.samples, of(3, 8))


def film(*frames: float) -> torch.Tensor:
    """Frames of one number each."""
    return torch.tensor(frames, dtype=torch.float32).reshape(1, 1, -1, 1, 1)


def test_the_scale_grows_over_the_frames_of_films_that_are_guided_so() -> None:
    """From 1 over 2 to 3.

    The change (0, -2, 2) is at right angles to the positive prediction, so that APG leaves it whole, and so
    does MAMBO-G with an alpha of 0. CFG-Zero* first brings (1, 1, 1) to (10, 10, 10) / 3, as close to
    (2, 2, 6) as it can come; TCFG keeps what points the same way.
    """
    asked, expected = Prediction(film(2, 1, 1), film(2, 3, -1), "svd"), pytest.approx([2, -1, 5])
    assert projected(asked, scale=3, threshold=0).prediction.samples.flatten().tolist() == expected
    assert magnitude(asked, scale=3, alpha=0).samples.flatten().tolist() == expected

    asked, expected = Prediction(film(2, 2, 6), film(1, 1, 1), "svd"), pytest.approx([2, 2 / 3, 34 / 3])
    assert zero_star(asked, SchedulerState(turn=1), scale=3).samples.flatten().tolist() == expected

    asked, expected = Prediction(film(4, 4, 4), film(2, 2, 2), "svd"), pytest.approx([4, 6, 8])
    assert tangential(asked, scale=3).samples.flatten().tolist() == expected


def test_a_predicted_variance_is_kept() -> None:
    asked = Prediction(of(1, 2), of(4, 8), "if", of(5, 6))
    later = SchedulerState(turn=1)
    kinds = (projected(asked).prediction, zero_star(asked, later), tangential(asked), magnitude(asked))

    assert all(found.variance is asked.variance for found in kinds)


@pytest.mark.parametrize("kind", [tangential, magnitude])
def test_without_a_negative_prediction_nothing_changes(kind: Callable[..., Any]) -> None:
    asked = Prediction(of(1, 2))

    assert kind(asked) is asked
    assert zero_star(asked, SchedulerState(turn=1)) is asked


def test_a_scale_of_one_gives_the_positive_prediction() -> None:
    asked = Prediction(of(1, 2, 5), of(4, 8, -1))
    for found in (
        projected(asked, scale=1).prediction,
        zero_star(asked, SchedulerState(turn=1), scale=1),
        tangential(asked, scale=1),
        magnitude(asked, scale=1),
    ):
        assert torch.allclose(found.samples, of(1, 2, 5))


def test_the_scale_is_one_outside_of_the_window() -> None:
    run = scheduler(name="DDIMScheduler", steps=4)
    scales = [
        window(run.scheduler, SchedulerState(turn=turn), 5.0, start=0.25, end=0.75) for turn in range(4)
    ]

    assert scales == [1, 5, 5, 1]


def test_an_empty_window_is_refused() -> None:
    run = scheduler(name="DDIMScheduler", steps=4)
    with pytest.raises(ValueRefused, match=r"start before end, got start 0\.5, end 0\.5"):
        window(run.scheduler, run.state, start=0.5, end=0.5)


def test_outside_of_the_window_the_model_is_not_asked_about_the_negative(loaded: Loaded) -> None:
    run = scheduler(loaded.scheduler, "DDIMScheduler", steps=4)
    latent = noise(loaded.vae.handle, SIZE, SIZE).latent
    scale = window(run.scheduler, run.state, 5.0, start=0.5)
    asked = predict(loaded.denoiser, run.scheduler, run.state, latent, WATCHED, *texts(loaded), scale)

    assert asked.negative is None
    assert guidance(asked, scale) is asked
