"""CLIP's text encoders, as several families use them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

    from nodes.diffusion.reading import Reading, Tokens


def hidden_states(encoders: Reading, name: str, text: str, skip: int = 0) -> torch.Tensor:
    """Hidden states [1, T, D] as the text model's last layer leaves them.

    Args:
        encoders: The family's text encoders.
        name: Which of them.
        text: The text.
        skip: Layers left out at the end; the state of an earlier layer is normalised as the last one's.
    """
    import torch

    model, windows = encoders[name], encoders.windows(name, text)
    use_mask = getattr(model.config, "use_attention_mask", False)

    def states_of(read: Tokens) -> torch.Tensor:
        with torch.no_grad():
            states = model(
                read.input_ids.to(model.device),
                attention_mask=read.attention_mask.to(model.device) if use_mask else None,
                output_hidden_states=skip > 0,
            )
            return states[0] if skip == 0 else model.final_layer_norm(states.hidden_states[-1 - skip])

    states = [states_of(window) for window in windows]
    return encoders.weighed(states, windows, lambda: states_of(encoders.nothing(name)))


def pooled(encoders: Reading, name: str, text: str) -> torch.Tensor:
    """The text's one vector [1, D], without hidden states."""
    import torch

    model = encoders[name]
    with torch.no_grad():
        states = model(encoders.tokens(name, text).input_ids.to(model.device))
        return states.pooler_output.to(model.dtype)


def side_by_side(
    encoders: Reading, texts: Mapping[str, str], skip: int = 0
) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Hidden states [1, T, D] of several encoders before the last layer, not normalised, and their vectors.

    Where one text takes fewer windows than another, empty ones follow it.

    Args:
        encoders: The family's text encoders.
        texts: Encoder → its text.
        skip: Further layers left out at the end.

    Returns:
        The states, and of each encoder the one vector [1, D] of its text's first window.
    """
    import torch

    columns = {name: encoders.windows(name, text) for name, text in texts.items()}
    most = max(map(len, columns.values()))
    found = [
        _projected(encoders, name, [*windows, *[encoders.nothing(name)] * (most - len(windows))], skip)
        for name, windows in columns.items()
    ]
    return torch.cat([states for states, _ in found], dim=-1), [vector for _, vector in found]


def _projected(
    encoders: Reading, name: str, windows: Sequence[Tokens], skip: int
) -> tuple[torch.Tensor, torch.Tensor]:
    import torch

    model = encoders[name]

    def asked(read: Tokens) -> tuple[torch.Tensor, torch.Tensor]:
        with torch.no_grad():
            states = model(read.input_ids.to(model.device), output_hidden_states=True)
        return states.hidden_states[-2 - skip], states[0]

    found = [asked(window) for window in windows]
    states = [states for states, _ in found]
    return encoders.weighed(states, windows, lambda: asked(encoders.nothing(name))[0]), found[0][1]
