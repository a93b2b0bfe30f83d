import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from engine.declare import misfit
from engine.wording import ENGLISH, Phrase, either, listed

ROOT = Path(__file__).parent.parent / "engine"


def phrases() -> Iterator[tuple[str, set[str]]]:
    """Every ``Phrase(code, name=...)`` of the engine."""
    for file in ROOT.rglob("*.py"):
        text = file.read_text()
        for one in ast.walk(ast.parse(text)) if "Phrase(" in text else ():
            if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id == "Phrase":
                code = one.args[0]
                if isinstance(code, ast.Constant) and isinstance(code.value, str):
                    yield code.value, {keyword.arg or "" for keyword in one.keywords}


def places(code: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(ENGLISH[code]) if name}


def test_every_phrase_has_a_text_and_what_stands_in_it() -> None:
    used = list(phrases())

    assert len(used) > 100
    assert [(code, args) for code, args in used if code not in ENGLISH or args != places(code)] == []
    assert {code for code, _ in used} | set(misfit.CODES.values()) == set(ENGLISH)


def test_a_phrase_is_its_text_in_english() -> None:
    phrase = Phrase("near-and", name="a{b}", rest=Phrase("its-ports", known=listed([])))

    assert phrase == 'Did you mean "a{b}"? Ports: none.'
    assert phrase.args == {"name": "a{b}", "rest": "Ports: none."}
    assert Phrase("link-here", type="Image") == "Link an Image here."


@pytest.mark.parametrize(
    ("names", "said"), [([], ""), ([".png"], ".png"), ([".png", ".jpg", ".gif"], ".png or .jpg or .gif")]
)
def test_alternatives_are_told_one_behind_another(names: list[str], said: str) -> None:
    assert either(names) == said
