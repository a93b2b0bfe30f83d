"""Several pictures into one: laid over one another, blended, gathered into batches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from engine import node
from engine.errors import ValueRefused
from nodes.image.channels import alike, alpha_of, colour_of, with_channels
from nodes.image.ink import Colour, ink
from nodes.values import Image, Mask

if TYPE_CHECKING:
    import torch

Offset = Annotated[int, Field(ge=-16384, le=16384)]
Share = Annotated[float, Field(ge=0, le=1)]
Mode = Literal[
    "normal",
    "multiply",
    "screen",
    "overlay",
    "darken",
    "lighten",
    "add",
    "subtract",
    "difference",
    "hard light",
    "soft light",
]


@node("image.composite")
def composite(
    base: Image,
    layer: Image,
    mask: Mask | None = None,
    x: Offset = 0,
    y: Offset = 0,
    opacity: Share = 1.0,
) -> Image:
    """Lay a picture over another one (Porter and Duff's "over"). What juts out is cut off.

    Args:
        base: The picture below; the result has its size.
        layer: The picture above, with its alpha.
        mask: Where the layer shows, of the layer's size; everywhere without one.
        x: Column of the base at which the layer's left side lies.
        y: Row of the base at which the layer's top lies.
        opacity: How much of the layer shows.
    """
    import torch

    alpha = alpha_of(layer.pixels) * opacity
    if mask is not None:
        _check_mask(mask, layer)
        alpha = alpha * mask.pixels[..., None]
    colour = with_channels(colour_of(layer.pixels), 3).expand(len(alpha), -1, -1, -1)
    height, width = base.pixels.shape[1:3]
    canvas = _placed(torch.cat([colour, alpha], dim=-1), height, width, x, y)
    return replace(base, pixels=_over(*alike(base.pixels, canvas))[..., : max(base.pixels.shape[-1], 3)])


def _check_mask(mask: Mask, layer: Image) -> None:
    expected, got = layer.pixels.shape[1:3], mask.pixels.shape[1:]
    if expected != got:
        raise ValueRefused(f"a mask of the layer's size, {expected[1]}×{expected[0]}", f"{got[1]}×{got[0]}")


def _placed(pixels: torch.Tensor, height: int, width: int, x: int, y: int) -> torch.Tensor:
    """Move [B, H, W, C] to its place on a canvas of zeros; what lies beyond it is cut off."""
    count, tall, wide, channels = pixels.shape
    left, top = max(x, 0), max(y, 0)
    right, bottom = max(left, min(x + wide, width)), max(top, min(y + tall, height))
    canvas = pixels.new_zeros(count, height, width, channels)
    canvas[:, top:bottom, left:right] = pixels[:, top - y : bottom - y, left - x : right - x]
    return canvas


def _over(below: torch.Tensor, above: torch.Tensor) -> torch.Tensor:
    """``above`` over ``below``, both with alpha."""
    import torch

    cover, under = alpha_of(above), alpha_of(below) * (1 - alpha_of(above))
    alpha = cover + under
    mixed = colour_of(above) * cover + colour_of(below) * under
    return torch.cat([mixed / torch.where(alpha > 0, alpha, 1.0), alpha], dim=-1)


@node("image.flatten")
def flatten(image: Image, colour: Colour = "#ffffff") -> Image:
    """Lay pictures on a coloured ground, which takes their alpha away.

    Args:
        image: The pictures; those without alpha stay as they are.
        colour: The ground.
    """
    import torch

    if image.pixels.shape[-1] != 4:
        return image
    ground = ink(colour, 3).to(image.pixels.device)
    return replace(image, pixels=torch.lerp(ground, colour_of(image.pixels), alpha_of(image.pixels)))


@node("image.blend")
def blend(a: Image, b: Image, amount: Share = 0.5, mode: Mode = "normal") -> Image:
    """Mix two pictures of one size by the modes of the W3C's "Compositing and Blending".

    Args:
        a: The picture below.
        b: The picture above; alpha is mixed like a fourth colour.
        amount: 0 gives ``a``, 1 the full effect.
        mode: What ``b`` does to ``a``; ``normal`` puts it in its place.
    """
    import torch

    below, above = alike(a.pixels, b.pixels)
    effect = BLENDS[mode](colour_of(below), colour_of(above)).clamp(0, 1)
    if below.shape[-1] == 4:
        effect = torch.cat([effect, alpha_of(above)], dim=-1)
    return replace(a, pixels=torch.lerp(below, effect, amount))


def _hard_light(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    import torch

    return torch.where(b <= 0.5, 2 * a * b, 1 - 2 * (1 - a) * (1 - b))


def _soft_light(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    import torch

    lifted = torch.where(a <= 0.25, ((16 * a - 12) * a + 4) * a, a.sqrt())
    return torch.where(b <= 0.5, a - (1 - 2 * b) * a * (1 - a), a + (2 * b - 1) * (lifted - a))


BLENDS: dict[Mode, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "normal": lambda a, b: b,
    "multiply": lambda a, b: a * b,
    "screen": lambda a, b: a + b - a * b,
    "overlay": lambda a, b: _hard_light(b, a),
    "darken": lambda a, b: a.minimum(b),
    "lighten": lambda a, b: a.maximum(b),
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "difference": lambda a, b: (a - b).abs(),
    "hard light": _hard_light,
    "soft light": _soft_light,
}


@node("image.batch")
def batch(images: list[Image]) -> Image:
    """Gather pictures of one size into a batch, which models work on at once.

    Args:
        images: The pictures, or batches of them; grey and opaque ones get the channels of the others.
    """
    import torch

    if not images:
        raise ValueRefused("a list with pictures", "an empty one")
    sizes = dict.fromkeys(f"{image.pixels.shape[2]}×{image.pixels.shape[1]}" for image in images)
    if len(sizes) > 1:
        raise ValueRefused("pictures of one size (resize them first)", ", ".join(sizes))
    channels = max(image.pixels.shape[-1] for image in images)
    first = images[0].pixels.device
    return replace(
        images[0], pixels=torch.cat([with_channels(image.pixels, channels).to(first) for image in images])
    )


@node("image.unbatch")
def unbatch(image: Image) -> list[Image]:
    """Take a batch apart into a list of single pictures.

    Args:
        image: The batch.
    """
    return [replace(image, pixels=pixels) for pixels in image.pixels.split(1)]
