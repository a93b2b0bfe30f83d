"""Pictures through a model of spandrel's, tile by tile: the memory they need is a tile's, not a picture's.

Results are written where they will stay; the only whole picture beside input and output is the one that is
resized when another factor than the model's own is asked for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from engine import Context, OnDevice
from engine.errors import ValueRefused
from nodes.image.bleed import bled
from nodes.image.channels import colour_of, luminance, premultiplied, straight
from nodes.image.planes import resized
from nodes.image.same_noise import same_noise
from nodes.image.tiles import Window, windows
from nodes.values import Image, Upscaler

if TYPE_CHECKING:
    import torch

Tile = Annotated[int, Field(ge=32, le=8192, multiple_of=8)]
Overlap = Annotated[int, Field(ge=0, le=512, multiple_of=4)]
Factor = Annotated[float, Field(gt=0, le=16)]
SHOWN = 512
"""Pixels of the longer side, at least, of what is shown of an unfinished picture that is larger."""
SMALLEST = 32
"""Side of a tile that is not halved any more."""
STEP = 32
"""Tiles begin at multiples of this: most windows and strides of networks divide it."""
WINDOWS = ("window_size", "win_size", "stripe_size", "split_size", "padder_size")
"""Attributes under which spandrel's networks keep the sides of what they cut a picture into."""


@dataclass(slots=True)
class Pass:
    """What goes through a model once.

    Attributes:
        source: [H, W, C], a view of the picture.
        target: [H × scale, W × scale, C], a view of the result, all 0.
    """

    source: torch.Tensor
    target: torch.Tensor


