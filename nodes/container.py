"""Files of films and sounds, opened with FFmpeg (PyAV), and what of them can be told without it.

A file is read through its own handle alone. FFmpeg is allowed no protocol and none of the formats that refer
to other files or addresses, so that a file fetches nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from engine.errors import ValueRefused

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet

FILMS = "mov,matroska,avi"
SOUNDS = "wav,mp3,aac,flac,ogg,aiff"
"""FFmpeg's names of the formats that are read."""
EBML, SEGMENT = b"\x1aE\xdf\xa3", b"\x18S\x80g"
BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
"""Boxes that a file of the ISO base media format (MP4, MOV, M4A) may begin with."""
STREAMED = 2**32 - 8
"""Bytes that a RIFF file says it has when its writer could not know, at least."""


@contextmanager
def opened(path: Path, formats: str, expected: str) -> Iterator[InputContainer]:
    """A file whose streams can be read; what FFmpeg makes of a damaged one is refused.

    Args:
        path: The file.
        formats: Names of the formats that it may be of, with commas between them.
        expected: What the file should be, for errors.

    Raises:
        ValueRefused: It is something else, is cut off, or turns out to be damaged while it is read.
    """
    import av
    from av.error import FFmpegError

    allowed = {"protocol_whitelist": "none", "format_whitelist": formats}
    with path.open("rb") as file:
        missing = _missing(file, path.stat().st_size)
        if missing:
            got = f"{path.name}: its last {missing:,} bytes are missing (copy or download it once more)"
            raise ValueRefused(f"{expected}, whole", got)
        file.seek(0)
        try:
            container = av.open(file, "r", container_options=allowed)
        except (FFmpegError, UnicodeDecodeError) as error:
            raise ValueRefused(
                expected, f"{path.name}, which is another or damaged ({_said(error)})"
            ) from error
        try:
            with container:
                yield container
        except FFmpegError as error:
            cure = "ffmpeg -i FILE film.mp4 may leave the damage out"
            got = f"{path.name}, which is damaged: {_said(error)} ({cure})"
            raise ValueRefused(f"{expected}, whole", got) from error


def check_open(packet: Packet, name: str) -> None:
    """Refuse a packet that only the owner of a key can read.

    Raises:
        ValueRefused: It is encrypted.
    """
    if packet.has_sidedata("encryption_info"):
        cure = "shops protect what they rent out; take a file without protection"
        raise ValueRefused("a file that isn't encrypted", f"{name}, which is ({cure})")


def _said(error: Exception) -> str:
    """What FFmpeg says, without the path."""
    return getattr(error, "strerror", None) or type(error).__name__


def _missing(file: BinaryIO, size: int) -> int:
    """How many bytes a file lacks of those that it says it has."""
    head = file.read(12)
    if head[:4] == b"RIFF":
        told = int.from_bytes(head[4:8], "little") + 8
        end = told if 8 < told < STREAMED else 0
    elif head[:4] == EBML:
        end = _end_of_segment(file)
    else:
        end = _end_of_boxes(file, size) if head[4:8] in BOXES else 0
    return max(end - size, 0)


def _end_of_segment(file: BinaryIO) -> int:
    """Where the segment of a Matroska file ends (RFC 8794, RFC 9559); 0 if it isn't told."""
    file.seek(4)
    _, header = _number(file)
    file.seek(header, 1)
    if file.read(4) != SEGMENT:
        return 0
    known, length = _number(file)
    return file.tell() + length if known else 0


def _number(file: BinaryIO) -> tuple[bool, int]:
    """A number of as many bytes as its leading zeros tell, and whether it is one: all ones stand for none."""
    first = file.read(1)
    more = 8 - first[0].bit_length() if first and first[0] else 0
    data = first + file.read(more)
    most = (1 << 7 * len(data)) - 1
    value = int.from_bytes(data, "big") & most
    return value != most, value


def _end_of_boxes(file: BinaryIO, size: int) -> int:
    """Where the last box of a file ends (ISO/IEC 14496-12, 4.2); 0 if it reaches as far as the file."""
    place = 0
    while place + 8 <= size:
        file.seek(place)
        head = file.read(16)
        length = int.from_bytes(head[:4], "big")
        if length == 1:
            length = int.from_bytes(head[8:], "big")
        if length < 8:
            return 0
        place += length
    return place
