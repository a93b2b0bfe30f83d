import pytest
import torch

from engine.errors import ValueRefused
from nodes.diffusion.batches import batch, repeat, unbatch
from nodes.values import Latent

SHAPES = pytest.mark.parametrize("shape", [(4, 2, 2), (4, 3, 2, 2)], ids=["picture", "video"])


def filled(*values: float, shape: tuple[int, ...] = (1, 1, 1), family: str = "sd1") -> Latent[str]:
    """A batch whose latents hold one number each."""
    return Latent(torch.stack([torch.full(shape, value) for value in values]), family)


def values(latent: Latent[str]) -> list[float]:
    assert latent.samples.is_contiguous()
    return latent.samples.flatten(1)[:, 0].tolist()


@SHAPES
def test_latents_and_batches_become_one_batch(shape: tuple[int, ...]) -> None:
    made = batch([filled(1, shape=shape, family=""), filled(2, 3, shape=shape)])

    assert made.samples.shape == (3, *shape)
    assert values(made) == [1, 2, 3]
    assert made.family == "sd1"


@SHAPES
def test_a_batch_is_taken_apart(shape: tuple[int, ...]) -> None:
    parts = unbatch(filled(1, 2, shape=shape))

    assert [values(part) for part in parts] == [[1], [2]]
    assert [part.samples.shape for part in parts] == [(1, *shape)] * 2


def test_copies_lie_beside_what_they_are_of() -> None:
    assert values(repeat(filled(1, 2), 3)) == [1, 1, 1, 2, 2, 2]


def test_nothing_is_no_batch() -> None:
    with pytest.raises(ValueRefused, match="a list with latents, got an empty one"):
        batch([])


def test_two_sizes_are_refused() -> None:
    with pytest.raises(ValueRefused, match=r"of one size .*, got \[1, 1, 1\], \[1, 2, 1\]"):
        batch([filled(1), filled(1, shape=(1, 2, 1))])
