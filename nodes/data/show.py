"""Datasets at a glance."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine import node
from nodes.data.captions import captions
from nodes.data.pictures import pictures
from nodes.data.values import Dataset
from nodes.image.grid import grid
from nodes.values import Image


@node("data.show")
def show(
    dataset: Dataset,
    count: Annotated[int, Field(ge=1, le=1024)] = 32,
    columns: Annotated[int, Field(ge=1, le=64)] = 8,
    labels: bool = True,
) -> Image:
    """Lay samples of a dataset out in rows, evenly spread over it, with their captions or classes.

    Args:
        dataset: What to show.
        count: How many; of a smaller dataset all.
        columns: Pictures in a row.
        labels: Write the first caption, or the class, below each.
    """
    every = len(dataset.pixels)
    chosen = [place * every // min(count, every) for place in range(min(count, every))]
    images = [pictures.function(dataset, place, 1).image for place in chosen]
    texts = captions.function(dataset)
    written = [texts[place] for place in chosen] if labels and any(texts) else None
    return grid.function(images, written, columns, text_size=10)
