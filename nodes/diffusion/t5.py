"""T5's encoder, as several families use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

    from nodes.diffusion.reading import Reading, Tokens


def t5_states(encoders: Reading, name: str, read: Tokens, masked: bool = False) -> torch.Tensor:
    """Hidden states [1, T, D] of a text.

    Args:
        encoders: The family's text encoders.
        name: Which of them.
        read: The text's tokens.
        masked: Whether what the text was filled up with is hidden from T5.
    """
    import torch

    t5 = encoders[name]

    def states_of(read: Tokens) -> torch.Tensor:
        seen = read.attention_mask.to(t5.device) if masked else None
        with torch.no_grad():
            return t5(read.input_ids.to(t5.device), attention_mask=seen)[0].to(t5.dtype)

    length = read.input_ids.shape[1]
    return encoders.weighed([states_of(read)], [read], lambda: states_of(encoders.tokens(name, "", length)))
