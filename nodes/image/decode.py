"""Picture files to float pixels: upright, in sRGB, with their alpha and all of their bits."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import ValueRefused
from nodes.values import Image

if TYPE_CHECKING:
    import numpy as np
    import torch
    from PIL import Image as Pillow

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif")
"""Endings of the files that are read; of files with several pictures, the first one."""

_ORIENTATION = 0x0112
_GREY = {"1", "L", "LA", "La"}
# How Pillow unpacks PNG files of 16 bits → how to get their low bytes; RGBA: all four bytes of grey and alpha
_LOW_BYTES = {"RGB;16B": "RGB;16L", "RGBA;16B": "RGBA;16L", "LA;16B": "RGBA"}
# EXIF orientation → whether rows become columns, then the dimensions of [H, W, C] to reverse
_UPRIGHT: dict[int, tuple[bool, list[int]]] = {
    2: (False, [1]),
    3: (False, [0, 1]),
    4: (False, [0]),
    5: (True, []),
    6: (True, [1]),
    7: (True, [0, 1]),
    8: (True, [0]),
}


def read(path: Path) -> Image:
    """Read a picture file.

    Colour profiles are converted to sRGB, but not those of 16-bit files, whose bits would be lost. Colours of
    16-bit TIFF files are read with 8 bits.

    Raises:
        ValueRefused: The file is not a picture, is cut off, or is absurdly large.
    """
    import torch
    from PIL import Image as Pillow

    try:
        with Pillow.open(path) as picture:
            deep = _is_deep(picture)
            pixels = _deep(picture, path) if deep else _shallow(picture)
            pixels = _upright(pixels, picture.getexif().get(_ORIENTATION, 1))
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, Pillow.DecompressionBombError) as error:
        raise ValueRefused(
            "a whole picture file (PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF)", f"{path.name}: {error}"
        ) from None
    return Image(pixels.to(torch.float32)[None].contiguous(), bits=16 if deep else 8)


def _is_deep(picture: Pillow.Image) -> bool:
    return picture.mode.startswith("I;16") or picture.mode == "F" or _rawmode(picture) in _LOW_BYTES


def _rawmode(picture: Pillow.Image) -> str:
    """How the file's bytes are unpacked; empty once they have been."""
    tiles = getattr(picture, "tile", [])
    args = tiles[0].args if tiles else ""
    return args if isinstance(args, str) and picture.format == "PNG" else ""


def _deep(picture: Pillow.Image, path: Path) -> torch.Tensor:
    import numpy as np
    import torch

    if picture.mode == "F":
        return torch.from_numpy(np.array(picture))[..., None].nan_to_num(0).clamp(0, 1)
    if picture.mode.startswith("I;16"):
        values = torch.from_numpy(np.array(picture).astype(np.int32))[..., None]
    else:
        values = torch.from_numpy(_sixteen_bits(picture, path))
    return _keyed(values / 65535, values, picture.info.get("transparency"))


def _sixteen_bits(picture: Pillow.Image, path: Path) -> np.ndarray:
    """Unpack a PNG's colours twice: Pillow keeps 8 of 16 bits, but can be told which."""
    import numpy as np
    from PIL import Image as Pillow

    rawmode = _LOW_BYTES[_rawmode(picture)]
    with Pillow.open(path) as again:
        again.tile = [tile._replace(args=rawmode) for tile in again.tile]
        low = np.array(again, dtype=np.int32)
    if rawmode == "RGBA":
        return low[..., [0, 0, 0, 2]] * 256 + low[..., [1, 1, 1, 3]]
    return np.array(picture, dtype=np.int32) * 256 + low


def _keyed(pixels: torch.Tensor, values: torch.Tensor, key: int | tuple[int, ...] | None) -> torch.Tensor:
    """Add the alpha of files that name one transparent colour."""
    import torch

    if key is None or pixels.shape[-1] == 4:
        return pixels
    seen = (values != values.new_tensor(key)).any(-1, keepdim=True)
    return torch.cat([pixels.expand(*pixels.shape[:-1], 3), seen.to(pixels)], dim=-1)


def _shallow(picture: Pillow.Image) -> torch.Tensor:
    import numpy as np
    import torch

    grey, alpha = picture.mode in _GREY, None
    profile = picture.info.get("icc_profile")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        alpha = np.asarray(picture.getchannel("A"))
    if picture.mode not in ("L", "RGB", "CMYK") or (picture.mode == "CMYK" and not profile):
        picture = picture.convert("L" if grey and alpha is None else "RGB")
    colour = np.asarray(_in_srgb(picture, profile))
    channels = [
        colour if colour.ndim == 3 else colour[..., None],
        *([] if alpha is None else [alpha[..., None]]),
    ]
    return torch.from_numpy(np.concatenate(channels, axis=-1)) / 255


def _in_srgb(picture: Pillow.Image, profile: bytes | None) -> Pillow.Image:
    """Convert from an embedded colour profile; a broken profile is passed over, as browsers do."""
    from io import BytesIO

    from PIL import ImageCms

    if not profile:
        return picture
    mode = "L" if picture.mode == "L" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        converted = ImageCms.profileToProfile(
            picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        converted = None
    return (converted or picture).convert(mode)


def _upright(pixels: torch.Tensor, orientation: int) -> torch.Tensor:
    """Turn [H, W, C] as the camera was held."""
    turned, reverse = _UPRIGHT.get(orientation, (False, []))
    return (pixels.transpose(0, 1) if turned else pixels).flip(reverse)
