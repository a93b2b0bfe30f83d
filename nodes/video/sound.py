"""The sound of films."""

from __future__ import annotations

from typing import Annotated

from engine import Context, File, Within, node
from nodes import container
from nodes.audio.track import read
from nodes.diffusion.seconds import Seconds
from nodes.values import Audio
from nodes.video import stream


@node("video.sound")
def sound(
    file: Annotated[File, Within("files", stream.SUFFIXES)],
    ctx: Context,
    start: Seconds = 0.0,
    end: Seconds | None = None,
) -> Audio:
    """Read the sound of a film, from where its pictures begin.

    Args:
        file: The file, as for ``video.load``.
        ctx: Can be cancelled.
        start: Seconds that are left out at the beginning.
        end: Seconds after which the rest is left out; empty for all.

    Raises:
        ValueRefused: It is no film or a silent one, is cut off, damaged or encrypted.
    """
    with container.opened(file.path, container.FILMS, "a film (MP4, MOV, MKV, WebM, AVI)") as opened:
        return read(opened, file.path.name, ctx, start, end)
