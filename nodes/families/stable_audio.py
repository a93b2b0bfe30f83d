"""Stable Audio (Evans et al., arXiv 2404.10301): sounds of texts by a transformer that is told times.

A latent of sounds is one row of cells, [B, C, 1, T], so that what is made for pictures serves it.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from nodes.diffusion.extra import SECONDS
from nodes.diffusion.family import Cells, Configs, Family, Prompt, Question
from nodes.diffusion.refusal import StepRefused
from nodes.diffusion.t5 import t5_states
from nodes.library_lock import library_lock
from nodes.values import Cond

if TYPE_CHECKING:
    import torch

PROJECTION = "projection_model"


def cells(configs: Configs) -> Cells:
    """What the latents of a folder's model are like: a cell is so many samples of sound."""
    transformer, vae = configs("transformer"), configs("vae")
    hop = prod(vae["downsampling_ratios"])
    return Cells("stable-audio", transformer["in_channels"], hop, length=transformer["sample_size"])


def encode(encoders: Any, prompt: Prompt) -> Cond:
    """T5's hidden states, projected; zeros where the text has ended."""
    import torch

    read = encoders.tokens("text_encoder", prompt.text)
    states = t5_states(encoders, "text_encoder", read, masked=True)
    mask = read.attention_mask.to(states.device)
    with torch.no_grad():
        states = encoders[PROJECTION](text_hidden_states=states).text_hidden_states
    return Cond(states * mask.unsqueeze(-1).to(states.dtype))


def ask(model: Any, question: Question) -> torch.Tensor:
    """Ask the transformer about the row of cells.

    Raises:
        StepRefused: The conditioning doesn't say when the sound begins and ends, or the latent is no sound's.
    """
    with library_lock:
        from diffusers.models.embeddings import get_1d_rotary_pos_embed

    samples, told = question.samples, question.cond.extra.get(SECONDS)
    if told is None:
        raise StepRefused("expected seconds beside the text, got none. Put conditioning.seconds behind it.")
    if samples.shape[1] != model.config.in_channels or samples.shape[2] != 1:
        expected, got = [model.config.in_channels, 1], list(samples.shape[1:3])
        cure = "Take latent.audio_noise, with the model's own VAE."
        raise StepRefused(f"expected a latent of {expected} channels and rows, got {got}. {cure}")
    turned = get_1d_rotary_pos_embed(
        model.config.attention_head_dim // 2,
        samples.shape[-1] + told.shape[1],
        use_real=True,
        repeat_interleave_real=False,
    )
    said = model(
        samples.squeeze(2),
        question.timestep.unsqueeze(0),
        encoder_hidden_states=question.cond.text(),
        global_hidden_states=told,
        rotary_embedding=turned,
        return_dict=False,
    )[0]
    return said.unsqueeze(2)


FAMILY = Family(
    name="stable-audio",
    title="Stable Audio Open",
    pipelines=("StableAudioPipeline",),
    denoiser="transformer",
    denoiser_class="StableAudioDiTModel",
    ask=ask,
    cells=cells,
    texts={"text_encoder": "tokenizer"},
    projections=(PROJECTION,),
    encode=encode,
    graph="stable_audio",
    nodes=("latent.audio_noise", "conditioning.seconds", "vae.decode_audio", "vae.encode_audio"),
    licence="Stability AI Community License: free below 1 million US dollars of revenue a year",
    restricted=True,
)
