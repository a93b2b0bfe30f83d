"""Training of autoencoders whose code is a vector: plain ones, and variational ones by the ELBO."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import Field

from engine import Context, Owned, Seed, node
from engine.errors import ValueRefused
from nodes.autoencoder.pictures import side_by_side
from nodes.autoencoder.values import PART
from nodes.data.values import Batch
from nodes.train.saved import Saved, start_of
from nodes.train.state import Tensors, advance
from nodes.train.values import Recipe, TrainState

if TYPE_CHECKING:
    import torch

Size = Annotated[Literal[8, 16, 32, 64, 128, 256], Field()]
Channels = Literal[1, 3]
Classes = Annotated[int, Field(ge=0, le=10_000)]
Numbers = Annotated[int, Field(ge=1, le=1024)]
Width = Annotated[int, Field(ge=1, le=512)]
Show = Annotated[int, Field(ge=0)]


class Step(NamedTuple):
    """One step of training; the numbers are means over the batch, before the step.

    Attributes:
        state: The state after it.
        loss: What is made smaller: reconstruction + β × divergence. At β = 1 it is minus the ELBO, in nats a
            picture.
        reconstruction: Cross entropy of a picture's values, summed over the picture, in nats.
        divergence: Of a picture's Gaussian of codes from the unit Gaussian (Kullback-Leibler), in nats; 0 for
            a plain autoencoder.
    """

    state: TrainState
    loss: float
    reconstruction: float
    divergence: float


@node("autoencoder.start")
def start(
    kind: Literal["variational", "plain"] = "variational",
    size: Size = 32,
    channels: Channels = 1,
    numbers: Numbers = 2,
    width: Width = 16,
    classes: Classes = 0,
    seed: Seed = 0,
    file: Saved | None = None,
) -> TrainState:
    """An autoencoder ready to be trained, fresh or going on from a saved state.

    Args:
        kind: Whether each picture gets a Gaussian of codes (Kingma and Welling 2013, arXiv 1312.6114), so
            that new pictures can be drawn, or just a code.
        size: Pixels along a side of the pictures.
        channels: Channels of the pictures: 1 = grey, 3 = colour.
        numbers: Numbers of a code.
        width: Channels after its first layer; each layer after has twice as many.
        classes: Classes that it is told, so that the code need not say them (Sohn et al. 2015); 0 = it is
            told nothing.
        seed: Seed of the weights and of the training.
        file: State of an earlier run that began with this node, to go on from; it brings its own
            kind and sizes.
    """
    sizes = {"size": size, "channels": channels, "numbers": numbers, "width": width, "classes": classes}
    variational = kind == "variational"
    return start_of(
        {PART: {"_class_name": "VectorAutoencoder", **sizes, "variational": variational}}, seed, file
    )


@node("autoencoder.step")
def step(
    state: Owned[TrainState],
    batch: Batch,
    recipe: Recipe,
    ctx: Context,
    beta: Annotated[float, Field(ge=0, le=1000)] = 1.0,
    show: Show = 250,
) -> Step:
    """Train an autoencoder on one batch of pictures.

    Args:
        state: The weights and the optimiser; changed in place.
        batch: Pictures; with classes, for an autoencoder that is told them.
        recipe: How the weights are moved.
        ctx: Shows how pictures come back.
        beta: Weight of the divergence (Higgins et al. 2017, "beta-VAE"): 1 = the ELBO; more makes codes that
            say less and vary more independently. A plain autoencoder has no divergence.
        show: Steps after which whoever watches is shown how pictures come back by now; 0 = never.

    Raises:
        ValueRefused: The state is of another network, or the pictures have no classes though it is told some.
    """
    config = sizes(state, "VectorAutoencoder", "autoencoder.start")
    told = (batch.labels,) if config["classes"] else ()
    if batch.labels is None and told:
        raise ValueRefused("pictures with classes, or an autoencoder of 0 classes", "pictures without")

    def draw(rng: torch.Generator) -> Tensors:
        import torch

        noise = torch.randn(len(batch.samples), config["numbers"], generator=rng)
        return (batch.samples, noise, *(labels for labels in told if labels is not None))

    state, (loss, lost, divergence) = advance(state, draw, partial(negative_elbo, beta), recipe)
    if show and state.step % show == 0:
        ctx.preview(side_by_side(state, batch))
    return Step(state, loss, lost, divergence)


def negative_elbo(
    beta: float,
    module: Any,
    pictures: torch.Tensor,
    noise: torch.Tensor,
    labels: torch.Tensor | None = None,
) -> torch.Tensor:
    """Reconstruction + β × divergence, then both apart.

    Args:
        beta: Weight of the divergence.
        module: The network.
        pictures: [B, C, H, W], -1..1.
        noise: Gaussian [B, D], from which the codes are made.
        labels: int64 [B], for a network that is told classes.
    """
    import torch

    mean, log_variance = module[PART].encode(pictures, labels)
    codes = mean if log_variance is None else reparameterised(mean, log_variance, noise)
    lost = reconstruction(module[PART].decode(codes, labels), pictures)
    apart = torch.zeros(()) if log_variance is None else divergence(mean, log_variance)
    return torch.stack([lost + beta * apart, lost, apart])


def reparameterised(mean: torch.Tensor, log_variance: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """Samples of Gaussians, as a function that has gradients (section 2.4 of the paper)."""
    return mean + (0.5 * log_variance).exp() * noise


def divergence(mean: torch.Tensor, log_variance: torch.Tensor) -> torch.Tensor:
    """Kullback-Leibler divergence from the unit Gaussian (appendix B of the paper), mean over the batch."""
    mean, log_variance = mean.float(), log_variance.float()
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(1).mean()


def reconstruction(logits: torch.Tensor, pictures: torch.Tensor) -> torch.Tensor:
    """Cross entropy of the values of pictures, -1..1, taken as shares of white; its sum over each picture."""
    from torch.nn.functional import binary_cross_entropy_with_logits

    white = (pictures / 2 + 0.5).flatten(1)
    return binary_cross_entropy_with_logits(logits.float().flatten(1), white, reduction="none").sum(1).mean()


def sizes(state: TrainState, name: str, begun: str) -> dict[str, Any]:
    """Read the config of a state's autoencoder.

    Args:
        state: The state.
        name: Class of the network.
        begun: Node that begins such states.

    Raises:
        ValueRefused: The state is of another network.
    """
    parts = json.loads(state.config)
    config = parts.get(PART, {})
    if config.get("_class_name") != name:
        got = config.get("_class_name") or ", ".join(parts)
        raise ValueRefused(f"a state that began with {begun}", f"one of {got}")
    return config
