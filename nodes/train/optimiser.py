"""Optimiser steps that change a train state's tensors in place.

Matrices and convolutions are moved by Muon (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon):
momentum, then the nearest semi-orthogonal matrix by a Newton-Schulz iteration. It needs about half the steps
of Adam here. What is left (biases, norms, embeddings, the first and last layers) is moved by AdamW
(Loshchilov and Hutter 2019). Instead, all weights can be moved by AdamW, Adam or plain gradient descent.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nodes.train.threads import side_by_side

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import torch

    from nodes.train.values import Recipe, TrainState

SMALLEST_SIDE = 16
NOT_MUON = ("conv_in.", "conv_out.", "embedding", "quant_conv.")
FINAL = 0.05
"""Share of the peak rate that is left at the end of a schedule that falls."""


def rate_at(step: int, recipe: Recipe) -> float:
    """Share of the peak rates at a step: a linear rise, then down as the recipe says.

    Args:
        step: 0 … ; from ``recipe.steps`` on the rate stays at its end.
        recipe: Its warm-up, steps and schedule.
    """
    if step < recipe.warmup:
        return (step + 1) / recipe.warmup
    if recipe.schedule == "constant":
        return 1.0
    done = min((step - recipe.warmup) / max(recipe.steps - recipe.warmup, 1), 1.0)
    left = 1 - done if recipe.schedule == "linear" else 0.5 * (1 + math.cos(math.pi * done))
    return FINAL + (1 - FINAL) * left


def takes_muon(name: str, weight: torch.Tensor) -> bool:
    """Say whether Muon moves a weight: matrices inside the network."""
    if weight.ndim < 2 or any(part in name for part in NOT_MUON):
        return False
    rows, columns = weight.shape[0], weight[0].numel()
    return min(rows, columns) >= SMALLEST_SIDE


def orthogonalised(matrices: torch.Tensor) -> torch.Tensor:
    """Bring singular values of [B, rows, columns] matrices near 1 by five Newton-Schulz turns.

    All turns are polynomials in the square matrix x @ x.mT, so they are done on that, and their product meets
    the matrices once. On a CPU that takes a third of the time for the shapes of 3 × 3 convolutions.
    """
    import torch

    tall = matrices.shape[-2] > matrices.shape[-1]
    x = matrices.mT if tall else matrices
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    gram = x @ x.mT
    whole = torch.eye(gram.shape[-1])
    for _ in range(5):
        turn = 2.0315 * (gram @ gram) - 4.7750 * gram
        turn.diagonal(dim1=-2, dim2=-1).add_(3.4445)
        whole = turn @ whole
        gram = turn @ gram @ turn
    x = whole @ x
    return x.mT if tall else x


def muon(
    params: Sequence[torch.Tensor],
    grads: Sequence[torch.Tensor],
    momentum: Sequence[torch.Tensor],
    rate: float,
    workers: int = 1,
) -> None:
    """Move matrices by Muon, those of one shape together.

    The root mean square of a step is 0.2 × the rate, like Adam's.

    Args:
        params: Weights; dimensions after the first count as columns.
        grads: Their gradients.
        momentum: Their momentum.
        rate: Learning rate.
        workers: Shapes that are worked on side by side.
    """
    import torch

    for moment, grad in zip(momentum, grads, strict=True):
        moment.mul_(0.95).add_(grad)
    shapes: dict[tuple[int, int], list[int]] = {}
    for place, param in enumerate(params):
        shapes.setdefault((param.shape[0], param[0].numel()), []).append(place)

    def move(item: tuple[tuple[int, int], list[int]]) -> None:
        (rows, columns), places = item
        with torch.no_grad():
            steps = torch.stack(
                [grads[i].add(momentum[i], alpha=0.95).reshape(rows, columns) for i in places]
            )
            moves = orthogonalised(steps) * (0.2 * math.sqrt(max(rows, columns)))
            for i, step in zip(places, moves, strict=True):
                params[i].add_(step.reshape(params[i].shape), alpha=-rate)

    def cost(item: tuple[tuple[int, int], list[int]]) -> int:
        (rows, columns), places = item
        return -len(places) * rows * columns * min(rows, columns)

    side_by_side(move, sorted(shapes.items(), key=cost), workers)


def descend(state: TrainState, grads: Mapping[str, torch.Tensor], recipe: Recipe) -> None:
    """Move a state's weights and their average in place.

    Args:
        state: An owned state; `state.step` steps were done before this one.
        grads: Gradient of every weight that moves, by name.
        recipe: The rule, its rates, and how fast the average follows.
    """
    import torch
    from torch.optim.swa_utils import get_ema_multi_avg_fn

    names = list(grads)
    scale = rate_at(state.step, recipe)
    chosen = recipe.optimiser == "muon"
    matrices = [name for name in names if chosen and takes_muon(name, state.params[name])]
    rest = [name for name in names if not chosen or not takes_muon(name, state.params[name])]
    with torch.no_grad():
        if recipe.clip:
            _clip(_of(grads, names), recipe.clip)
        muon(
            _of(state.params, matrices), _of(grads, matrices), _moments(state.momentum, state, matrices),
            recipe.rate * scale, recipe.shards,
        )  # fmt: skip
        if recipe.optimiser == "sgd":
            _sgd(state, grads, names, recipe, recipe.rate * scale)
        elif rest:
            _adam(state, grads, rest, recipe, (recipe.adam_rate if chosen else recipe.rate) * scale)
        follow = get_ema_multi_avg_fn(min(recipe.decay, (state.step + 1) / (state.step + 10)))
        follow(_of(state.average, names), _of(state.params, names), 0)


def _adam(
    state: TrainState, grads: Mapping[str, torch.Tensor], names: list[str], recipe: Recipe, rate: float
) -> None:
    import torch
    from torch.optim.adam import adam

    counts = [torch.tensor(float(state.step)) for _ in names]
    adam(
        _of(state.params, names), _of(grads, names), _moments(state.momentum, state, names),
        _moments(state.variance, state, names), [], counts, fused=True, amsgrad=False,
        beta1=recipe.beta1, beta2=recipe.beta2, lr=rate, weight_decay=recipe.weight_decay, eps=1e-8,
        maximize=False, decoupled_weight_decay=recipe.optimiser != "adam",
    )  # fmt: skip


def _sgd(
    state: TrainState, grads: Mapping[str, torch.Tensor], names: list[str], recipe: Recipe, rate: float
) -> None:
    from torch.optim.sgd import sgd

    known: list[torch.Tensor | None] = [state.momentum.get(name) for name in names]
    sgd(
        _of(state.params, names), _of(grads, names), known, weight_decay=recipe.weight_decay,
        momentum=recipe.beta1, lr=rate, dampening=0.0, nesterov=False, maximize=False, foreach=True,
    )  # fmt: skip
    state.momentum.update(
        {name: moment for name, moment in zip(names, known, strict=True) if moment is not None}
    )


def _clip(grads: list[torch.Tensor], largest: float) -> None:
    import torch

    norm = torch.nn.utils.get_total_norm(grads)
    for grad in grads:
        grad.mul_((largest / (norm + 1e-6)).clamp(max=1.0))


def _moments(table: dict[str, torch.Tensor], state: TrainState, names: list[str]) -> list[torch.Tensor]:
    """Find the moments of weights; those of weights that never moved are zero."""
    import torch

    for name in names:
        if name not in table:
            table[name] = torch.zeros_like(state.params[name])
    return _of(table, names)


def _of(table: Mapping[str, torch.Tensor], names: list[str]) -> list[torch.Tensor]:
    return [table[name] for name in names]
