import pytest
import torch

from nodes.diffusion.regions import blended
from nodes.values import Cond


def predicted(*values: float) -> torch.Tensor:
    """Of one channel and one row."""
    return torch.tensor(values, dtype=torch.float32).reshape(1, 1, 1, -1)


def mask(*pixels: float) -> torch.Tensor:
    """Two pixels a cell, in both directions."""
    return torch.tensor(pixels).expand(1, 2, -1)


def test_soft_masks_blend_predictions_by_their_weights() -> None:
    """Three cells: all of the first; three quarters of it; half of both."""
    left = Cond(mask=mask(1, 1, 1, 0.5, 0.5, 0.5))
    right = Cond(mask=mask(0, 0, 0, 0.5, 0.5, 0.5))

    found = blended([predicted(8, 8, 8), predicted(0, 0, 0)], [left, right])
    assert found.flatten().tolist() == [8, 6, 4]


def test_weights_that_do_not_add_up_to_one_are_brought_there() -> None:
    """Weights 0.5 and 1 are shares of a third and two thirds; strengths multiply them."""
    left, right = Cond(mask=mask(0.5, 0.5)), Cond(mask=mask(1, 1))
    strong = Cond(mask=mask(0.5, 0.5), strength=6)

    assert blended([predicted(9), predicted(0)], [left, right]).item() == pytest.approx(3)
    assert blended([predicted(8), predicted(0)], [strong, right]).item() == pytest.approx(6)


def test_a_text_without_a_mask_counts_everywhere_beside_one_with() -> None:
    found = blended([predicted(4, 4), predicted(0, 0)], [Cond(mask=mask(1, 1, 0, 0)), Cond()])

    assert found.flatten().tolist() == [2, 0]


def test_a_mask_holds_for_every_channel_frame_and_picture() -> None:
    ones, zeros = torch.ones(2, 3, 4, 1, 2), torch.zeros(2, 3, 4, 1, 2)

    found = blended([ones, zeros], [Cond(mask=mask(1, 1, 0, 0)), Cond(mask=mask(0, 0, 1, 1))])
    assert torch.equal(found, torch.tensor([1.0, 0]).expand(2, 3, 4, 1, 2))
