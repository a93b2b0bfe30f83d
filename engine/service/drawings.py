"""Pictures of values: images, masks, labels, latents, points, frames, sounds, plots, meshes, and lists."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, cast, runtime_checkable

from engine.errors import KnotworkError, an, say
from engine.run.artifacts import Exportable
from engine.service.artifacts import MEDIA
from engine.service.charts import line, outline, scattered
from engine.service.pictures import NotAPicture, opened
from engine.service.series import is_series, peaks, points
from engine.service.solid import Surface, rendered
from engine.service.value_types import kind_of_value

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image

Draw = Callable[[], "Image"]
Rgb = tuple[Sequence[Sequence[float]], Sequence[float]]
"""A row of red, green and blue for each channel, and the colour that is added; in 0..1."""
SHARP = 128**2
"""Pixels up to which a picture is sent without loss: people look at each of them."""
GOLDEN = 0.61803398875
"""Turn of the colour wheel between two labels: none comes near one before it for long."""
TAILS = 0.01
"""Part of a latent's values at either end that is drawn as black or white."""
POINTS = 4096
"""Points of the plane that are drawn at most."""
FARTHEST = 1e6
"""Beyond it a point lies at the edge of whatever is drawn."""


@runtime_checkable
class Coloured(Protocol):
    """A latent that knows which colours its channels stand for, about."""

    def rgb(self) -> Rgb | None:
        """What makes colours of its channels; None when that is not known."""
        ...


@runtime_checkable
class Placed(Protocol):
    """A latent that may hold points of the plane in the place of pictures."""

    def places(self) -> torch.Tensor | None:
        """[N, 2], x and y of each point; None when it holds pictures."""
        ...


def drawings(value: Any) -> Sequence[Draw]:
    """What draws each picture of a value, none of them drawn yet; empty for a value that shows nothing.

    Args:
        value: The value. The pictures of a list are those of its items, one after another.
    """
    if is_series(value):
        return [lambda: line(points(value))]
    if isinstance(value, (list, tuple)):
        return [draw for item in cast("Sequence[Any]", value) for draw in drawings(item)]
    tensor = first_tensor(value)
    drawn = None if tensor is None else _planes(value, tensor)
    if drawn is None and tensor is not None:
        drawn = _shapes(value, tensor)
    if drawn is not None:
        return drawn
    suffix = value.suffix if isinstance(value, Exportable) else ""
    if MEDIA.get(suffix, "").startswith("image/"):
        return [partial(opened, file) for file in _files(value)]
    return ()


def drawn(value: Any, index: int, size: int) -> bytes:
    """A WebP file of one of a value's pictures.

    Args:
        value: The value.
        index: Which of its pictures.
        size: Pixels of the longer side at most.

    Raises:
        NotAPicture: It has no such picture.
    """
    found = drawings(value)
    if not 0 <= index < len(found):
        kind = type(value).__name__
        what = f"a picture from 0 to {len(found) - 1}" if found else "a value that shows a picture"
        raise NotAPicture(f"expected {what}, got {f'{index} of {an(kind)}' if found else an(kind)}")
    return webp(found[index](), size)


def webp(picture: Image, size: int) -> bytes:
    """A WebP file of a picture, made smaller where a side has more pixels than ``size``."""
    picture.thumbnail((size, size))
    file = io.BytesIO()
    sharp = picture.width * picture.height <= SHARP
    picture.save(file, "WEBP", quality=85, method=2, lossless=sharp)
    return file.getvalue()


def first_tensor(value: Any) -> torch.Tensor | None:
    """The first tensor among the fields of a value; torch is not imported to look for one."""
    torch = sys.modules.get("torch")
    if torch is None or not is_dataclass(value) or isinstance(value, type):
        return None
    held = (getattr(value, field.name) for field in fields(value))
    return next((one for one in held if isinstance(one, torch.Tensor)), None)


def _files(value: Exportable) -> list[bytes]:
    try:
        return value.encode({})
    except KnotworkError as error:
        raise NotAPicture(str(error)) from None
    except Exception as error:  # a pack's own encoder
        kind = type(value).__name__
        raise NotAPicture(
            f"expected {an(kind)} that can be drawn, got: {say(error)}. Look at its values."
        ) from error


