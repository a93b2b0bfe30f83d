from typing import Any

import torch

from nodes.diffusion.encode import encode
from tests.nodes.diffusion.sampling import Loaded


def embeds(loaded: Loaded, text: str, skip: int = 0) -> torch.Tensor:
    found = encode(loaded.text_encoder, text, skip).items[0].embeds
    assert found is not None
    return found


def tokens(loaded: Loaded, text: str) -> Any:
    tokenizer = loaded.text_encoder.model.tokenizers["text_encoder"]
    return tokenizer(
        text, padding="max_length", max_length=77, truncation=True, return_tensors="pt"
    ).input_ids


def test_a_text_becomes_the_encoders_last_states(loaded: Loaded) -> None:
    found = encode(loaded.text_encoder, "a red apple")
    with torch.no_grad():
        expected = loaded.text_encoder.model["text_encoder"](tokens(loaded, "a red apple")).last_hidden_state

    assert found.family == "sd-32-4"
    assert torch.equal(embeds(loaded, "a red apple"), expected)
    assert expected.shape == (1, 77, 32)


def test_layers_left_out_end_in_the_same_norm(loaded: Loaded) -> None:
    """CLIP skip as everyone does it: the states before the last layers, through the final norm."""
    model = loaded.text_encoder.model["text_encoder"]
    with torch.no_grad():
        states = model(tokens(loaded, "a red apple"), output_hidden_states=True).hidden_states
        expected = model.final_layer_norm(states[-2])

    assert torch.equal(embeds(loaded, "a red apple", skip=1), expected)


def test_a_long_text_is_cut_off(loaded: Loaded) -> None:
    """The tiny tokenizer has a token for each letter: 75 of them and the two at the ends."""
    whole, longer = embeds(loaded, "a" * 75), embeds(loaded, "a" * 75 + "b")

    assert torch.equal(tokens(loaded, "a" * 100), tokens(loaded, "a" * 76))
    assert whole.shape == longer.shape
