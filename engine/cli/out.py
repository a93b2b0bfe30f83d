"""What the commands say: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
from typing import Any

DONE, FAILED, WRONG, CANCELLED = 0, 1, 2, 130


def note(text: str) -> None:
    """Tell the person at the terminal something that is no result."""
    print(text, file=sys.stderr, flush=True)


def result(value: Any) -> None:
    """Print the one machine-readable object of a command."""
    print(json.dumps(value, ensure_ascii=False, allow_nan=False), flush=True)
