"""What digits pictures show, and how far a set of pictures is from another in what a network sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from engine import OnDevice, node
from engine.errors import ValueRefused
from nodes.data.values import Dataset
from nodes.measure.digit_classifier import Classifier, read
from nodes.values import Image

if TYPE_CHECKING:
    import torch

AT_ONCE = 256


class Seen(NamedTuple):
    """What a classifier sees.

    Attributes:
        digits: The digit that each picture shows, 0..9.
        certainty: The probability of each, as the classifier says, 0..1.
    """

    digits: list[int]
    certainty: list[float]


@node("measure.read_digits")
def read_digits(classifier: OnDevice[Classifier[Any]], image: Image) -> Seen:
    """Tell which digit each picture shows.

    Args:
        classifier: Link load.digit_classifier.
        image: Digits, one a picture.
    """
    _, logits = _read(classifier, image.pixels)
    certainty, digits = logits.softmax(1).max(1)
    return Seen(digits.tolist(), certainty.tolist())


@node("measure.recognised")
def recognised(digits: list[int], wanted: list[int] | None = None) -> float:
    """The share of digits that are those that were asked for.

    Args:
        digits: What was seen.
        wanted: What was asked for; without any, 0 to 9 in turn.

    Raises:
        ValueRefused: They are not equally many.
    """
    asked = wanted if wanted is not None else [place % 10 for place in range(len(digits))]
    if len(asked) != len(digits) or not digits:
        raise ValueRefused(f"as many digits as were asked for ({len(asked)}), at least one", str(len(digits)))
    return sum(a == b for a, b in zip(digits, asked, strict=True)) / len(digits)


@node("measure.digit_distance")
def digit_distance(classifier: OnDevice[Classifier[Any]], image: Image, dataset: Dataset) -> float:
    """How far drawn digits are from real ones: 0 = alike; what a set is from itself, halved, tells the scale.

    The Fréchet distance of Gaussians (Heusel et al. 2017, arXiv 1706.08500) through the 256 features of the
    digit classifier. It is like the FID, but not comparable with it, for that looks through Inception v3.

    Args:
        classifier: Link load.digit_classifier.
        image: Drawn digits; a few hundred at least.
        dataset: Real ones.
    """
    pixels = dataset.pixels.permute(0, 2, 3, 1).float() / 255
    return frechet(_read(classifier, image.pixels)[0], _read(classifier, pixels)[0])


def frechet(one: torch.Tensor, two: torch.Tensor) -> float:
    """Fréchet distance of the Gaussians with the means and covariances of two sets of features.

    Args:
        one: [B, D].
        two: [N, D].

    Raises:
        ValueRefused: A set has fewer than two members.
    """
    import torch

    if min(len(one), len(two)) < 2:
        raise ValueRefused("at least two pictures in each set", str(min(len(one), len(two))))
    one, two = one.double(), two.double()
    means = (one.mean(0) - two.mean(0)).square().sum()
    first, second = torch.cov(one.T), torch.cov(two.T)
    # tr sqrt(A B) = sum of the roots of its eigenvalues, which are those of sqrt(A) B sqrt(A)
    values, vectors = torch.linalg.eigh(first)
    root = vectors * values.clamp(min=0).sqrt() @ vectors.T
    shared = torch.linalg.eigvalsh(root @ second @ root).clamp(min=0).sqrt().sum()
    return float((means + first.trace() + second.trace() - 2 * shared).clamp(min=0))


def _read(classifier: OnDevice[Classifier[Any]], pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    import torch

    with torch.no_grad():
        parts = [read(classifier.model, some.to(classifier.device)) for some in pixels.split(AT_ONCE)]
    features, logits = (torch.cat(column).float().cpu() for column in zip(*parts, strict=True))
    return features, logits
