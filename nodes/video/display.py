"""Decoded frames as they are meant to be seen: their colours, their proportions, and which side is up.

Colours are brought from the matrix and the range that the film names (ITU-T H.273) to sRGB, those of high
dynamic range (PQ, HLG) to the range of a screen. A film that names no matrix has that of BT.601 below 720
lines and that of BT.709 above, as players have it; VP8 knows BT.601 alone (RFC 6386, 9.2).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nodes.video.film import Size

if TYPE_CHECKING:
    import numpy as np
    from av.video.frame import VideoFrame

HD = 720
BT709, UNNAMED, RESERVED, BT601 = 1, 2, 3, 5
BT2020, SRGB, PQ, HLG = 9, 13, 16, 18
FULL = 2
"""Numbers of matrices, primaries, curves and ranges."""
AS_IT_IS = (1, 0, 0, 0, 1)
"""The first numbers of the matrix of a frame that is neither turned nor mirrored."""


class Display:
    """How the frames of a film are shown.

    Args:
        first: The first of them.
        aspect: Width of a pixel for a height of 1.
        codec: Name of what the film is encoded with.
    """

    def __init__(self, first: VideoFrame, aspect: float, codec: str) -> None:
        from av.video.reformatter import VideoReformatter

        self._reformatter = VideoReformatter()  # keeps the table for high dynamic range, which takes seconds
        self._usual = BT709 if first.height >= HD and codec != "vp8" else BT601
        self._matrix = _matrix(first)
        self._lying = abs(self._matrix[1]) > abs(self._matrix[0])
        self._alpha = any(one.is_alpha for one in first.format.components)
        width = max(1, round(first.width * aspect))
        self.size: Size = (first.height, width) if self._lying else (width, first.height)
        """Of a frame that is shown."""

    def shown(self, frame: VideoFrame, size: Size) -> np.ndarray:
        """Uint8 [H, W, C] of a frame, brought to a size; C is 3, or 4 with alpha."""
        from av.video.reformatter import Interpolation

        if frame.colorspace in (UNNAMED, RESERVED):
            frame.colorspace = self._usual
        exact = Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT | Interpolation.FULL_CHR_H_INP
        filter = Interpolation.BICUBIC if size == self.size else Interpolation.LANCZOS
        width, height = size[::-1] if self._lying else size
        high = frame.color_trc in (PQ, HLG)
        if high and frame.color_primaries in (UNNAMED, RESERVED):
            frame.color_primaries = BT2020
        reduced = {"dst_color_trc": SRGB, "dst_color_primaries": BT709} if high else {}
        rgb = self._reformatter.reformat(
            frame,
            width,
            height,
            "rgba" if self._alpha else "rgb24",
            interpolation=filter | exact,
            dst_color_range=FULL,
            threads=1,
            **reduced,
        )
        return turned(rgb.to_ndarray(), self._matrix)


def turned(pixels: np.ndarray, matrix: Sequence[int]) -> np.ndarray:
    """A frame turned and mirrored by quarters, as its matrix says (ISO/IEC 14496-12, 6.2.2).

    Args:
        pixels: [H, W, C].
        matrix: The first five numbers of a, b, u, c, d, …, by which (x, y) goes to (ax + cy, bx + dy).
    """
    a, b, _, c, d = matrix
    if abs(b) > abs(a):
        a, d, pixels = c, b, pixels.swapaxes(0, 1)
    return pixels[:: -1 if d < 0 else 1, :: -1 if a < 0 else 1]


def _matrix(frame: VideoFrame) -> Sequence[int]:
    found: Any = frame.side_data  # declared as texts
    for one in found:
        if one.type.name == "DISPLAYMATRIX":
            return struct.unpack("=5i", bytes(one)[:20])
    return AS_IT_IS
