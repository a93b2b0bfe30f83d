from functools import cache
from typing import Any

import pytest
import torch

from engine import OnDevice
from engine.declare.codec import decode, encode
from engine.settings import BUILT_IN
from nodes.gan.dcgan import DCGANDiscriminator
from nodes.gan.faces import installed
from nodes.gan.generate import generate, noise, noise_of_seeds
from nodes.gan.project import projected, projection_loss, projection_start, projection_step
from nodes.gan.training import GanRefused, generator_start
from nodes.gan.values import Discriminator, Generator
from nodes.train.recipe import recipe
from nodes.train.values import TrainState
from nodes.values import Image

MODELS = BUILT_IN / "nodes" / "models" / "digits_gan"
LABELS = [3, 7]


@cache
def digits() -> OnDevice[Generator[str]]:
    handle: Generator[str] = Generator("digits")
    return OnDevice(handle, handle.load(lambda _: MODELS / "generator.safetensors"))


@cache
def judge() -> OnDevice[Discriminator[str]]:
    handle: Discriminator[str] = Discriminator("judge")
    return OnDevice(handle, handle.load(lambda _: MODELS / "discriminator.safetensors"))


def wanted() -> Image:
    return generate(digits(), noise(2, 64, seed=11).noise, LABELS)


def begun(candidates: int = 16) -> TrainState:
    return projection_start(digits(), wanted(), LABELS, candidates)


def moved(state: TrainState, turns: int, of: int = 60) -> TrainState:
    how = recipe(rate=0.1, warmup=1, steps=of, optimiser="adam", beta2=0.999)
    for _ in range(turns):
        state = projection_step(state, digits(), wanted(), how, judge(), LABELS).state
    return state


def distance(one: Image, two: Image) -> torch.Tensor:
    return (one.pixels - two.pixels).square().mean((1, 2, 3)).sqrt()


def test_a_projection_begins_at_the_draw_whose_picture_is_nearest() -> None:
    starts = [distance(generate(digits(), projected(begun(count)), LABELS), wanted()) for count in (1, 64)]
    assert bool((starts[1] < starts[0]).all())


def test_the_noise_of_a_digit_of_the_generator_s_own_is_found_again() -> None:
    found = generate(digits(), projected(moved(begun(), 60)), LABELS)
    assert float(distance(found, wanted()).max()) < 0.06


def test_a_face_is_found_again() -> None:
    handle = installed()
    faces: OnDevice[Generator[Any]] = OnDevice(handle, handle.load(lambda _: MODELS))
    face = generate(faces, noise_of_seeds([47], 100))
    state = projection_start(faces, face, candidates=32)
    how = recipe(rate=0.1, warmup=1, steps=80, optimiser="adam", beta2=0.999)
    first = step = projection_step(state, faces, face, how)
    for _ in range(80):
        step = projection_step(step.state, faces, face, how)
    assert step.difference < 0.06 < 0.15 < first.difference


def test_the_difference_is_that_of_the_pixels() -> None:
    state = begun()
    before = generate(digits(), projected(state), LABELS)
    told = projection_step(state, digits(), wanted(), recipe(optimiser="adam"), None, LABELS)
    assert told.difference == pytest.approx(
        float((before.pixels - wanted().pixels).square().mean().sqrt()), abs=1e-4
    )


def test_the_loss_sums_pixels_features_and_the_noise() -> None:
    torch.manual_seed(0)
    critic = DCGANDiscriminator(16, 1, 2).eval().requires_grad_(False)
    picture, target = torch.rand(2, 1, 16, 16), torch.rand(2, 1, 16, 16)

    class Held:
        vectors = torch.full((2, 5, 1, 1), 2.0)

    loss, pixels = projection_loss(
        lambda *_: picture, critic, "cpu", 0.5, 0.1, {"noise": Held}, torch.arange(2), target, torch.zeros(2)
    ).tolist()
    seen = zip(critic.features(picture), critic.features(target), strict=True)
    levels = [float((one - two).square().mean() / two.square().mean()) for one, two in seen]
    assert pixels == pytest.approx(float((picture - target).square().mean()))
    assert loss == pytest.approx(pixels + 0.5 * sum(levels) / len(levels) + 0.1 * 4, rel=1e-5)


def test_a_stored_projection_goes_on_to_the_same_bytes() -> None:
    assert encode(moved(decode(encode(moved(begun(), 2))), 2)) == encode(moved(begun(), 4))


def test_the_noise_that_was_taken_out_stays() -> None:
    state = begun()
    taken = projected(state)
    before = taken.samples.clone()
    moved(state, 1)
    assert torch.equal(taken.samples, before)


def test_other_states_and_pictures_are_refused() -> None:
    with pytest.raises(GanRefused, match="expected the state of a projection, got generator"):
        projected(generator_start(8, noise=2, width=2))
    with pytest.raises(GanRefused, match="expected pictures of 32 × 32 pixels"):
        projection_start(digits(), Image(torch.zeros(1, 16, 16, 1)))
