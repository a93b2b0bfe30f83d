from typing import Any

import pytest
import torch

from engine.errors import ValueRefused
from nodes.diffusion.encode import encode
from nodes.diffusion.weighting import Weighting, encode_weighted, encode_windows, windows
from tests.nodes.diffusion.sampling import Loaded

WEIGHTINGS = pytest.mark.parametrize("weighting", ["a1111", "comfy", "off"])
SIZE = 77


@pytest.fixture(scope="module")
def tokenizer(loaded: Loaded) -> Any:
    """The tiny one has a token for each letter."""
    return loaded.text_encoder.model.tokenizers["text_encoder"]


def text_of(tokenizer: Any, tokens: list[int]) -> str:
    return "".join(tokenizer.convert_ids_to_tokens(tokens)).replace("</w>", " ").strip()


def texts(tokenizer: Any, prompt: str) -> list[str]:
    """What each window says between its start and its end."""
    return [text_of(tokenizer, one.tokens[1 : one.filled - 1]) for one in windows(tokenizer, prompt)]


def fake(tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Each token's states are its number, and whether it is no filling: [1, T, 2]."""
    return torch.stack([tokens, mask], dim=-1).float()


def test_a_window_has_start_text_end_and_filling(tokenizer: Any) -> None:
    (window,) = windows(tokenizer, "a(b:2)")

    assert text_of(tokenizer, window.tokens[1:3]) == "a b"
    assert window.tokens[:1] + window.tokens[3:] == [512, *[513] * 74]
    assert window.weights == [1, 1, 2, *[1] * 74]
    assert window.filled == 4


def test_a_prompt_that_says_nothing_is_an_empty_window(tokenizer: Any) -> None:
    (window,) = windows(tokenizer, " BREAK ")

    assert window.tokens == [512, *[513] * 76]


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


@WEIGHTINGS
@pytest.mark.parametrize("skip", [0, 1])
@pytest.mark.parametrize("text", ["a red apple", "", r"a \(red\) apple", "a" * 75])
def test_a_short_text_without_weights_is_encoded_as_ever(
    text: str, skip: int, weighting: Weighting, loaded: Loaded
) -> None:
    plain = encode(loaded.text_encoder, text.replace("\\", ""), skip)

    found = encode_weighted(loaded.text_encoder, text, skip, weighting)
    assert found.family == plain.family
    assert torch.equal(found.items[0].text(), plain.items[0].text())


def test_each_window_is_encoded_as_a_text_of_its_own(loaded: Loaded) -> None:
    found = encode_weighted(loaded.text_encoder, "a " * 80 + "BREAK blue").items[0].embeds
    alone = [encode(loaded.text_encoder, text).items[0].embeds for text in ("a " * 75, "a " * 5, "blue")]

    assert torch.equal(found, torch.cat(alone, dim=1))


def test_a_model_that_asks_for_the_attention_mask_gets_it(loaded: Loaded) -> None:
    asking, config = loaded.text_encoder, loaded.text_encoder.model["text_encoder"].config
    config.use_attention_mask = True
    try:
        found, plain = encode_weighted(asking, "a red apple"), encode(asking, "a red apple")
    finally:
        del config.use_attention_mask
    unmasked = encode_weighted(asking, "a red apple")

    assert torch.equal(found.items[0].text(), plain.items[0].text())
    assert not torch.equal(found.items[0].text(), unmasked.items[0].text())


def test_states_are_led_away_from_those_of_an_empty_text(tokenizer: Any) -> None:
    """Where the text has a letter, an empty one has the end's token, 513, or filling."""
    prompt = windows(tokenizer, "a(b:2)(c:0.5)")
    plain = fake(torch.tensor([prompt[0].tokens]), torch.ones(1, SIZE))[0, :, 0]

    found = encode_windows(tokenizer, prompt, fake, "comfy")[0]
    assert found[:2, 0].tolist() == plain[:2].tolist()
    assert found[2, 0] == 513 + 2 * (plain[2] - 513)
    assert found[3, 0] == 513 + 0.5 * (plain[3] - 513)
    assert found[:6, 1].tolist() == [1, 1, 2, 0.5, 1, 0]


def test_states_are_multiplied_and_their_mean_is_restored(tokenizer: Any) -> None:
    prompt = windows(tokenizer, "a(b:2)(c:0.5)")
    plain = fake(torch.tensor([prompt[0].tokens]), (torch.arange(SIZE) < 5).long()[None])
    weighed = plain.clone()
    weighed[0, 2] *= 2
    weighed[0, 3] *= 0.5

    found = encode_windows(tokenizer, prompt, fake, "a1111")
    assert torch.allclose(found, weighed * plain.mean() / weighed.mean())
    assert found.mean().item() == pytest.approx(plain.mean().item())


def test_weights_can_be_ignored(tokenizer: Any) -> None:
    found, plain = windows(tokenizer, "a (b:2)"), windows(tokenizer, "a b")

    assert torch.equal(
        encode_windows(tokenizer, found, fake, "off"), encode_windows(tokenizer, plain, fake, "off")
    )


@pytest.mark.parametrize("weighting", ["a1111", "comfy"])
def test_a_weight_changes_its_own_window_only(weighting: Weighting, tokenizer: Any) -> None:
    plain = encode_windows(tokenizer, windows(tokenizer, "a BREAK b"), fake, weighting)
    weighed = encode_windows(tokenizer, windows(tokenizer, "a BREAK (b:2)"), fake, weighting)

    assert torch.equal(weighed[:, :SIZE], plain[:, :SIZE])
    assert not torch.equal(weighed[:, SIZE:], plain[:, SIZE:])


@pytest.mark.parametrize("weight", ["101", "-101", "9" * 400])
def test_a_weight_beyond_all_bounds_is_refused(weight: str, tokenizer: Any) -> None:
    with pytest.raises(ValueRefused, match=r"expected weights up to 100, got .* for 'red'"):
        windows(tokenizer, f"a (red:{weight}) apple")
