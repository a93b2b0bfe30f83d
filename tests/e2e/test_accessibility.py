"""axe-core finds nothing to complain of on any screen, in either theme."""

from __future__ import annotations

import pytest

from tests.e2e.axe import violations
from tests.e2e.chromium import DARK, LIGHT, Look
from tests.e2e.conftest import Opening
from tests.e2e.screens import SCREENS


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=lambda look: look.name)
@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_breaks_no_rule(opening: Opening, screen: str, look: Look) -> None:
    editor = opening(look)
    SCREENS[screen](editor)
    assert violations(editor.page) == []