def _planes(value: Any, tensor: torch.Tensor) -> Sequence[Draw] | None:
    """How the pictures of a value's tensor are drawn; None when it holds none that are known."""
    kind = kind_of_value(value)
    if isinstance(value, Placed) and (places := value.places()) is not None:
        return [partial(_points, places)]
    if kind == "latent" and tensor.ndim == 5:  # [B, C, F, H, W]
        tensor = tensor.transpose(1, 2).flatten(0, 1)
    elif kind == "video" and tensor.ndim == 5:  # [B, F, H, W, C]
        tensor = tensor.flatten(0, 1)
    draw: Callable[[torch.Tensor], Image] | None = {
        ("image", 4): _colours,
        ("video", 4): _colours,
        ("image", 3): _labels,
        ("mask", 3): _colours,
        ("latent", 4): partial(_latent, rgb=value.rgb() if isinstance(value, Coloured) else None),
    }.get((kind, tensor.ndim))
    return None if draw is None else [partial(draw, tensor[index]) for index in range(len(tensor))]


def _shapes(value: Any, tensor: torch.Tensor) -> Sequence[Draw] | None:
    """How a value is drawn that holds no pixels; None when it is none that is known."""
    kind = kind_of_value(value)
    if kind == "audio" and tensor.ndim == 3:  # [B, C, T]
        return [partial(_sound, tensor[index]) for index in range(len(tensor))]
    if kind == "plot" and tensor.ndim == 1:
        return [lambda: line(points(tensor))]
    return [partial(rendered, value)] if kind == "mesh" and isinstance(value, Surface) else None


def _points(places: torch.Tensor) -> Image:
    import torch

    bounded = torch.nan_to_num(places[:POINTS].detach().float()).clamp(-FARTHEST, FARTHEST)
    return scattered([(float(x), float(y)) for x, y in bounded.cpu().numpy()])


def _sound(samples: torch.Tensor) -> Image:
    return outline(peaks(samples))


def _colours(values: torch.Tensor) -> Image:
    """[H, W] or [H, W, C] in 0..1."""
    import torch
    from PIL import Image as Pillow

    if not torch.is_floating_point(values):
        values = values / 255
    bright = torch.nan_to_num(values.detach().float()).clamp(0, 1) * 255
    pixels = bright.round().to(torch.uint8).cpu()
    if pixels.ndim == 3 and pixels.shape[-1] not in (3, 4):
        pixels = pixels[..., 0]
    return Pillow.fromarray(pixels.contiguous().numpy())


def _labels(values: torch.Tensor) -> Image:
    """[H, W] of whole numbers: 0 is black, each other one has a colour far from those of its neighbours."""
    import colorsys

    import numpy as np
    from PIL import Image as Pillow

    found, places = np.unique(values.cpu().numpy(), return_inverse=True)
    colours = [colorsys.hsv_to_rgb(label * GOLDEN % 1, 0.65, 0.95) if label else (0, 0, 0) for label in found]
    table = (np.asarray(colours) * 255).round().astype(np.uint8)
    return Pillow.fromarray(table[places.reshape(values.shape)])


def _latent(values: torch.Tensor, rgb: Rgb | None) -> Image:
    """[C, H, W]: about the colours of the decoded picture where they are known, else stretched ones."""
    import torch

    channels = torch.nan_to_num(values.detach().float().cpu())
    if rgb is None or len(rgb[0]) != len(channels):
        return _stretched(channels)
    factors, offset = map(torch.tensor, rgb)
    return _colours(channels.permute(1, 2, 0) @ factors + offset)


def _stretched(channels: torch.Tensor) -> Image:
    """The first three channels as colours, each from its darkest to its brightest values."""
    channels = channels[: 3 if len(channels) > 2 else 1]
    flat = channels.flatten(1).sort(dim=1).values
    last = flat.shape[1] - 1
    low, high = flat[:, int(last * TAILS)], flat[:, last - int(last * TAILS)]
    spread = (high - low).clamp(min=1e-6)
    return _colours(((channels - low[:, None, None]) / spread[:, None, None]).permute(1, 2, 0))
