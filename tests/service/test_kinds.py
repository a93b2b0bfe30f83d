import io
import json
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from engine.errors import GraphError
from engine.service.kinds import (
    HEAD,
    MAX_TEXT,
    PIXELS,
    DamagedFile,
    FileTooLarge,
    UnknownKind,
    recognise,
    safetensors_header,
)
from tests.service.samples import png, safetensors

GRAPH = b'{"knotwork": 1, "nodes": {}}'


def picture(format: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(out, format)
    return out.getvalue()


def kind(tmp_path: Path, data: bytes, name: str = "file.bin") -> str:
    path = tmp_path / name
    path.write_bytes(data)
    return recognise(path).media


@pytest.mark.parametrize(
    ("data", "media"),
    [
        (picture("PNG"), "image/png"),
        (picture("JPEG"), "image/jpeg"),
        (picture("WEBP"), "image/webp"),
        (picture("GIF"), "image/gif"),
        (picture("BMP"), "image/bmp"),
        (picture("TIFF"), "image/tiff"),
        (picture("AVIF"), "image/avif"),
        (GRAPH, "application/json"),
        (b"\xef\xbb\xbf \n" + GRAPH, "application/json"),
        (safetensors({"w": [2, 3]}), "application/x-safetensors"),
        ("a frog\nein Käfer\n".encode(), "text/plain"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"),
        (b"fLaC\0\0\0\x22", "audio/flac"),
        (b"OggS\0\x02", "audio/ogg"),
        (b"ID3\x04\0", "audio/mpeg"),
        (b"\xff\xfb\x90\x64", "audio/mpeg"),
        (b"FORM\0\0\0\x2eAIFFCOMM", "audio/aiff"),
        (b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41", "video/mp4"),
        (b"\0\0\0\x14ftypM4A \0\0\2\0M4A ", "audio/mp4"),
        (b"\0\0\0\x14ftypqt  \0\0\2\0qt  ", "video/quicktime"),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\1B\xf7\x81\1B\xf2\x81\4B\xf3\x81\x08B\x82\x84webm", "video/webm"),
        (
            b"\x1aE\xdf\xa3\xa3B\x86\x81\1B\xf7\x81\1B\xf2\x81\4B\xf3\x81\x08B\x82\x88matroska",
            "video/matroska",
        ),
        (b"RIFF\0\0\0\0AVI LIST", "video/x-msvideo"),
    ],
)
def test_a_file_is_known_by_its_bytes(tmp_path: Path, data: bytes, media: str) -> None:
    assert kind(tmp_path, data) == media


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80\x04\x95pickle",
        b"PK\x03\x04zip archive",
        b"\x7fELF\x02",
        b"MZ\x90\0",
        b"GGUF\x03\0\0\0",
        b"\xff\xfeu\0t\0f\0",
    ],
)
def test_what_is_none_of_the_kinds_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(UnknownKind, match=r"expected one of .*image/png"):
        kind(tmp_path, data)


@pytest.mark.parametrize("brands", [b"heic\0\0\0\0mif1heic", b"mif1\0\0\0\0mif1heic"])
def test_a_picture_of_an_apple_phone_is_refused_with_a_way_out(tmp_path: Path, brands: bytes) -> None:
    with pytest.raises(UnknownKind, match=r"got an HEIC picture\. Export it"):
        kind(tmp_path, b"\0\0\0\x18ftyp" + brands)


def test_the_name_counts_for_nothing(tmp_path: Path) -> None:
    assert kind(tmp_path, picture("JPEG"), "trick.png") == "image/jpeg"


def test_markup_and_scripts_are_text_and_no_more(tmp_path: Path) -> None:
    assert kind(tmp_path, b"<svg onload='alert(1)'/>", "page.html") == "text/plain"


@pytest.mark.parametrize(
    "data", [picture("PNG")[:-20], picture("JPEG")[:20], b"GIF89a", b"RIFF\x04\0\0\0WEBP"]
)
def test_a_damaged_picture_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(DamagedFile, match="expected a whole picture") as refused:
        kind(tmp_path, data)
    assert str(tmp_path) not in str(refused.value)


@pytest.mark.parametrize(("width", "height"), [(PIXELS + 1, 1), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_a_picture_that_would_unpack_to_too_many_pixels_is_refused(
    tmp_path: Path, width: int, height: int
) -> None:
    with pytest.raises(FileTooLarge, match="pixels at most"):
        kind(tmp_path, png(claimed=(width, height)))


def test_frames_count_together_and_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frames = [Image.new("RGB", (10, 10), (shade, 0, 0)) for shade in (0, 100, 200)]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    monkeypatch.setattr("engine.service.kinds.PIXELS", 100)
    assert kind(tmp_path, out.getvalue()) == "image/gif"

    monkeypatch.setattr("engine.service.kinds.MOVING_PIXELS", 299)
    with pytest.raises(FileTooLarge, match="299 pixels at most in all its 3 frames"):
        kind(tmp_path, out.getvalue())


def test_text_chunks_that_unpack_without_end_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DamagedFile, match="can't be read"):
        kind(tmp_path, png(text=zlib.compress(bytes(2**27), 9)))


def test_an_object_that_is_no_graph_is_refused_with_its_problems(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match='"knotwork" with the format version'):
        kind(tmp_path, b'{"other": 1}')


def test_text_must_be_utf_8_without_control_characters(tmp_path: Path) -> None:
    with pytest.raises(DamagedFile, match="expected UTF-8 text, got byte 0xff"):
        kind(tmp_path, b"a" * HEAD + b"\xff")
    with pytest.raises(DamagedFile, match="control characters"):
        kind(tmp_path, b"a" * HEAD + b"\x1b[2J")


def test_text_has_a_bound(tmp_path: Path) -> None:
    assert kind(tmp_path, b"a" * MAX_TEXT) == "text/plain"
    with pytest.raises(FileTooLarge, match="expected a text of"):
        kind(tmp_path, b"a" * (MAX_TEXT + 1))


def damaged(change: Callable[[bytes], bytes]) -> bytes:
    return change(safetensors({"w": [2, 3]}))


@pytest.mark.parametrize(
    "data",
    [
        damaged(lambda data: data[:-1]),
        damaged(lambda data: data + b"more"),
        damaged(lambda data: data.replace(b"data_offsets", b"data_offsett")),
        (20).to_bytes(8, "little") + b"{" + b" " * 19,
        (12).to_bytes(8, "little") + json.dumps({"a": [1]}).encode().ljust(12),
        (10**5).to_bytes(8, "little") + b"{" + b'"a":{' * 19_999 + b" " * 4,
    ],
)
def test_weights_with_a_broken_header_are_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(DamagedFile, match="safetensors file"):
        kind(tmp_path, data)


def test_a_header_is_read_without_the_weights(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    path.write_bytes(safetensors({"w": [2, 3]}, {"author": "somebody"}))
    header = safetensors_header(path)
    assert header["w"] == {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}
    assert header["__metadata__"] == {"author": "somebody"}
