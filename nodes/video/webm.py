"""Moving pictures to WebM files that browsers play, with VP9 (libvpx).

Equal videos give equal bytes: one thread encodes, and the file holds no date and no random number.
"""

from __future__ import annotations

import io
from fractions import Fraction
from typing import TYPE_CHECKING

from engine.errors import ValueRefused

if TYPE_CHECKING:
    import torch
    from av.video.frame import VideoFrame

    from nodes.values import Video

QUALITY = {"crf": "12", "b": "0", "deadline": "good", "cpu-used": "4", "threads": "1", "lag-in-frames": "0"}
"""At ``crf`` 12 of 63, nothing is seen of the loss; ``b`` 0 sets no bound to the bytes."""
KEYS = 24
"""Frames from one to the next that stands by itself, to which a viewer can jump."""
LARGEST = 2**14 - 1
"""Pixels of a side that libvpx and browsers take."""
BT709, LIMITED = 1, 1
"""Matrix, primaries and curve, and range, as numbered in ITU-T H.273: what players expect."""


def encode(video: Video) -> list[bytes]:
    """One WebM file for each video.

    Args:
        video: The videos; of straight alpha the colours are kept.

    Raises:
        ValueRefused: The pixels hold something that is not a number, or a side is too long for browsers.
    """
    import torch

    frames = video.frames.detach().cpu()
    if not bool(torch.isfinite(frames).all()):
        raise ValueRefused("finite pixels", "NaN or infinity")
    height, width = frames.shape[2:4]
    if max(height, width) > LARGEST:
        raise ValueRefused(f"frames of at most {LARGEST} pixels a side", f"{width} × {height}")
    return [_file(one, Fraction(video.fps).limit_denominator(100_000)) for one in frames]


def _file(frames: torch.Tensor, rate: Fraction) -> bytes:
    """A file of [F, H, W, C] in 0..1."""
    import av

    out = io.BytesIO()
    with av.open(out, "w", "webm", container_options={"fflags": "+bitexact"}) as file:
        stream = file.add_stream("libvpx-vp9", rate, QUALITY)
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt, stream.gop_size = "yuv420p", KEYS
        stream.color_range, stream.colorspace = LIMITED, BT709
        stream.color_primaries = stream.color_trc = BT709
        for place, pixels in enumerate(frames):
            frame = _frame(pixels)
            frame.pts, frame.time_base = place, 1 / rate
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return out.getvalue()


def _frame(pixels: torch.Tensor) -> VideoFrame:
    """Luma and chroma of [H, W, C] in 0..1."""
    import torch
    from av.video.frame import VideoFrame
    from av.video.reformatter import Interpolation

    shades = (pixels.float().clamp(0, 1) * 255).round().to(torch.uint8)
    colours = shades[..., :3] if shades.shape[-1] >= 3 else shades[..., :1].expand(*shades.shape[:2], 3)
    return VideoFrame.from_ndarray(colours.contiguous().numpy(), "rgb24").reformat(
        format="yuv420p",
        dst_colorspace=BT709,
        dst_color_range=LIMITED,
        interpolation=Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INP,
        threads=1,
    )
