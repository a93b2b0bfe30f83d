"""Tiny films, written with FFmpeg as other programs write them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation
from av.video.stream import VideoStream

from tests.nodes.audio import sounds

SIZE = (64, 48)
QUIET = {"libx265": {"x265-params": "log-level=none"}, "libx264": {"bf": "2", "threads": "1"}}
EXACT = Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INP


def grey(number: int) -> np.ndarray:
    """A frame that tells its number: its left half is 20 times as bright, its right half black."""
    pixels = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    pixels[:, : SIZE[0] // 2] = 20 * number
    return pixels


def write(
    path: Path,
    codec: str = "mpeg4",
    times: Sequence[int] = range(8),
    pixels: Callable[[int], np.ndarray | VideoFrame] = grey,
    form: str = "yuv420p",
    rate: Fraction | int = 25,
    matrix: int = 5,
    reach: int = 1,
    change: Callable[[VideoStream], None] = lambda _: None,
    options: dict[str, str] | None = None,
    **container: Any,
) -> Path:
    """Write a film.

    Args:
        path: Its ending says the format.
        codec: FFmpeg's name of the encoder.
        times: When each frame is shown, in frames of the rate.
        pixels: Number → uint8 [H, W, C], or a frame of the form.
        form: FFmpeg's name of the pixel format.
        rate: Frames a second.
        matrix: Of the colours (ITU-T H.273).
        reach: Of the colours: 1 = limited, 2 = full.
        change: Done to the stream before frames come.
        options: For the encoder.
        container: Options of ``av.open``.
    """
    tick = 1 / Fraction(rate)
    with av.open(str(path), "w", **container) as file:
        stream: VideoStream = file.add_stream(codec, rate, QUIET.get(codec, {}) | (options or {}))  # pyright: ignore[reportAssignmentType] # a codec of video
        first = framed(pixels(0), form, matrix, reach)
        stream.height, stream.width = first.height, first.width
        stream.pix_fmt = form
        stream.time_base = stream.codec_context.time_base = tick
        stream.color_range, stream.colorspace = reach, matrix
        change(stream)
        file.start_encoding()
        for number, time in enumerate(times):
            frame = framed(pixels(number), form, matrix, reach)
            frame.pts, frame.time_base = time, tick
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path


def framed(pixels: np.ndarray | VideoFrame, form: str, matrix: int, reach: int) -> VideoFrame:
    """A frame of a pixel format."""
    if isinstance(pixels, VideoFrame):
        return pixels
    frame = VideoFrame.from_ndarray(pixels, "rgba" if pixels.shape[-1] == 4 else "rgb24")
    coded: dict[str, Any] = (
        {} if form in ("argb", "rgb24") else {"dst_colorspace": matrix, "dst_color_range": reach}
    )
    return frame.reformat(format=form, interpolation=Interpolation.BICUBIC | EXACT, **coded)


def with_sound(path: Path, late: int) -> Path:
    """Write a film whose sound begins some samples after its pictures, or before them."""
    with av.open(str(path), "w") as file:
        pictures: Any = file.add_stream("mpeg4", 25)
        sound: Any = file.add_stream("flac" if path.suffix != ".mov" else "pcm_s16le", sounds.RATE)
        pictures.width, pictures.height, pictures.pix_fmt = *SIZE, "yuv420p"
        sound.layout = "stereo"
        for number in range(8):
            frame = framed(grey(number), "yuv420p", 5, 1)
            frame.pts, frame.time_base = number + 10, Fraction(1, 25)
            file.mux(pictures.encode(frame))
        tones = AudioFrame.from_ndarray(sounds.tones(), "fltp", "stereo")
        tones.sample_rate, tones.time_base = sounds.RATE, Fraction(1, sounds.RATE)
        tones.pts = sounds.RATE * 10 // 25 + late
        file.mux([*pictures.encode(None), *sound.encode(tones), *sound.encode(None)])
    return path


def add_cover(sound: Path, path: Path) -> None:
    """Copy a sound beside a picture of its cover."""
    with av.open(str(sound)) as source, av.open(str(path), "w") as file:
        track, picture = file.add_stream_from_template(source.streams.audio[0]), file.add_stream("png")
        picture.width, picture.height, picture.pix_fmt = *SIZE, "rgb24"
        picture.disposition = Disposition.attached_pic
        cover = picture.encode(framed(grey(3), "rgb24", 0, 2))
        for packet in source.demux():
            if packet.size:
                packet.stream = track
                file.mux(packet)
        file.mux([*cover, *picture.encode(None)])
