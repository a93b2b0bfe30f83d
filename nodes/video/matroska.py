"""The frames of WebM files (Matroska, RFC 9559; EBML, RFC 8794) of VP8 key frames alone (RFC 6386).

That is what ``nodes.video.webm`` writes. Whatever else such a file may hold takes a video library.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from engine.errors import ValueRefused

SEGMENT, CLUSTER, TRACKS, TRACK, GROUP = 0x18538067, 0x1F43B675, 0x1654AE6B, 0xAE, 0xA0
MASTERS = frozenset({SEGMENT, CLUSTER, TRACKS, TRACK, GROUP})
"""Elements that are entered; what else holds elements is passed over."""
TIME, NUMBER, CODEC, DURATION = 0xE7, 0xD7, 0x86, 0x23E383
BLOCKS = (0xA3, 0xA1)
VP8 = b"V_VP8"
KIND, PICTURES = 0x83, b"\x01"
CURE = "another program turns it into one: ffmpeg -i FILE film.webp"


@dataclass(frozen=True, slots=True)
class Track:
    """A video track.

    Attributes:
        frames: VP8 key frames.
        times: Milliseconds that each is shown.
    """

    frames: list[bytes]
    times: list[float]


def video_track(data: bytes, name: str) -> Track:
    """The video of a WebM file.

    Args:
        data: The file.
        name: What it is called, for errors.

    Raises:
        ValueRefused: It is none, is cut off, or its frames are of another codec or build on one another.
    """
    entries, blocks = _read(data, name)
    entry = next((one for one in entries if one.get(KIND) == PICTURES), None)
    if entry is None:
        raise ValueRefused("a WebM file with a video track", name)
    codec = entry.get(CODEC, b"")
    if codec != VP8:
        got = f"{name}, whose video is {codec.decode(errors='replace').removeprefix('V_') or 'unknown'}"
        raise ValueRefused(f"a WebM file as Knotwork writes it, or an animated WebP ({CURE})", got)
    number = int.from_bytes(entry.get(NUMBER, b"\x01"), "big")
    found = [(time, frame) for track, time, frame in blocks if track == number]
    if not found or any(not frame or frame[0] & 1 for _, frame in found):
        got = f"{name}, whose frames build on one another" if found else f"{name}, which holds none"
        raise ValueRefused(f"a WebM file of frames that stand by themselves ({CURE})", got)
    lasting = int.from_bytes(entry.get(DURATION, b""), "big") / 1e6
    return Track([frame for _, frame in found], _times([time for time, _ in found], lasting))


def _times(starts: Sequence[int], lasting: float) -> list[float]:
    """How long each frame is shown, from what the track says of all, or else from when the next begins."""
    if lasting:
        return [lasting] * len(starts)
    gaps = [float(after - before) for before, after in pairwise(starts)]
    return [*gaps, gaps[-1] if gaps else 0.0]


def _read(data: bytes, name: str) -> tuple[list[dict[int, bytes]], list[tuple[int, int, bytes]]]:
    """The properties of each track; track, time and frame of each block."""
    entries, blocks, cluster = list[dict[int, bytes]](), list[tuple[int, int, bytes]](), 0
    for id, body in _elements(data, name):
        if id == TRACK:
            entries.append({})
        elif id == TIME:
            cluster = int.from_bytes(body, "big")
        elif id in BLOCKS:
            track, place = _size(body, 0, name)
            time = int.from_bytes(body[place : place + 2], "big", signed=True)
            blocks.append((track, cluster + time, body[place + 3 :]))
        elif entries:
            entries[-1].setdefault(id, body)
    return entries, blocks


def _elements(data: bytes, name: str) -> Iterator[tuple[int, bytes]]:
    """Every element in order; those that are entered have no body, so their length is of no concern."""
    place = 0
    while place < len(data):
        id, place = _vint(data, place, 4, name)
        size, place = _size(data, place, name)
        if id in MASTERS:
            yield id, b""
            continue
        if place + size > len(data):
            raise ValueRefused("a whole WebM file", f"{name}, which is cut off")
        yield id, data[place : place + size]
        place += size


def _size(data: bytes, place: int, name: str) -> tuple[int, int]:
    """A number without the bit that tells its length, and where it ends."""
    value, end = _vint(data, place, 8, name)
    return value - (1 << 7 * (end - place)), end


def _vint(data: bytes, place: int, longest: int, name: str) -> tuple[int, int]:
    """A number of as many bytes as its leading zeros tell, and where it ends."""
    length = 9 - data[place].bit_length() if place < len(data) else 0
    if not 0 < length <= longest or place + length > len(data):
        raise ValueRefused("a whole WebM file", f"{name}, which is cut off or something else")
    return int.from_bytes(data[place : place + length], "big"), place + length
