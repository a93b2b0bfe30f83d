"""Pictures out of pictures, by a generator of pix2pix or CycleGAN; and how real patches of them look."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from engine import OnDevice, Seed, node
from engine.errors import ValueRefused
from nodes.gan.cyclegan import A_TO_B, B_TO_A, A, B
from nodes.gan.pix2pix import JUDGE, TRANSLATOR
from nodes.gan.training import GanRefused
from nodes.gan.translators import PatchJudge, Translator
from nodes.image.channels import luminance, with_channels
from nodes.train.trained import trained
from nodes.train.values import TrainState
from nodes.values import Image

if TYPE_CHECKING:
    import torch

Direction = Literal["a to b", "b to a"]
Kind = Literal["a", "b"]
Objective = Literal["cross entropy", "least squares"]
SMALLEST = 8
"""Pixels along a side of what a network is shown at least."""


class Judged(NamedTuple):
    """How real pictures look.

    Attributes:
        scores: Mean score of each picture's patches, 0..1.
        patches: The score of each patch, as a picture with a pixel a patch: white = real, black = made.
    """

    scores: list[float]
    patches: Image


@node("gan.translator")
def translator(state: TrainState, direction: Direction = "a to b") -> Translator[Any]:
    """Take a generator that translates pictures out of a training run, with its averaged weights.

    Args:
        state: The state of a generator of pix2pix, or of both of CycleGAN.
        direction: Which of the two of CycleGAN.

    Raises:
        GanRefused: The state is of another network.
    """
    wanted = A_TO_B if direction == "a to b" else B_TO_A
    return trained(Translator, state, _part(state, TRANSLATOR, wanted))


@node("gan.patch_discriminator")
def patch_discriminator(state: TrainState, kind: Kind = "a") -> PatchJudge[Any]:
    """Take a discriminator that judges patches out of a training run, with its averaged weights.

    Args:
        state: The state of the discriminator of pix2pix, or of both of CycleGAN.
        kind: Which pictures it judges, of CycleGAN's.

    Raises:
        GanRefused: The state is of another network.
    """
    return trained(PatchJudge, state, _part(state, JUDGE, A if kind == "a" else B))


@node("gan.translate")
def translate(
    translator: OnDevice[Translator[Any]], image: Image, dropout: bool = False, seed: Seed = 0
) -> Image:
    """Make a picture of each picture.

    Sides that the network can't halve often enough are continued beyond their edges first, and cut again.

    Args:
        translator: A generator that translates pictures.
        image: Pictures without alpha; brought to the network's number of channels.
        dropout: Drop numbers at random where the network was trained so, as pix2pix was published: equal
            pictures then give pictures that differ a little.
        seed: Seed of what is dropped, for each picture of its own.

    Raises:
        ValueRefused: The pictures have alpha, or the network takes pictures of other kinds.
    """
    import torch

    module = translator.model
    given = _shown(image, module.inputs).to(translator.device, next(module.parameters()).dtype)
    height, width = given.shape[2:]
    given = _continued(given, module.multiple)
    drawn = torch.randint(1 << 53, (len(given),), generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():  # one by one, so that no picture depends on the others
        made = [
            module(picture, seed if dropout else None)
            for picture, seed in zip(given.split(1), drawn.split(1), strict=True)
        ]
    pixels = torch.cat(made)[..., :height, :width].float().cpu() / 2 + 0.5
    return Image(pixels.clamp(0, 1).permute(0, 2, 3, 1).contiguous())


@node("gan.judge_patches")
def judge_patches(
    discriminator: OnDevice[PatchJudge[Any]],
    image: Image,
    source: Image | None = None,
    trained_by: Objective = "cross entropy",
) -> Judged:
    """Tell how real each patch of pictures looks.

    Args:
        discriminator: A discriminator of patches.
        image: Pictures without alpha.
        source: What they were made of, for the discriminator of pix2pix, which judges both together.
        trained_by: What it was trained by: pix2pix by cross entropy, so that its scores are logits; CycleGAN
            by least squares, so that they lie about 0 for made and 1 for real.

    Raises:
        ValueRefused: The pictures have alpha, other channels than it judges, or other sizes than their
            sources.
    """
    import torch

    module = discriminator.model
    channels = module.model[0].in_channels
    pictures = _shown(image, image.pixels.shape[-1])
    if source is not None:
        if source.pixels.shape[:3] != image.pixels.shape[:3]:
            expected = f"sources of the pictures' number and size, {list(image.pixels.shape[:3])}"
            raise ValueRefused(expected, str(list(source.pixels.shape[:3])))
        pictures = torch.cat([_shown(source, channels - pictures.shape[1]), pictures], 1)
    if pictures.shape[1] != channels:
        expected = f"{channels} channels, those of a picture and of what it was made of together"
        raise ValueRefused(expected, str(pictures.shape[1]))
    given = pictures.to(discriminator.device, next(module.parameters()).dtype)
    with torch.no_grad():
        scores = torch.cat([module(picture) for picture in given.split(1)]).float().cpu()
    certain = scores.sigmoid() if trained_by == "cross entropy" else scores.clamp(0, 1)
    return Judged(certain.mean((1, 2, 3)).tolist(), Image(certain.permute(0, 2, 3, 1).contiguous()))


def _part(state: TrainState, only: str, one_of_two: str) -> str:
    parts = json.loads(state.config)
    for name in (only, one_of_two):
        if name in parts:
            return name
    cure = "Link what a training of pix2pix or CycleGAN gave."
    raise GanRefused(f"expected the state of a {only.replace('_', ' ')}, got {', '.join(parts)}. {cure}")


def _shown(image: Image, channels: int) -> torch.Tensor:
    """Pictures as networks take them, [B, channels, H, W], -1..1."""
    pixels = image.pixels
    if pixels.shape[-1] == 4:
        raise ValueRefused("pictures without alpha (image.flatten takes it away)", "some with it")
    if channels not in (1, 3):
        raise ValueRefused("a network for pictures of 1 or 3 channels", f"one for {channels}")
    pixels = luminance(pixels) if channels == 1 else with_channels(pixels, 3)
    return (pixels * 2 - 1).permute(0, 3, 1, 2)


def _continued(pictures: torch.Tensor, multiple: int) -> torch.Tensor:
    """Continue pictures to the right and below by their last pixels, to sides that can be divided."""
    from torch.nn.functional import pad

    height, width = (max(-(-side // multiple) * multiple, SMALLEST) for side in pictures.shape[2:])
    return pad(pictures, (0, width - pictures.shape[3], 0, height - pictures.shape[2]), mode="replicate")