@dataclass(slots=True)
class Enlarger:
    """Enlarges pictures one after another.

    Attributes:
        upscaler: The model, loaded.
        ctx: Told of every tile, and shown the picture so far.
        tile: Side of the tiles in pixels of the pictures; halved for good once memory runs out.
        overlap: Pixels that a tile sees of its neighbours.
        total: Passes that there will be.
        done: Passes that are over.
    """

    upscaler: OnDevice[Upscaler[Any]]
    ctx: Context
    tile: int
    overlap: int
    total: int = 0
    done: int = field(default=0, init=False)

    @property
    def descriptor(self) -> Any:
        """Spandrel's way to call the model."""
        return self.upscaler.model.descriptor

    def enlarge(self, picture: torch.Tensor, target: torch.Tensor) -> None:
        """Enlarge a picture.

        Args:
            picture: [H, W, C].
            target: Takes the result, [H × scale, W × scale, C].
        """
        target.zero_()
        for each in passes(picture, target, self.descriptor.input_channels):
            self._send(each, target)
            self.done += 1
        target.clamp_(max=1)  # weights of tiles add up to 1 but for the last bit
        if picture.shape[-1] == 4 and opaque(picture):
            target[..., 3] = 1

    def _send(self, each: Pass, whole: torch.Tensor) -> None:
        """Send a pass through the model, with ever smaller tiles if they don't fit into memory."""
        while True:
            try:
                return self._tiles(each, whole)
            except (MemoryError, RuntimeError) as error:
                longest = max(each.source.shape[:2])
                if not _lacks_memory(error) or min(self.tile, longest) <= SMALLEST:
                    raise
                self.tile = max(min(self.tile, longest) // 2, SMALLEST)
            _empty_cache(self.upscaler.device)
            each.target.zero_()

    def _tiles(self, each: Pass, whole: torch.Tensor) -> None:
        grid = self._grid(*each.source.shape[:2])
        scale = self.descriptor.scale
        for place, (rows, columns) in enumerate(grid, 1):
            self.ctx.tick()
            tile = self._call(each.source[rows.start : rows.stop, columns.start : columns.stop])
            share = rows.weights(scale)[:, None, None] * columns.weights(scale)[:, None]
            into = each.target[_part(rows, scale), _part(columns, scale)]
            into += share * _as_channels(tile, into.shape[-1])
            self.ctx.progress(self.done * len(grid) + place, self.total * len(grid))
            if len(grid) > 1:
                self.ctx.preview(partial(_so_far, whole))

    def _call(self, tile: torch.Tensor) -> torch.Tensor:
        """A tile [H, W, C] through the model."""
        import torch

        descriptor = self.descriptor
        part = _as_channels(tile, descriptor.input_channels).permute(2, 0, 1)[None]
        # a copy, because some of the networks change what they are given
        form = {"copy": True, "memory_format": torch.contiguous_format}
        batch = part.to(self.upscaler.device, descriptor.dtype, **form)
        with same_noise():
            return descriptor(batch)[0].permute(1, 2, 0).float().cpu()

    def _grid(self, height: int, width: int) -> list[tuple[Window, Window]]:
        """Rows and columns of the tiles; one for a model that cuts the picture up by itself."""
        from spandrel import ModelTiling

        if self.descriptor.tiling is ModelTiling.INTERNAL:
            return list(product(windows(height, height, 0), windows(width, width, 0)))
        tile, step = max(self.tile, 2 * self.descriptor.size_requirements.minimum), step_of(self.descriptor)
        return list(
            product(windows(height, tile, self.overlap, step), windows(width, tile, self.overlap, step))
        )


def enlarged(
    pictures: torch.Tensor,
    upscaler: OnDevice[Upscaler[Any]],
    ctx: Context,
    tile: int,
    overlap: int,
    factor: float | None = None,
) -> torch.Tensor:
    """Enlarge pictures, one in memory at a time.

    Args:
        pictures: float32 [N, H, W, C].
        upscaler: The model, loaded.
        ctx: Told of every tile, and shown the picture so far.
        tile: Side of the tiles in pixels of the pictures.
        overlap: Pixels that a tile sees of its neighbours.
        factor: How many times larger the result is; None for what the model makes.

    Returns:
        float32 [N, H', W', C].

    Raises:
        ValueRefused: The model takes or gives other channels than grey, colour, or colour with alpha.
    """
    import torch

    descriptor = upscaler.model.descriptor
    _check_channels(descriptor)
    count, height, width, channels = pictures.shape
    large = [side * descriptor.scale for side in (height, width)]
    wanted = large if factor is None else [max(1, round(side * factor)) for side in (height, width)]
    enlarger = Enlarger(upscaler, ctx, tile, overlap)
    enlarger.total = sum(_count(picture, descriptor.input_channels) for picture in pictures)
    result = torch.empty(count, *wanted, channels)
    scratch = None if wanted == large else torch.empty(*large, channels)
    for picture, place in zip(pictures, result, strict=True):
        enlarger.enlarge(picture, place if scratch is None else scratch)
        if scratch is not None:
            fitted = resized(premultiplied(scratch[None]), wanted[1], wanted[0], "lanczos")
            place.copy_(straight(fitted)[0])
    return result


def passes(picture: torch.Tensor, target: torch.Tensor, channels: int) -> Sequence[Pass]:
    """What to send through a model of some channels for a picture; alpha that hides nothing is not sent."""
    clear = opaque(picture)
    if channels == 4:
        return [Pass(picture, target)]
    source = picture if clear else bled(picture)
    if channels == 1:
        count = min(picture.shape[-1], 3) if clear else 4
        return [Pass(source[..., i : i + 1], target[..., i : i + 1]) for i in range(count)]
    found = [Pass(colour_of(source), colour_of(target))]
    return found if clear else [*found, Pass(source[..., 3:], target[..., 3:])]


def opaque(picture: torch.Tensor) -> bool:
    """Whether a picture hides nothing."""
    return picture.shape[-1] != 4 or bool((picture[..., 3] == 1).all())


def step_of(descriptor: Any) -> int:
    """Multiples of how many pixels a model's tiles begin at, so that its own cuts stay where they were."""
    found = [getattr(descriptor.model, name, None) for name in WINDOWS]
    sides = [side for value in found for side in (value if isinstance(value, (list, tuple)) else [value])]
    step = math.lcm(descriptor.size_requirements.multiple_of, *(s for s in sides if isinstance(s, int) and s))
    return STEP if STEP % step == 0 else step


def _count(picture: torch.Tensor, channels: int) -> int:
    """Length of ``passes``, without making them."""
    clear = opaque(picture)
    return {1: min(picture.shape[-1], 3) if clear else 4, 3: 1 if clear else 2, 4: 1}[channels]


def _check_channels(descriptor: Any) -> None:
    for channels in (descriptor.input_channels, descriptor.output_channels):
        if channels not in (1, 3, 4):
            raise ValueRefused("a model of 1, 3 or 4 channels", f"one of {channels}")


def _as_channels(pixels: torch.Tensor, channels: int) -> torch.Tensor:
    """Bring [H, W, C] to a number of channels: grey is repeated, alpha is opaque or dropped."""
    import torch

    if pixels.shape[-1] == channels:
        return pixels
    if channels == 1:
        return luminance(pixels)
    colour = colour_of(pixels).expand(*pixels.shape[:2], 3)
    return colour if channels == 3 else torch.cat([colour, torch.ones_like(colour[..., :1])], dim=-1)


def _part(window: Window, scale: int) -> slice:
    return slice(window.start * scale, window.stop * scale)


def _lacks_memory(error: Exception) -> bool:
    """Whether a device or the machine has no memory left; PyTorch has no class of errors for the machine."""
    import torch

    said = ("can't allocate memory", "not enough memory")
    return isinstance(error, (MemoryError, torch.OutOfMemoryError)) or any(one in str(error) for one in said)


def _empty_cache(device: str) -> None:
    import torch

    if device.startswith("cuda"):
        torch.cuda.empty_cache()


def _so_far(whole: torch.Tensor) -> Image:
    """What is done of a picture, with fewer pixels; black where nothing is yet."""
    every = max(1, max(whole.shape[:2]) // SHOWN)
    return Image(whole[None, ::every, ::every].clone())
