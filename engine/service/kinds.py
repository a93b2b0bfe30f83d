"""What a file is, told by its bytes: names and headers that came with it count for nothing."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import KnotworkError
from engine.graph.document import Graph
from engine.service.pictures import FORMATS, PIXELS

HEAD = 64
"""Bytes at the start of a file that tell most kinds."""
MAX_TEXT = 4 * 2**20
MAX_GRAPH = 16 * 2**20
MOVING_PIXELS = 2**30
"""Pixels in all frames of a moving picture at most: as many as 16 GiB hold."""
MAX_HEADER = 100 * 2**20
"""Bytes of a safetensors file's header at most, as in its own library."""
CONTROL = frozenset((*range(32), 127)) - set(b"\t\n\r\f")


class UnknownKind(KnotworkError):
    """A file is of none of the kinds that are taken."""


class DamagedFile(KnotworkError):
    """A file is of a known kind, and not a whole one."""


class FileTooLarge(KnotworkError):
    """A file is larger than allowed, or unpacks to more."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file.

    Attributes:
        media: Its media type.
        suffix: Ending that its files get.
        check: Raises an error if a file is not a whole and harmless one.
    """

    media: str
    suffix: str
    check: Callable[[Path], None]


def recognise(path: Path) -> Kind:
    """Tell the kind of a file, and that it is a whole and harmless one.

    Args:
        path: The file.

    Raises:
        UnknownKind: It is none that is taken.
        DamagedFile: It is not whole.
        FileTooLarge: It is larger than its kind may be, or unpacks to more.
        GraphError: It begins as a graph, and is none.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    kind = _by_magic(head) or _by_structure(path, head)
    kind.check(path)
    return kind


def safetensors_header(path: Path) -> dict[str, Any]:
    """The header of a safetensors file; no tensor is read.

    The format: eight bytes with the header's size, the header as JSON, then the tensors' bytes
    (https://huggingface.co/docs/safetensors).

    Raises:
        DamagedFile: It is no such file, or its end is missing.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = file.read(length) if length <= min(size, MAX_HEADER) else b""
    try:
        tree: dict[str, Any] = json.loads(header)
        ends = [entry["data_offsets"][1] for name, entry in tree.items() if name != "__metadata__"]
        whole = size == 8 + length + max(ends, default=0)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        raise DamagedFile("expected a safetensors file, got one whose header can't be read") from None
    if not whole:
        raise DamagedFile(
            "expected a whole safetensors file, got one that is cut short or has more behind it"
        )
    return tree


def _by_magic(head: bytes) -> Kind | None:
    for offset, magic, kind in MAGIC:
        if head[offset : offset + len(magic)] == magic:
            return kind
    if head[:4] == b"RIFF" and head[8:12] in RIFF:
        return RIFF[head[8:12]]
    if head[4:8] == b"ftyp":
        return _by_brands(head)
    if head[:4] == b"\x1aE\xdf\xa3":
        return MKV if b"matroska" in head else WEBM
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return AIFF
    if head[:2] == b"BM" and head[6:10] == bytes(4):
        return BMP
    is_mp3 = head[:3] == b"ID3" or (head[:1] == b"\xff" and len(head) > 1 and head[1] & 0xE6 == 0xE2)
    return MP3 if is_mp3 else None


def _by_brands(head: bytes) -> Kind:
    """The kind of a file that begins with its brands (ISO base media format, ISO/IEC 14496-12, 4.3)."""
    size = int.from_bytes(head[:4], "big")
    brands = {head[8:12], *(head[place : place + 4] for place in range(16, min(size, len(head)), 4))}
    if brands & HEIC and not brands & {b"avif", b"avis"}:
        raise UnknownKind("expected JPEG, PNG or AVIF, got an HEIC picture. Export it as one of these.")
    return next((kind for brand, kind in BRANDS.items() if brand in brands), MP4)


def _by_structure(path: Path, head: bytes) -> Kind:
    if len(head) > 8 and head[8:9] == b"{" and int.from_bytes(head[:8], "little") <= path.stat().st_size:
        return SAFETENSORS
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return GRAPH
    if head and not CONTROL & set(head):
        return TEXT
    known = ", ".join(sorted({kind.media for kind in KINDS}))
    raise UnknownKind(f"expected one of {known}, got bytes that begin as none of them")


def _picture(path: Path) -> None:
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # judged below, more strictly
            with Image.open(path, formats=FORMATS) as picture:
                pixels, frames = picture.width * picture.height, getattr(picture, "n_frames", 1)
                if pixels <= PIXELS and pixels * frames <= MOVING_PIXELS:
                    picture.verify()
    except Image.DecompressionBombError:
        pixels, frames = PIXELS + 1, 1
    except UnidentifiedImageError:  # its own words hold the path
        raise DamagedFile("expected a whole picture, got one whose beginning can't be read") from None
    except (OSError, ValueError, SyntaxError, EOFError, TypeError, KeyError, IndexError) as error:
        raise DamagedFile(f"expected a whole picture, got one that can't be read ({error})") from None
    if pixels > PIXELS:
        raise FileTooLarge(f"expected a picture of {PIXELS:,} pixels at most. Make it smaller.")
    if pixels * frames > MOVING_PIXELS:
        expected = f"a moving picture of {MOVING_PIXELS:,} pixels at most in all its {frames} frames"
        raise FileTooLarge(f"expected {expected}. Make it smaller or shorter.")


def _graph(path: Path) -> None:
    _at_most(path, MAX_GRAPH, "a graph")
    Graph.read(path.read_bytes())


def _text(path: Path) -> None:
    _at_most(path, MAX_TEXT, "a text")
    data = path.read_bytes()
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise DamagedFile(
            f"expected UTF-8 text, got byte 0x{data[error.start]:02x}. Save it as UTF-8."
        ) from None
    if CONTROL & set(data):
        raise DamagedFile("expected text, got control characters in it")


def _weights(path: Path) -> None:
    safetensors_header(path)


def _as_it_is(path: Path) -> None:
    """Sound and moving pictures are read by nodes, which refuse what is damaged."""


def _at_most(path: Path, most: int, kind: str) -> None:
    if os.path.getsize(path) > most:
        raise FileTooLarge(f"expected {kind} of {most} bytes at most, got more. Split it.")


PNG = Kind("image/png", ".png", _picture)
GRAPH = Kind("application/json", ".json", _graph)
TEXT = Kind("text/plain", ".txt", _text)
SAFETENSORS = Kind("application/x-safetensors", ".safetensors", _weights)
BMP = Kind("image/bmp", ".bmp", _picture)
MP3 = Kind("audio/mpeg", ".mp3", _as_it_is)
AIFF = Kind("audio/aiff", ".aiff", _as_it_is)
MP4 = Kind("video/mp4", ".mp4", _as_it_is)
MKV, WEBM = Kind("video/matroska", ".mkv", _as_it_is), Kind("video/webm", ".webm", _as_it_is)
MAGIC = (
    (0, b"\x89PNG\r\n\x1a\n", PNG),
    (0, b"\xff\xd8\xff", Kind("image/jpeg", ".jpg", _picture)),
    (0, b"GIF8", Kind("image/gif", ".gif", _picture)),
    (0, b"II*\0", Kind("image/tiff", ".tif", _picture)),
    (0, b"MM\0*", Kind("image/tiff", ".tif", _picture)),
    (0, b"fLaC", Kind("audio/flac", ".flac", _as_it_is)),
    (0, b"OggS", Kind("audio/ogg", ".ogg", _as_it_is)),
)
RIFF = {
    b"WEBP": Kind("image/webp", ".webp", _picture),
    b"WAVE": Kind("audio/wav", ".wav", _as_it_is),
    b"AVI ": Kind("video/x-msvideo", ".avi", _as_it_is),
}
_AVIF, _M4A = Kind("image/avif", ".avif", _picture), Kind("audio/mp4", ".m4a", _as_it_is)
BRANDS = {
    b"avif": _AVIF,
    b"avis": _AVIF,
    b"qt  ": Kind("video/quicktime", ".mov", _as_it_is),
    b"M4A ": _M4A,
    b"M4B ": _M4A,
}
HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
KINDS = (
    *(kind for _, _, kind in MAGIC),
    *RIFF.values(),
    *BRANDS.values(),
    *(BMP, MP3, AIFF, MP4, MKV, WEBM, GRAPH, TEXT, SAFETENSORS),
)
MEDIA = {kind.suffix: kind.media for kind in KINDS}
"""Ending → media type."""
