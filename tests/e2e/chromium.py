"""The browser: the system's own Chromium, never one that is downloaded."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PATIENCE = 30_000
"""Milliseconds that a page may take for anything, on a machine that does other things too."""


@dataclass(frozen=True)
class Look:
    """What somebody looks at the page with.

    Attributes:
        name: Used in names of files and tests.
        width: Of the window, in pixels.
        height: Likewise.
        scheme: light or dark.
        more: Further options of Playwright's new_context.
    """

    name: str
    width: int = 1440
    height: int = 900
    scheme: str = "light"
    more: dict[str, Any] = field(default_factory=dict[str, Any])


LIGHT = Look("light")
DARK = Look("dark", scheme="dark")
NARROW = Look("narrow", width=820, height=1000)
PHONE = Look(
    "phone", width=390, height=844, more={"is_mobile": True, "has_touch": True, "device_scale_factor": 2}
)


def executable() -> str:
    """Path of the system's Chromium."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise FileNotFoundError(f"The editor's tests drive one of {', '.join(NAMES)}. Install one of them.")
    return found


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """A running browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(arguments))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def profile(browser: Browser, look: Look) -> Iterator[BrowserContext]:
    """A fresh profile: no cookies, no stored preferences, English."""
    context = browser.new_context(
        viewport={"width": look.width, "height": look.height},
        color_scheme="dark" if look.scheme == "dark" else "light",
        locale="en-US",
        **look.more,
    )
    context.set_default_timeout(PATIENCE)
    try:
        yield context
    finally:
        context.close()
