"""Where pixels are: size, cut, turned."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

from pydantic import Field

from engine import Rng, Seed, node
from engine.errors import ValueRefused
from nodes.image.channels import premultiplied, straight, with_channels
from nodes.image.ink import Colour, ink, is_opaque
from nodes.image.patterns import Side
from nodes.image.planes import Filter, each_plane, resized
from nodes.values import Image, Mask

if TYPE_CHECKING:
    import torch

Border = Annotated[int, Field(ge=0, le=8192)]
Place = Annotated[int, Field(ge=0, le=16384)]
Fit = Literal["stretch", "inside", "cover"]


class Size(NamedTuple):
    """What a picture measures.

    Attributes:
        width: Width in pixels.
        height: Height in pixels.
        pictures: Number of pictures in the batch.
        channels: 1 for grey, 3 for colour, 4 for colour with alpha.
    """

    width: int
    height: int
    pictures: int
    channels: int


@node("image.size")
def size(image: Image) -> Size:
    """Measure pictures.

    Args:
        image: The pictures.
    """
    count, height, width, channels = image.pixels.shape
    return Size(width, height, count, channels)


@node("image.resize")
def resize(
    image: Image,
    width: Side = 512,
    height: Side = 512,
    fit: Fit = "stretch",
    filter: Filter = "lanczos",
) -> Image:
    """Change the size of pictures.

    Args:
        image: The pictures.
        width: New width in pixels.
        height: New height in pixels.
        fit: ``stretch`` changes the proportions; ``inside`` keeps them and stays within width and height;
            ``cover`` keeps them, fills both, and cuts off what juts out on opposite sides.
        filter: ``lanczos`` is sharp, ``bicubic`` softer, ``nearest`` keeps hard pixels, ``box`` averages.
    """
    _, old_height, old_width, _ = image.pixels.shape
    ratios = width / old_width, height / old_height
    factor = {"stretch": None, "inside": min(ratios), "cover": max(ratios)}[fit]
    if factor is None:
        return _resized(image, width, height, filter)
    larger = _resized(image, max(1, round(old_width * factor)), max(1, round(old_height * factor)), filter)
    if fit == "inside":
        return larger
    _, tall, wide, _ = larger.pixels.shape
    left, top = (wide - width) // 2, (tall - height) // 2
    return replace(image, pixels=larger.pixels[:, top : top + height, left : left + width].contiguous())


@node("image.scale")
def scale(
    image: Image, factor: Annotated[float, Field(gt=0, le=64)] = 2.0, filter: Filter = "lanczos"
) -> Image:
    """Enlarge or shrink pictures by a factor.

    Args:
        image: The pictures.
        factor: New size divided by the old one.
        filter: ``lanczos`` is sharp, ``bicubic`` softer, ``nearest`` keeps hard pixels, ``box`` averages.
    """
    _, height, width, _ = image.pixels.shape
    return _resized(image, max(1, round(width * factor)), max(1, round(height * factor)), filter)


def _resized(image: Image, width: int, height: int, filter: Filter) -> Image:
    return replace(image, pixels=straight(resized(premultiplied(image.pixels), width, height, filter)))


@node("image.crop")
def crop(image: Image, x: Place = 0, y: Place = 0, width: Side = 512, height: Side = 512) -> Image:
    """Cut a rectangle out.

    Args:
        image: The pictures.
        x: First column that is kept, from 0 at the left.
        y: First row that is kept, from 0 at the top.
        width: Width of the rectangle in pixels; it must lie within the picture.
        height: Height of the rectangle in pixels.
    """
    _, tall, wide, _ = image.pixels.shape
    if x + width > wide or y + height > tall:
        got = f"{width}×{height} at ({x}, {y})"
        raise ValueRefused(f"a rectangle within the picture's {wide}×{tall}", got)
    return replace(image, pixels=image.pixels[:, y : y + height, x : x + width].contiguous())


class Padded(NamedTuple):
    """A picture with a border.

    Attributes:
        image: The picture.
        mask: 1 on the border, fading into the picture: where an inpainting model may draw.
    """

    image: Image
    mask: Mask


@node("image.pad")
def pad(
    image: Image,
    left: Border = 0,
    top: Border = 0,
    right: Border = 0,
    bottom: Border = 0,
    fill: Literal["colour", "edge", "mirror", "noise"] = "colour",
    colour: Colour = "#000000",
    seed: Seed = 0,
    feather: Border = 0,
) -> Padded:
    """Put a border around pictures, such as one for a model to draw on (outpainting).

    Args:
        image: The pictures.
        left: Columns to add at the left.
        top: Rows to add at the top.
        right: Columns to add at the right.
        bottom: Rows to add at the bottom.
        fill: ``colour`` paints the border, ``edge`` repeats the outermost pixels, ``mirror`` reflects the
            picture, which has to be larger than the border then; ``noise`` has pixels of random colours.
        colour: The paint; a translucent one gives the pictures alpha.
        seed: Equal seeds draw equal noise on every device.
        feather: Pixels beside the border over which the mask fades into the picture.
    """
    import torch

    sides = (left, right, top, bottom)
    pixels = image.pixels if fill != "colour" or is_opaque(colour) else with_channels(image.pixels, 4)
    count, height, width, channels = pixels.shape
    if fill == "mirror" and (max(left, right) >= width or max(top, bottom) >= height):
        raise ValueRefused(f"a mirrored border narrower than the picture ({width}×{height})", str(sides))
    planes = pixels.permute(0, 3, 1, 2)
    outside = torch.nn.functional.pad(torch.zeros(count, height, width), sides, value=1.0)
    mode = {"edge": "replicate", "mirror": "reflect"}.get(fill, "constant")
    bordered = torch.nn.functional.pad(planes, sides, mode=mode).permute(0, 2, 3, 1).contiguous()
    if mode == "constant":
        paint = ink(colour, channels) if fill == "colour" else _noise(bordered.shape, seed)
        bordered = torch.where(outside[..., None] > 0, paint, bordered.cpu())
    return Padded(replace(image, pixels=bordered), Mask(_faded(outside, sides, feather)))


def _noise(shape: torch.Size, seed: int) -> torch.Tensor:
    """Random colours, [B, H, W, C], opaque."""
    import torch

    drawn = torch.rand(shape, generator=Rng.seeded(seed).generator())
    drawn[..., 3:] = 1
    return drawn


def _faded(outside: torch.Tensor, sides: tuple[int, int, int, int], reach: int) -> torch.Tensor:
    """The mask of a border, [B, H, W], which falls to 0 in so many pixels of the picture beside it."""
    import torch

    if not reach:
        return outside
    mask = outside
    for axis, (before, after) in ((2, sides[:2]), (1, sides[2:])):
        place = torch.arange(mask.shape[axis]) + 0.5
        place = place if axis == 2 else place[:, None]
        if before:
            mask = mask.maximum(1 - (place - before) / reach)
        if after:
            mask = mask.maximum(1 - (mask.shape[axis] - after - place) / reach)
    return mask.clamp(0, 1)


@node("image.flip")
def flip(image: Image, direction: Literal["horizontal", "vertical", "both"] = "horizontal") -> Image:
    """Mirror pictures.

    Args:
        image: The pictures.
        direction: ``horizontal`` swaps left and right, ``vertical`` top and bottom.
    """
    dimensions = {"horizontal": [2], "vertical": [1], "both": [1, 2]}[direction]
    return replace(image, pixels=image.pixels.flip(dimensions))


@node("image.rotate")
def rotate(
    image: Image,
    degrees: Annotated[float, Field(ge=-360, le=360)] = 90.0,
    expand: bool = True,
    colour: Colour = "#00000000",
    filter: Literal["nearest", "bilinear", "bicubic"] = "bicubic",
) -> Image:
    """Turn pictures clockwise; multiples of 90 degrees move pixels and change none.

    Args:
        image: The pictures.
        degrees: How far to turn; negative = anticlockwise.
        expand: Make room for the corners; otherwise they are cut off and the size stays.
        colour: What appears in the corners; a translucent colour gives the pictures alpha.
        filter: How pixels between pixels are found.
    """
    import torch

    quarters, rest = divmod(degrees, 90)
    square = image.pixels.shape[1] == image.pixels.shape[2] or quarters % 2 == 0
    if rest == 0 and (expand or square):
        return replace(image, pixels=torch.rot90(image.pixels, -int(quarters), (1, 2)))
    pixels = image.pixels if is_opaque(colour) else with_channels(image.pixels, 4)
    return replace(image, pixels=straight(_turned(premultiplied(pixels), degrees, expand, colour, filter)))


def _turned(
    pixels: torch.Tensor, degrees: float, expand: bool, colour: Colour, filter: Filter
) -> torch.Tensor:
    from PIL import Image as Pillow

    resampling = Pillow.Resampling[filter.upper()]
    corner = premultiplied(ink(colour, pixels.shape[-1])).tolist()
    return each_plane(
        pixels,
        lambda plane, channel: plane.rotate(-degrees, resampling, expand, fillcolor=corner[channel]),
    ).clamp(0, 1)
