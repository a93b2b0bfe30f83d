"""Train states: how they begin, and how a network runs on the weights that one carries."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from threading import get_ident
from typing import TYPE_CHECKING, Any, NamedTuple

from engine import Rng
from engine.errors import ValueRefused
from nodes.library_lock import library_lock
from nodes.process_generator import process_generator
from nodes.train.networks import Parts, laid_out
from nodes.train.optimiser import descend
from nodes.train.threads import side_by_side
from nodes.train.values import Recipe, TrainState

if TYPE_CHECKING:
    import torch

Tensors = tuple["torch.Tensor", ...]
Draw = Callable[["torch.Generator"], Tensors]
Loss = Callable[..., "torch.Tensor"]


class TrainStep(NamedTuple):
    """One step of training.

    Attributes:
        state: The state after it.
        loss: The loss before it.
    """

    state: TrainState
    loss: float


def begin(parts: dict[str, dict[str, Any]], seed: int) -> TrainState:
    """Draw fresh weights.

    Args:
        parts: Name → config of each of the networks trained together; see ``nodes.train.networks``.
        seed: Seed of the weights and of every draw in training.
    """
    import torch

    config = json.dumps(parts, sort_keys=True)
    with process_generator(), library_lock:  # who builds a network meanwhile draws from that generator, too
        torch.default_generator.manual_seed(seed)  # not those of graphics cards, which nothing is drawn from
        drawn = laid_out.__wrapped__(config, get_ident())
    params = {name: weight.detach() for name, weight in drawn.weights.items()}
    buffers = {name: owner.get_buffer(last) for name, (owner, last) in drawn.buffers.items()}
    return fresh(config, params, seed, buffers)


def fresh(
    config: str,
    params: dict[str, torch.Tensor],
    seed: int,
    buffers: dict[str, torch.Tensor] | None = None,
) -> TrainState:
    """Start an optimiser on given weights."""
    return TrainState(
        config=config,
        params=params,
        buffers=buffers or {},
        momentum={},
        variance={},
        average={name: weight.clone() for name, weight in params.items()},
        step=0,
        rng=Rng.seeded(seed),
    )


def bound(
    config: str,
    weights: dict[str, torch.Tensor],
    buffers: dict[str, torch.Tensor] | None = None,
    *,
    training: bool = False,
) -> torch.nn.Module:
    """Return the network with its weights and buffers pointing at the given tensors: nothing is copied."""
    return _bound(config, weights, buffers or {}, training).module


def _bound(
    config: str, weights: dict[str, torch.Tensor], buffers: dict[str, torch.Tensor], training: bool
) -> Parts:
    found = laid_out(config, get_ident())
    for name, parameter in found.weights.items():
        parameter.data = weights[name]
    for name, buffer in buffers.items():
        owner, last = found.buffers[name]
        owner._buffers[last] = buffer
    if any(layer.training != training for layer in found.layers):
        found.module.train(training)
    return found


def only_read(state: TrainState, *, average: bool = False) -> torch.nn.Module:
    """The network of a state that isn't trained here: it can run in training mode, and the state stays as is.

    Args:
        state: Its weights; they get no gradients.
        average: Take the averaged weights.
    """
    weights = state.average if average else state.params
    buffers = {name: buffer.clone() for name, buffer in state.buffers.items()}
    found = _bound(state.config, weights, buffers, not average)
    for weight in found.weights.values():
        weight.requires_grad_(False)
    return found.module


def advance(
    state: TrainState,
    draw: Draw,
    loss_of: Loss,
    recipe: Recipe,
    frozen: tuple[str, ...] = (),
    seen: Callable[[dict[str, torch.Tensor]], object] = lambda grads: None,
) -> tuple[TrainState, list[float]]:
    """Take one training step; the tensors of the state are changed in place.

    Args:
        state: An owned state.
        draw: Draws the batch: tensors whose first dimension counts its samples.
        loss_of: Computes the mean loss of those tensors with the network: a scalar, or a row of numbers of
            which the first is made smaller and the others are only told.
        recipe: Rates, schedule, precision and shards.
        frozen: Prefixes of the weights that stay as they are.
        seen: Is shown the gradient of each weight by name, before the step.

    Returns:
        The state one step on, and the loss with what else was told.

    Raises:
        ValueRefused: The network normalises batches, and the recipe takes them apart.
    """
    if recipe.shards > 1 and any(name.endswith("running_mean") for name in state.buffers):
        expected = "1 shard, set by train.recipe, for a network that normalises batches as a whole"
        raise ValueRefused(expected, str(recipe.shards))
    found = _bound(state.config, state.params, state.buffers, True)
    generator = state.rng.generator()
    batch = draw(generator)
    moving: dict[str, torch.Tensor] = {}
    for name, weight in found.weights.items():
        weight.requires_grad_(not name.startswith(frozen))
        if weight.requires_grad:
            moving[name] = weight
    grads, told = gradients(found.module, list(moving.values()), batch, loss_of, recipe, found.attends)
    named = dict(zip(moving, grads, strict=True))
    seen(named)
    descend(state, named, recipe)
    return replace(state, step=state.step + 1, rng=Rng.of(generator)), told


def gradients(
    module: torch.nn.Module,
    weights: Sequence[torch.Tensor],
    batch: Sequence[torch.Tensor],
    loss_of: Loss,
    recipe: Recipe,
    attends: bool,
) -> tuple[list[torch.Tensor], list[float]]:
    """Compute the gradients of the mean loss, the shards of the batch side by side."""
    import torch

    from nodes.train.attention import PlainAttention

    half = recipe.precision == "bfloat16"
    plain = PlainAttention if attends else nullcontext  # a mode costs time at each call of PyTorch

    def of(shard: tuple[torch.Tensor, ...]) -> tuple[Sequence[torch.Tensor], torch.Tensor]:
        with torch.enable_grad(), plain():
            with torch.autocast("cpu", torch.bfloat16, enabled=half, cache_enabled=False):
                told = loss_of(module, *shard).reshape(-1) * (len(shard[0]) / len(batch[0]))
            grads = torch.autograd.grad(told[0], weights)
        # Those of convolutions can lie otherwise than their weights, and fused optimisers only look at memory
        return [grad.contiguous() for grad in grads], told.detach()

    parts = list(zip(*(tensor.chunk(recipe.shards) for tensor in batch), strict=True))
    (grads, told), *others = side_by_side(of, parts, len(parts))
    total = list(grads)
    for more, part in others:
        total = [grad.add_(other) for grad, other in zip(total, more, strict=True)]
        told = told + part
    return total, told.tolist()
