"""axe-core finds nothing to complain of on any screen, in either theme."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import violations
from tests.e2e.editor import Editor
from tests.e2e.screens import SCREENS


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_breaks_no_rule(editor: Editor, screen: str) -> None:
    SCREENS[screen](editor)
    root = editor.page.locator("html")
    for theme in ("light", "dark"):
        editor.page.emulate_media(color_scheme=theme)
        expect(root).to_have_attribute("data-theme", theme)
        assert violations(editor.page) == [], theme
