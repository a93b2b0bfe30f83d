"""Enlarging moving pictures with a model, frame by frame."""

from __future__ import annotations

from dataclasses import replace

from engine import Context, OnDevice, node
from nodes.image.enlarge import Factor, Overlap, Tile, enlarged
from nodes.values import F, Upscaler, Video


@node("video.upscale")
def upscale(
    video: Video,
    upscaler: OnDevice[Upscaler[F]],
    ctx: Context,
    factor: Factor | None = None,
    tile: Tile = 512,
    overlap: Overlap = 32,
) -> Video:
    """Enlarge every frame of a video with a model, or restore it with one of factor 1; alpha and speed stay.

    Each frame is worked on by itself and written straight into the result: beside the video and the result,
    memory holds one frame's tiles.

    Args:
        video: The video.
        upscaler: The model, from ``load.upscaler``; the built-in one was trained on frames of cartoons.
        ctx: Told of every tile, and shows the frame so far.
        factor: How many times larger the result is; nothing = by the model's own factor. Another one is
            reached from there with a Lanczos filter, frame by frame.
        tile: Side of the squares that are worked on one by one, in pixels of the frames. When memory runs
            out, it is halved.
        overlap: Pixels that a square sees of its neighbours.
    """
    count, length = video.frames.shape[:2]
    large = enlarged(video.frames.flatten(0, 1), upscaler, ctx, tile, overlap, factor)
    return replace(video, frames=large.unflatten(0, (count, length)))
