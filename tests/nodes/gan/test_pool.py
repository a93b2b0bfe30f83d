"""The pool of pictures that were made some steps ago."""

import torch

from nodes.gan.pool import exchanged, pool


def numbered(first: int, count: int) -> torch.Tensor:
    """Pictures of a single pixel that holds a number."""
    return torch.arange(first, first + count).float().reshape(count, 1, 1, 1)


def test_while_there_is_room_pictures_are_kept_and_given_back() -> None:
    rng = torch.Generator().manual_seed(0)
    kept, given = exchanged(None, numbered(0, 3), 5, rng)
    assert torch.equal(given, numbered(0, 3))
    kept, given = exchanged(kept, numbered(3, 2), 5, rng)
    assert torch.equal(given, numbered(3, 2))
    assert torch.equal(kept, numbered(0, 5))


def test_a_full_pool_gives_half_of_the_pictures_back_and_earlier_ones_for_the_others() -> None:
    rng = torch.Generator().manual_seed(0)
    kept, _ = exchanged(None, numbered(0, 50), 50, rng)
    made = numbered(50, 4000)
    _, given = exchanged(kept, made, 50, rng)
    assert abs(float((given == made).float().mean()) - 0.5) < 0.03
    assert (given <= made).all()


def test_no_picture_is_lost_or_given_twice() -> None:
    rng = torch.Generator().manual_seed(0)
    kept, _ = exchanged(None, numbered(0, 5), 5, rng)
    kept, given = exchanged(kept, numbered(5, 200), 5, rng)
    assert torch.cat([kept, given]).flatten().sort().values.tolist() == list(range(205))


def test_every_place_is_exchanged_equally_often() -> None:
    """A picture waits 2 · size pictures on average: half are exchanged, each with one of ``size`` places."""
    rng = torch.Generator().manual_seed(0)
    kept, _ = exchanged(None, numbered(0, 10), 10, rng)
    made = numbered(10, 8000)
    _, given = exchanged(kept, made, 10, rng)
    waited = (made - given)[given != made]
    assert abs(float(waited.mean()) - 20) < 1.5


def test_equal_seeds_exchange_the_same_pictures() -> None:
    def run(seed: int) -> torch.Tensor:
        rng = torch.Generator().manual_seed(seed)
        kept, _ = exchanged(None, numbered(0, 5), 5, rng)
        return exchanged(kept, numbered(5, 100), 5, rng)[1]

    assert torch.equal(run(1), run(1))
    assert not torch.equal(run(1), run(2))


def test_a_batch_larger_than_the_room_fills_it_first() -> None:
    rng = torch.Generator().manual_seed(0)
    kept, given = exchanged(None, numbered(0, 8), 5, rng)
    assert len(kept) == 5
    assert torch.equal(given[:5], numbered(0, 5))


def test_a_pool_starts_empty() -> None:
    begun = pool(3, seed=4)
    assert (begun.size, begun.a, begun.b) == (3, None, None)
