"""Why a checkpoint can't be used."""

from __future__ import annotations

from engine.errors import KnotworkError

AGAIN = "Download the folder again."
"""What cures most of what is wrong with a folder."""
UNPICKLED = "a pickle that holds more than these, or is damaged"
"""What a file is when its tensors can't be read without running it; torch would advise to run it."""


class CheckpointRefused(KnotworkError):
    """A file or folder is not the model that it should be.

    Attributes:
        place: The file, from the checkpoint's own folder on.
        expected: What would have been right.
        got: What was found.
        cure: What to do about it.
    """

    def __init__(self, place: str, expected: str, got: str, cure: str) -> None:
        super().__init__(f"{place}: expected {expected}, got {got}. {cure}")
        self.place = place
        self.expected = expected
        self.got = got
        self.cure = cure
