"""Moving pictures from files: what comes back of those that Pillow and we write, and what is refused.

Films that other programs wrote are in ``test_films``.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
import torch
from PIL import Image as Pillow

from engine import File
from engine.errors import ValueRefused
from nodes.values import Video
from nodes.video import decode, film
from nodes.video.files import load
from nodes.video.timing import schedule, timing
from tests.nodes.image.listener import Listener

SIZE = (12, 10)
COLOURS = [(250, 20, 10), (20, 240, 30), (10, 30, 230), (250, 250, 20)]


def read(path: Path, first: int = 0, count: int | None = None, **part: Any) -> Video:
    return load(File(path, "a"), Listener(), first, count, **part)


def frame(colour: tuple[int, int, int], alpha: int | None = None) -> Pillow.Image:
    """One colour; the left half has an alpha."""
    if alpha is None:
        return Pillow.new("RGB", SIZE, colour)
    picture = Pillow.new("RGBA", SIZE, (*colour, 255))
    picture.paste((*colour, alpha), (0, 0, SIZE[0] // 2, SIZE[1]))
    return picture


def animate(path: Path, frames: list[Pillow.Image], times: list[int], form: str) -> Path:
    options = {"WEBP": {"lossless": True, "exact": True}, "GIF": {"disposal": 2}}.get(form, {})
    frames[0].save(path, form, save_all=True, append_images=frames[1:], duration=times, loop=0, **options)
    return path


def shades(video: Video, x: int = -1) -> list[list[int]]:
    """The colour of each frame, in bytes."""
    return [[round(255 * value) for value in one] for one in video.frames[0, :, 5, x].tolist()]


@pytest.mark.parametrize(
    ("suffix", "form"), [("webp", "WEBP"), ("gif", "GIF"), ("png", "PNG"), ("apng", "PNG")]
)
def test_frames_come_back_in_order_with_their_speed(suffix: str, form: str, tmp_path: Path) -> None:
    path = animate(tmp_path / f"film.{suffix}", [frame(colour) for colour in COLOURS], [80] * 4, form)

    video = read(path)

    assert video.frames.shape == (1, 4, 10, 12, 3)
    assert video.frames.dtype == torch.float32
    assert video.fps == 12.5
    assert shades(video) == [list(colour) for colour in COLOURS]


@pytest.mark.parametrize(("suffix", "form"), [("webp", "WEBP"), ("png", "PNG")])
def test_alpha_comes_back(suffix: str, form: str, tmp_path: Path) -> None:
    frames = [frame(colour, alpha) for colour, alpha in zip(COLOURS, (255, 128, 0, 64), strict=True)]

    video = read(animate(tmp_path / f"film.{suffix}", frames, [100] * 4, form))

    assert [one[3] for one in shades(video, 0)] == [255, 128, 0, 64]
    assert [one[3] for one in shades(video)] == [255] * 4


def test_transparency_of_a_gif_comes_back(tmp_path: Path) -> None:
    video = read(animate(tmp_path / "film.gif", [frame(one, 0) for one in COLOURS], [100] * 4, "GIF"))

    assert [one[3] for one in shades(video, 0)] == [0] * 4
    assert [one[3] for one in shades(video)] == [255] * 4


def test_a_frame_that_lasts_longer_is_repeated(tmp_path: Path) -> None:
    path = animate(tmp_path / "film.webp", [frame(one) for one in COLOURS[:3]], [50, 150, 50], "WEBP")

    video = read(path)

    assert video.fps == 20
    assert shades(video) == [list(COLOURS[place]) for place in (0, 1, 1, 1, 2)]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([40, 40], ([1, 1], 25)),
        ([30, 30, 40], ([1, 1, 1], 30)),  # 30 frames a second in the hundredths of a GIF
        ([0, 0], ([1, 1], 10)),
        ([100, 250, 50], ([2, 5, 1], 20)),
    ],
)
def test_the_speed_keeps_the_whole_as_long_as_it_was(
    times: list[int], expected: tuple[list[int], float]
) -> None:
    repeats, fps = timing(times)

    assert (repeats, fps) == expected
    assert sum(repeats) / fps == pytest.approx(sum(times) / 1000 or 0.2)


def test_a_part_of_a_film_is_read(tmp_path: Path) -> None:
    path = animate(tmp_path / "film.webp", [frame(one) for one in COLOURS], [100] * 4, "WEBP")

    assert shades(read(path, 1, 2)) == [list(COLOURS[1]), list(COLOURS[2])]
    assert shades(read(path, 3)) == [list(COLOURS[3])]
    with pytest.raises(ValueRefused, match="a first frame below 4, got 4"):
        read(path, 4)


def test_what_lasts_longer_counts_as_often_as_it_is_shown(tmp_path: Path) -> None:
    path = animate(tmp_path / "film.webp", [frame(one) for one in COLOURS[:3]], [50, 150, 50], "WEBP")

    assert shades(read(path, 2, 2)) == [list(COLOURS[1])] * 2


def test_every_second_frame_is_shown_half_as_fast(tmp_path: Path) -> None:
    path = animate(tmp_path / "film.webp", [frame(one) for one in COLOURS], [80] * 4, "WEBP")

    video = read(path, 1, step=2)

    assert shades(video) == [list(COLOURS[1]), list(COLOURS[3])]
    assert video.fps == 6.25


@pytest.mark.parametrize(
    ("times", "fps", "expected"),
    [
        ([40, 40, 40, 40], 25, [0, 1, 2, 3]),
        ([33, 33, 34], 30, [0, 1, 2]),
        ([40] * 4, 12.5, [1, 3]),  # at 40 and 120 milliseconds, the middle of each
        ([100, 100], 20, [0, 0, 1, 1]),
        ([50, 150, 0], 20, [0, 1, 1, 1, 2, 2]),
        ([10], 1, [0]),
    ],
)
def test_a_film_is_brought_to_a_number_of_frames_a_second(
    times: list[float], fps: float, expected: list[int]
) -> None:
    assert schedule(times, fps) == (expected, fps)


def test_a_film_is_read_at_another_speed(tmp_path: Path) -> None:
    path = animate(tmp_path / "film.webp", [frame(one) for one in COLOURS[:3]], [50, 150, 50], "WEBP")

    video = read(path, fps=8)

    assert video.fps == 8
    assert shades(video) == [list(COLOURS[1]), list(COLOURS[1])]


@pytest.mark.parametrize("suffix", ["webm", "webp"])
def test_larger_frames_are_made_smaller(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"film.{suffix}"
    if suffix == "webm":
        path.write_bytes(Video(torch.full((1, 2, 20, 40, 3), 0.5), 24).encode({})[0])
    else:
        halves = [frame(one, 0).resize((40, 20), Pillow.Resampling.NEAREST) for one in COLOURS]
        animate(path, halves, [80] * 4, "WEBP")

    video = read(path, side=20)

    assert video.frames.shape[2:4] == (10, 20)
    assert read(path, side=64).frames.shape[2:4] == (20, 40)
    if suffix == "webp":  # what can't be seen doesn't tint the edge
        assert shades(video) == [[*colour, 255] for colour in COLOURS]


def test_what_would_take_too_much_memory_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decode, "MEMORY", 16 * 12 * 10 * 3)
    path = animate(tmp_path / "film.webp", [frame(one) for one in COLOURS], [80] * 4, "WEBP")

    with pytest.raises(ValueRefused, match=r"set count, step, fps or side .* got 4 of 12×10"):
        read(path)
    assert read(path, count=3).frames.shape[1] == 3
    assert read(path, side=6).frames.shape[2:4] == (5, 6)


@pytest.mark.parametrize(("times", "fps"), [([1, 1_100_000], None), ([1_100_000_000], 2)])
def test_a_film_that_would_be_endless_is_refused(times: list[float], fps: float | None) -> None:
    with pytest.raises(ValueRefused, match="at most 1,048,576 frames"):
        schedule(times, fps)


@pytest.mark.parametrize("fps", [24.0, 29.97, 0.25, 12.5])
def test_a_webm_that_knotwork_wrote_is_read_again(fps: float, tmp_path: Path) -> None:
    colours = torch.tensor(COLOURS) / 255
    video = Video(colours.reshape(1, 4, 1, 1, 3).expand(1, 4, 32, 48, 3), fps)
    (tmp_path / "film.webm").write_bytes(video.encode({})[0])

    again = read(tmp_path / "film.webm")

    assert again.fps == fps
    assert again.frames.shape == video.frames.shape
    assert (again.frames - video.frames).abs().max() < 0.03


def written(tmp_path: Path) -> bytes:
    return Video(torch.rand(1, 2, 16, 16, 3), 24).encode({})[0]


@pytest.mark.parametrize("length", [0, 20, 200, 600])
@pytest.mark.parametrize("suffix", ["webm", "webp", "gif", "png"])
def test_a_file_that_is_cut_off_is_refused(suffix: str, length: int, tmp_path: Path) -> None:
    path = tmp_path / f"film.{suffix}"
    if suffix == "webm":
        path.write_bytes(written(tmp_path))
    else:
        noise = [Pillow.effect_noise(SIZE, 80).convert("RGB") for _ in range(3)]
        animate(path, noise, [100] * 3, {"webp": "WEBP", "gif": "GIF", "png": "PNG"}[suffix])
    path.write_bytes(path.read_bytes()[:length])

    with pytest.raises(ValueRefused, match=f"film.{suffix}"):
        read(path)


@pytest.mark.parametrize(
    "data", [b"\0\0\0\x18ftypmp42" + b"\0" * 64, b"RIFF\0\0\0\0AVI LIST", b"nonsense" * 9]
)
@pytest.mark.parametrize("suffix", ["webm", "webp"])
def test_a_file_of_something_else_is_refused(suffix: str, data: bytes, tmp_path: Path) -> None:
    (tmp_path / f"film.{suffix}").write_bytes(data)

    with pytest.raises(ValueRefused, match=f"film.{suffix}"):
        read(tmp_path / f"film.{suffix}")


@pytest.mark.filterwarnings(
    "ignore:Image size", "ignore:Invalid APNG"
)  # Pillow's, of what the bytes then say
@pytest.mark.parametrize("suffix", ["webm", "webp", "gif", "png"])
def test_a_damaged_file_is_read_or_refused_and_nothing_else(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(film, "LARGEST", 10_000)
    path = tmp_path / f"film.{suffix}"
    if suffix == "webm":
        path.write_bytes(written(tmp_path))
    else:
        forms = {"webp": "WEBP", "gif": "GIF", "png": "PNG"}
        animate(path, [frame(one) for one in COLOURS], [80] * 4, forms[suffix])
    whole, random = path.read_bytes(), Random(0)
    refused = 0
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(random.randint(1, 4)):
            data[random.randrange(len(data))] = random.randrange(256)
        path.write_bytes(data)
        try:
            assert read(path).frames.shape[1] >= 1
        except ValueRefused:
            refused += 1

    assert 0 < refused < 60


def test_a_single_picture_is_sent_to_the_node_that_reads_it(tmp_path: Path) -> None:
    frame(COLOURS[0]).save(tmp_path / "still.png")

    with pytest.raises(ValueRefused, match=r"image\.load reads others\), got still\.png, a single picture"):
        read(tmp_path / "still.png")


@pytest.mark.parametrize("suffix", ["webm", "png"])
def test_frames_that_are_absurdly_large_are_refused_before_they_are_read(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(film, "LARGEST", 119)
    path = tmp_path / f"film.{suffix}"
    if suffix == "webm":
        path.write_bytes(Video(torch.zeros(1, 1, 10, 12, 3), 24).encode({})[0])
    else:
        animate(path, [frame(one) for one in COLOURS], [80] * 4, "PNG")

    with pytest.raises(ValueRefused, match="frames of at most 119 pixels, got 12×10"):
        read(path)


def test_every_frame_is_told(tmp_path: Path) -> None:
    path = animate(tmp_path / "film.webp", [frame(one) for one in COLOURS], [100] * 4, "WEBP")
    listener = Listener()

    load(File(path, "a"), listener, 1)

    assert listener.told == [(1, 3), (2, 3), (3, 3)]
