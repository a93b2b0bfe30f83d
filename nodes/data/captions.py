"""The captions of a dataset."""

from __future__ import annotations

from engine import node
from nodes.data.values import Dataset


@node("data.captions")
def captions(dataset: Dataset) -> list[str]:
    """List the first caption of each sample, or the name of its class; empty where it has neither.

    Args:
        dataset: What to take from.
    """
    if dataset.captions:
        return [names[0] if names else "" for names in dataset.captions]
    if dataset.labels is not None and dataset.classes:
        return [dataset.classes[label] for label in dataset.labels.tolist()]
    return [""] * len(dataset.pixels)
