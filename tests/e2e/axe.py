"""axe-core, the accessibility checker, run inside a page."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

SOURCE = Path(__file__).parents[2] / "ui" / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => {
    // Colours that are on their way to others, such as of a dialog that fades in, have no contrast yet
    const passes = ({ effect }) => effect.getComputedTiming().endTime !== Infinity
    await Promise.allSettled(document.getAnimations().filter(passes).map(({ finished }) => finished))
    const { violations } = await axe.run(document, { resultTypes: ['violations'] })
    return violations.flatMap(({ id, help, nodes }) =>
        nodes.map(({ target, html }) => `${id}: ${help}: ${target.join(' ')}: ${html.slice(0, 160)}`))
}"""


@cache
def _source() -> str:
    return SOURCE.read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """Every element of the page that breaks a rule of axe, with the rule."""
    # The debugger's evaluation isn't subject to the page's content policy; a script tag would be
    page.evaluate(_source())
    found: list[str] = page.evaluate(RUN)
    return found
