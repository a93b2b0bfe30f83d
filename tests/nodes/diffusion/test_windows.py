from typing import Any

import pytest

from engine.errors import ValueRefused
from nodes.diffusion.windows import Window, empty, windows
from tests.nodes.diffusion.sampling import Loaded


@pytest.fixture(scope="module")
def tokenizer(loaded: Loaded) -> Any:
    """The tiny one has a token for each letter."""
    return loaded.text_encoder.model.tokenizers["text_encoder"]


def text_of(tokenizer: Any, tokens: list[int]) -> str:
    return "".join(tokenizer.convert_ids_to_tokens(tokens)).replace("</w>", " ").strip()


def texts(tokenizer: Any, prompt: str) -> list[str]:
    """What each window says between its start and its end."""
    return [text_of(tokenizer, one.tokens[1 : one.filled - 1]) for one in windows(tokenizer, prompt)]


def test_a_window_has_start_text_end_and_filling(tokenizer: Any) -> None:
    (window,) = windows(tokenizer, "a(b:2)")

    assert text_of(tokenizer, window.tokens[1:3]) == "a b"
    assert window.tokens[:1] + window.tokens[3:] == [512, *[513] * 74]
    assert window.weights == [1, 1, 2, *[1] * 74]
    assert window.filled == 4


def test_a_prompt_that_says_nothing_is_an_empty_window(tokenizer: Any) -> None:
    assert windows(tokenizer, " BREAK ") == [empty(tokenizer)]
    assert empty(tokenizer).tokens == [512, *[513] * 76]


def test_break_begins_a_window(tokenizer: Any) -> None:
    assert texts(tokenizer, "red BREAK (blue BREAK green)") == ["red", "blue", "green"]


@pytest.mark.parametrize(("count", "expected"), [(75, [75]), (76, [75, 1]), (151, [75, 75, 1])])
def test_a_full_window_is_followed_by_another(count: int, expected: list[int], tokenizer: Any) -> None:
    assert [len(text) for text in texts(tokenizer, "a" * count)] == expected


def test_a_full_window_ends_behind_a_comma_of_its_last_quarter(tokenizer: Any) -> None:
    late, early = "a" * 60 + ", " + "b" * 30, "a" * 50 + ", " + "b" * 30

    assert texts(tokenizer, late) == ["a" * 60 + " ,", "b" * 30]
    assert texts(tokenizer, early) == ["a" * 50 + " , " + "b" * 24, "b" * 6]


def test_weights_are_cut_with_their_tokens(tokenizer: Any) -> None:
    _, second = windows(tokenizer, "a" * 70 + "(" + "b" * 10 + ":2)")

    assert second.weights == [1, *[2] * 5, *[1] * 71]


def test_the_filling_is_masked() -> None:
    window = Window([512, 97, 513, 513], [1.0] * 4, 3)

    assert window.input_ids.tolist() == [[512, 97, 513, 513]]
    assert window.attention_mask.tolist() == [[1, 1, 1, 0]]


@pytest.mark.parametrize("weight", ["101", "-101", "9" * 400])
def test_a_weight_beyond_all_bounds_is_refused(weight: str, tokenizer: Any) -> None:
    with pytest.raises(ValueRefused, match=r"expected weights up to 100, got .* for 'red'"):
        windows(tokenizer, f"a (red:{weight}) apple")
