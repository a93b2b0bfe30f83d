"""Sounds, moving pictures and meshes as files."""

from __future__ import annotations

import io
import json
import struct
import wave
from fractions import Fraction

import av
import pytest
import torch

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


def test_a_video_is_a_webm_file_of_vp9_whose_colours_players_know() -> None:
    colours = torch.tensor([[250, 20, 10], [20, 240, 30], [10, 30, 230], [250, 250, 20]])
    [data] = Video((colours / 255).reshape(1, 4, 1, 1, 3).expand(1, 4, 30, 50, 3), 0.25).encode({})

    with av.open(io.BytesIO(data), "r") as file:
        [stream] = file.streams.video
        assert (file.format.name, stream.codec_context.name) == ("matroska,webm", "vp9")
        assert (stream.width, stream.height, stream.average_rate) == (50, 30, Fraction(1, 4))
        frames = list(file.decode(stream))
        # ITU-T H.273: BT.709, limited range
        assert {(one.colorspace, one.color_range) for one in frames} == {(1, 1)}
        assert [one.time for one in frames] == [0, 4, 8, 12]
        middle = [one.to_ndarray(format="rgb24")[15, 25].tolist() for one in frames]
    assert middle == [pytest.approx(one, abs=6) for one in colours.tolist()]


def test_equal_videos_give_equal_files() -> None:
    video = Video(torch.rand(1, 5, 32, 48, 3, generator=torch.Generator().manual_seed(0)), 24)

    assert video.encode({}) == video.encode({})


def test_a_viewer_can_jump_to_every_24th_frame() -> None:
    [data] = Video(torch.rand(1, 50, 16, 16, 1), 24).encode({})

    with av.open(io.BytesIO(data), "r") as file:
        packets = [one for one in file.demux() if one.size]
    assert all(packets[place].is_keyframe for place in (0, 24, 48))


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
