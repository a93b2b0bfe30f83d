"""The video of a film, read with FFmpeg: when each frame is shown, and the frames that are asked for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import ValueRefused
from nodes import container
from nodes.video.display import Display
from nodes.video.film import LARGEST, Film, Size, check_same, check_size

if TYPE_CHECKING:
    import numpy as np
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from engine import Context

SUFFIXES = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi")
"""Endings of the files that are read."""
ROUNDED = Fraction(1, 1000)
"""Seconds by which the times of a steady film may be off: Matroska counts milliseconds."""


@contextmanager
def opened(path: Path, ctx: Context) -> Iterator[Film]:
    """An MP4, MOV, MKV, WebM or AVI file.

    Raises:
        ValueRefused: It is none, is cut off or damaged, is encrypted, or has no video that can be decoded.
    """
    with container.opened(path, container.FILMS, "a film (MP4, MOV, MKV, WebM, AVI)") as file:
        stream = _video(file, path.name)
        reader = Reader(file, stream, _index(file, stream, path.name, ctx), path.name)
        yield Film(reader.display.size, reader.times, reader.frame)


@dataclass(frozen=True, slots=True)
class Index:
    """The packets of a film, in ticks of its stream.

    Attributes:
        stamps: When each frame is shown, ascending.
        keys: Those of them from which on the film can be decoded.
        last: For how long the last is shown; 0 if that isn't told.
    """

    stamps: Sequence[int]
    keys: Sequence[int]
    last: int


class Reader:
    """Decodes frames of a film in ascending order, from the last key frame before each.

    Args:
        file: The opened file.
        stream: Its video.
        index: Of all packets of it.
        name: What the file is called, for errors.
    """

    def __init__(self, file: InputContainer, stream: VideoStream, index: Index, name: str) -> None:
        self._file, self._stream, self._index, self._name = file, stream, index, name
        codec = stream.codec_context
        check_size((codec.width, codec.height))
        self._decoder = _decoder(stream)
        self.times = _times(stream, index)
        """Milliseconds that each frame is shown."""
        self._shown: tuple[int, VideoFrame] | None
        self._seek(index.keys[0])
        if self._ahead is None:
            raise ValueRefused("a film with frames", f"{name}, of which none can be decoded")
        first = self._ahead[1]
        self._coded = (first.width, first.height)
        aspect = float(stream.sample_aspect_ratio or 1)
        self.display = Display(first, aspect, codec.codec.canonical_name)
        check_size(self.display.size)

    def frame(self, place: int, size: Size) -> np.ndarray:
        """A frame as it is shown. See ``Film``."""
        wanted = self._index.stamps[place]
        key = self._index.keys[max(bisect_right(self._index.keys, wanted) - 1, 0)]
        if self._ahead is not None and key > self._ahead[0]:
            self._seek(key)
        while self._ahead is not None and self._ahead[0] <= wanted:
            self._shown, self._ahead = self._ahead, next(self._frames, None)
        # the first frames of a film that was cut without decoding it may lack what they build on
        found = self._shown or self._ahead
        if found is None or found[1].is_corrupt:
            cure = "first and count leave it out"
            raise ValueRefused("a whole film", f"{self._name}, whose frame {place} is damaged ({cure})")
        check_same((found[1].width, found[1].height), self._coded, place)
        return self.display.shown(found[1], size)

    def _seek(self, key: int) -> None:
        packets, self._shown = self._packets(key), None
        self._decoder.flush_buffers()
        self._frames = self._decoded(packets)
        self._ahead = next(self._frames, None)

    def _packets(self, key: int) -> Iterator[Packet]:
        """Packets from a key frame on, or from the first, where a format can't be entered in the middle."""
        for target in (key, self._index.keys[0]):
            self._file.seek(target, stream=self._stream)
            packets = (one for one in self._file.demux(self._stream) if one.size)
            first = next(packets, None)
            if first is not None and (target == self._index.keys[0] or _stamp(first) <= key):
                return chain([first], packets)
        return iter(())

    def _decoded(self, packets: Iterator[Packet]) -> Iterator[tuple[int, VideoFrame]]:
        """Frames, and when they are shown."""
        place: int | None = None
        for packet in chain(packets, [None]):
            if place is None and packet is not None:
                place = bisect_left(self._index.stamps, _stamp(packet))
            for frame in self._decoder.decode(packet):
                stamp = frame.dts if frame.pts is None else frame.pts
                if place is not None and _is_ordered(self._stream):
                    stamp = self._index.stamps[min(place, len(self._index.stamps) - 1)]
                    place += 1
                if stamp is not None:
                    yield stamp, frame


