import pytest
import torch

from engine.declare.codec import decode, encode
from engine.errors import ValueRefused
from engine.run.context import RunContext, Token
from nodes.autoencoder.quantised import (
    QuantisedStep,
    codebook_losses,
    perplexity,
    quantised_loss,
    quantised_start,
    quantised_step,
)
from nodes.autoencoder.training import start
from nodes.data.batches import batch
from nodes.data.digits import digits
from nodes.train.recipe import recipe
from nodes.train.state import bound
from nodes.train.values import TrainState

HOW = recipe(rate=0.003, warmup=1, schedule="constant", optimiser="adam", decay=0.9)
DIGITS = digits(size=16, count=64)
UNWATCHED = RunContext("step", "cpu", Token(), lambda event: None)


def begun() -> TrainState:
    return quantised_start([8, 16], 16, vectors=16, numbers=2, seed=1)


def turns(state: TrainState, count: int) -> list[QuantisedStep]:
    """Some steps; the state's tensors are changed in place."""
    told: list[QuantisedStep] = []
    for index in range(state.step, state.step + count):
        told.append(quantised_step(state, batch(DIGITS, index, 16), HOW, UNWATCHED))
        state = told[-1].state
    return told


def test_one_loss_moves_the_codebook_and_the_other_the_encoder() -> None:
    vectors = torch.tensor([1.0, 4.0]).view(1, 2, 1, 1).requires_grad_()
    codebook = torch.tensor([[0.0, 0.0], [2.0, 3.0]], requires_grad=True)
    book, commitment = codebook_losses(vectors, codebook, torch.tensor([1]))
    book.backward()
    assert vectors.grad is None
    commitment.backward()

    # both are the mean of (2 − 1)² and (3 − 4)²; the gradients are its derivatives, opposite to each other
    assert float(book.detach()) == float(commitment.detach()) == 1.0
    assert codebook.grad is not None
    assert vectors.grad is not None
    assert codebook.grad.tolist() == [[0.0, 0.0], [1.0, -1.0]]
    assert vectors.grad.flatten().tolist() == [-1.0, 1.0]


def test_the_decoder_s_gradient_goes_straight_through_to_the_encoder() -> None:
    state = begun()
    module = bound(state.config, state.params)["autoencoder"]  # pyright: ignore[reportIndexIssue]
    vectors = torch.randn(1, 2, 3, 3, generator=torch.Generator().manual_seed(0)).requires_grad_()
    nearest = module.quantize(vectors)[0]
    (nearest * 5.0).sum().backward()

    assert not torch.equal(nearest, vectors)
    assert vectors.grad is not None
    assert torch.equal(vectors.grad, torch.full_like(vectors, 5.0))


def test_the_loss_is_reconstruction_codebook_and_beta_times_commitment() -> None:
    state = begun()
    module = bound(state.config, state.params)
    with torch.no_grad():
        loss, lost, commitment, _ = quantised_loss(0.25, module, batch(DIGITS, 0, 4).samples).tolist()

    assert commitment > 0
    assert loss == pytest.approx(lost + 1.25 * commitment)


def test_perplexity_counts_the_vectors_in_use() -> None:
    assert float(perplexity(torch.tensor([0, 1, 2, 3]))) == pytest.approx(4.0)
    assert float(perplexity(torch.tensor([7, 7, 7, 7]))) == pytest.approx(1.0)
    # shares of ½, ¼, ¼: 2^(½ · 1 + 2 · ¼ · 2) = 2^1.5
    assert float(perplexity(torch.tensor([0, 0, 5, 9]))) == pytest.approx(2**1.5)


def test_the_loss_falls_and_more_of_the_codebook_comes_into_use() -> None:
    told = turns(begun(), 60)

    assert sum(one.reconstruction for one in told[-5:]) < 0.3 * sum(one.reconstruction for one in told[:5])
    assert sum(one.perplexity for one in told[-5:]) > 1.3 * sum(one.perplexity for one in told[:5])


def test_a_stored_run_goes_on_to_the_same_bytes() -> None:
    stored = decode(encode(turns(begun(), 2)[-1].state))

    assert encode(turns(stored, 2)[-1].state) == encode(turns(begun(), 4)[-1].state)


@pytest.mark.parametrize(
    ("widths", "said"), [([8, 12], "multiples of 8"), ([], "got none"), ([8] * 6, "halved 5 times")]
)
def test_widths_that_do_not_fit_are_refused(widths: list[int], said: str) -> None:
    with pytest.raises(ValueRefused, match=said):
        quantised_start(widths, 16)


def test_states_of_other_autoencoders_are_refused() -> None:
    with pytest.raises(ValueRefused, match="quantised_start, got one of VectorAutoencoder"):
        quantised_step(start(size=16, width=8), batch(DIGITS, 0, 4), HOW, UNWATCHED)
