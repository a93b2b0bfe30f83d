"""The discriminator in use: how real it finds pictures, and how its scores went over a training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from pydantic import Field

from engine import OnDevice, node
from engine.errors import ValueRefused
from nodes.gan.generate import told
from nodes.gan.training import GanRefused
from nodes.gan.values import Discriminator
from nodes.image.channels import luminance, with_channels
from nodes.values import Image

if TYPE_CHECKING:
    import torch

AT_ONCE = 256
WIDE = 4
"""Pixels of a column at least: it shows the mean of the steps that fall into it."""
REAL, MADE = (214, 105, 20), (30, 90, 200)


class Scores(NamedTuple):
    """What a discriminator says of pictures.

    Attributes:
        scores: The probability of each to be real, 0..1.
        mean: Their mean.
    """

    scores: list[float]
    mean: float


@node("gan.score")
def score(
    discriminator: OnDevice[Discriminator[Any]], image: Image, labels: list[int] | None = None
) -> Scores:
    """Tell how real pictures look to a discriminator.

    It learned to tell data from what one generator made, so it knows that generator's faults, and no others.

    Args:
        discriminator: A discriminator.
        image: Pictures of its size, without alpha; those of other channels are made grey or given three.
        labels: Class of each picture, or one of all, for a discriminator that is told classes; without any,
            they come in turn.

    Raises:
        GanRefused: The pictures are of another size, or the labels don't fit.
    """
    import torch

    module = discriminator.model
    samples = signal(module, image)
    classes = told(module, labels, len(samples), "cpu")
    found: list[torch.Tensor] = []
    with torch.no_grad():
        for start in range(0, len(samples), AT_ONCE):
            some = slice(start, start + AT_ONCE)
            given = None if classes is None else classes[some].to(discriminator.device)
            found.append(module(samples[some].to(discriminator.device), given).float().sigmoid().cpu())
    scores = torch.cat(found)
    return Scores(scores.tolist(), float(scores.mean()))


def signal(module: Any, image: Image) -> torch.Tensor:
    """Pictures as a discriminator takes them or a generator makes them, [B, C, size, size], -1..1.

    Raises:
        GanRefused: They are of another size or have alpha, or the network is for pictures of any.
    """
    size = getattr(module, "size", None)
    if size is None:
        got = type(module).__name__
        raise GanRefused(f"expected a network for pictures of one size, got {got}. Link that of a DCGAN.")
    pixels = image.pixels
    if pixels.shape[3] == 4:
        cure = "image.flatten takes it away."
        raise GanRefused(f"expected pictures without alpha, got some with it. {cure}")
    if pixels.shape[1:3] != (size, size):
        got = f"{pixels.shape[2]} × {pixels.shape[1]}"
        raise GanRefused(f"expected pictures of {size} × {size} pixels, got {got}. Resize them.")
    pixels = luminance(pixels) if module.channels == 1 else with_channels(pixels, module.channels)
    return (pixels.permute(0, 3, 1, 2) * 2 - 1).contiguous()


@node("gan.score_history")
def score_history(
    real: list[list[float]],
    made: list[list[float]],
    width: Annotated[int, Field(ge=64, le=4096)] = 640,
    height: Annotated[int, Field(ge=64, le=4096)] = 320,
) -> Image:
    """Draw how a discriminator's scores were spread in each step of a training: where dark, there were many.

    Scores run up from 0 to 1. Those of real samples are orange, those of made ones blue: where both lie in
    one place, it couldn't tell them apart.

    Args:
        real: ``real_scores`` of gan.discriminator_step, collected.
        made: ``made_scores``, likewise.
        width: Width in pixels.
        height: Height in pixels.

    Raises:
        ValueRefused: There are no steps, or not equally many.
    """
    import numpy as np
    import torch
    from PIL import Image as Pictures
    from PIL import ImageDraw

    if not real or len(real) != len(made):
        raise ValueRefused(f"scores of as many steps, at least one ({len(real)})", str(len(made)))
    left, top, right, bottom = 40, 22, width - 10, height - 24
    size = (bottom - top, right - left)
    page = torch.ones(3, height, width)
    page[:, top:bottom, left:right] = _ink(real, REAL, size) * _ink(made, MADE, size)
    picture = Pictures.fromarray((page.permute(1, 2, 0) * 255).round().byte().numpy())
    pen = ImageDraw.Draw(picture)
    pen.text((left, 5), "scores of real samples", fill=REAL)
    pen.text((left + 150, 5), "of made ones", fill=MADE)
    for share in (0.0, 0.5, 1.0):
        pen.text((10, bottom - share * size[0] - 6), f"{share:g}", fill=(90, 90, 90))
    pen.text((left, bottom + 6), f"{len(real)} steps", fill=(90, 90, 90))
    return Image(torch.from_numpy(np.array(picture)).float()[None] / 255)


def _ink(shares: list[list[float]], colour: tuple[int, int, int], size: tuple[int, int]) -> torch.Tensor:
    """What histograms over time leave of white paper, [3, height, width], 0..1; high scores on top."""
    import torch
    from torch.nn.functional import adaptive_avg_pool2d, interpolate

    grid = torch.tensor(shares).T.flip(0)[None, None]
    columns = min(grid.shape[3], size[1] // WIDE)
    mean = adaptive_avg_pool2d(grid, (grid.shape[2], columns))
    spread = interpolate(mean, size, mode="nearest")[0]
    dark = (spread / spread.max().clamp(min=1e-6)).sqrt()
    lack = 1 - torch.tensor(colour).view(3, 1, 1) / 255
    return 1 - dark * lack
