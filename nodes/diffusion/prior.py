"""Priors (Ramesh et al., arXiv 2204.06125): they make of a text the vector of a picture that CLIP would see.

Such a vector is a latent of one cell, [B, D, 1, 1], so that the sampler of pictures draws it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nodes.diffusion.extra import TEXT_MASK
from nodes.diffusion.family import Cells, Configs, Prompt, Question
from nodes.diffusion.refusal import StepRefused
from nodes.values import Cond

if TYPE_CHECKING:
    import torch

    from nodes.diffusion.reading import Tokens

SIDE = 8
"""Width and height of a vector's noise in pixels."""


def prior_cells(configs: Configs, family: str) -> Cells:
    """A vector as one cell."""
    return Cells(family, configs("prior")["embedding_dim"], SIDE)


def encode_with_mask(encoders: Any, prompt: Prompt) -> Cond:
    """CLIP's hidden states after the last layer, its vector, and where the text is."""
    import torch

    model, read = encoders["text_encoder"], encoders.tokens("text_encoder", prompt.text)

    def asked(read: Tokens) -> Any:
        with torch.no_grad():
            return model(read.input_ids.to(model.device))

    said = asked(read)
    states = encoders.weighed(
        [said.last_hidden_state],
        [read],
        lambda: asked(encoders.tokens("text_encoder", "")).last_hidden_state,
    )
    return Cond(states, said.text_embeds, extra={TEXT_MASK: read.attention_mask.bool()})


def ask_prior(model: Any, question: Question) -> torch.Tensor:
    """Ask the transformer for the picture's vector."""
    cond, samples = question.cond, question.samples
    if samples.shape[-2:] != (1, 1):
        height, width = samples.shape[-2:]
        cure = f"Make the noise {SIDE} pixels wide and high."
        raise StepRefused(f"expected a vector as a latent of one cell, got {width} × {height}. {cure}")
    states, length = cond.text(), model.config.num_embeddings
    if states.shape[1] != length:
        cure = "Leave out conditioning.concat."
        raise StepRefused(f"expected a text of {length} tokens, got {states.shape[1]}. {cure}")
    said = model(
        samples.flatten(1),
        timestep=question.timestep,
        proj_embedding=cond.pooled,
        encoder_hidden_states=states,
        attention_mask=cond.extra[TEXT_MASK],
        return_dict=False,
    )[0]
    return said[:, :, None, None]
