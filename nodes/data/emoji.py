"""The built-in pictures with their captions, in their own colours and in eight others."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from engine import node
from nodes.data.recolour import HUES, recoloured
from nodes.data.values import Dataset

if TYPE_CHECKING:
    import torch

FOLDER = Path(__file__).parent.parent / "models" / "noto_emoji"
SIZE, COLUMNS = 64, 32


@cache
def records() -> list[dict[str, Any]]:
    """Read the caption, tags and colours of every picture in the sheet."""
    return json.loads((FOLDER / "noto_emoji.json").read_text("utf-8"))


@cache
def evaluation() -> dict[str, Any]:
    """Read what the model is measured on: concepts, held-out pairs, chance, the contact sheet."""
    return json.loads((FOLDER / "evaluation.json").read_text("utf-8"))


def sheet() -> torch.Tensor:
    """Read the pictures.

    Returns:
        uint8 [pictures, 64, 64, 3].
    """
    import numpy as np
    import torch
    from PIL import Image

    with Image.open(FOLDER / "noto_emoji.webp") as image:
        pixels = torch.from_numpy(np.array(image.convert("RGB")))
    rows = pixels.shape[0] // SIZE
    cells = pixels.reshape(rows, SIZE, COLUMNS, SIZE, 3).transpose(1, 2).flatten(0, 1)
    return cells[: len(records())].contiguous()


def held_out() -> set[tuple[str, str]]:
    """The (picture, colour) pairs that training never shows."""
    return {(name, pair["colour"]) for pair in evaluation()["held_out"] for name in pair["shows"]}


def colour_captions(record: dict[str, Any], colour: str) -> list[str]:
    """Name a recoloured picture: the colour, then each of its captions without the colours it had."""
    words = [
        [word for word in text.split() if word not in HUES] for text in (record["caption"], *record["also"])
    ]
    return list(dict.fromkeys(" ".join((colour, *rest)) for rest in words if rest))


@node("data.emoji")
def emoji(
    pictures: Annotated[int, Field(ge=0)] = 0,
    recolour: bool = True,
) -> Dataset:
    """The built-in Noto emoji, 64 × 64 on white, with captions.

    Pairs of a colour and a concept that the evaluation holds out are never made.

    Args:
        pictures: How many to take, spread evenly over the set; 0 = all.
        recolour: Add each picture that allows it in eight named colours.
    """
    import torch

    every = sheet()
    count = pictures or len(every)
    chosen = [place * len(every) // count for place in range(min(count, len(every)))]
    barred = held_out()
    samples: list[torch.Tensor] = []
    captions: list[list[str]] = []
    tags: list[list[str]] = []
    first = [0]
    for place in chosen:
        record = records()[place]
        samples.append(every[place])
        captions.append([record["caption"], *record["also"]])
        colours = HUES if recolour and record["recolour"] else ()
        for colour in (colour for colour in colours if (record["caption"], colour) not in barred):
            turned = recoloured(every[place].float() / 255, colour, record["recolour"])
            samples.append((turned.clamp(0, 1) * 255).round().byte())
            captions.append(colour_captions(record, colour))
        tags += [record["tags"]] * (len(samples) - first[-1])
        first.append(len(samples))
    pixels = torch.stack(samples).permute(0, 3, 1, 2).contiguous()
    names = [records()[place]["caption"] for place in chosen]
    return Dataset(pixels, torch.tensor(first), captions, tags, names)


def draw(dataset: Dataset, count: int, natural: float, generator: torch.Generator) -> torch.Tensor:
    """Draw samples: every picture equally often, then its own colours or one of the others.

    Args:
        dataset: Where to draw from.
        count: How many.
        natural: Share of the draws that keep a picture's own colours.
        generator: Source of the draws.

    Returns:
        int64 [count]: indices of samples.
    """
    return draw_samples(dataset.first, count, natural, generator)


def draw_samples(first: torch.Tensor, count: int, natural: float, generator: torch.Generator) -> torch.Tensor:
    """As ``draw``, from the table of where each picture's samples begin."""
    import torch

    picture = torch.randint(len(first) - 1, (count,), generator=generator)
    start = first[picture]
    others = first[picture + 1] - start - 1
    own = torch.rand(count, generator=generator) < natural
    other = 1 + (torch.rand(count, generator=generator) * others).long()
    return torch.where(own | (others == 0), start, start + other)
