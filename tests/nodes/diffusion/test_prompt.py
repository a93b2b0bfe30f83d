import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.diffusion.prompt import DEEPEST, Part, parse

SYNTAX = "()[]\\:BREAK 1.3,ab\n"


def parts(prompt: str) -> list[tuple[str, float]]:
    """A prompt's only passage, with weights rounded as one would write them."""
    (passage,) = parse(prompt)
    return [(text, round(weight, 6)) for text, weight in passage]


def said(prompt: str) -> str:
    return "".join(part.text for passage in parse(prompt) for part in passage)


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a red apple", [("a red apple", 1)]),
        ("a (red) apple", [("a ", 1), ("red", 1.1), (" apple", 1)]),
        ("a ((red)) apple", [("a ", 1), ("red", 1.21), (" apple", 1)]),
        ("a [red] apple", [("a ", 1), ("red", 0.909091), (" apple", 1)]),
        ("a (red:1.3) apple", [("a ", 1), ("red", 1.3), (" apple", 1)]),
        ("(red : .5 )", [("red ", 0.5)]),
        ("(red:-1)", [("red", -1)]),
        ("(red:0)", [("red", 0)]),
        ("(a (red:1.5) apple:2)", [("a ", 2), ("red", 3), (" apple", 2)]),
        ("[(red)]", [("red", 1)]),
        ("(a)(b)", [("ab", 1.1)]),
        ("()a", [("a", 1)]),
    ],
)
def test_brackets_weigh_what_is_in_them(prompt: str, expected: list[tuple[str, float]]) -> None:
    assert parts(prompt) == expected


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        (r"\(red\)", [("(red)", 1)]),
        (r"(a \(b\):2)", [("a (b)", 2)]),
        (r"\[a\] \\(b)", [("[a] \\", 1), ("b", 1.1)]),
        (r"C:\dir", [(r"C:\dir", 1)]),
    ],
)
def test_a_backslash_makes_a_bracket_an_ordinary_sign(prompt: str, expected: list[tuple[str, float]]) -> None:
    assert parts(prompt) == expected


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a (red apple", [("a ", 1), ("red apple", 1.1)]),
        ("a [red ((apple", [("a ", 1), ("red ", 0.909091), ("apple", 1.1)]),
        ("a red) apple]", [("a red) apple]", 1)]),
        ("red:1.3) apple", [("red:1.3) apple", 1)]),
        ("(red:1.2.3)", [("red:1.2.3", 1.1)]),
        ("(red:high)", [("red:high", 1.1)]),
        ("10:30, ratio 2:1", [("10:30, ratio 2:1", 1)]),
    ],
)
def test_halves_of_brackets_and_other_colons_are_forgiven(
    prompt: str, expected: list[tuple[str, float]]
) -> None:
    assert parts(prompt) == expected


def test_break_begins_a_passage() -> None:
    assert parse("a BREAK (b BREAK\nc:2)") == [[Part("a ")], [Part(" "), Part("b ", 2)], [Part("\nc", 2)]]


def test_passages_that_say_nothing_are_left_out() -> None:
    assert parse("BREAK a BREAK () BREAK") == [[Part(" a ")]]
    assert parse(" BREAK ") == parse("") == []


def test_break_is_a_word_of_its_own() -> None:
    assert said("BREAKFAST a break UNBREAK") == "BREAKFAST a break UNBREAK"


def test_brackets_nested_too_deep_are_ordinary_signs() -> None:
    deep = "(" * (DEEPEST + 2) + "a" + ")" * (DEEPEST + 2)

    assert parts(deep) == [("((a))", round(1.1**DEEPEST, 6))]


@given(st.text() | st.text(SYNTAX))
def test_any_text_is_read(prompt: str) -> None:
    passages = parse(prompt)

    assert all("".join(part.text for part in passage).strip() for passage in passages)
    remaining = iter(prompt)
    assert all(sign in remaining for sign in said(prompt)), "in the order of the prompt, nothing added"


@given(st.text(st.characters(blacklist_characters="()[]\\")).filter(lambda text: "BREAK" not in text))
def test_text_without_syntax_is_what_it_says(text: str) -> None:
    assert parse(text) == ([[Part(text)]] if text.strip() else [])


Written = tuple[str, list[tuple[str, float]]]
"""A prompt, and each of its letters with its weight."""


def around(inner: Written, brackets: tuple[str, str, float]) -> Written:
    begin, end, factor = brackets
    prompt, letters = inner
    return begin + prompt + end, [(letter, weight * factor) for letter, weight in letters]


written: st.SearchStrategy[Written] = st.recursive(
    st.text("ab, 1é").map(lambda text: (text, [(letter, 1.0) for letter in text])),
    lambda inner: (
        st.tuples(inner, inner).map(lambda both: (both[0][0] + both[1][0], both[0][1] + both[1][1]))
        | st.builds(
            around, inner, st.sampled_from([("(", ")", 1.1), ("[", "]", 1 / 1.1), ("(", ":-1.5 )", -1.5)])
        )
    ),
)


@given(written)
def test_what_is_nested_is_multiplied(prompt: Written) -> None:
    text, letters = prompt
    found = [(letter, weight) for passage in parse(text) for part, weight in passage for letter in part]

    if any(letter.strip() for letter, _ in letters):
        assert [letter for letter, _ in found] == [letter for letter, _ in letters]
        assert [weight for _, weight in found] == pytest.approx([weight for _, weight in letters])
    else:
        assert found == []
