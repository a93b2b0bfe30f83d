"""Stable Diffusion 3 and 3.5 (Esser et al., arXiv 2403.03206): a transformer, three text encoders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nodes.diffusion.clip import side_by_side
from nodes.diffusion.family import Cells, Configs, Family, Prompt, Question, Timetable, kl_cells
from nodes.diffusion.fit import check_fit
from nodes.diffusion.flow import flow_steps, shift_by_length
from nodes.diffusion.picture_tokens import picture_for
from nodes.diffusion.precision import cast_all
from nodes.diffusion.t5 import t5_states
from nodes.values import Cond

if TYPE_CHECKING:
    import torch

LENGTH = 256
"""T5's tokens."""


def cells(configs: Configs) -> Cells:
    """What the latents of a folder's model are like."""
    return kl_cells(configs, "sd3")


def encode(encoders: Any, prompt: Prompt) -> Cond:
    """Both CLIPs side by side, then T5, which may be missing; and both CLIPs' vectors."""
    import torch

    texts = {name: prompt.text for name in ("text_encoder", "text_encoder_2")}
    embeds, found = side_by_side(encoders, texts, prompt.skip)
    vectors = torch.cat(found, dim=-1)
    if "text_encoder_3" not in encoders:
        return Cond(embeds, vectors)
    read = encoders.tokens("text_encoder_3", prompt.other or prompt.text, LENGTH)
    states = t5_states(encoders, "text_encoder_3", read)
    return Cond(torch.cat([_widened(embeds, states.shape[-1]), states], dim=-2), vectors)


def complete(cond: Cond, samples: torch.Tensor, factor: int, model: Any) -> Cond:
    """What T5 would say is zero where it is missing."""
    import torch

    width = model.config.joint_attention_dim
    if cond.embeds is None or cond.embeds.shape[-1] >= width:
        return cond
    embeds = _widened(cond.embeds, width)
    return replace(cond, embeds=torch.cat([embeds, embeds.new_zeros(len(embeds), LENGTH, width)], dim=-2))


def _widened(embeds: torch.Tensor, width: int) -> torch.Tensor:
    import torch

    return torch.nn.functional.pad(embeds, (0, width - embeds.shape[-1]))


def timetable(config: Mapping[str, Any], steps: int, shape: tuple[int, ...]) -> Timetable:
    """The scheduler's own, moved by the number of patches where its config says so."""
    if not config.get("use_dynamic_shifting"):
        return Timetable()
    return Timetable(shift=shift_by_length(config, (shape[-2] // 2) * (shape[-1] // 2)))


def ask(model: Any, question: Question) -> torch.Tensor:
    """Ask the transformer.

    Raises:
        StepRefused: The latent or the text is another model's.
    """
    samples, cond = question.samples, question.cond
    check_fit(samples, model.config.in_channels, cond.text(), model.config.joint_attention_dim)
    picture = picture_for(model, cond, samples)
    return model(
        hidden_states=samples,
        timestep=question.timestep.expand(len(samples)),
        encoder_hidden_states=cond.embeds,
        pooled_projections=cond.pooled,
        block_controlnet_hidden_states=_residuals(model, question),
        joint_attention_kwargs=None if picture is None else {"ip_adapter_image_embeds": picture},
        return_dict=False,
    )[0]


def _residuals(model: Any, question: Question) -> list[torch.Tensor] | None:
    """What control networks add to the transformer's blocks, summed."""
    import torch

    total: list[torch.Tensor] | None = None
    samples, cond = question.samples, question.cond
    for control, network in question.controls:
        config, pooled = network.config, cond.pooled
        assert pooled is not None
        asked = {
            # Some networks leave the positions to the transformer, and some read no text
            "hidden_states": samples if config.use_pos_embed else model.pos_embed(samples),
            "encoder_hidden_states": None if config.joint_attention_dim is None else cond.embeds,
            "pooled_projections": torch.zeros_like(pooled)
            if config.force_zeros_for_pooled_projection
            else pooled,
            "controlnet_cond": control.hint.to(samples.device),
        }
        (added,) = network(
            timestep=question.timestep.expand(len(samples)),
            conditioning_scale=control.strength,
            return_dict=False,
            **cast_all(asked, network.dtype),
        )
        added = [one.to(samples) for one in added]
        total = added if total is None else [one + other for one, other in zip(total, added, strict=True)]
    return total


FAMILY = Family(
    name="sd3",
    title="Stable Diffusion 3 and 3.5",
    pipelines=(
        "StableDiffusion3Pipeline",
        "StableDiffusion3Img2ImgPipeline",
        "StableDiffusion3InpaintPipeline",
        "StableDiffusion3ControlNetPipeline",
    ),
    denoiser="transformer",
    denoiser_class="SD3Transformer2DModel",
    ask=ask,
    cells=cells,
    texts={"text_encoder": "tokenizer", "text_encoder_2": "tokenizer_2", "text_encoder_3": "tokenizer_3"},
    encode=encode,
    joint=True,
    complete=complete,
    timetable=timetable,
    left_out=flow_steps,
    single_file={"denoiser": ("model.diffusion_model.",), "vae": ("first_stage_model.", "vae.")},
    graph="stable_diffusion_3",
    formats=("diffusers", "single file", "GGUF"),
    nodes=(
        "load.denoiser",
        "load.vae",
        "load.text_encoders",
        "control.apply",
    ),
    licence="Stability AI Community License: free below 1 million US dollars of revenue a year",
    restricted=True,
)
