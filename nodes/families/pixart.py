"""PixArt-Σ (Chen et al., arXiv 2403.04692): a diffusion transformer that reads T5."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nodes.diffusion.clip import tokens
from nodes.diffusion.family import Cells, Configs, Family, Prompt, Question, kl_cells
from nodes.values import Cond

if TYPE_CHECKING:
    import torch

LENGTH = 300
"""T5's tokens."""
MASK = "mask"
"""int64 [B, T]: which of the tokens are text."""


def cells(configs: Configs) -> Cells:
    """What the latents of a folder's model are like."""
    return kl_cells(configs, "pixart")


def encode(encoders: Any, prompt: Prompt) -> Cond:
    """T5's hidden states of the text in small letters, and which of them are text."""
    import torch

    t5, found = (
        encoders["text_encoder"],
        tokens(encoders, "text_encoder", prompt.text.lower().strip(), LENGTH),
    )
    mask = found.attention_mask.to(t5.device)
    with torch.no_grad():
        states = t5(found.input_ids.to(t5.device), attention_mask=mask)[0]
    return Cond(states.to(t5.dtype), extra={MASK: mask})


def ask(model: Any, question: Question) -> torch.Tensor:
    """Ask the transformer."""
    return model(
        question.samples,
        encoder_hidden_states=question.cond.text(),
        encoder_attention_mask=question.cond.extra[MASK],
        timestep=question.timestep[None].expand(len(question.samples)),
        added_cond_kwargs={"resolution": None, "aspect_ratio": None},
        return_dict=False,
    )[0]


FAMILY = Family(
    name="pixart",
    title="PixArt-Σ",
    pipelines=("PixArtSigmaPipeline",),
    denoiser="transformer",
    denoiser_class="PixArtTransformer2DModel",
    ask=ask,
    cells=cells,
    texts={"text_encoder": "tokenizer"},
    encode=encode,
    graph="pixart",
)
