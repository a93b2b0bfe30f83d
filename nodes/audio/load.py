"""Sounds from files. Writing them is the runner's act."""

from __future__ import annotations

from typing import Annotated

from engine import Context, File, Within, node
from nodes import container
from nodes.audio.track import read
from nodes.diffusion.seconds import Seconds
from nodes.values import Audio

SUFFIXES = (".wav", ".wave", ".mp3", ".m4a", ".aac", ".flac", ".ogg", ".oga", ".opus", ".aif", ".aiff")


@node("audio.load")
def load(
    file: Annotated[File, Within("files", SUFFIXES)],
    ctx: Context,
    start: Seconds = 0.0,
    end: Seconds | None = None,
) -> Audio:
    """Read a sound with all its channels: WAV, MP3, M4A, FLAC, OGG (Vorbis, Opus) or AIFF.

    Args:
        file: The file. ``video.sound`` reads the sound of a film.
        ctx: Can be cancelled.
        start: Seconds that are left out at the beginning.
        end: Seconds after which the rest is left out; empty for all.

    Raises:
        ValueRefused: It is no such file, is cut short, empty or encrypted, or holds something that is not a
            number.
    """
    expected = "a sound (WAV, MP3, M4A, FLAC, OGG, AIFF)"
    with container.opened(file.path, f"{container.SOUNDS},mov", expected) as opened:
        return read(opened, file.path.name, ctx, start, end)
