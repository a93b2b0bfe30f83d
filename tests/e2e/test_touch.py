"""The canvas under fingers, on a telephone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import CDPSession, expect

from tests.e2e.chromium import PHONE
from tests.e2e.conftest import Opening
from tests.e2e.editor import Editor, Point, middle

VIEW = """() => {
    const viewport = document.querySelector('.react-flow__viewport')
    const { a, e, f } = new DOMMatrix(getComputedStyle(viewport).transform)
    return [a, e, f]
}"""
GROUND = """() => {
    const { left, right, top, bottom } = document.querySelector('[data-scope=canvas]').getBoundingClientRect()
    const free = (x, y) => document.elementFromPoint(x, y)?.matches('.react-flow__pane')
    const aside = [-24, 0, 24]  // a browser takes a finger near a card as on it
    for (let y = top + 60; y < bottom - 60; y += 10) {
        for (let x = left + 30; x < right - 60; x += 10) {
            if (aside.every((dx) => aside.every((dy) => free(x + dx, y + dy)))) return [x, y]
        }
    }
}"""
"""A point of the canvas that nothing stands on."""


@dataclass(frozen=True)
class Fingers:
    """Touches the page, which Playwright itself can only tap.

    Attributes:
        editor: The page.
        session: The debugger's line to it.
    """

    editor: Editor
    session: CDPSession

    def put(self, *points: Point) -> None:
        """Put fingers down."""
        self._touch("touchStart", points)

    def move(self, *ways: tuple[Point, Point]) -> None:
        """Move fingers, each from one point to another, in steps."""
        for step in range(1, 9):
            part = step / 8
            self._touch(
                "touchMove", [(a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part) for a, b in ways]
            )

    def lift(self) -> None:
        """Lift all fingers."""
        self._touch("touchEnd", [])

    def view(self) -> tuple[float, float, float]:
        """Zoom and place of the canvas."""
        zoom, x, y = self.editor.page.evaluate(VIEW)
        return zoom, x, y

    def ground(self) -> Point:
        """A point of the canvas that nothing stands on."""
        x, y = self.editor.page.evaluate(GROUND)
        return x, y

    def _touch(self, kind: str, points: list[Point] | tuple[Point, ...]) -> None:
        touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})


@pytest.fixture
def fingers(opening: Opening) -> Iterator[Fingers]:
    """Fingers on a telephone whose canvas is near enough for cards."""
    editor = opening(PHONE)
    editor.page.wait_for_load_state("networkidle")
    session = editor.page.context.new_cdp_session(editor.page)
    fingers = Fingers(editor, session)
    x, y = middle(editor.canvas)
    fingers.put((x - 40, y), (x + 40, y))
    fingers.move(((x - 40, y), (x - 120, y)), ((x + 40, y), (x + 120, y)))
    fingers.lift()
    expect(editor.node("sampler").card).to_be_visible()
    yield fingers
    session.detach()


def dragged(fingers: Fingers, start: Point, end: Point) -> tuple[int, int]:
    """How far the view goes with a finger that moves from one point to another."""
    _, left, top = fingers.view()
    fingers.put(start)
    fingers.move((start, end))
    fingers.lift()
    _, x, y = fingers.view()
    return round(x - left), round(y - top)


def test_two_fingers_zoom_also_over_fields_and_change_none(fingers: Fingers) -> None:
    field = fingers.editor.node("sampler").field("Steps")
    before, (zoom, *_) = field.input_value(), fingers.view()
    x, y = middle(field)
    fingers.put((x - 15, y), (x - 15, y + 90))
    fingers.move(((x - 15, y), (x - 15, y - 10)), ((x - 15, y + 90), (x - 15, y + 110)))
    fingers.lift()
    assert fingers.view()[0] > zoom
    assert field.input_value() == before


def test_two_fingers_zoom_on_when_the_card_under_them_is_gone(fingers: Fingers) -> None:
    zoom, *_ = fingers.view()
    x, y = middle(fingers.editor.node("sampler").title)
    fingers.put((x - 30, y), (x + 30, y))
    fingers.move(((x - 30, y), (x - 5, y)), ((x + 30, y), (x + 5, y)))
    fingers.lift()
    expect(fingers.editor.nodes()).to_have_count(0)
    assert fingers.view()[0] == pytest.approx(zoom / 6, rel=0.05)
    assert dragged(fingers, (x, y), (x + 40, y + 30)) == (40, 30)


def test_one_finger_moves_the_view_and_a_tap_selects(fingers: Fingers) -> None:
    x, y = fingers.ground()
    assert dragged(fingers, (x, y), (x + 40, y + 30)) == (40, 30)
    fingers.put(middle(fingers.editor.node("sampler").title))
    fingers.lift()
    expect(fingers.editor.node("sampler").card).to_have_attribute("data-selected", "true")


def test_a_finger_that_rests_asks_for_the_menu(fingers: Fingers) -> None:
    menu = fingers.editor.page.get_by_role("menu")
    fingers.put(middle(fingers.editor.node("sampler").title))
    expect(menu.get_by_role("menuitem", name="Rename")).to_be_visible()
    fingers.lift()
    expect(menu).to_be_visible()
    menu.get_by_role("menuitem", name="Rename").tap()
    expect(menu).to_have_count(0)
    expect(fingers.editor.page.get_by_role("dialog").get_by_role("textbox")).to_be_focused()
    fingers.editor.page.keyboard.press("Escape")
    expect(fingers.editor.page.get_by_role("dialog")).to_have_count(0)
    fingers.put(fingers.ground())
    expect(menu.get_by_role("menuitem", name="Add node")).to_be_visible()
    fingers.lift()


def test_a_finger_draws_a_link(fingers: Fingers) -> None:
    source = middle(fingers.editor.node("sampler").output("rng"))
    fingers.put(source)
    fingers.move((source, fingers.ground()))
    fingers.lift()
    expect(fingers.editor.add_menu).to_be_visible()
