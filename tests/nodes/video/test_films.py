"""Films that other programs made: what comes back of them, and what is refused."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from engine import File
from engine.errors import ValueRefused
from nodes.values import Video
from nodes.video.display import turned
from nodes.video.files import load
from nodes.video.stream import Reader
from tests.nodes.audio import sounds
from tests.nodes.image.listener import Listener
from tests.nodes.video.films import grey, write

KINDS = {
    "h264.mp4": ("libx264", "yuv420p"),
    "hevc.mp4": ("libx265", "yuv420p"),
    "hevc 10.mov": ("libx265", "yuv420p10le"),
    "av1.mp4": ("libsvtav1", "yuv420p"),
    "h264.mkv": ("libx264", "yuv420p"),
    "prores.mov": ("prores_ks", "yuv422p10le"),
    "vp8.webm": ("libvpx", "yuv420p"),
    "vp9.webm": ("libvpx-vp9", "yuv420p"),
    "h264.avi": ("libx264", "yuv420p"),
    "mpeg4.avi": ("mpeg4", "yuv420p"),
}


def read(path: Path, **part: Any) -> Video:
    return load(File(path, "a"), Listener(), **part)


def numbers(video: Video) -> list[int]:
    """What the frames tell. See ``grey``."""
    return [round(float(one) * 255 / 20) for one in video.frames[0, :, 8:-8, 8:24].mean((1, 2, 3))]


@pytest.mark.parametrize("name", KINDS)
def test_films_of_every_kind_are_read_frame_by_frame(name: str, tmp_path: Path) -> None:
    codec, form = KINDS[name]
    video = read(write(tmp_path / name, codec, form=form))

    assert video.frames.shape == (1, 8, 48, 64, 3)
    assert video.fps == 25
    assert numbers(video) == list(range(8))
    assert video.frames[..., 40:, :].max() < 0.1


@pytest.mark.parametrize("name", ["h264.mp4", "hevc.mp4", "h264.mkv", "vp9.webm", "h264.avi", "mpeg4.avi"])
def test_a_part_is_the_same_part_of_the_whole(name: str, tmp_path: Path) -> None:
    codec, form = KINDS[name]
    path = write(tmp_path / name, codec, range(12), form=form, options={"g": "4"})

    whole = read(path).frames
    for first in range(12):
        assert read(path, first=first, count=2).frames.equal(whole[:, first : first + 2])
    assert read(path, first=1, step=5).frames.equal(whole[:, 1::5])


def test_only_frames_after_the_key_frame_before_are_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(
        tmp_path / "film.mp4", "libx264", range(12), options={"g": "4", "bf": "0", "sc_threshold": "0"}
    )
    sought: list[int] = []
    seek = Reader._seek  # pyright: ignore[reportPrivateUsage] # what is decoded can't be seen from outside
    monkeypatch.setattr(Reader, "_seek", lambda self, key: sought.append(key) or seek(self, key))  # pyright: ignore

    assert numbers(read(path, first=9, count=1)) == [9]
    assert sought == [0, 8 * 512]


def test_frames_are_shown_at_their_times(tmp_path: Path) -> None:
    path = write(tmp_path / "film.mp4", "libx264", [0, 1, 2, 5, 6, 8])

    video = read(path)

    assert video.fps == 25
    assert numbers(video)[:8] == [0, 1, 2, 2, 2, 3, 4, 4]
    assert numbers(read(path, fps=12.5))[:4] == [1, 2, 3, 4]


@pytest.mark.parametrize("rate", [Fraction(24000, 1001), Fraction(30000, 1001), Fraction(1, 4)])
@pytest.mark.parametrize("name", ["film.mkv", "film.mp4", "film.avi"])
def test_a_steady_film_keeps_its_rate_though_its_times_are_rounded(
    rate: Fraction, name: str, tmp_path: Path
) -> None:
    video = read(write(tmp_path / name, "libx264", range(9), rate=rate))

    assert video.fps == round(float(rate), 5)
    assert numbers(video) == list(range(9))


def corner(_: int) -> np.ndarray:
    """Bright at the upper left."""
    pixels = np.zeros((48, 64, 3), np.uint8)
    pixels[:24, :32] = 255
    return pixels


@pytest.mark.parametrize(("degrees", "place"), [(0, (0, 0)), (-90, (0, 1)), (180, (1, 1)), (90, (1, 0))])
def test_a_film_is_turned_upright(degrees: int, place: tuple[int, int], tmp_path: Path) -> None:
    """Degrees are anticlockwise; a place is how far down and right a quarter is."""
    path = write(
        tmp_path / "film.mp4", pixels=corner, change=lambda stream: stream.set_display_rotation(degrees)
    )

    frame = read(path).frames[0, 0, ..., 1]

    assert frame.shape == ((64, 48) if degrees % 180 else (48, 64))
    quarters = frame.unflatten(0, (2, -1)).unflatten(2, (2, -1)).mean((1, 3))
    assert (quarters > 0.5).nonzero().tolist() == [list(place)]
    assert (read(path, side=32).frames[0, 0, ..., 1] > 0.5).sum() == 16 * 12


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        ((1, 0, 0, 0, 1), [[1, 2], [3, 4]]),
        ((-1, 0, 0, 0, 1), [[2, 1], [4, 3]]),
        ((1, 0, 0, 0, -1), [[3, 4], [1, 2]]),
        ((0, 1, 0, -1, 0), [[3, 1], [4, 2]]),
        ((0, -1, 0, 1, 0), [[2, 4], [1, 3]]),
        ((0, 1, 0, 1, 0), [[1, 3], [2, 4]]),
        ((0, -1, 0, -1, 0), [[4, 2], [3, 1]]),
    ],
)
def test_a_frame_is_turned_and_mirrored_as_its_matrix_says(
    matrix: tuple[int, ...], expected: list[list[int]]
) -> None:
    assert turned(np.array([[[1], [2]], [[3], [4]]]), matrix)[..., 0].tolist() == expected


def test_pixels_that_are_no_squares_are_made_squares(tmp_path: Path) -> None:
    def wide(stream: VideoStream) -> None:
        stream.codec_context.sample_aspect_ratio = Fraction(3, 2)

    assert read(write(tmp_path / "film.mp4", change=wide)).frames.shape == (1, 8, 48, 96, 3)


COLOURS = np.array(
    [[250, 20, 10], [20, 240, 30], [10, 30, 230], [250, 250, 20], [128, 128, 128], [0, 255, 255]]
)


def bars(_: int) -> np.ndarray:
    """Bars of 16 pixels of all ``COLOURS``."""
    return np.repeat(COLOURS[None].astype(np.uint8), 48, 0).repeat(16, 1)


def seen(path: Path) -> np.ndarray:
    """The colours of the bars, in the middle of each."""
    return read(path, count=1).frames[0, 0, 24, 8::16].numpy() * 255


@pytest.mark.parametrize(("name", "codec", "form", "matrix"), [
    ("film.mp4", "libx264", "yuv420p", 1),
    ("film.mp4", "libx264", "yuv420p", 5),
    ("film.mkv", "libx265", "yuv420p10le", 9),
    ("film.mp4", "libx264", "yuv444p10le", 1),
    ("film.webm", "libvpx-vp9", "yuv420p", 1),
    ("film.webm", "libvpx", "yuv420p", 5),
    ("film.mkv", "ffv1", "yuv420p", 1),
    ("film.mov", "qtrle", "rgb24", 0),
])  # fmt: skip
def test_colours_are_those_that_were_filmed(
    name: str, codec: str, form: str, matrix: int, tmp_path: Path
) -> None:
    best = {"libx264": {"qp": "1"}, "libx265": {"x265-params": "log-level=none:lossless=1"}}
    options = best.get(codec, {} if codec in ("ffv1", "qtrle") else {"crf": "4", "b": "4M"})
    path = write(tmp_path / name, codec, range(2), bars, form, matrix=matrix, options=options)

    assert abs(seen(path) - COLOURS).max() <= 4


@pytest.mark.parametrize(("height", "matrix"), [(48, 5), (718, 5), (720, 1)])
def test_colours_of_a_film_that_names_no_matrix_are_those_of_its_height(
    height: int, matrix: int, tmp_path: Path
) -> None:
    def tall(_: int) -> np.ndarray:
        return np.repeat(bars(0)[:1], height, 0)

    def unnamed(stream: VideoStream) -> None:
        stream.colorspace = 2

    path = write(
        tmp_path / "film.mkv", "libx264", range(1), tall, matrix=matrix, change=unnamed, options={"qp": "1"}
    )

    assert abs(seen(path) - COLOURS).max() <= 4


def test_a_film_of_the_full_range_is_not_stretched(tmp_path: Path) -> None:
    def full(stream: VideoStream) -> None:
        stream.color_range = 2

    path = tmp_path / "film.mp4"
    write(path, "libx264", range(1), bars, "yuvj420p", change=full, options={"qp": "1"}, reach=2)

    assert abs(seen(path) - COLOURS).max() <= 4


def test_ten_bits_are_rounded_to_the_nearest_of_eight(tmp_path: Path) -> None:
    luma = np.arange(64, 64 + 876, 14)[:60]

    def steps(number: int) -> VideoFrame:
        frame = VideoFrame(64, 48, "yuv420p10le")
        for plane, width in zip(frame.planes, (64, 32, 32), strict=True):
            values = np.full((plane.height, plane.line_size // 2), 512, np.uint16)
            if width == 64:
                values[:, :60] = luma
            plane.update(values.tobytes())
        return frame

    path = write(tmp_path / "film.mkv", "ffv1", range(1), steps, "yuv420p10le", matrix=1)

    shades = read(path).frames[0, 0, 20, :60]
    assert (shades * 255).round().tolist() == [[round((one - 64) / 876 * 255)] * 3 for one in luma]


def test_high_dynamic_range_is_brought_to_that_of_a_screen(tmp_path: Path) -> None:
    """White is 75 % of the signal in HLG, 58 % in PQ (ITU-R BT.2408), whose highlights go beyond."""

    def change(stream: VideoStream) -> None:
        stream.color_trc, stream.color_primaries = 18, 9

    def white(_: int) -> np.ndarray:
        return np.full((48, 64, 3), 191, np.uint8)

    path = write(tmp_path / "film.mkv", "libx265", range(1), white, "yuv420p10le", matrix=9, change=change)

    assert read(path).frames.mean() == pytest.approx(0.99, abs=0.02)


def veiled(number: int) -> np.ndarray:
    """Its left half can be seen through."""
    return (
        np.concatenate([grey(number), np.full((48, 64, 1), 255, np.uint8)], 2)
        - np.array([0, 0, 0, 127], np.uint8) * (np.arange(64) < 32).astype(np.uint8)[None, :, None]
    )


@pytest.mark.parametrize(
    ("name", "codec", "form"),
    [
        ("film.webm", "libvpx-vp9", "yuva420p"),
        ("film.webm", "libvpx", "yuva420p"),
        ("film.mov", "qtrle", "argb"),
        ("film.mov", "prores_ks", "yuva444p10le"),
    ],
)
def test_alpha_comes_back(name: str, codec: str, form: str, tmp_path: Path) -> None:
    options = {"auto-alt-ref": "0"} if codec == "libvpx" else {}
    video = read(write(tmp_path / name, codec, range(4), veiled, form, options=options), first=1)

    alpha = video.frames[0, :, 24, :, 3] * 255
    assert alpha[:, 8] == pytest.approx(128, abs=3)
    assert alpha[:, 56].tolist() == [255] * 3
    assert [round(float(one) * 255 / 20) for one in video.frames[0, :, 24, 8, 0]] == [1, 2, 3]


def test_frames_on_which_others_build_are_no_frames_of_their_own(tmp_path: Path) -> None:
    options = {"auto-alt-ref": "1", "lag-in-frames": "16", "deadline": "good", "b": "2M"}
    path = write(tmp_path / "film.webm", "libvpx", range(30), lambda n: grey(n % 12), options=options)

    video = read(path)

    assert (video.fps, video.frames.shape[1]) == (25, 30)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("name", ["film.mp4", "front.mp4", "film.mov", "film.mkv", "film.avi"])
def test_a_film_that_is_cut_off_is_refused(name: str, share: float, tmp_path: Path) -> None:
    front = {"movflags": "+faststart"} if name == "front.mp4" else {}
    path = write(tmp_path / name, container_options=front)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])

    with pytest.raises(
        ValueRefused, match=rf"got {name}: its last [\d,]+ bytes are missing \(copy or download"
    ):
        read(path)


def test_a_recording_that_was_never_finished_is_read(tmp_path: Path) -> None:
    data = write(tmp_path / "film.mkv").read_bytes()
    place = data.index(b"\x18\x53\x80\x67") + 4  # RFC 8794, 6.2: all ones say that the size is not known
    data = data[:place] + b"\x01" + b"\xff" * 7 + data[place + 8 :]
    (tmp_path / "film.mkv").write_bytes(data[: int(0.8 * len(data))])

    assert numbers(read(tmp_path / "film.mkv", count=3)) == [0, 1, 2]


def test_an_encrypted_film_is_refused(tmp_path: Path) -> None:
    key = {"encryption_scheme": "cenc-aes-ctr", "encryption_key": "0" * 32, "encryption_kid": "1" * 32}
    path = write(tmp_path / "film.mp4", "libx264", container_options=key)

    with pytest.raises(ValueRefused, match=r"isn't encrypted, got film\.mp4, which is \(shops"):
        read(path)


def test_a_film_without_frames_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "film.mp4", times=[], container_options={"movflags": "+empty_moov"})

    with pytest.raises(ValueRefused, match=r"a film with frames, got film\.mp4, which holds none"):
        read(path)


def test_a_film_in_a_codec_that_is_not_known_is_refused_with_a_way_out(tmp_path: Path) -> None:
    path = write(tmp_path / "film.mkv")
    path.write_bytes(path.read_bytes().replace(b"V_MPEG4/ISO/ASP", b"V_NEWER/BETTER1"))

    with pytest.raises(ValueRefused, match=r"decoded here, got another in film\.mkv \(ffmpeg -i film\.mkv"):
        read(path)


def test_a_damaged_frame_is_refused_by_its_place_and_those_before_are_read(tmp_path: Path) -> None:
    path = write(tmp_path / "film.mkv", "mpeg4")
    with av.open(str(path)) as file:
        packet = [one for one in file.demux() if one.size][3]
    data, place = bytearray(path.read_bytes()), (packet.pos or 0) + packet.size // 2
    data[place : place + 8] = bytes(8)
    path.write_bytes(data)

    assert numbers(read(path, count=3)) == [0, 1, 2]
    with pytest.raises(ValueRefused, match="whose frame 3 is damaged \\(first and count leave it out"):
        read(path)


@pytest.mark.parametrize("name", ["h264.mp4", "hevc.mp4", "av1.mp4", "vp9.webm", "h264.avi"])
def test_a_damaged_film_is_read_or_refused_and_nothing_else(name: str, tmp_path: Path) -> None:
    path = write(tmp_path / name, *KINDS[name][:1])
    whole, random = path.read_bytes(), Random(0)
    refused = 0
    for _ in range(30):
        data = bytearray(whole)
        for _ in range(random.randint(1, 6)):
            data[random.randrange(len(data))] = random.randrange(256)
        path.write_bytes(data)
        try:
            assert read(path, count=9).frames.shape[1] >= 1
        except ValueRefused:
            refused += 1

    assert 0 < refused < 30


def test_a_sound_is_sent_to_the_nodes_that_read_it(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    sounds.write(path, "aac", form="mp4")

    with pytest.raises(ValueRefused, match=r"\(audio\.load and video\.sound read sounds\), got film\.mp4"):
        read(path)


@pytest.mark.parametrize("text", [
    "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n",
    "ffconcat version 1.0\nfile '{}'\n",
    "v=0\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n",
])  # fmt: skip
def test_a_file_that_refers_to_others_is_refused(text: str, tmp_path: Path) -> None:
    other = write(tmp_path / "other.mp4")
    (tmp_path / "film.mp4").write_text(text.format(other))

    with pytest.raises(ValueRefused, match=r"expected a film \(MP4.*got film\.mp4, which is another"):
        read(tmp_path / "film.mp4")


def test_the_frames_of_a_film_have_one_size(tmp_path: Path) -> None:
    narrow = write(tmp_path / "narrow.webm", "libvpx", range(1), lambda _: grey(1)[:, :62]).read_bytes()
    path = write(tmp_path / "film.webm", "libvpx", range(2), lambda _: grey(1), options={"g": "1"})
    start = b"\x9d\x01\x2a"  # RFC 6386, 9.1: then come width and height
    size = narrow[narrow.index(start) : narrow.index(start) + 7]
    data = path.read_bytes()
    place = data.rindex(start)
    path.write_bytes(data[:place] + size + data[place + 7 :])

    with pytest.raises(ValueRefused, match="frames of one size, got another one in frame 1"):
        read(path)
