import math

import pytest
import torch

from engine.declare.codec import decode, encode
from engine.errors import ValueRefused
from engine.run.context import RunContext, Token
from engine.run.events import Lossy, Preview
from nodes.autoencoder.networks import VectorAutoencoder
from nodes.autoencoder.pictures import reconstructions
from nodes.autoencoder.training import (
    Step,
    divergence,
    negative_elbo,
    reconstruction,
    reparameterised,
    start,
    step,
)
from nodes.data.batches import batch
from nodes.data.digits import digits
from nodes.data.values import Batch
from nodes.gan.training import generator_start
from nodes.train.recipe import recipe
from nodes.train.values import TrainState

HOW = recipe(rate=0.003, warmup=1, schedule="constant", optimiser="adam", decay=0.9)
DIGITS = digits(size=16, count=64)
UNWATCHED = RunContext("step", "cpu", Token(), lambda event: None)


class Fixed:
    """A network whose every code is one Gaussian, and whose every picture is grey."""

    def __init__(self, mean: float, log_variance: float | None) -> None:
        self.mean, self.log_variance = mean, log_variance
        self.decoded = torch.zeros(0)

    def encode(
        self, pictures: torch.Tensor, labels: torch.Tensor | None
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        mean = torch.full((len(pictures), 2), self.mean)
        return mean, None if self.log_variance is None else torch.full_like(mean, self.log_variance)

    def decode(self, codes: torch.Tensor, labels: torch.Tensor | None) -> torch.Tensor:
        self.decoded = codes
        return torch.zeros(len(codes), 1, 16, 16)


def turns(state: TrainState, count: int, beta: float = 1.0) -> list[Step]:
    """Some steps; the state's tensors are changed in place."""
    told: list[Step] = []
    for index in range(state.step, state.step + count):
        told.append(step(state, batch(DIGITS, index, 32), HOW, UNWATCHED, beta))
        state = told[-1].state
    return told


def test_the_divergence_is_that_of_gaussians() -> None:
    mean, variance = torch.tensor([[1.0, 0.0], [0.0, 2.0]]), torch.tensor([[1.0, 4.0], [1.0, 1.0]])

    # ½ (μ² + σ² − 1 − ln σ²): of the first ½ (1) + ½ (3 − ln 4), of the second ½ (4)
    expected = (0.5 + 0.5 * (3 - math.log(4)) + 2.0) / 2
    assert float(divergence(mean, variance.log())) == pytest.approx(expected)
    gaussian = torch.distributions.Normal
    library = torch.distributions.kl_divergence(gaussian(mean, variance.sqrt()), gaussian(0.0, 1.0))
    assert float(divergence(mean, variance.log())) == pytest.approx(float(library.sum(1).mean()))


def test_the_reconstruction_is_the_cross_entropy_summed_over_a_picture() -> None:
    logits = torch.tensor([[[[0.0, math.log(3.0)]]]])
    black_and_white = torch.tensor([[[[-1.0, 1.0]]]])

    assert float(reconstruction(logits, black_and_white)) == pytest.approx(math.log(2) - math.log(0.75))


def test_samples_have_the_gradients_of_mean_and_deviation() -> None:
    mean, log_variance = (
        torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in (3.0, math.log(4.0))
    )
    sample = reparameterised(mean, log_variance, torch.tensor(0.5, dtype=torch.float64))
    sample.backward()

    assert float(sample.detach()) == pytest.approx(3.0 + 2.0 * 0.5)
    assert mean.grad is not None
    assert log_variance.grad is not None
    assert float(mean.grad) == 1.0
    # d/ds exp(s / 2) ε = σ ε / 2
    assert float(log_variance.grad) == pytest.approx(2.0 * 0.5 / 2)


def test_the_loss_is_reconstruction_and_beta_times_the_divergence() -> None:
    network = Fixed(1.0, math.log(4.0))
    noise = torch.tensor([[0.5, -0.5]])
    loss, lost, apart = negative_elbo(3.0, {"autoencoder": network}, torch.ones(1, 1, 16, 16), noise).tolist()

    assert network.decoded.tolist() == [[2.0, 0.0]]
    assert lost == pytest.approx(256 * math.log(2), rel=1e-6)
    assert apart == pytest.approx(2 * 0.5 * (1 + 4 - 1 - math.log(4)), rel=1e-6)
    assert loss == pytest.approx(lost + 3 * apart, rel=1e-6)


def test_a_plain_autoencoder_takes_its_code_as_it_is_and_has_no_divergence() -> None:
    network = Fixed(1.0, None)
    loss, lost, apart = negative_elbo(
        3.0, {"autoencoder": network}, torch.ones(1, 1, 16, 16), torch.ones(1, 2)
    ).tolist()

    assert network.decoded.tolist() == [[1.0, 1.0]]
    assert (loss, apart) == (lost, 0.0)


@pytest.mark.parametrize("kind", ["variational", "plain"])
@pytest.mark.parametrize("classes", [0, 10])
def test_the_loss_falls(kind: str, classes: int) -> None:
    told = turns(start(kind, 16, numbers=4, width=8, classes=classes, seed=1), 40)  # pyright: ignore[reportArgumentType] # one of both
    losses = [one.loss for one in told]

    assert sum(losses[-5:]) < 0.6 * sum(losses[:5])
    assert (told[-1].divergence > 0) == (kind == "variational")


def test_a_larger_beta_leaves_less_in_the_codes() -> None:
    least, most = (turns(start(size=16, width=8, seed=1), 40, beta)[-1].divergence for beta in (0.1, 10.0))

    assert most < 0.5 * least


def test_a_stored_run_goes_on_to_the_same_bytes() -> None:
    begun = start(size=16, width=8, classes=10, seed=1)
    stored = decode(encode(turns(start(size=16, width=8, classes=10, seed=1), 2)[-1].state))

    assert encode(turns(stored, 2)[-1].state) == encode(turns(begun, 4)[-1].state)


def test_whoever_watches_sees_digits_beside_how_they_come_back() -> None:
    shown: list[Lossy] = []
    context = RunContext("step", "cpu", Token(), shown.append)
    state = start(size=16, width=8, seed=1)
    state = step(state, batch(DIGITS, 0, 32), HOW, context, show=2).state
    assert shown == []
    state = step(state, batch(DIGITS, 1, 32), HOW, context, show=2).state

    [preview] = shown
    assert isinstance(preview, Preview)
    assert preview.value.pixels.shape == (1, 6 * 16, 8 * 16, 1)
    first = batch(DIGITS, 1, 32).samples[0, 0] / 2 + 0.5
    assert torch.equal(preview.value.pixels[0, :16, :16, 0], first)


def test_reconstructions_are_of_the_averaged_weights_and_leave_the_state() -> None:
    state = turns(start(size=16, width=8, classes=10, seed=1), 2)[-1].state
    before = encode(state)
    page = reconstructions(state, DIGITS, 4)

    assert page.pixels.shape == (1, 16, 8 * 16, 1)
    assert encode(state) == before


def test_a_network_that_is_told_classes_needs_them() -> None:
    unlabelled = Batch(batch(DIGITS, 0, 4).samples)
    with pytest.raises(ValueRefused, match="expected pictures with classes"):
        step(start(size=16, width=8, classes=10), unlabelled, HOW, UNWATCHED)


def test_states_of_other_networks_are_refused() -> None:
    other = generator_start(16, width=8)
    with pytest.raises(ValueRefused, match=r"began with autoencoder\.start, got one of generator"):
        step(other, batch(DIGITS, 0, 4), HOW, UNWATCHED)
    with pytest.raises(ValueRefused, match="expected the state of an autoencoder, got one of generator"):
        reconstructions(other, DIGITS)


def test_sizes_that_do_not_halve_are_refused() -> None:
    with pytest.raises(ValueError, match="got 48: choose a power of two"):
        VectorAutoencoder(48, 1, 2, 8, True)
