"""Lays out what the shipped graphs give, with real weights, on one contact sheet: ``make gallery``.

Graphs whose models aren't shipped have no place on it, and neither have trainings: what they trained does.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image as Pillow

from engine.declare.types import Plain
from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.service.value_types import output_types
from nodes.image.grid import grid
from nodes.values import Image, Video
from tests.graphs.make_examples import GRAPHS, SLOW, TRAININGS
from tests.graphs.stand_ins import STAND_INS

SHEET = Path(__file__).parents[2] / "docs" / "images" / "gallery.webp"
CELL = 224
"""Pixels along a side of the square in which each picture is shown."""
COLUMNS = 7


def shown(engine: Headless, name: str) -> Iterator[str]:
    """The outputs of a graph that can be shown: pictures and films."""
    plan = engine.plan(engine.read(GRAPHS / f"{name}.json"))
    types = output_types(plan)
    for output, (index, port) in plan.outputs.items():
        type_ = types[index][port]
        if isinstance(type_, Plain) and issubclass(type_.cls, Image | Video) and (name, output) not in SLOW:
            yield output


def cell(value: Image | Video) -> Image:
    """A picture or the middle of a film, fitted into the square; small ones with all their pixels."""
    frames = value.frames[:1, value.frames.shape[1] // 2] if isinstance(value, Video) else value.pixels[:1]
    pixels = (frames[0] * 255).round().byte().numpy()
    picture = Pillow.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).convert("RGBA")
    if (times := CELL // max(picture.size)) > 1:
        picture = picture.resize((picture.width * times, picture.height * times), Pillow.Resampling.NEAREST)
    picture.thumbnail((CELL, CELL), Pillow.Resampling.LANCZOS)
    square = Pillow.new("RGB", (CELL, CELL), "white")
    square.paste(picture, ((CELL - picture.width) // 2, (CELL - picture.height) // 2), picture)
    return Image(torch.from_numpy(np.array(square)).float()[None] / 255)


def cells(engine: Headless) -> Iterator[tuple[str, Image]]:
    """Title and picture of every output that is shown."""
    for path in sorted(GRAPHS.glob("*.json")):
        name = path.stem
        if name in STAND_INS or name in TRAININGS or not (wanted := list(shown(engine, name))):
            continue
        graph = Graph.read(path)
        report = engine.run(graph, outputs=wanted)
        if report.failures:
            sys.exit("\n".join(map(str, report.failures)))
        print(name, flush=True)
        for output in wanted[:2]:
            title = graph.title or name
            yield title if output == wanted[0] else f"{title}: {output}", cell(report.outputs[output])


if __name__ == "__main__":
    with Headless(base=GRAPHS) as headless:
        labels, pictures = zip(*cells(headless), strict=True)
    sheet = grid(list(pictures), list(labels), COLUMNS, gap=12, text_size=13)
    drawn = Pillow.fromarray((sheet.pixels[0] * 255).round().byte().numpy())
    drawn.save(SHEET, quality=85, method=6)
    print(f"{len(pictures)} pictures in {SHEET.relative_to(Path.cwd())}")
