"""Moving pictures from files. Writing them is the runner's act."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine import Context, File, Within, node
from nodes.values import Video
from nodes.video.decode import SUFFIXES, Part, read
from nodes.video.frames import Rate

Place = Annotated[int, Field(ge=0)]
Whole = Annotated[int, Field(ge=1)]
Longest = Annotated[int, Field(ge=16, le=8192)]


@node("video.load")
def load(
    file: Annotated[File, Within("files", SUFFIXES)],
    ctx: Context,
    first: Place = 0,
    count: Whole | None = None,
    step: Whole = 1,
    fps: Rate | None = None,
    side: Longest | None = None,
) -> Video:
    """Read a film (MP4, MOV, MKV, WebM, AVI) or an animated WebP, GIF or PNG, upright and with its alpha.

    Its sound is read by ``video.sound``.

    Args:
        file: The file. Where its frames last unequally, the longer ones are repeated.
        ctx: Told of every frame.
        first: Place of the first frame that is taken, from 0.
        count: How many frames are taken; nothing = to the end. Only these are held in memory.
        step: Takes every frame, every second one, and so on; the film lasts as long as before.
        fps: Frames a second that the film is brought to, before frames are counted, by leaving some out or
            repeating them; nothing = its own.
        side: Pixels of the longer side at most; larger frames are made smaller as they are read. Nothing = as
            they are.

    Raises:
        ValueRefused: The file is no moving picture, is cut off, damaged or encrypted, or would take too much
            memory.
    """
    return read(file.path, ctx, Part(first, count, step, fps, side))
