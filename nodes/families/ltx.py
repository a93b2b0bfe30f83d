"""LTX-Video (HaCohen et al., arXiv 2501.00103): films of texts and pictures, trained by flow matching."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import TYPE_CHECKING, Any

from nodes.diffusion.clip import tokens
from nodes.diffusion.family import Cells, Configs, Family, Pictured, Prompt, Question, Timetable
from nodes.diffusion.flow import shift_by_length, straight_sigmas
from nodes.diffusion.frame_rate import RATE
from nodes.values import Cond

if TYPE_CHECKING:
    import torch

LENGTH = 128
"""T5's tokens."""
MASK = "text_mask"
"""[B, T], true where the text is."""
FRAMES = 8
"""Frames of a film per latent cell over time."""


def cells(configs: Configs) -> Cells:
    """What the latents of a folder's model are like."""
    vae = configs("vae")
    factor = vae.get("spatial_compression_ratio") or vae["patch_size"] * 2 ** sum(
        vae["spatio_temporal_scaling"]
    )
    return Cells("ltx", vae["latent_channels"], factor, FRAMES)


def encode(encoders: Any, prompt: Prompt) -> Cond:
    """T5's hidden states, and where the text is."""
    import torch

    t5, found = encoders["text_encoder"], tokens(encoders, "text_encoder", prompt.text, LENGTH)
    with torch.no_grad():
        embeds = t5(found.input_ids.to(t5.device))[0].to(t5.dtype)
    return Cond(embeds, extra={MASK: found.attention_mask.bool()})


def timetable(config: Mapping[str, Any], steps: int, shape: tuple[int, ...]) -> Timetable:
    """Straight, and moved towards noise by the number of cells."""
    return Timetable(straight_sigmas(steps), shift_by_length(config, prod(shape[-3:])))


def ask(model: Any, question: Question) -> torch.Tensor:
    """Ask the transformer; what is given, where the mask behind the latent is 1, is left alone."""
    channels, extra = model.config.in_channels, question.cond.extra
    samples, given = question.samples[:, :channels], question.samples[:, channels:]
    timestep = question.timestep.expand(len(samples))
    if given.shape[1]:
        timestep = timestep.unsqueeze(-1) * (1 - given.flatten(1))
    rate = float(extra[RATE][0]) if RATE in extra else 25.0
    frames, height, width = samples.shape[2:]
    predicted = model(
        hidden_states=samples.flatten(2).transpose(1, 2).contiguous().to(model.dtype),
        encoder_hidden_states=question.cond.text().to(model.dtype),
        timestep=timestep,
        encoder_attention_mask=extra[MASK],
        num_frames=frames,
        height=height,
        width=width,
        rope_interpolation_scale=(FRAMES / rate, question.factor, question.factor),
        return_dict=False,
    )[0].float()
    predicted = predicted.transpose(1, 2).unflatten(2, (frames, height, width)).contiguous()
    return predicted * (1 - given) if given.shape[1] else predicted


def picture_channels(vae: Any, pictured: Pictured) -> torch.Tensor:
    """A mask, 1 in the first frame, which is given: put its latent into the noise."""
    first = pictured.first
    factor = vae.spatial_compression_ratio
    height, width = (side // factor for side in first.shape[-2:])
    mask = first.new_zeros(len(first), 1, pictured.cells, height, width)
    mask[:, :, 0] = 1
    return mask


FAMILY = Family(
    name="ltx",
    title="LTX-Video",
    pipelines=("LTXPipeline", "LTXImageToVideoPipeline"),
    denoiser="transformer",
    denoiser_class="LTXVideoTransformer3DModel",
    ask=ask,
    cells=cells,
    texts={"text_encoder": "tokenizer"},
    encode=encode,
    float32_latents=True,
    timetable=timetable,
    picture_channels=picture_channels,
    graph="ltx",
    nodes=(
        "latent.video_noise",
        "latent.picture_channels",
        "latent.put_frames",
        "conditioning.frame_rate",
        "vae.decode_video_with_noise",
        "vae.decode_video",
    ),
    licence="LTX-Video Open Weights: free below 10 million dollars of revenue",
)
