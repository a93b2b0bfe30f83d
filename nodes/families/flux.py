"""FLUX.1 (Black Forest Labs, 2024): a transformer on 2 × 2 patches of latents, trained by flow matching."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nodes.diffusion.clip import pooled, tokens
from nodes.diffusion.family import Cells, Configs, Family, Prompt, Question, Timetable, kl_cells
from nodes.diffusion.flow import flow_steps, shift_by_length, straight_sigmas
from nodes.diffusion.packing import pack, places, unpack
from nodes.values import Cond

if TYPE_CHECKING:
    import torch

LENGTH = 512
"""T5's tokens."""


def cells(configs: Configs) -> Cells:
    """What the latents of a folder's model are like."""
    return kl_cells(configs, "flux")


def encode(encoders: Any, prompt: Prompt) -> Cond:
    """T5's hidden states, and CLIP's vector."""
    import torch

    t5 = encoders["text_encoder_2"]
    ids = tokens(encoders, "text_encoder_2", prompt.other or prompt.text, LENGTH).input_ids
    with torch.no_grad():
        embeds = t5(ids.to(t5.device))[0].to(t5.dtype)
    return Cond(embeds, pooled(encoders, "text_encoder", prompt.text))


def timetable(config: Mapping[str, Any], steps: int, shape: tuple[int, ...]) -> Timetable:
    """Straight, and moved towards noise by the number of patches."""
    return Timetable(straight_sigmas(steps), shift_by_length(config, shape[-2] * shape[-1] // 4))


def ask(model: Any, question: Question) -> torch.Tensor:
    """Ask the transformer."""
    import torch

    samples, cond = question.samples, question.cond
    assert cond.embeds is not None
    guidance = None
    if question.guidance is not None:
        guidance = torch.full([1], question.guidance, device=samples.device, dtype=torch.float32)
        guidance = guidance.expand(len(samples))
    predicted = model(
        hidden_states=pack(samples),
        timestep=question.timestep.expand(len(samples)).to(samples.dtype) / 1000,
        guidance=guidance,
        pooled_projections=cond.pooled,
        encoder_hidden_states=cond.embeds,
        txt_ids=cond.embeds.new_zeros(cond.embeds.shape[1], 3),
        img_ids=places(samples),
        return_dict=False,
    )[0]
    return unpack(predicted, samples)


FAMILY = Family(
    name="flux",
    title="FLUX.1",
    pipelines=("FluxPipeline", "FluxImg2ImgPipeline", "FluxInpaintPipeline", "FluxControlNetPipeline"),
    denoiser="transformer",
    denoiser_class="FluxTransformer2DModel",
    ask=ask,
    cells=cells,
    texts={"text_encoder": "tokenizer", "text_encoder_2": "tokenizer_2"},
    encode=encode,
    one_call=False,
    timetable=timetable,
    left_out=flow_steps,
    licence="FLUX.1 [dev]: non-commercial; [schnell]: Apache-2.0",
)
