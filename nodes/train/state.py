"""Train states: how they begin, and how a network runs on the weights that one carries."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from threading import get_ident
from typing import TYPE_CHECKING, Any

from engine import Rng
from nodes.library_lock import library_lock
from nodes.process_generator import process_generator
from nodes.train.optimiser import descend, rate_at, takes_muon
from nodes.train.threads import side_by_side
from nodes.train.values import Recipe, TrainState

if TYPE_CHECKING:
    import torch

Draw = Callable[["torch.Generator"], "tuple[torch.Tensor, ...]"]
Loss = Callable[..., "torch.Tensor"]


@lru_cache(maxsize=8)
def network(config: str, thread: int) -> torch.nn.Module:
    """Build the modules that a config names; each thread has its own, to point at other weights."""
    import torch

    with library_lock:
        return torch.nn.ModuleDict({name: _module(name, parts) for name, parts in json.loads(config).items()})


def _module(kind: str, parts: dict[str, Any]) -> Any:
    if kind == "vae":
        from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL

        return AutoencoderKL.from_config(parts)
    if kind == "unet":
        from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

        return UNet2DConditionModel.from_config(parts)
    if kind == "text_encoder":
        from transformers import CLIPTextConfig, CLIPTextModel

        return CLIPTextModel(CLIPTextConfig(**parts))
    if kind == "points":
        from nodes.points.network import PointDenoiser

        return PointDenoiser(**parts)
    raise ValueError(
        f"expected a part named vae, unet, text_encoder or points, got {kind!r}: "
        "another version wrote this state"
    )


def begin(parts: dict[str, dict[str, Any]], seed: int) -> TrainState:
    """Draw fresh weights.

    Args:
        parts: Configs of the networks trained together: vae, unet, text_encoder, points.
        seed: Seed of the weights and of every draw in training.
    """
    import torch

    config = json.dumps(parts, sort_keys=True)
    with process_generator():
        torch.manual_seed(seed)
        drawn = network.__wrapped__(config, get_ident())
        params = {name: weight.detach() for name, weight in drawn.named_parameters()}
    return fresh(config, params, seed)


def fresh(config: str, params: dict[str, torch.Tensor], seed: int) -> TrainState:
    """Start an optimiser on given weights."""
    import torch

    adam = [name for name, weight in params.items() if not takes_muon(name, weight)]
    return TrainState(
        config=config,
        params=params,
        momentum={name: torch.zeros_like(weight) for name, weight in params.items()},
        variance={name: torch.zeros_like(params[name]) for name in adam},
        average={name: weight.clone() for name, weight in params.items()},
        step=0,
        rng=Rng.seeded(seed),
    )


def bound(config: str, weights: dict[str, torch.Tensor], *, training: bool = False) -> torch.nn.Module:
    """Return the network with its parameters pointing at the given tensors: nothing is copied."""
    module = network(config, get_ident())
    for name, parameter in module.named_parameters():
        parameter.data = weights[name]
    return module.train(training)


def advance(
    state: TrainState,
    draw: Draw,
    loss_of: Loss,
    recipe: Recipe,
    frozen: tuple[str, ...] = (),
) -> tuple[TrainState, float]:
    """Take one training step; the tensors of the state are changed in place.

    Args:
        state: An owned state.
        draw: Draws the batch: tensors whose first dimension counts its samples.
        loss_of: Computes the mean loss of those tensors with the network.
        recipe: Rates, schedule, precision and shards.
        frozen: Prefixes of the weights that stay as they are.

    Returns:
        The state one step on, and the loss.
    """
    module = bound(state.config, state.params, training=True)
    generator = state.rng.generator()
    batch = draw(generator)
    moving: dict[str, torch.Tensor] = {}
    for name, weight in module.named_parameters():
        weight.requires_grad_(not name.startswith(frozen))
        if weight.requires_grad:
            moving[name] = weight
    grads, loss = gradients(module, list(moving.values()), batch, loss_of, recipe)
    scale = rate_at(state.step, rate=1.0, warmup=recipe.warmup, steps=recipe.steps)
    descend(
        state,
        dict(zip(moving, grads, strict=True)),
        rate=recipe.rate * scale,
        adam_rate=recipe.adam_rate * scale,
        decay=recipe.decay,
        workers=recipe.shards,
    )
    return replace(state, step=state.step + 1, rng=Rng.of(generator)), loss


def gradients(
    module: torch.nn.Module,
    weights: Sequence[torch.Tensor],
    batch: Sequence[torch.Tensor],
    loss_of: Loss,
    recipe: Recipe,
) -> tuple[list[torch.Tensor], float]:
    """Compute the gradients of the mean loss, the shards of the batch side by side."""
    import torch
    from torch.nn.attention import SDPBackend, sdpa_kernel

    half = recipe.precision == "bfloat16"

    def of(shard: tuple[torch.Tensor, ...]) -> tuple[Sequence[torch.Tensor], float]:
        with torch.enable_grad():
            with torch.autocast("cpu", torch.bfloat16, enabled=half, cache_enabled=False):
                loss = loss_of(module, *shard) * (len(shard[0]) / len(batch[0]))
            return torch.autograd.grad(loss, weights), float(loss.detach())

    parts = list(zip(*(tensor.chunk(recipe.shards) for tensor in batch), strict=True))
    # On few tokens the fused attention's gradient takes several times as long as the plain one's on a CPU.
    with sdpa_kernel(SDPBackend.MATH):
        (grads, loss), *others = side_by_side(of, parts, len(parts))
    total = list(grads)
    for more, part in others:
        total = [grad.add_(other) for grad, other in zip(total, more, strict=True)]
        loss += part
    return total, loss
