"""How much memory the machine has."""

from __future__ import annotations

import os


def memory() -> int:
    """Bytes of the machine's memory; 0 where the system doesn't tell."""
    if not hasattr(os, "sysconf"):
        return 0
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
