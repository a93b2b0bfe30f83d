"""Runs the shipped graphs, and keeps pictures of what they give: ``make examples``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.declare.types import Plain
from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.graph.lineage import lineages
from engine.service.examples import FOLDER, file_name
from engine.service.pictures import opened
from engine.service.value_types import output_types
from nodes.values import Image
from tests.graphs.stand_ins import STAND_INS

GRAPHS = Path(__file__).parents[2] / "graphs"
EXAMPLES = GRAPHS / FOLDER
TRAININGS = (
    "train_autoencoder",
    "train_cyclegan",
    "train_digits_autoencoder",
    "train_digits_diffusion",
    "train_digits_flow",
    "train_digits_gan",
    "train_digits_vqvae",
    "train_lora",
    "train_pix2pix",
    "train_text_to_image",
)
"""Have none: a training that would fit here is not what they give."""
SLOW = (("evaluate", "drawings"),)
"""Template and output that have none: several hundred pictures take minutes."""
SIDE = 1024
"""Pixels of the longer side, at most."""


@dataclass(frozen=True)
class Pictured:
    """An output that is a picture.

    Attributes:
        output: Its name.
        file: What the file of its example is called.
    """

    output: str
    file: str


def pictured(engine: Headless, name: str) -> Iterator[Pictured]:
    """The outputs of a template of which there should be examples."""
    if name in TRAININGS or name in STAND_INS:  # a model of random weights draws nothing
        return
    graph = engine.read(GRAPHS / f"{name}.json")
    plan, found = engine.plan(graph), lineages(graph, engine.reference)
    types = output_types(plan)
    for output, (index, given) in plan.outputs.items():
        type_ = types[index][given]
        instance, _, port = graph.outputs[output].partition(".")
        if isinstance(type_, Plain) and issubclass(type_.cls, Image) and (name, output) not in SLOW:
            yield Pictured(output, file_name(output, found[instance], port))


def make(engine: Headless, name: str) -> None:
    """Run a template, and keep its pictures in the place of those that were there."""
    wanted = list(pictured(engine, name))
    folder = EXAMPLES / name
    for old in folder.glob("*"):
        old.unlink()
    if not wanted:
        return
    report = engine.run(Graph.read(GRAPHS / f"{name}.json"), outputs=[one.output for one in wanted])
    if report.failures:
        sys.exit("\n".join(map(str, report.failures)))
    folder.mkdir(parents=True, exist_ok=True)
    for one in wanted:
        [file] = report.outputs[one.output].encode({})
        picture = opened(file)
        picture.thumbnail((SIDE, SIDE))
        picture.save(folder / one.file, quality=95, method=6)
        print(f"{name}/{one.file}", flush=True)


if __name__ == "__main__":
    with Headless(base=GRAPHS, cache=False) as headless:
        for path in sorted(GRAPHS.glob("*.json")):
            make(headless, path.stem)
