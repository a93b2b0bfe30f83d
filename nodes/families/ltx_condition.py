"""LTX-Video from 0.9.5 on, whose cells know when their first frame is shown: ``LTXConditionPipeline``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nodes.diffusion.extra import TEXT_MASK
from nodes.diffusion.family import Cells, Configs, Prompt, Question, Timetable
from nodes.diffusion.t5 import t5_states
from nodes.families import ltx
from nodes.library_lock import library_lock
from nodes.values import Cond

if TYPE_CHECKING:
    import torch

NAME = "ltx-condition"
LENGTH = 256
"""T5's tokens."""


def cells(configs: Configs) -> Cells:
    """What the latents of a folder's model are like."""
    return ltx.cells(configs)._replace(family=NAME)


def encode(encoders: Any, prompt: Prompt) -> Cond:
    """T5's hidden states, which is shown the text alone, and where the text is."""
    read = encoders.tokens("text_encoder", prompt.text, LENGTH)
    states = t5_states(encoders, "text_encoder", read, masked=True)
    return Cond(states, extra={TEXT_MASK: read.attention_mask.bool()})


def timetable(config: Mapping[str, Any], steps: int, shape: tuple[int, ...]) -> Timetable:
    """Small steps where there is much noise, then ever larger ones."""
    with library_lock:
        from diffusers.pipelines.ltx.pipeline_ltx_condition import linear_quadratic_schedule

    return Timetable(tuple(linear_quadratic_schedule(steps).tolist()))


def ask(model: Any, question: Question) -> torch.Tensor:
    """Ask the transformer, which is told the first pixel and the first moment of each cell.

    Raises:
        StepRefused: The latent or the text is another model's.
    """
    return ltx.asked(model, question, {"video_coords": _coordinates(question)})


def _coordinates(question: Question) -> torch.Tensor:
    """[N, 3, cells]: second, row and column; the first cell over time is one frame, each other eight."""
    import torch

    device, factor = question.samples.device, question.factor
    frames, height, width = (torch.arange(size, device=device) for size in question.samples.shape[2:])
    frames = (frames * ltx.FRAMES + 1 - ltx.FRAMES).clamp(min=0)
    places = torch.meshgrid(frames, height * factor, width * factor, indexing="ij")
    found = torch.stack(places).flatten(1).float()
    found[0] *= 1.0 / ltx.rate_of(question)
    return found.expand(len(question.samples), -1, -1)


FAMILY = replace(
    ltx.FAMILY,
    name=NAME,
    variant_of=ltx.FAMILY.name,
    title="LTX-Video from 0.9.5 on",
    pipelines=("LTXConditionPipeline",),
    ask=ask,
    cells=cells,
    encode=encode,
    timetable=timetable,
    single_file={},
    graph="ltx_video_to_video",
    parity="bit for bit; in half precision guidance is computed in float32",
)
