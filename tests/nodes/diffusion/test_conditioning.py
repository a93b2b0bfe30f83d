import pytest
import torch

from engine.errors import ValueRefused
from nodes.diffusion.conditioning import combine, limit
from nodes.values import Cond, Conditioning, Mask

EMBEDS = torch.zeros(1, 77, 32)


def test_conditionings_are_put_side_by_side() -> None:
    one, two = Cond(EMBEDS, strength=1), Cond(EMBEDS, strength=2)

    assert combine(Conditioning([one]), Conditioning([two], "sd1")) == Conditioning([one, two], "sd1")


def test_none_at_all_is_refused() -> None:
    with pytest.raises(ValueRefused, match="at least one conditioning"):
        combine()


def test_a_limit_applies_to_each_text() -> None:
    mask = Mask(torch.ones(1, 8, 8))
    found = limit(Conditioning([Cond(EMBEDS), Cond(EMBEDS)], "sd1"), mask, strength=2, start=0.25, end=0.5)

    assert found == Conditioning([Cond(EMBEDS, None, mask.pixels, 2, 0.25, 0.5)] * 2, "sd1")


def test_an_empty_part_of_the_run_is_refused() -> None:
    with pytest.raises(ValueRefused, match=r"start before end, got start 0\.5, end 0\.5"):
        limit(Conditioning([Cond(EMBEDS)]), start=0.5, end=0.5)
