"""LTX-Video (HaCohen et al., arXiv 2501.00103): films of texts and pictures, trained by flow matching."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import TYPE_CHECKING, Any

from nodes.diffusion.agreement import taken_over
from nodes.diffusion.extra import RATE, TEXT_MASK
from nodes.diffusion.family import Cells, Configs, EndPictures, Family, Prompt, Question, Timetable
from nodes.diffusion.fit import check_fit
from nodes.diffusion.flow import shift_by_length, straight_sigmas
from nodes.diffusion.refusal import StepRefused
from nodes.diffusion.t5 import t5_states
from nodes.values import Cond

if TYPE_CHECKING:
    import torch

LENGTH = 128
"""T5's tokens."""
USUAL_RATE = 25.0
"""Frames a second of a film that is told nothing else."""
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
    read = encoders.tokens("text_encoder", prompt.text, LENGTH)
    states = t5_states(encoders, "text_encoder", read)
    return Cond(states, extra={TEXT_MASK: read.attention_mask.bool()})


def timetable(config: Mapping[str, Any], steps: int, shape: tuple[int, ...]) -> Timetable:
    """Straight, and moved towards noise by the number of cells."""
    return Timetable(straight_sigmas(steps), shift_by_length(config, prod(shape[-3:])))


def ask(model: Any, question: Question) -> torch.Tensor:
    """Ask the transformer, which counts cells from 0 on.

    Raises:
        StepRefused: The latent or the text is another model's.
    """
    frames, height, width = question.samples.shape[2:]
    scale = (FRAMES / rate_of(question), question.factor, question.factor)
    places = {"num_frames": frames, "height": height, "width": width, "rope_interpolation_scale": scale}
    return asked(model, question, places)


def rate_of(question: Question) -> float:
    """Frames a second that the model is told."""
    extra = question.cond.extra
    return extra[RATE][0].item() if RATE in extra else USUAL_RATE


def asked(model: Any, question: Question, places: Mapping[str, Any]) -> torch.Tensor:
    """Ask the transformer; what is given, where the mask behind the latent is 1, is left alone.

    Args:
        model: The transformer.
        question: What it is asked.
        places: What tells it where in space and time a cell is.

    Raises:
        StepRefused: The latent or the text is another model's.
    """
    channels, extra = model.config.in_channels, question.cond.extra
    samples, given = question.samples[:, :channels], question.samples[:, channels:]
    check_fit(samples, channels, question.cond.text(), model.config.caption_channels)
    timestep = question.timestep.expand(len(samples))
    if given.shape[1]:
        timestep = timestep.unsqueeze(-1) * (1 - given.flatten(1))
    predicted = model(
        hidden_states=samples.flatten(2).transpose(1, 2).contiguous().to(model.dtype),
        encoder_hidden_states=question.cond.text().to(model.dtype),
        timestep=timestep,
        encoder_attention_mask=extra[TEXT_MASK],
        return_dict=False,
        **places,
    )[0].float()
    predicted = predicted.transpose(1, 2).unflatten(2, samples.shape[2:]).contiguous()
    return predicted * (1 - given) if given.shape[1] else predicted


def agree(wanted: list[Cond], unwanted: list[Cond]) -> tuple[list[Cond], list[Cond]]:
    """A film has one number of frames a second: what one text is told, all are.

    Raises:
        StepRefused: They are told several.
    """
    told = [*wanted, *unwanted]
    rates = {rate for cond in told if RATE in cond.extra for rate in cond.extra[RATE].tolist()}
    if len(rates) > 1:
        got, cure = ", ".join(f"{rate:g}" for rate in sorted(rates)), "Give all texts the same frame rate."
        raise StepRefused(f"expected one number of frames a second, got {got}. {cure}")
    return taken_over(RATE, wanted, told), taken_over(RATE, unwanted, told)


def picture_channels(vae: Any, ends: EndPictures) -> torch.Tensor:
    """A mask, 1 in the first frame, which is given: put its latent into the noise."""
    first = ends.first
    factor = vae.spatial_compression_ratio
    height, width = (side // factor for side in first.shape[-2:])
    mask = first.new_zeros(len(first), 1, ends.cells, height, width)
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
    agree=agree,
    float32_latents=True,
    timetable=timetable,
    picture_channels=picture_channels,
    single_file={"denoiser": ("model.diffusion_model.",), "vae": ("vae.",)},
    graph="ltx",
    formats=("diffusers", "single file", "GGUF"),
    nodes=(
        "load.denoiser",
        "load.vae",
        "load.text_encoders",
        "latent.video_noise",
        "latent.picture_channels",
        "latent.put_frames",
        "conditioning.frame_rate",
        "vae.encode_video",
        "vae.decode_video_with_noise",
        "vae.decode_video",
    ),
    licence="LTX-Video Open Weights: free below 10 million dollars of revenue",
    restricted=True,
)
