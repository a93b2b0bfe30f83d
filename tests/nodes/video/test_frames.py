"""Videos taken apart, put together, enlarged."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine import OnDevice
from engine.errors import Cancelled, ValueRefused
from nodes.image.upscale import upscale as upscale_image
from nodes.values import Image, Upscaler, Video
from nodes.video.frames import frames, from_frames, size, speed
from nodes.video.upscale import upscale
from tests.nodes.checkpoints.architectures import save
from tests.nodes.image.listener import Listener, picture


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> OnDevice[Upscaler]:
    path = save(tmp_path_factory.mktemp("models") / "compact.safetensors", "Compact", upscale=2)
    handle = Upscaler("a")
    return OnDevice(handle, handle.load(lambda _: path))


def video(*shape: int, fps: float = 12.5) -> Video:
    return Video(picture(*shape).pixels, fps)


def test_a_video_becomes_its_frames_and_they_become_the_video() -> None:
    one = video(2, 3, 4, 5, 4)

    apart = frames(one)

    assert [image.pixels.shape for image in apart.images] == [(2, 4, 5, 4)] * 3
    assert all(image.pixels.is_contiguous() for image in apart.images)
    assert torch.equal(apart.images[1].pixels, one.frames[:, 1])
    again = from_frames(apart.images, apart.fps)
    assert torch.equal(again.frames, one.frames)
    assert again.fps == 12.5


def test_a_batch_alone_holds_the_frames_of_one_video() -> None:
    batch = picture(6, 4, 5, 3)

    assert torch.equal(from_frames([batch]).frames, batch.pixels[None])


def test_grey_frames_join_coloured_ones() -> None:
    assert from_frames([picture(1, 4, 5, 1), picture(1, 4, 5, 4)]).frames.shape == (1, 2, 4, 5, 4)


@pytest.mark.parametrize(
    ("images", "said"),
    [
        ([], "a list with pictures, got an empty one"),
        ([picture(1, 4, 5, 3), picture(1, 5, 4, 3)], "got 1 of 4×5 and 1 of 5×4"),
        ([picture(1, 4, 5, 3), picture(2, 4, 5, 3)], "got 1 of 5×4 and 2 of 5×4"),
    ],
)
def test_frames_that_make_no_video_are_refused(images: list[Image], said: str) -> None:
    with pytest.raises(ValueRefused, match=said):
        from_frames(images)


def test_a_video_is_measured() -> None:
    assert size(video(1, 25, 4, 6, 3)) == (6, 4, 25, 12.5, 2.0)


def test_another_speed_leaves_the_frames() -> None:
    one = video(1, 2, 4, 5, 3)

    assert speed(one, 30) == Video(one.frames, 30)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_each_frame_is_enlarged_like_a_picture_and_speed_and_alpha_stay(
    channels: int, model: OnDevice[Upscaler]
) -> None:
    one = video(2, 3, 12, 9, channels)

    large = upscale(one, model, Listener())

    assert large.fps == 12.5
    assert large.frames.shape == (2, 3, 24, 18, channels)
    assert large.frames.is_contiguous()
    for place in range(3):
        alone = upscale_image(Image(one.frames[:, place]), model, Listener()).pixels
        assert torch.equal(large.frames[:, place], alone)


def test_frames_are_enlarged_by_another_factor_one_by_one(model: OnDevice[Upscaler]) -> None:
    one = video(1, 2, 12, 8, 4)

    large = upscale(one, model, Listener(), factor=3)

    assert large.frames.shape == (1, 2, 36, 24, 4)
    alone = upscale_image(Image(one.frames[0, :1]), model, Listener(), factor=3).pixels
    assert torch.equal(large.frames[0, :1], alone)


def test_every_tile_of_every_frame_is_told_and_cancelling_stops_before_the_next(
    model: OnDevice[Upscaler],
) -> None:
    listener = Listener()
    upscale(video(1, 3, 8, 64, 3), model, listener, tile=32)
    assert listener.told == [(place, 6) for place in range(1, 7)]

    stopped = Listener(ticks=3)
    with pytest.raises(Cancelled):
        upscale(video(1, 3, 8, 64, 3), model, stopped, tile=32)
    assert stopped.told == [(1, 6), (2, 6), (3, 6)]


def test_the_video_itself_is_not_changed(model: OnDevice[Upscaler], tmp_path: Path) -> None:
    one = video(1, 2, 8, 8, 3)
    before = one.frames.clone()

    upscale(one, model, Listener())

    assert torch.equal(one.frames, before)
