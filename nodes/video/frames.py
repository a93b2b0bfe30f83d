"""Between moving pictures and lists of pictures, and how fast they move."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, NamedTuple

from pydantic import Field

from engine import node
from engine.errors import ValueRefused
from nodes.image.channels import with_channels
from nodes.values import Image, Video

Rate = Annotated[float, Field(gt=0, le=1000)]


class Frames(NamedTuple):
    """What a video is made of.

    Attributes:
        images: Its frames in order, to lift nodes over; of several videos each is a batch.
        fps: Frames a second.
    """

    images: list[Image]
    fps: float


@node("video.frames")
def frames(video: Video) -> Frames:
    """Take a video apart into pictures.

    Args:
        video: The video.
    """
    return Frames([Image(frame.contiguous()) for frame in video.frames.unbind(1)], video.fps)


@node("video.from_frames")
def from_frames(images: list[Image], fps: Rate = 24.0) -> Video:
    """Make a video of pictures, in their order.

    Args:
        images: The frames, of one size. A batch in the place of a picture makes as many videos; a list with
            one batch alone holds the frames of one video.
        fps: Frames a second.

    Raises:
        ValueRefused: There are none, or their sizes or numbers differ.
    """
    import torch

    if not images:
        raise ValueRefused("a list with pictures", "an empty one")
    pictures = [image.pixels for image in images]
    if len(pictures) == 1:
        pictures = list(pictures[0].split(1))
    shapes = {pixels.shape[:3] for pixels in pictures}
    if len(shapes) > 1:
        got = " and ".join(sorted(f"{count} of {width}×{height}" for count, height, width in shapes))
        raise ValueRefused("frames of one size (resize them) and one number of pictures", got)
    channels = max(pixels.shape[-1] for pixels in pictures)
    return Video(torch.stack([with_channels(pixels, channels) for pixels in pictures], dim=1), fps)


class Measured(NamedTuple):
    """What a video measures.

    Attributes:
        width: Width in pixels.
        height: Height in pixels.
        frames: Number of frames.
        fps: Frames a second.
        seconds: How long it is.
    """

    width: int
    height: int
    frames: int
    fps: float
    seconds: float


@node("video.size")
def size(video: Video) -> Measured:
    """Measure a video.

    Args:
        video: The video.
    """
    _, count, height, width, _ = video.frames.shape
    return Measured(width, height, count, video.fps, count / video.fps)


@node("video.speed")
def speed(video: Video, fps: Rate = 24.0) -> Video:
    """Show the same frames faster or slower.

    Args:
        video: The video.
        fps: Frames a second.
    """
    return replace(video, fps=fps)
