"""What the page loads before it can be used."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

DIST = Path(__file__).parents[2] / "ui" / "dist"
LIMIT = 220_000
"""Bytes of JavaScript, gzipped, for the first screen."""
TAG = re.compile(r"<(?:script|link)\b[^>]*>")
ADDRESS = re.compile(r'(?:src|href)="\./([^"]+\.js)"')


def scripts() -> list[Path]:
    """The page's script, and what it says is needed along with it."""
    tags = TAG.findall((DIST / "index.html").read_text(encoding="utf-8"))
    return [DIST / found[1] for tag in tags if (found := ADDRESS.search(tag))]


def test_the_scripts_of_the_first_screen_are_within_the_budget() -> None:
    sizes = {path.name: len(gzip.compress(path.read_bytes())) for path in scripts()}
    assert sizes, "expected a page with a script. Build it with: make page"
    assert sum(sizes.values()) <= LIMIT