def _video(file: InputContainer, name: str) -> VideoStream:
    from av.stream import Disposition

    streams = [one for one in file.streams.video if not one.disposition & Disposition.attached_pic]
    if not streams:
        raise ValueRefused("a film (audio.load and video.sound read sounds)", f"{name}, which holds no video")
    stream = next((one for one in streams if one.disposition & Disposition.default), streams[0])
    if not _has_decoder(stream):
        cure = f"ffmpeg -i {name} film.mp4, where it knows it, makes one that is"
        raise ValueRefused("video of a kind that is decoded here", f"another in {name} ({cure})")
    return stream


def _has_decoder(stream: VideoStream) -> bool:
    context: VideoCodecContext | None = stream.codec_context  # None where FFmpeg knows none
    return context is not None


def _decoder(stream: VideoStream) -> VideoCodecContext:
    """FFmpeg's own for VP8 and VP9 pass over alpha, which Matroska has beside the frames; libvpx's don't."""
    from av.video.codeccontext import VideoCodecContext

    name = {"vp8": "libvpx", "vp9": "libvpx-vp9"}.get(stream.codec_context.codec.canonical_name)
    if name is None or not any(key.lower() == "alpha_mode" for key in stream.metadata):
        decoder = stream.codec_context
    else:
        decoder = VideoCodecContext.create(name, "r")
        assert isinstance(decoder, VideoCodecContext)
    decoder.thread_count = 1  # with several, some damaged files are waited for without end
    decoder.options = {"max_pixels": str(LARGEST)}  # of frames that are larger than the file says
    return decoder


def _index(file: InputContainer, stream: VideoStream, name: str, ctx: Context) -> Index:
    """What the packets tell; none is decoded."""
    lasting, keys = dict[int, int](), set[int]()
    vp8 = stream.codec_context.codec.canonical_name == "vp8"
    for packet in file.demux(stream):
        ctx.tick()
        if not packet.size or packet.is_discard or (vp8 and not _is_shown_vp8(packet)):
            continue
        container.check_open(packet, name)
        lasting[_stamp(packet)] = packet.duration or 0
        if packet.is_keyframe:
            keys.add(_stamp(packet))
    if not lasting:
        raise ValueRefused("a film with frames", f"{name}, which holds none")
    stamps = sorted(lasting)
    return Index(stamps, sorted(keys | {stamps[0]}), lasting[stamps[-1]])


def _is_shown_vp8(packet: Packet) -> bool:
    """Whether a frame is more than what others build on (RFC 6386, 9.1)."""
    return bool(memoryview(packet)[0] >> 4 & 1)


def _stamp(packet: Packet) -> int:
    """When a packet's frame is shown; of AVI, which doesn't tell, when it is decoded."""
    first, second = (packet.dts, packet.pts) if _is_ordered(packet.stream) else (packet.pts, packet.dts)
    return (second or 0) if first is None else first


def _is_ordered(stream: Stream) -> bool:
    """Whether the frames of a file are shown at the times of its packets, in their order, as those of AVI."""
    return stream.container.format.name == "avi"


def _times(stream: VideoStream, index: Index) -> Sequence[float]:
    """Milliseconds of each frame; all the same where the film tells a rate and keeps to it."""
    tick = stream.time_base or ROUNDED
    for rate in (stream.average_rate, stream.guessed_rate):
        if rate and _is_steady(index.stamps, 1 / (rate * tick), max(ROUNDED / tick, 1)):
            return [float(1000 / rate)] * len(index.stamps)
    gaps = [after - before for before, after in pairwise(index.stamps)]
    last = max(index.last, min(gaps, default=0))  # some writers say too little
    return [float(1000 * tick * gap) for gap in (*gaps, last)]


def _is_steady(stamps: Sequence[int], gap: Fraction, most: Fraction | int) -> bool:
    return all(abs(stamp - stamps[0] - place * gap) <= most for place, stamp in enumerate(stamps))
