import torch

from nodes.diffusion.guidance import guidance
from nodes.values import Prediction


def of(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float32).reshape(1, 1, 1, -1)


def test_the_prediction_is_led_from_the_negative_through_the_positive_one_and_beyond() -> None:
    found = guidance(Prediction(of(1, 2), of(0, 3), "sd1"), scale=3)

    assert torch.equal(found.samples, of(3, 0))  # 0 + 3 · (1 - 0), 3 + 3 · (2 - 3)
    assert found.negative is None
    assert found.family == "sd1"


def test_without_a_negative_prediction_nothing_changes() -> None:
    asked = Prediction(of(1, 2))

    assert guidance(asked, scale=3) is asked


def test_a_scale_of_one_gives_the_positive_prediction() -> None:
    assert torch.equal(guidance(Prediction(of(1, 2), of(4, 8)), scale=1).samples, of(1, 2))


def test_contrast_is_brought_back_to_that_of_the_positive_prediction() -> None:
    """Deviations: 1 of the positive, 3 of the guided one; the guided is scaled by a third."""
    asked = Prediction(of(-1, 0, 1), of(0, 0, 0))

    assert torch.allclose(guidance(asked, scale=3, rescale=1).samples, of(-1, 0, 1))
    assert torch.allclose(guidance(asked, scale=3, rescale=0.5).samples, of(-2, 0, 2))
