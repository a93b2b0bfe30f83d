"""The sound of a file, read with FFmpeg: of a file of sound, or the track of a film."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from engine.errors import ValueRefused
from nodes import container
from nodes.values import Audio

if TYPE_CHECKING:
    import numpy as np
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer

    from engine import Context


def read(file: InputContainer, name: str, ctx: Context, start: float, end: float | None) -> Audio:
    """A part of the sound of an opened file, from where its pictures begin if it has some.

    Args:
        file: The file.
        name: What it is called, for errors.
        ctx: Can be cancelled.
        start: Seconds that are left out at the beginning.
        end: Seconds after which the rest is left out; None = to the end.

    Raises:
        ValueRefused: There is no sound in it, or none in this part; it is encrypted, changes its rate or its
            channels, or holds something that is not a number.
    """
    import numpy as np
    import torch

    frames = _decoded(file, _track(file, name), name, ctx)
    first = next(frames, None)
    if first is None:
        raise ValueRefused("a sound with samples", f"{name}, which holds none")
    rate, place = first.sample_rate, _lead(file, first)
    begin, stop = round(start * rate), None if end is None else round(end * rate)
    silence = max((place if stop is None else min(place, stop)) - begin, 0)
    kept = [np.zeros((first.layout.nb_channels, silence), np.float32)]
    for frame in chain([first], frames):
        _check_same(frame, first, name)
        samples = _floats(frame)
        kept.append(samples[:, max(begin - place, 0) : None if stop is None else max(stop - place, 0)])
        place += samples.shape[1]
        if stop is not None and place >= stop:
            break
    sound = np.concatenate(kept, axis=1)
    if not sound.size:
        got = f"{start:g} and {'the end' if end is None else f'{end:g}'}"
        raise ValueRefused(f"a start and then an end within the {place / rate:.2f} s of {name}", got)
    if not np.isfinite(sound).all():
        raise ValueRefused("finite samples", f"NaN or infinity in {name}")
    return Audio(torch.from_numpy(sound)[None], rate)


def _track(file: InputContainer, name: str) -> AudioStream:
    from av.stream import Disposition

    streams = file.streams.audio
    if not streams:
        raise ValueRefused("a file with sound", f"{name}, which has none")
    stream = next((one for one in streams if one.disposition & Disposition.default), streams[0])
    context: object = stream.codec_context  # None where FFmpeg knows none
    if context is None:
        cure = "ffmpeg or a sound editor makes WAV of it, where they know it"
        raise ValueRefused("sound of a kind that is decoded here", f"another in {name} ({cure})")
    return stream


def _decoded(file: InputContainer, stream: AudioStream, name: str, ctx: Context) -> Iterator[AudioFrame]:
    for packet in file.demux(stream):
        ctx.tick()
        container.check_open(packet, name)
        yield from packet.decode()


def _lead(file: InputContainer, first: AudioFrame) -> int:
    """How many samples after the first picture of a film its sound begins; less than 0 = before it."""
    pictures = next((one for one in file.streams.video if one.average_rate), None)
    if pictures is None or pictures.start_time is None or pictures.time_base is None or first.time is None:
        return 0
    return round((first.time - float(pictures.start_time * pictures.time_base)) * first.sample_rate)


def _check_same(frame: AudioFrame, first: AudioFrame, name: str) -> None:
    """Refuse a sound that changes."""
    kinds = [(one.sample_rate, one.layout.nb_channels) for one in (first, frame)]
    if kinds[0] != kinds[1]:
        got = " and then ".join(f"{rate} Hz, {channels} channels" for rate, channels in kinds)
        raise ValueRefused("a sound of one rate and number of channels", f"{got} in {name}")


def _floats(frame: AudioFrame) -> np.ndarray:
    """float32 [C, T] in -1..1 of samples of any kind; 24 bits come as the upper ones of 32."""
    import numpy as np

    samples = frame.to_ndarray()
    if not frame.format.is_planar:
        samples = samples.reshape(-1, frame.layout.nb_channels).T
    if samples.dtype.kind == "f":
        return samples.astype(np.float32)
    zero = 128 if samples.dtype.kind == "u" else 0
    return ((samples.astype(np.float64) - zero) / 2 ** (8 * samples.dtype.itemsize - 1)).astype(np.float32)
