"""Tiny models of random weights, in the place of those that shipped graphs need and that nobody ships.

Such a graph notes its models in ``models``, by the names that its params have, each with its source and
licence: from that the template gallery tells what is missing. Here it has an entry in ``STAND_INS`` of the
same name, with a builder for each of these models. The tests make the stand-ins in the ``models`` of their
home and run the graph as it is shipped; ``test_stand_ins.py`` checks and runs each one, and needs nothing
more than the entry. A graph that needs no model, or one that is shipped, has none.

To add one: write the graph with ``models``; write a builder that saves a tiny folder or file, as
``tests/nodes/diffusion/tiny.py`` does; add a line to ``STAND_INS``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.nodes.diffusion import tiny as stable_diffusion
from tests.nodes.mesh import tiny as shap_e

Build = Callable[[Path], object]
"""Writes a model to a path that is not there yet but whose parent is."""


@dataclass(frozen=True)
class StandIn:
    """What stands in for the models of a graph.

    Attributes:
        models: Name in the model folder, as the graph's params say it → builder.
        values: Inputs of the graph that make a run short, such as few steps and a small picture.
    """

    models: Mapping[str, Build]
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])


SURFACE = {"steps": 2, "resolution": 12, "size": 32, "samples": 2}

STAND_INS: dict[str, StandIn] = {
    "shap_e": StandIn({"shap-e": shap_e.save_text}, SURFACE),
    "shap_e_image": StandIn({"shap-e-img2img": shap_e.save_image}, SURFACE),
    "stable_diffusion": StandIn(
        {"stable-diffusion-v1-5": stable_diffusion.save}, {"steps": 2, "width": 64, "height": 64}
    ),
}
"""Graph → what stands in for its models."""


def build(graph: str, home: Path) -> None:
    """Make what a graph needs in the model folder of a home; what is there already stays."""
    for name, save in STAND_INS[graph].models.items():
        place = home / "models" / name
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            save(place)
