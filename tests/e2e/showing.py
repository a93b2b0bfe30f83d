"""A pack whose nodes give a value of every kind that the editor shows, each real though small."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from engine import node
from engine.declare.registry import Pack
from nodes.values import Audio, Mesh, Video

pack = Pack("showing", {"showing": ("tests.e2e.showing",)})
RATE = 22_050
Count = Annotated[int, Field(ge=2, le=1000)]


@node("showing.chord")
def chord(root: float = 220.0, seconds: float = 2.0) -> Audio:
    """Play a major chord that fades, its third on the left, its fifth on the right."""
    import torch

    time = torch.arange(int(RATE * seconds)) / RATE
    fading = torch.exp(-2 * time / seconds)
    tone, third, fifth = (
        torch.sin(2 * math.pi * root * ratio * time) * fading for ratio in (1, 5 / 4, 3 / 2)
    )
    return Audio(torch.stack([tone + third, tone + fifth])[None] * 0.45, RATE)


@node("showing.drift")
def drift(frames: Count = 24, fps: float = 12.0) -> Video:
    """Let colours drift across a picture."""
    import torch

    y, x = torch.meshgrid(torch.linspace(0, 1, 90), torch.linspace(0, 1, 160), indexing="ij")
    turns = [number / frames for number in range(frames)]
    waves = [[torch.cos(2 * math.pi * (x * k + y - turn * k)) / 2 + 0.5 for k in (1, 2, 3)] for turn in turns]
    return Video(torch.stack([torch.stack(colours, -1) for colours in waves])[None], fps)


@node("showing.torus")
def torus(around: Count = 48, across: Count = 24) -> Mesh:
    """Make a ring, coloured by where it is."""
    import torch

    u, v = torch.meshgrid(
        torch.arange(around) * (2 * math.pi / around),
        torch.arange(across) * (2 * math.pi / across),
        indexing="ij",
    )
    ring = 1 + 0.4 * v.cos()
    vertices = torch.stack([ring * u.cos(), 0.4 * v.sin(), ring * u.sin()], -1).reshape(-1, 3)
    i, j = torch.meshgrid(torch.arange(around), torch.arange(across), indexing="ij")
    here, there = i * across + j, (i + 1) % around * across + j
    up, over = i * across + (j + 1) % across, (i + 1) % around * across + (j + 1) % across
    faces = torch.stack([here, up, there, there, up, over], -1).reshape(-1, 3)
    colours = torch.stack([(u.cos() + 1) / 2, (v.cos() + 1) / 2, torch.full_like(u, 0.6)], -1).reshape(-1, 3)
    return Mesh(vertices, faces, colours)


@node("showing.decay")
def decay(count: Count = 200) -> list[float]:
    """Give the numbers of a swing that fades."""
    return [math.exp(-3 * place / count) * math.cos(place / 8) for place in range(count)]


@node("showing.table")
def table() -> list[Any]:
    """Give some rows of a table."""
    return [
        {"step": step, "loss": 0.9 / (step + 1), "note": "warm-up" if step < 2 else ""} for step in range(20)
    ]


@node("showing.story")
def story(sentences: Count = 8) -> str:
    """Tell a story that is too long for a card."""
    return " ".join(f"In the morning of day {day + 1} the boat lay in the fog." for day in range(sentences))


@node("showing.names")
def names() -> list[str]:
    """Give some names."""
    return ["Ada", "Bert", "Cleo", "Dora", "Emil", "Frida", "Gustav", "Hanna", "Ida", "Jakob"]


def graph() -> dict[str, Any]:
    """A graph of all of them, and of the engine's own nodes that give a number, yes or no, and a picture."""
    types = ("chord", "drift", "torus", "decay", "table", "story", "names")
    nodes: dict[str, Any] = {name: {"type": f"showing.{name}"} for name in types}
    nodes["sum"] = {"type": "math.add", "params": {"a": 1, "b": 2.25}}
    nodes["more"] = {"type": "math.compare", "params": {"b": 2}, "links": {"a": "sum.out"}}
    nodes["picture"] = {"type": "image.solid", "params": {"width": 64, "height": 48, "colour": "#2a72d4"}}
    nodes["size"] = {"type": "image.size", "links": {"image": "picture.out"}}
    places = {name: {"at": [place % 4 * 290, place // 4 * 330]} for place, name in enumerate(nodes)}
    outputs = {name: f"{name}.{'width' if name == 'size' else 'out'}" for name in nodes}
    return {"knotwork": 1, "title": "Every kind", "nodes": nodes, "outputs": outputs, "view": places}


def install(folder: Path) -> None:
    """Let whoever has a folder in its path find the pack."""
    installed = folder / "showing-0.1.0.dist-info"
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: showing\nVersion: 0.1.0\n")
    (installed / "entry_points.txt").write_text("[knotwork.nodes]\nshowing = tests.e2e.showing:pack\n")
