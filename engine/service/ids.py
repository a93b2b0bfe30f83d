"""Ids that sort by when they were made, so that the order of ids is the order of what they name."""

from __future__ import annotations

import secrets
import time


class Ids:
    """Makes ids: milliseconds since 1970, a number within one, and a part that nobody can guess."""

    def __init__(self) -> None:
        self._last = (0, 0)

    def next(self) -> str:
        """One more id, above all before it even if the clock was set back."""
        millisecond, number = self._last
        now = time.time_ns() // 1_000_000
        self._last = (now, 0) if now > millisecond else (millisecond, number + 1)
        return f"{self._last[0]:011x}{self._last[1]:05x}{secrets.token_hex(3)}"
