"""Colours that tell classes."""

from __future__ import annotations

from dataclasses import replace

from engine import node
from engine.errors import ValueRefused
from nodes.data.recolour import to_rgb
from nodes.data.values import Dataset


@node("data.colour_by_class")
def colour_by_class(dataset: Dataset) -> Dataset:
    """Paint each sample in the colour of its class: hues in even steps, from red on; what is black stays.

    Args:
        dataset: Samples in grey, with classes.

    Raises:
        ValueRefused: The samples have no classes, or colours already.
    """
    import torch

    if dataset.labels is None or dataset.pixels.shape[1] != 1:
        got = "colours" if dataset.labels is not None else "none"
        raise ValueRefused("samples in grey with classes, such as data.digits", got)
    hue = dataset.labels * (360 / len(dataset.classes))
    ink = to_rgb(hue, torch.ones_like(hue), torch.ones_like(hue))
    pixels = dataset.pixels.float() * ink[:, :, None, None]
    return replace(dataset, pixels=pixels.round().byte())
