"""PixArt-Σ (Chen et al., arXiv 2403.04692): a diffusion transformer that reads T5."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nodes.diffusion.extra import TEXT_MASK
from nodes.diffusion.family import Cells, Configs, Family, Prompt, Question, kl_cells
from nodes.diffusion.fit import check_fit
from nodes.diffusion.t5 import t5_states
from nodes.values import Cond

if TYPE_CHECKING:
    import torch

LENGTH = 300
"""T5's tokens."""


def cells(configs: Configs) -> Cells:
    """What the latents of a folder's model are like."""
    return kl_cells(configs, "pixart")


def encode(encoders: Any, prompt: Prompt) -> Cond:
    """T5's hidden states of the text in small letters, and which of them are text."""
    text = encoders.cleaned(prompt.text, lambda said: said.lower().strip())
    read = encoders.tokens("text_encoder", text, LENGTH)
    states = t5_states(encoders, "text_encoder", read, masked=True)
    return Cond(states, extra={TEXT_MASK: read.attention_mask.bool()})


def ask(model: Any, question: Question) -> torch.Tensor:
    """Ask the transformer.

    Raises:
        StepRefused: The latent or the text is another model's.
    """
    text = question.cond.text()
    check_fit(question.samples, model.config.in_channels, text, model.config.caption_channels)
    return model(
        question.samples,
        encoder_hidden_states=text,
        encoder_attention_mask=question.cond.extra[TEXT_MASK],
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
    licence="CreativeML Open RAIL++-M: not for the uses that its attachment A lists",
)
