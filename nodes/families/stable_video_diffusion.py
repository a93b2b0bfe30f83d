"""Stable Video Diffusion (Blattmann et al., arXiv 2311.15127): a film of a picture, without a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nodes.diffusion.extra import MOTION, SEES
from nodes.diffusion.family import Cells, Configs, EndPictures, Family, Question, kl_cells
from nodes.diffusion.refusal import StepRefused

if TYPE_CHECKING:
    import torch


def cells(configs: Configs) -> Cells:
    """What the latents of a folder's model are like: its VAE takes pictures one by one."""
    return kl_cells(configs, "svd")


def ask(model: Any, question: Question) -> torch.Tensor:
    """Ask the U-Net, which takes frame by frame, each beside the picture; the negative doesn't see it."""
    import torch

    extra, expected = question.cond.extra, model.config.in_channels
    if question.samples.shape[1] != expected or MOTION not in extra:
        cure = "Link latent.picture_channels to extra, and conditioning.motion to positive and negative."
        raise StepRefused(f"expected {expected} channels and a motion, got less. {cure}")
    samples, picture = question.samples.chunk(2, dim=1)
    samples = torch.cat([samples, picture * extra[SEES].to(picture)[:, None, None, None, None]], dim=1)
    predicted = model(
        samples.transpose(1, 2).contiguous().to(model.dtype),
        question.timestep,
        encoder_hidden_states=question.cond.text().to(model.dtype),
        added_time_ids=extra[MOTION].to(model.dtype),
        return_dict=False,
    )[0]
    return predicted.transpose(1, 2).contiguous()


def picture_channels(vae: Any, ends: EndPictures) -> torch.Tensor:
    """The picture with some noise, encoded but not scaled, in each frame."""
    import torch

    first = ends.first
    noise = torch.randn(first.shape, generator=ends.generator).to(first)
    noisy = (first + ends.noise * noise).to(vae.dtype)
    return vae.encode(noisy).latent_dist.mode()[:, :, None].expand(-1, -1, ends.cells, -1, -1)


FAMILY = Family(
    name="svd",
    title="Stable Video Diffusion",
    pipelines=("StableVideoDiffusionPipeline",),
    denoiser="unet",
    denoiser_class="UNetSpatioTemporalConditionModel",
    ask=ask,
    cells=cells,
    upcasts_vae=True,
    frames_first=True,
    first_guidance=1.0,
    picture_channels=picture_channels,
    graph="stable_video_diffusion",
    nodes=(
        "load.image_encoder",
        "image.encode_clip",
        "conditioning.motion",
        "latent.video_noise",
        "latent.picture_channels",
        "vae.decode_video",
    ),
    licence="Stability AI Community License: free below 1 million US dollars of revenue a year",
    restricted=True,
)
