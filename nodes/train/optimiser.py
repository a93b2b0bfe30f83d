"""Optimiser steps that change a train state's tensors in place.

Matrices and convolutions are moved by Muon (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon):
momentum, then the nearest semi-orthogonal matrix by a Newton-Schulz iteration. It needs about half the steps
of Adam here. What is left (biases, norms, embeddings, the first and last layers) is moved by AdamW
(Loshchilov and Hutter 2019).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nodes.train.threads import side_by_side

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import torch

    from nodes.train.values import TrainState

SMALLEST_SIDE = 16
NOT_MUON = ("conv_in.", "conv_out.", "embedding", "quant_conv.")
ADAM_BETAS = (0.9, 0.99)


def rate_at(step: int, *, rate: float, warmup: int, steps: int, final: float = 0.05) -> float:
    """Learning rate of a step: a linear rise, then half a cosine down to a share of the peak.

    Args:
        step: 0 … ; from `steps` on the rate stays at its end.
        rate: The peak.
        warmup: Steps of the rise.
        steps: Steps of the whole schedule.
        final: Share of the peak that is left at the end.
    """
    if step < warmup:
        return rate * (step + 1) / warmup
    done = min((step - warmup) / max(steps - warmup, 1), 1.0)
    return rate * (final + (1 - final) * 0.5 * (1 + math.cos(math.pi * done)))


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


def descend(
    state: TrainState,
    grads: Mapping[str, torch.Tensor],
    *,
    rate: float,
    adam_rate: float,
    decay: float,
    workers: int,
) -> None:
    """Move a state's weights and its average in place.

    Args:
        state: An owned state; `state.step` steps were done before this one.
        grads: Gradient of every weight, by name.
        rate: Muon's learning rate.
        adam_rate: AdamW's, for what Muon doesn't move.
        decay: Decay of the moving average, once enough steps were done to mean something.
        workers: Threads for the matrices.
    """
    import torch
    from torch.optim.adamw import adamw

    names = list(grads)
    matrices = [name for name in names if name not in state.variance]
    rest = [name for name in names if name in state.variance]

    with torch.no_grad():
        muon(_of(state.params, matrices), _of(grads, matrices), _of(state.momentum, matrices), rate, workers)
        counts = [torch.tensor(float(state.step)) for _ in rest]
        beta1, beta2 = ADAM_BETAS
        adamw(
            _of(state.params, rest), _of(grads, rest), _of(state.momentum, rest), _of(state.variance, rest),
            [], counts, fused=True, amsgrad=False, beta1=beta1, beta2=beta2,
            lr=adam_rate, weight_decay=0.0, eps=1e-8, maximize=False,
        )  # fmt: skip
        share = 1 - min(decay, (state.step + 1) / (state.step + 10))
        for name in names:
            state.average[name].lerp_(state.params[name], share)


def _of(table: Mapping[str, torch.Tensor], names: list[str]) -> list[torch.Tensor]:
    return [table[name] for name in names]
