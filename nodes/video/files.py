"""Moving pictures from files. Writing them is the runner's act."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine import Context, File, Within, node
from nodes.values import Video
from nodes.video.decode import SUFFIXES, read

Place = Annotated[int, Field(ge=0)]


@node("video.load")
def load(
    file: Annotated[File, Within("files", SUFFIXES)],
    ctx: Context,
    first: Place = 0,
    count: Annotated[int, Field(ge=1)] | None = None,
) -> Video:
    """Read a moving picture with its alpha: an animated WebP, GIF or PNG, or a WebM that Knotwork wrote.

    Films in MP4 and the like are read once another program made one of these of them, for instance
    ``ffmpeg -i film.mp4 -quality 95 film.webp``.

    Args:
        file: The file. Where its frames last unequally, the longer ones are repeated.
        ctx: Told of every frame.
        first: Place of the first frame that is read, from 0.
        count: How many frames are read; nothing = to the end.

    Raises:
        ValueRefused: The file is no moving picture, is cut off, or takes a video library to read.
    """
    return read(file.path, ctx, first, count)
