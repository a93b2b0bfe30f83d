"""Training of CycleGAN (Zhu et al. 2017, arXiv 1703.10593), step by step.

Two generators translate pictures of kind a into kind b, and back; no picture has a partner in the other kind.
Each kind has a discriminator. What holds a translation to its picture is that the way back leads there again.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from pydantic import Field

from engine import Owned, Rng, Seed, node
from nodes.data.values import Batch
from nodes.gan.pix2pix import Channels, Layers, Weight, Width
from nodes.gan.pool import PicturePool, exchanged
from nodes.gan.sizes import check_judged, check_translated
from nodes.gan.training import GanRefused, part
from nodes.train.saved import Saved, start_of
from nodes.train.state import Tensors, advance, only_read
from nodes.train.values import Recipe, TrainState

if TYPE_CHECKING:
    import torch

A_TO_B, B_TO_A = "a_to_b", "b_to_a"
A, B = "judge_of_a", "judge_of_b"
MULTIPLE = 4
"""What the sides of pictures must be divisible by."""
STARTS = {A_TO_B: "gan.cycle_generators_start", A: "gan.cycle_discriminators_start"}


class CycleGeneratorStep(NamedTuple):
    """One step of both generators.

    Attributes:
        state: The state after it.
        loss: The loss before it: the three that follow, weighted.
        adversarial: Mean squared distance of the scores of what was made from 1, of both kinds together.
        cycle: Mean absolute difference of pictures that went there and back, of both kinds together.
        identity: Mean absolute difference of pictures translated into their own kind, of both together.
    """

    state: TrainState
    loss: float
    adversarial: float
    cycle: float
    identity: float


class CycleDiscriminatorStep(NamedTuple):
    """One step of both discriminators.

    Attributes:
        state: The state after it.
        pool: The pool after it.
        loss: The loss before it.
        accuracy: Share of patches that were told right, before the step; 0.5 = they can't tell.
        real: Mean score of real patches; 1 is wanted.
        made: Mean score of made ones; 0 is wanted.
    """

    state: TrainState
    pool: PicturePool
    loss: float
    accuracy: float
    real: float
    made: float


@node("gan.cycle_generators_start")
def cycle_generators_start(
    channels: Channels = 3,
    width: Width = 32,
    blocks: Annotated[int, Field(ge=1, le=32)] = 6,
    seed: Seed = 0,
    file: Saved | None = None,
) -> TrainState:
    """Both generators of CycleGAN, ready to be trained: fresh, or going on from a saved state.

    Args:
        channels: Channels of the pictures: 1 = grey, 3 = colour.
        width: Channels after their first convolution; 64 in published checkpoints.
        blocks: Residual blocks of each; in the paper 6 for 128 × 128 pixels, 9 for more.
        seed: Seed of the weights and of the training.
        file: State of an earlier run that began with this node, to go on from; it brings its own sizes.
    """
    sizes = {"inputs": channels, "outputs": channels, "width": width, "blocks": blocks}
    config = {"_class_name": "ResNetGenerator", **sizes, "norm": "instance", "dropout": False}
    return start_of({A_TO_B: config, B_TO_A: config}, seed, file)


@node("gan.cycle_discriminators_start")
def cycle_discriminators_start(
    channels: Channels = 3,
    width: Width = 32,
    layers: Layers = 2,
    seed: Seed = 0,
    file: Saved | None = None,
) -> TrainState:
    """Both discriminators of CycleGAN, ready to be trained: fresh, or going on from a saved state.

    Args:
        channels: Channels of the pictures: 1 = grey, 3 = colour.
        width: Channels after their first layer; 64 in the paper.
        layers: How often they halve the size: their patches measure 16, 34, 70 (as in the paper), 142 or 286
            pixels.
        seed: Seed of the weights and of the training.
        file: State of an earlier run that began with this node, to go on from; it brings its own sizes.
    """
    sizes = {"channels": channels, "width": width, "layers": layers, "norm": "instance"}
    config = {"_class_name": "PatchDiscriminator", **sizes}
    return start_of({A: config, B: config}, seed, file)


@node("gan.cycle_discriminator_step")
def cycle_discriminator_step(
    discriminators: Owned[TrainState],
    generators: TrainState,
    a: Batch,
    b: Batch,
    pool: Owned[PicturePool],
    recipe: Recipe,
) -> CycleDiscriminatorStep:
    """Train both discriminators of CycleGAN on real pictures, and on made ones out of a pool.

    Args:
        discriminators: Their weights and optimiser; changed in place.
        generators: Translate the pictures; they stay as they are.
        a: Pictures of the one kind.
        b: Pictures of the other, as many.
        pool: What was made before; changed in place.
        recipe: How the weights are moved.

    Raises:
        GanRefused: One of the states is of other networks, or the batches differ in size or don't fit.
    """
    import torch

    pictures = _both(generators, discriminators, a, b)
    translate: Any = only_read(generators)
    rng = pool.rng.generator()
    with torch.no_grad():
        kept_a, made_a = exchanged(pool.a, translate[B_TO_A](b.samples), pool.size, rng)
        kept_b, made_b = exchanged(pool.b, translate[A_TO_B](a.samples), pool.size, rng)

    def draw(_: torch.Generator) -> Tensors:
        return *pictures, made_a, made_b

    state, told = advance(discriminators, draw, discriminator_loss, recipe)
    return CycleDiscriminatorStep(state, PicturePool(pool.size, Rng.of(rng), kept_a, kept_b), *told)


def discriminator_loss(
    module: Any, a: torch.Tensor, b: torch.Tensor, made_a: torch.Tensor, made_b: torch.Tensor
) -> torch.Tensor:
    """Squared distance of scores from 1 for real and 0 for made (Mao et al. 2016, arXiv 1611.04076).

    It is the mean of both, so that the discriminators learn half as fast (section 7.1), and summed over the
    two kinds; then the accuracy and both mean scores follow.
    """
    import torch

    real_a, real_b = module[A](a), module[B](b)
    false_a, false_b = module[A](made_a), module[B](made_b)
    wrong = (real_a - 1).square().mean() + (real_b - 1).square().mean()
    wrong = wrong + false_a.square().mean() + false_b.square().mean()
    real, made = (real_a.mean() + real_b.mean()) / 2, (false_a.mean() + false_b.mean()) / 2
    right = [real_a > 0.5, real_b > 0.5, false_a <= 0.5, false_b <= 0.5]
    told_right = torch.stack([one.float().mean() for one in right]).mean()
    return torch.stack([wrong / 2, told_right, real, made])


@node("gan.cycle_generator_step")
def cycle_generator_step(
    generators: Owned[TrainState],
    discriminators: TrainState,
    a: Batch,
    b: Batch,
    recipe: Recipe,
    cycle: Weight = 10.0,
    identity: Weight = 0.5,
) -> CycleGeneratorStep:
    """Train both generators of CycleGAN to make what the discriminators take for real and what leads back.

    Args:
        generators: Their weights and optimiser; changed in place.
        discriminators: Judge what is made; they stay as they are.
        a: Pictures of the one kind.
        b: Pictures of the other, as many.
        recipe: How the weights are moved.
        cycle: Weight of how far a picture is from itself after it went there and back.
        identity: Weight of how far a picture is from itself when it is translated into its own kind, as a
            multiple of the other; it keeps what needs no change. 0 = that isn't asked.

    Raises:
        GanRefused: One of the states is of other networks, or the batches differ in size or don't fit.
    """
    pictures = _both(generators, discriminators, a, b)
    judge: Any = only_read(discriminators)
    loss = partial(generator_loss, judge, cycle, identity)
    state, told = advance(generators, lambda _: pictures, loss, recipe)
    return CycleGeneratorStep(state, *told)


def generator_loss(
    judge: Any, cycle: float, identity: float, module: Any, a: torch.Tensor, b: torch.Tensor
) -> torch.Tensor:
    """The loss, then its three parts before they are weighted."""
    import torch
    from torch.nn.functional import l1_loss

    to_b, to_a = module[A_TO_B], module[B_TO_A]
    made_b, made_a = to_b(a), to_a(b)
    adversarial = (judge[B](made_b) - 1).square().mean() + (judge[A](made_a) - 1).square().mean()
    back = l1_loss(to_a(made_b), a) + l1_loss(to_b(made_a), b)
    same = l1_loss(to_b(b), b) + l1_loss(to_a(a), a) if identity else torch.zeros(())
    return torch.stack([adversarial + cycle * (back + identity * same), adversarial, back, same])


def _both(generators: TrainState, discriminators: TrainState, a: Batch, b: Batch) -> Tensors:
    """The pictures of both kinds, checked."""
    judging = part(discriminators, A, STARTS[A])
    taking = part(generators, A_TO_B, STARTS[A_TO_B])
    if a.samples.shape != b.samples.shape:
        got = f"{list(a.samples.shape)} and {list(b.samples.shape)}"
        raise GanRefused(f"expected batches of one size, got {got}. Set one size on both data.batch.")
    check_translated(a.samples.shape, taking["inputs"], MULTIPLE)
    check_judged(a.samples.shape, judging)
    return a.samples, b.samples
