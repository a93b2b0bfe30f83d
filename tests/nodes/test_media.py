"""Sounds, moving pictures and meshes as files."""

from __future__ import annotations

import io
import json
import struct
import wave

import pytest
import torch
from PIL import Image as Pillow

from engine.errors import ValueRefused
from nodes.values import Audio, Mesh, Video

TRIANGLE = torch.tensor([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 2.0, 0.0]])
FACE = torch.tensor([[0, 1, 2]])


def test_each_sound_of_a_batch_is_a_wav_file_with_its_channels_side_by_side() -> None:
    left, right = torch.tensor([0.0, 1.0]), torch.tensor([-1.0, 2.0])
    first, _ = Audio(torch.stack([torch.stack([left, right])] * 2), 8000).encode({})

    with wave.open(io.BytesIO(first)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 2, 2)
        assert struct.unpack("<4h", file.readframes(2)) == (0, -32767, 32767, 32767)


def test_a_sound_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueRefused, match="finite samples"):
        Audio(torch.full((1, 1, 2), float("nan")), 8000).encode({})


def elements(data: bytes) -> list[tuple[int, bytes]]:
    """Ids and bodies of the elements of an EBML file, whose sizes have eight bytes (RFC 8794)."""
    found: list[tuple[int, bytes]] = []
    place = 0
    while place < len(data):
        length = 9 - data[place].bit_length()
        id = int.from_bytes(data[place : place + length], "big")
        start = place + length + 8
        place = start + int.from_bytes(data[place + length + 1 : start], "big")
        found.append((id, data[start:place]))
    return found


def test_a_video_is_a_webm_file_whose_frames_are_all_key_frames() -> None:
    shades = torch.tensor([0.0, 0.5, 1.0]).reshape(1, 3, 1, 1, 1)
    [data] = Video(shades.expand(1, 3, 6, 10, 3), 0.25).encode({})

    (_, header), (_, segment) = elements(data)
    assert dict(elements(header))[0x4282] == b"webm"
    parts = elements(segment)
    clusters = [dict(elements(body)) for id, body in parts if id == 0x1F43B675]
    # A frame lasts four seconds, and a cluster at most five
    assert [int.from_bytes(one[0xE7], "big") for one in clusters] == [0, 8000]
    blocks = [
        body for id, part in parts if id == 0x1F43B675 for inner, body in elements(part) if inner == 0xA3
    ]
    assert [struct.unpack(">hB", block[1:4]) for block in blocks] == [(0, 0x80), (4000, 0x80), (0, 0x80)]
    # RFC 6386, 9.1: three bytes, the lowest bit 0 for a key frame; then a start code, width and height
    for block, shade in zip(blocks, (0, 128, 255), strict=True):
        assert not block[4] & 1
        assert block[7:10] == b"\x9d\x01\x2a"
        assert struct.unpack("<HH", block[10:14]) == (10, 6)
        vp8 = block[4:] + b"\0" * (len(block) % 2)
        chunk = b"WEBPVP8 " + struct.pack("<I", len(block) - 4) + vp8
        picture = Pillow.open(io.BytesIO(b"RIFF" + struct.pack("<I", len(chunk)) + chunk))
        assert picture.convert("RGB").getpixel((5, 3)) == pytest.approx((shade,) * 3, abs=2)


def test_the_cues_of_a_video_say_where_its_clusters_are() -> None:
    [data] = Video(torch.zeros(1, 3, 2, 2, 1), 0.25).encode({})
    segment = elements(data)[1][1]
    cues = dict(elements(segment))[0x1C53BB6B]
    places = [dict(elements(dict(elements(cue))[0xB7]))[0xF1] for _, cue in elements(cues)]
    assert [segment[int.from_bytes(place, "big") :][:4] for place in places] == [b"\x1f\x43\xb6\x75"] * 2


def test_a_frame_that_is_too_wide_for_a_browser_is_refused() -> None:
    with pytest.raises(ValueRefused, match="at most 16383 pixels"):
        Video(torch.zeros(1, 1, 1, 16384, 1), 24).encode({})


def test_a_mesh_is_a_binary_gltf_file_with_linear_colours() -> None:
    [data] = Mesh(TRIANGLE, FACE, torch.tensor([[0.0, 1.0, 0.5]] * 3)).encode({})

    assert struct.unpack("<4sII", data[:12]) == (b"glTF", 2, len(data))
    length = int.from_bytes(data[12:16], "little")
    scene = json.loads(data[20 : 20 + length])
    binary = data[20 + length + 8 :]
    assert scene["buffers"] == [{"byteLength": len(binary)}]

    def values(accessor: int, form: str) -> tuple[float, ...]:
        view = scene["bufferViews"][scene["accessors"][accessor]["bufferView"]]
        start = view["byteOffset"]
        return struct.unpack(form, binary[start : start + view["byteLength"]])

    [primitive] = scene["meshes"][0]["primitives"]
    assert values(primitive["indices"], "<3I") == (0, 1, 2)
    assert values(primitive["attributes"]["POSITION"], "<9f") == (0, 0, 0, 1, 0, 0, 0, 2, 0)
    assert scene["accessors"][primitive["attributes"]["POSITION"]]["max"] == [1, 2, 0]
    # sRGB 0.5 is 0.2140 without its curve
    assert values(primitive["attributes"]["COLOR_0"], "<9f")[:3] == pytest.approx((0, 1, 0.2140), abs=1e-4)


@pytest.mark.parametrize(
    ("mesh", "said"),
    [
        (Mesh(TRIANGLE, torch.tensor([[0, 1, 3]])), "vertices from 0 to 2"),
        (Mesh(TRIANGLE, FACE[:0]), "with vertices and faces"),
        (Mesh(TRIANGLE / 0, FACE), "finite vertices"),
        (Mesh(TRIANGLE, FACE, TRIANGLE[:2]), "one for each vertex"),
    ],
)
def test_a_mesh_that_no_viewer_could_read_is_refused(mesh: Mesh, said: str) -> None:
    with pytest.raises(ValueRefused, match=said):
        mesh.encode({})
