"""A generator of points against a discriminator: how they begin, and what the two are at.

The steps of their training are those of every generator and discriminator, ``gan.discriminator_step`` and
``gan.generator_step``.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from engine import Context, Seed, Text, node
from nodes.gan.training import DISCRIMINATOR, GENERATOR, noise_for, part
from nodes.points.drawing import DATA
from nodes.points.plane import Points, to_plane, to_points
from nodes.points.surface import Dots, surface
from nodes.train.state import begin, only_read
from nodes.train.values import TrainState
from nodes.values import Image

MADE = "#d9480f"
Width = Annotated[int, Field(ge=1, le=1024)]
Layers = Annotated[int, Field(ge=1, le=16)]
Every = Annotated[int, Field(ge=1)]
Size = Annotated[int, Field(ge=64, le=2048)]
Reach = Annotated[float, Field(gt=0, le=100)]


@node("points.generator_start")
def generator_start(
    noise: Annotated[int, Field(ge=1, le=1024)] = 2,
    width: Width = 64,
    layers: Layers = 2,
    seed: Seed = 0,
) -> TrainState:
    """A generator of points ready to be trained: a perceptron.

    Args:
        noise: Numbers of the noise that it makes a point of.
        width: Numbers in each hidden layer.
        layers: Hidden layers.
        seed: Seed of the weights and of the training.
    """
    sizes = {"noise": noise, "width": width, "layers": layers, "classes": 0}
    return begin({GENERATOR: {"_class_name": "PointGenerator", **sizes}}, seed)


@node("points.discriminator_start")
def discriminator_start(width: Width = 64, layers: Layers = 2, seed: Seed = 0) -> TrainState:
    """A discriminator of points ready to be trained: a perceptron.

    Args:
        width: Numbers in each hidden layer.
        layers: Hidden layers.
        seed: Seed of the weights and of the training.
    """
    return begin(
        {DISCRIMINATOR: {"_class_name": "PointDiscriminator", "width": width, "layers": layers}}, seed
    )


@node("points.generate")
def generate(
    generator: TrainState,
    count: Annotated[int, Field(ge=1, le=1_000_000)] = 2048,
    average: bool = True,
    seed: Seed = 0,
) -> Points:
    """Make points with a generator in training.

    Args:
        generator: The state of a generator of points.
        count: How many.
        average: Take the averaged weights rather than the last.
        seed: Equal seeds make points of equal noise.

    Raises:
        GanRefused: The state is of another network.
    """
    import torch

    noise = noise_for(part(generator, GENERATOR), count, torch.Generator().manual_seed(seed))
    network: Any = only_read(generator, average=average)
    with torch.no_grad():
        return to_points(network[GENERATOR](noise)[:, :, 0, 0])


@node("points.adversaries")
def adversaries(
    generator: TrainState,
    discriminator: TrainState,
    data: Points,
    ctx: Context,
    index: Annotated[int, Field(ge=0)] = 0,
    every: Every = 100,
    count: Annotated[int, Field(ge=1, le=100_000)] = 500,
    average: bool = False,
    title: Text = "",
    size: Size = 360,
    reach: Reach = 3.0,
    seed: Seed = 0,
) -> list[Image]:
    """Draw what generator and discriminator are at, after the first step and then after every so many.

    Where the discriminator takes points for real, the plane is blue; where for made ones, orange; a line runs
    where it can't tell. Blue dots are data, orange ones are made by the generator.

    Args:
        generator: The state of a generator of points.
        discriminator: The state of a discriminator of points.
        data: What the points should be like; as many are drawn as are made.
        ctx: Shows the picture while the training goes on.
        index: The turn of the loop.
        every: Steps from one picture to the next.
        count: Points that the generator makes.
        average: Take the generator's averaged weights rather than the last, which the discriminator meets.
        title: Written in the upper left corner, with the number of steps.
        size: Side of the picture in pixels.
        reach: The picture shows x and y from minus this to this.
        seed: Seed of the noise, the same in each picture.

    Returns:
        One picture when there is one to be drawn, else none.

    Raises:
        GanRefused: One of the states is of another network.
    """
    if not is_due(index, every):
        return []
    part(discriminator, DISCRIMINATOR)
    judge: Any = only_read(discriminator)
    made = to_plane(generate.function(generator, count, average, seed))
    dots = [Dots(to_plane(data)[:count], DATA, 1.6), Dots(made, MADE, 1.8)]
    drawn = surface(
        lambda places: judge[DISCRIMINATOR](places).sigmoid(), dots, steps_in(title, index), size, reach
    )
    ctx.preview(drawn)
    return [drawn]


def is_due(index: int, every: int) -> bool:
    """Whether a picture is drawn after this turn: after the first, and then after every so many."""
    return index == 0 or (index + 1) % every == 0


def steps_in(title: str, index: int) -> str:
    """A title with the number of steps done."""
    steps = f"{index + 1} step" + "s" * (index > 0)
    return f"{title}: {steps}" if title else steps
