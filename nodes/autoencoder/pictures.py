"""What an autoencoder in training gives back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from engine import node
from engine.errors import ValueRefused
from nodes.autoencoder.ask import codes_of, pictures_of
from nodes.autoencoder.values import PART
from nodes.data.batches import batch
from nodes.data.values import Batch, Dataset
from nodes.train.pictures import tiled
from nodes.train.state import only_read
from nodes.train.values import TrainState
from nodes.values import Image

if TYPE_CHECKING:
    import torch

SHOWN, COLUMNS = 24, 8


@node("autoencoder.reconstructions")
def reconstructions(
    state: TrainState, dataset: Dataset, count: Annotated[int, Field(ge=1, le=256)] = SHOWN
) -> Image:
    """Lay out pictures, each beside what an autoencoder in training makes of it.

    Args:
        state: The state of an autoencoder; its averaged weights are used.
        dataset: The pictures; some are taken.
        count: How many.

    Raises:
        ValueRefused: The state is of another network.
    """
    return side_by_side(state, batch.function(dataset, 0, count), count)


def side_by_side(state: TrainState, batch: Batch, count: int = SHOWN) -> Image:
    """Lay out the first pictures of a batch, each beside how it comes back.

    Raises:
        ValueRefused: The state is of another network.
    """
    import torch

    if PART not in (parts := json.loads(state.config)):
        raise ValueRefused("the state of an autoencoder", f"one of {', '.join(parts)}")
    module: Any = only_read(state, average=True)[PART]  # pyright: ignore[reportIndexIssue] # a table of modules
    pictures = batch.samples[:count]
    labels: torch.Tensor | None = None if batch.labels is None else batch.labels[:count]
    with torch.no_grad():
        made = pictures_of(module, codes_of(module, pictures, labels), labels)
    both = torch.stack([pictures / 2 + 0.5, made], 1).flatten(0, 1)
    return tiled(both, COLUMNS)
