"""CLIP's text encoders, as several families use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


def tokens(encoders: Any, name: str, text: str, length: int | None = None) -> Any:
    """Token ids [1, T] and attention mask of a text; what goes beyond the length is cut off.

    Args:
        encoders: The family's text encoders.
        name: Which of them.
        text: The text.
        length: Tokens to pad to; None for the tokenizer's own.
    """
    tokenizer = encoders.tokenizers[name]
    return tokenizer(
        [text],
        padding="max_length",
        max_length=length or tokenizer.model_max_length,
        truncation=True,
        return_tensors="pt",
    )


def hidden_states(encoders: Any, name: str, text: str, skip: int = 0) -> torch.Tensor:
    """Hidden states [1, T, D] as the text model's last layer leaves them.

    Args:
        encoders: The family's text encoders.
        name: Which of them.
        text: The text.
        skip: Layers left out at the end; the state of an earlier layer is normalised as the last one's.
    """
    import torch

    model, found = encoders[name], tokens(encoders, name, text)
    use_mask = getattr(model.config, "use_attention_mask", False)
    with torch.no_grad():
        states = model(
            found.input_ids.to(model.device),
            attention_mask=found.attention_mask.to(model.device) if use_mask else None,
            output_hidden_states=skip > 0,
        )
        return states[0] if skip == 0 else model.final_layer_norm(states.hidden_states[-1 - skip])


def pooled(encoders: Any, name: str, text: str) -> torch.Tensor:
    """The text's one vector [1, D], without hidden states."""
    import torch

    model = encoders[name]
    with torch.no_grad():
        states = model(tokens(encoders, name, text).input_ids.to(model.device))
        return states.pooler_output.to(model.dtype)


def projected(encoders: Any, name: str, text: str, skip: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Hidden states [1, T, D] before the last layer, not normalised, and the text's one vector [1, D].

    Args:
        encoders: The family's text encoders.
        name: Which of them.
        text: The text.
        skip: Further layers left out at the end.
    """
    import torch

    model = encoders[name]
    with torch.no_grad():
        states = model(tokens(encoders, name, text).input_ids.to(model.device), output_hidden_states=True)
    return states.hidden_states[-2 - skip], states[0]
