"""What a pack tells of the families of models that its nodes run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Listing:
    """A family of models, as ``knotwork families`` lists it.

    Attributes:
        name: As handles and values carry it, such as ``sdxl``.
        title: As people call it.
        nodes: Ids of the nodes that run it.
        formats: What it is loaded from, such as ``diffusers`` or ``single file``.
        graph: Name of its example graph.
        parity: How its numbers compare with those of the library that it comes from.
        licence: Under which terms its weights are found in the wild; empty where that differs.
        restricted: Whether these forbid or limit earning money with them, or uses other than research.
        also: Other names that handles and values of it carry.
    """

    name: str
    title: str
    nodes: Sequence[str]
    formats: Sequence[str]
    graph: str
    parity: str
    licence: str = ""
    restricted: bool = False
    also: Sequence[str] = ()
