"""Moving pictures to WebM files that browsers play (Matroska, RFC 9559; VP8, RFC 6386).

A lossy WebP picture is a VP8 key frame in a RIFF file. Every frame of the video is one, so that no video
library is needed, and a viewer can jump to any of them.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from engine.errors import ValueRefused

if TYPE_CHECKING:
    import torch

    from nodes.values import Video

QUALITY = 90
CLUSTER = 5000
"""Milliseconds of a cluster; the times in it have 16 bits."""
LARGEST = 2**14 - 1
"""Pixels of a side, in VP8."""
NAME = b"knotwork"
VIDEO, KEY = 1, 0x80


def encode(video: Video) -> list[bytes]:
    """One WebM file for each video.

    Args:
        video: The videos; of straight alpha the colours are kept.

    Raises:
        ValueRefused: The pixels hold something that is not a number, or a side is too long for VP8.
    """
    import torch

    frames = video.frames.detach().cpu()
    if not bool(torch.isfinite(frames).all()):
        raise ValueRefused("finite pixels", "NaN or infinity")
    height, width = frames.shape[2:4]
    if max(height, width) > LARGEST:
        raise ValueRefused(f"frames of at most {LARGEST} pixels a side", f"{width} × {height}")
    return [_file([_key_frame(frame) for frame in one], width, height, video.fps) for one in frames]


def _key_frame(frame: torch.Tensor) -> bytes:
    """A VP8 key frame of [H, W, C] in 0..1."""
    import torch
    from PIL import Image

    pixels = (frame.float().clamp(0, 1) * 255).round().to(torch.uint8)
    colours = pixels[..., :3] if pixels.shape[-1] >= 3 else pixels[..., :1].expand(*pixels.shape[:2], 3)
    file = io.BytesIO()
    Image.fromarray(colours.contiguous().numpy()).save(file, "WEBP", quality=QUALITY, method=3)
    return next(body for name, body in _chunks(file.getvalue()) if name == b"VP8 ")


def _chunks(webp: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 12
    while place < len(webp):
        size = int.from_bytes(webp[place + 4 : place + 8], "little")
        yield webp[place : place + 4], webp[place + 8 : place + 8 + size]
        place += 8 + size + size % 2


def _file(frames: Sequence[bytes], width: int, height: int, fps: float) -> bytes:
    times = [round(1000 * number / fps) for number in range(len(frames))]
    info = _master(
        0x1549A966,
        _number(0x2AD7B1, 1_000_000),  # nanoseconds of a tick
        _element(0x4489, struct.pack(">d", 1000 * len(frames) / fps)),
        _element(0x4D80, NAME),
        _element(0x5741, NAME),
    )
    picture = _master(0xE0, _number(0xB0, width), _number(0xBA, height))
    track = _master(
        0xAE,
        _number(0xD7, VIDEO),
        _number(0x73C5, VIDEO),
        _number(0x83, VIDEO),
        _number(0x9C, 0),  # no lacing
        _element(0x86, b"V_VP8"),
        _number(0x23E383, round(1e9 / fps)),
        picture,
    )
    head = info + _master(0x1654AE6B, track)
    clusters = list(_clusters(frames, times))
    starts = accumulate((len(one) for _, one in clusters), initial=len(head))
    cues = _master(
        0x1C53BB6B, *(_cue(time, start) for (time, _), start in zip(clusters, starts, strict=False))
    )
    header = _master(
        0x1A45DFA3,
        *(_number(id, value) for id, value in ((0x4286, 1), (0x42F7, 1), (0x42F2, 4), (0x42F3, 8))),
        _element(0x4282, b"webm"),
        _number(0x4287, 2),
        _number(0x4285, 2),
    )
    return header + _master(0x18538067, head, *(one for _, one in clusters), cues)


def _clusters(frames: Sequence[bytes], times: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """The time at which each cluster begins, and the cluster."""
    start, blocks = 0, list[bytes]()
    for frame, time in zip(frames, times, strict=True):
        if blocks and time - start >= CLUSTER:
            yield start, _master(0x1F43B675, _number(0xE7, start), *blocks)
            blocks = []
        if not blocks:
            start = time
        block = bytes([0x80 | VIDEO]) + struct.pack(">hB", time - start, KEY)
        blocks.append(_element(0xA3, block + frame))
    if blocks:
        yield start, _master(0x1F43B675, _number(0xE7, start), *blocks)


def _cue(time: int, start: int) -> bytes:
    return _master(0xBB, _number(0xB3, time), _master(0xB7, _number(0xF7, VIDEO), _number(0xF1, start)))


def _master(id: int, *parts: bytes) -> bytes:
    return _element(id, b"".join(parts))


def _number(id: int, value: int) -> bytes:
    return _element(id, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def _element(id: int, body: bytes) -> bytes:
    name = id.to_bytes((id.bit_length() + 7) // 8, "big")
    return name + (0x01 << 56 | len(body)).to_bytes(8, "big") + body
