"""FLUX.1 (Black Forest Labs, 2024): a transformer on 2 × 2 patches of latents, trained by flow matching."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nodes.diffusion.clip import pooled
from nodes.diffusion.extra import GUIDANCE
from nodes.diffusion.family import Cells, Configs, Family, Prompt, Question, Timetable, kl_cells
from nodes.diffusion.fit import check_fit
from nodes.diffusion.flow import flow_steps, shift_by_length, straight_sigmas
from nodes.diffusion.flux_control import residuals
from nodes.diffusion.packing import pack, places, unpack
from nodes.diffusion.picture_tokens import VECTOR_OR_BLACK, pictures_for
from nodes.diffusion.reference import references
from nodes.diffusion.t5 import t5_states
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
    read = encoders.tokens("text_encoder_2", prompt.other or prompt.text, LENGTH)
    states = t5_states(encoders, "text_encoder_2", read)
    return Cond(states, pooled(encoders, "text_encoder", prompt.text))


def timetable(config: Mapping[str, Any], steps: int, shape: tuple[int, ...]) -> Timetable:
    """Straight, and moved towards noise by the number of patches."""
    return Timetable(straight_sigmas(steps), shift_by_length(config, shape[-2] * shape[-1] // 4))


def ask(model: Any, question: Question) -> torch.Tensor:
    """Ask the transformer, which also sees pictures to refer to as more patches.

    Raises:
        StepRefused: The latent or the text is another model's.
    """
    import torch

    samples, cond, embeds = question.samples, question.cond, question.cond.text()
    check_fit(samples, model.config.in_channels // 4, embeds, model.config.joint_attention_dim)
    shown = references(cond.extra)
    guidance = cond.extra.get(GUIDANCE)
    guidance = None if guidance is None else guidance.float()
    asked = {
        "hidden_states": torch.cat([pack(one) for one in (samples, *shown)], dim=1),
        "timestep": question.timestep.expand(len(samples)).to(samples.dtype) / 1000,
        "pooled_projections": cond.pooled,
        "encoder_hidden_states": embeds,
        "txt_ids": embeds.new_zeros(embeds.shape[1], 3),
        "img_ids": torch.cat([places(samples), *(places(one, picture=1) for one in shown)]),
    }
    double, single = residuals(model, question.controls, guidance, **asked)
    pictures = pictures_for(model, cond, samples, VECTOR_OR_BLACK)
    predicted = model(
        joint_attention_kwargs={"ip_adapter_image_embeds": pictures} if pictures else None,
        guidance=guidance if model.config.guidance_embeds else None,
        controlnet_block_samples=double,
        controlnet_single_block_samples=single,
        return_dict=False,
        **asked,
    )[0]
    return unpack(predicted[:, : samples.shape[-2] * samples.shape[-1] // 4], samples)


def inpainting(masked: torch.Tensor, mask: torch.Tensor, factor: int) -> torch.Tensor:
    """The masked picture, then each pixel of the mask as a channel of its cell."""
    import torch

    rows, _, height, width = masked.shape
    pixels = torch.nn.functional.interpolate(mask[:, None], size=(height * factor, width * factor))
    pixels = pixels.view(len(mask), height, factor, width, factor).permute(0, 2, 4, 1, 3)
    cells = pixels.reshape(len(mask), factor * factor, height, width).to(masked)
    return torch.cat([masked, cells.expand(rows, -1, -1, -1)], dim=1)


FAMILY = Family(
    name="flux",
    title="FLUX.1",
    pipelines=(
        "FluxPipeline",
        "FluxImg2ImgPipeline",
        "FluxInpaintPipeline",
        "FluxFillPipeline",
        "FluxControlPipeline",
        "FluxControlNetPipeline",
        "FluxKontextPipeline",
    ),
    denoiser="transformer",
    denoiser_class="FluxTransformer2DModel",
    ask=ask,
    cells=cells,
    texts={"text_encoder": "tokenizer", "text_encoder_2": "tokenizer_2"},
    encode=encode,
    joint=True,
    one_call=False,
    timetable=timetable,
    left_out=flow_steps,
    inpainting=inpainting,
    single_file={"denoiser": ("model.diffusion_model.",), "vae": ("first_stage_model.", "vae.")},
    graph="flux",
    formats=("diffusers", "single file", "GGUF"),
    nodes=(
        "load.denoiser",
        "load.vae",
        "load.text_encoders",
        "conditioning.guidance",
        "conditioning.reference",
        "control.apply",
    ),
    parity="bit for bit; with a control network and a negative text, the network reads that text, too",
    licence="FLUX.1 [dev]: non-commercial; [schnell]: Apache-2.0",
    restricted=True,
)
