"""Training of pix2pix (Isola et al. 2016, arXiv 1611.07004), step by step.

The generator translates a picture; the discriminator is told the picture, too, and judges patches of what was
made of it. What should have been made is known, so the generator is also held to it pixel by pixel.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import Field

from engine import Owned, Seed, node
from nodes.data.values import Batch
from nodes.gan.sizes import check_judged, check_translated
from nodes.gan.training import GanRefused, part
from nodes.train.saved import Saved, start_of
from nodes.train.state import Tensors, advance, only_read
from nodes.train.values import Recipe, TrainState

if TYPE_CHECKING:
    import torch

TRANSLATOR, JUDGE = "translator", "patch_discriminator"
STARTS = {TRANSLATOR: "gan.pix2pix_generator_start", JUDGE: "gan.pix2pix_discriminator_start"}
Channels = Literal[1, 3]
Width = Annotated[int, Field(ge=1, le=512)]
Normalisation = Literal["batch", "instance"]
Layers = Annotated[int, Field(ge=1, le=5)]
Weight = Annotated[float, Field(ge=0, le=1e6)]


class PatchStep(NamedTuple):
    """One step of the discriminator.

    Attributes:
        state: The state after it.
        loss: The loss before it.
        accuracy: Share of patches that it told right, before the step; 0.5 = it can't tell.
        real: Mean score that it gave patches of what is wanted: the probability of being real.
        made: Mean score that it gave patches of what was made.
    """

    state: TrainState
    loss: float
    accuracy: float
    real: float
    made: float


class TranslatorStep(NamedTuple):
    """One step of the generator.

    Attributes:
        state: The state after it.
        loss: The loss before it: the two that follow, weighted.
        adversarial: How surely the discriminator saw through what was made.
        distance: Mean absolute difference of what was made from what is wanted, of pixels from -1 to 1.
    """

    state: TrainState
    loss: float
    adversarial: float
    distance: float


@node("gan.pix2pix_generator_start")
def pix2pix_generator_start(
    inputs: Channels = 3,
    outputs: Channels = 3,
    width: Width = 32,
    levels: Annotated[int, Field(ge=5, le=10)] = 6,
    norm: Normalisation = "batch",
    dropout: bool = True,
    seed: Seed = 0,
    file: Saved | None = None,
) -> TrainState:
    """The U-Net of pix2pix, ready to be trained: fresh, or going on from a saved state.

    Args:
        inputs: Channels of the pictures that it takes: 1 = grey, 3 = colour.
        outputs: Channels of the pictures that it makes.
        width: Channels of its outermost level; 64 in the paper.
        levels: How often it halves the size: 5 for pictures of 32 pixels, 6 for 64, 8 for 256.
        norm: Normalise by a batch, as in the paper, or each picture by itself.
        dropout: Drop numbers at random while it is trained, in the innermost of more than 5 levels: all the
            noise that there is.
        seed: Seed of the weights and of the training.
        file: State of an earlier run that began with this node, to go on from; it brings its own sizes.
    """
    sizes = {"inputs": inputs, "outputs": outputs, "width": width, "levels": levels}
    return start_of(
        {TRANSLATOR: {"_class_name": "UNetGenerator", **sizes, "norm": norm, "dropout": dropout}},
        seed,
        file,
    )


@node("gan.pix2pix_discriminator_start")
def pix2pix_discriminator_start(
    channels: Annotated[int, Field(ge=2, le=6)] = 6,
    width: Width = 32,
    layers: Layers = 2,
    norm: Normalisation = "batch",
    seed: Seed = 0,
    file: Saved | None = None,
) -> TrainState:
    """The discriminator of pix2pix, ready to be trained: fresh, or going on from a saved state.

    Args:
        channels: Channels of the generator's pictures, those it takes and those it makes together.
        width: Channels after its first layer; 64 in the paper.
        layers: How often it halves the size: its patches measure 16, 34, 70 (as in the paper), 142 or 286
            pixels.
        norm: Normalise by a batch, as in the paper, or each picture by itself.
        seed: Seed of the weights and of the training.
        file: State of an earlier run that began with this node, to go on from; it brings its own sizes.
    """
    sizes = {"channels": channels, "width": width, "layers": layers, "norm": norm}
    return start_of({JUDGE: {"_class_name": "PatchDiscriminator", **sizes}}, seed, file)


@node("gan.pix2pix_discriminator_step")
def pix2pix_discriminator_step(
    discriminator: Owned[TrainState], generator: TrainState, batch: Batch, recipe: Recipe
) -> PatchStep:
    """Train the discriminator of pix2pix on pairs of a picture with what is wanted and with what is made.

    Args:
        discriminator: Its weights and optimiser; changed in place.
        generator: Translates the samples; it stays as it is.
        batch: Samples with their targets.
        recipe: How the weights are moved.

    Raises:
        GanRefused: One of the states is of another network, or the batch has no targets or doesn't fit.
    """
    draw = _drawing(generator, discriminator, batch)
    translator: Any = only_read(generator)
    loss = partial(discriminator_loss, translator[TRANSLATOR])
    state, told = advance(discriminator, draw, loss, recipe)
    return PatchStep(state, *told)


def discriminator_loss(
    translator: Any, module: Any, samples: torch.Tensor, targets: torch.Tensor, seeds: torch.Tensor
) -> torch.Tensor:
    """Mean cross entropy of telling wanted from made; then the accuracy and both mean scores.

    It is the mean of both kinds, not their sum, so that the discriminator learns half as fast (section 3.3).
    """
    import torch
    from torch.nn.functional import softplus

    with torch.no_grad():
        drawn = translator(samples, seeds)
    real = module[JUDGE](torch.cat([samples, targets], 1))
    made = module[JUDGE](torch.cat([samples, drawn], 1))
    loss = (softplus(-real).mean() + softplus(made).mean()) / 2
    told_right = ((real > 0).float().mean() + (made <= 0).float().mean()) / 2
    return torch.stack([loss, told_right, real.sigmoid().mean(), made.sigmoid().mean()])


@node("gan.pix2pix_generator_step")
def pix2pix_generator_step(
    generator: Owned[TrainState],
    discriminator: TrainState,
    batch: Batch,
    recipe: Recipe,
    distance: Weight = 100.0,
) -> TranslatorStep:
    """Train the generator of pix2pix to make what is wanted, and what the discriminator takes for it.

    Args:
        generator: Its weights and optimiser; changed in place.
        discriminator: Judges what is made; it stays as it is.
        batch: Samples with their targets.
        recipe: How the weights are moved.
        distance: Weight of the mean absolute difference from the targets.

    Raises:
        GanRefused: One of the states is of another network, or the batch has no targets or doesn't fit.
    """
    draw = _drawing(generator, discriminator, batch)
    judge: Any = only_read(discriminator)
    state, told = advance(generator, draw, partial(generator_loss, judge[JUDGE], distance), recipe)
    return TranslatorStep(state, *told)


def generator_loss(
    judge: Any,
    weight: float,
    module: Any,
    samples: torch.Tensor,
    targets: torch.Tensor,
    seeds: torch.Tensor,
) -> torch.Tensor:
    """The loss, then its adversarial part and the mean absolute difference."""
    import torch
    from torch.nn.functional import l1_loss, softplus

    made = module[TRANSLATOR](samples, seeds)
    adversarial = softplus(-judge(torch.cat([samples, made], 1))).mean()
    distance = l1_loss(made, targets)
    return torch.stack([adversarial + weight * distance, adversarial, distance])


def _drawing(generator: TrainState, discriminator: TrainState, batch: Batch) -> Any:
    """Draw the pair of a batch, with a seed of each sample's dropout."""
    taking = part(generator, TRANSLATOR, STARTS[TRANSLATOR])
    judging = part(discriminator, JUDGE, STARTS[JUDGE])
    if batch.targets is None:
        raise GanRefused("expected a batch with targets, got one without. Link data.paired_batch.")
    samples, targets = batch.samples, batch.targets
    check_translated(samples.shape, taking["inputs"], 1 << taking["levels"])
    check_translated(targets.shape, taking["outputs"], 1 << taking["levels"])
    check_judged((len(samples), samples.shape[1] + targets.shape[1], *targets.shape[2:]), judging)

    def draw(rng: torch.Generator) -> Tensors:
        import torch

        return samples, targets, torch.randint(1 << 53, (len(samples),), generator=rng)

    return draw
