"""Pictures out of nothing: one colour, a gradient, noise."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from engine import Rng, Seed, node
from nodes.image.ink import Colour, ink, is_opaque
from nodes.values import Image

Side = Annotated[int, Field(ge=1, le=16384)]


@node("image.solid")
def solid(width: Side = 512, height: Side = 512, colour: Colour = "#808080") -> Image:
    """Make a picture of one colour; it has alpha when the colour is not opaque.

    Args:
        width: Width in pixels.
        height: Height in pixels.
        colour: The colour.
    """
    return Image(ink(colour, 3 if is_opaque(colour) else 4).repeat(1, height, width, 1))


@node("image.gradient")
def gradient(
    width: Side = 512,
    height: Side = 512,
    start: Colour = "#000000",
    end: Colour = "#ffffff",
    direction: Literal["right", "down", "outward"] = "right",
) -> Image:
    """Make a picture that goes from one colour to another in a straight line of sRGB values.

    Args:
        width: Width in pixels.
        height: Height in pixels.
        start: Colour at the left, at the top, or in the centre.
        end: Colour at the right, at the bottom, or in the corners.
        direction: Which way it goes.
    """
    import torch

    across, down = torch.linspace(-1, 1, width)[None, :], torch.linspace(-1, 1, height)[:, None]
    place = {
        "right": ((across + 1) / 2).expand(height, width),
        "down": ((down + 1) / 2).expand(height, width),
        "outward": torch.hypot(across, down) / 2**0.5,
    }[direction]
    channels = 3 if is_opaque(start) and is_opaque(end) else 4
    return Image(torch.lerp(ink(start, channels), ink(end, channels), place[None, :, :, None]))


class Noise(NamedTuple):
    """A picture of noise.

    Attributes:
        image: The picture.
        rng: State of the generator after drawing it.
    """

    image: Image
    rng: Rng


@node("image.noise")
def noise(width: Side = 512, height: Side = 512, colours: bool = True, seed: Seed = 0) -> Noise:
    """Make a picture whose pixels are drawn evenly from black to white.

    Args:
        width: Width in pixels.
        height: Height in pixels.
        colours: Draw red, green and blue apart; otherwise the picture is grey.
        seed: Equal seeds draw equal noise on every device.
    """
    import torch

    generator = Rng.seeded(seed).generator()
    pixels = torch.rand(1, height, width, 3 if colours else 1, generator=generator)
    return Noise(Image(pixels), Rng.of(generator))
