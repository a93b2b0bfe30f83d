"""Measures a model on what was fixed before its training: concepts by their captions, unseen colour pairs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from pydantic import Field

from engine import Context, OnDevice, Seed, node
from nodes.data.emoji import evaluation
from nodes.data.values import Dataset
from nodes.train.metrics import main_colour, nearest
from nodes.train.pictures import tiled
from nodes.train.sampling import denoised
from nodes.values import VAE, Denoiser, Image, SchedulerConfig, TextEncoder

if TYPE_CHECKING:
    import torch

BATCH = 20


class Score(NamedTuple):
    """How often a model shows what was asked.

    Attributes:
        concept: Share of training captions whose picture shows the concept.
        pair_colour: Share of unseen pairs whose main hue is the asked colour.
        pair_concept: Share of unseen pairs that show the concept.
        chance_concept: What a model gets that ignores the caption.
        chance_colour: The same for the hue.
        missed: What was asked and what was shown, where they differ.
    """

    concept: float
    pair_colour: float
    pair_concept: float
    chance_concept: float
    chance_colour: float
    missed: list[str]


@node("train.exam")
def exam(seeds: Annotated[int, Field(ge=1, le=16)] = 2) -> list[str]:
    """The captions to draw: all concepts, once for each seed, then all held-out pairs.

    Args:
        seeds: Pictures of each concept.
    """
    concepts = [concept["caption"] for concept in evaluation()["concepts"]]
    return concepts * seeds + [pair["caption"] for pair in evaluation()["held_out"]]


@node("train.contact_prompts")
def contact_prompts() -> list[str]:
    """The 32 prompts of the contact sheet, fixed before training."""
    return list(evaluation()["readme"])


@node("train.draw")
def draw(
    ctx: Context,
    denoiser: OnDevice[Denoiser],
    vae: OnDevice[VAE],
    text_encoder: OnDevice[TextEncoder],
    scheduler: SchedulerConfig,
    prompts: list[str],
    steps: Annotated[int, Field(ge=1, le=1000)] = 25,
    guidance: Annotated[float, Field(ge=1, le=30)] = 3.0,
    seed: Seed = 0,
) -> Image:
    """Draw a picture for each prompt, many at a time.

    Args:
        ctx: Told of the progress, and shows a picture of those just drawn.
        denoiser: The denoiser.
        vae: The autoencoder.
        text_encoder: The text encoder.
        scheduler: The model's own schedule.
        prompts: What to draw.
        steps: Steps of the sampler.
        guidance: Weight of the prompt against the empty prompt.
        seed: Seed of the noise; every picture gets its own.
    """
    import diffusers
    import torch

    side = denoiser.model.config.sample_size
    noise = torch.randn(
        len(prompts),
        denoiser.model.config.in_channels,
        side,
        side,
        generator=torch.Generator().manual_seed(seed),
    )
    pictures: list[torch.Tensor] = []

    def ask(hidden: torch.Tensor, both: torch.Tensor, moment: torch.Tensor) -> torch.Tensor:
        return denoiser.model(both, moment, hidden).sample

    with torch.no_grad():
        for begin in range(0, len(prompts), BATCH):
            some = prompts[begin : begin + BATCH]
            hidden = hidden_states(text_encoder.model, [""] * len(some) + some)
            stepper = getattr(diffusers, scheduler.name).from_config(json.loads(scheduler.config))
            begun = noise[begin : begin + BATCH].to(denoiser.device)
            latents = denoised(partial(ask, hidden), begun, steps, guidance, stepper)
            made = vae.model.decode(latents / vae.model.config.scaling_factor).sample
            pictures.append((made / 2 + 0.5).clamp(0, 1).float().cpu())
            ctx.preview(Image(pictures[-1].permute(0, 2, 3, 1)))
            ctx.progress(begin + len(some), len(prompts))
    return Image(torch.cat(pictures).permute(0, 2, 3, 1).contiguous())


def hidden_states(encoders: Any, prompts: list[str]) -> torch.Tensor:
    """Encode prompts as the pipeline does."""
    model, tokenizer = encoders["text_encoder"], encoders.tokenizers["text_encoder"]
    tokens = tokenizer(
        prompts, padding="max_length", max_length=tokenizer.model_max_length, truncation=True,
        return_tensors="pt",
    )  # fmt: skip
    return model(tokens.input_ids.to(model.device))[0]


@node("train.score")
def score(images: Image, dataset: Dataset, seeds: Annotated[int, Field(ge=1, le=16)] = 2) -> Score:
    """Score the drawings of `train.exam`'s captions.

    Args:
        images: One for each caption, in the same order.
        dataset: All training pictures, in their own colours.
        seeds: Pictures of each concept, as in `train.exam`.
    """
    asked = evaluation()["concepts"] * seeds
    pairs = evaluation()["held_out"]
    pictures = images.pixels.permute(0, 3, 1, 2)
    if len(pictures) != len(asked) + len(pairs):
        raise ValueError(
            f"expected {len(asked) + len(pairs)} pictures, got {len(pictures)}: "
            f"draw the prompts of train.exam with seeds={seeds}"
        )
    known = dataset.pixels[dataset.first[:-1]].float() / 255
    shown = [dataset.names[place] for place in nearest(pictures, known).tolist()]
    right = [name in one["shows"] for name, one in zip(shown, [*asked, *pairs], strict=True)]
    colours = [main_colour(picture) for picture in pictures[len(asked) :]]
    hues = [colour == pair["colour"] for colour, pair in zip(colours, pairs, strict=True)]
    missed = [
        f"{one['caption']}: {name}"
        for one, name, fits in zip([*asked, *pairs], shown, right, strict=True)
        if not fits
    ]
    missed += [
        f"{pair['caption']}: {colour}"
        for pair, colour in zip(pairs, colours, strict=True)
        if colour != pair["colour"]
    ]
    chance = evaluation()["chance"]
    return Score(
        share(right[: len(asked)]), share(hues), share(right[len(asked) :]),
        chance["concept"], chance["colour"], missed,
    )  # fmt: skip


def share(answers: Sequence[bool]) -> float:
    """Share of the answers that are right."""
    return sum(answers) / max(len(answers), 1)


@node("train.sheet")
def sheet(images: Image, columns: Annotated[int, Field(ge=1, le=64)] = 8) -> Image:
    """Lay pictures out in rows on one.

    Args:
        images: The pictures.
        columns: Pictures in a row.
    """
    return tiled(images.pixels.permute(0, 3, 1, 2), columns)
