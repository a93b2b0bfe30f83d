from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from nodes.train.optimiser import descend, muon, orthogonalised, rate_at, takes_muon
from nodes.train.recipe import recipe
from nodes.train.state import fresh
from nodes.train.values import Optimiser, Recipe


def test_the_rate_rises_and_falls_by_half_a_cosine() -> None:
    how = recipe(warmup=2, steps=6)
    rates = [rate_at(step, how) for step in (0, 1, 2, 4, 6, 9)]
    assert rates == pytest.approx([0.5, 1.0, 1.0, 0.525, 0.05, 0.05])


def test_the_rate_falls_along_a_line_or_stays() -> None:
    line, level = (recipe(warmup=2, steps=6, schedule=kind) for kind in ("linear", "constant"))
    assert [rate_at(step, line) for step in (2, 3, 6)] == pytest.approx([1.0, 0.7625, 0.05])
    assert [rate_at(step, level) for step in (0, 2, 9)] == [0.5, 1.0, 1.0]


def test_singular_values_come_near_one() -> None:
    matrices = torch.randn(3, 40, 20, generator=torch.Generator().manual_seed(0))
    values = torch.linalg.svdvals(orthogonalised(matrices))
    assert values.min() > 0.5
    assert values.max() < 1.4


def test_matrices_move_as_torch_s_muon_moves_them() -> None:
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(48, 24, generator=generator)
    oracle = torch.nn.Parameter(weight.clone())
    rule = torch.optim.Muon([oracle], lr=0.1, weight_decay=0.0, adjust_lr_fn="match_rms_adamw")
    momentum = torch.zeros_like(weight)
    for _ in range(3):
        before, mine = oracle.detach().clone(), weight.clone()
        oracle.grad = torch.randn(48, 24, generator=generator)
        rule.step()
        muon([weight], [oracle.grad], [momentum], 0.1)
        wanted, moved = oracle.detach() - before, weight - mine
        # torch's works in bfloat16
        assert (moved - wanted).norm() < 0.05 * wanted.norm()


def test_several_workers_move_matrices_to_the_same_bytes() -> None:
    generator = torch.Generator().manual_seed(0)
    grads = [
        torch.randn(*shape, generator=generator) for shape in ((32, 16), (16, 64), (32, 16), (20, 2, 3, 3))
    ]
    moved = []
    for workers in (1, 3):
        params = [torch.zeros_like(grad) for grad in grads]
        muon(params, grads, [torch.zeros_like(grad) for grad in grads], 0.1, workers)
        moved.append(params)
    assert all(torch.equal(one, two) for one, two in zip(*moved, strict=True))


def test_matrices_inside_take_muon() -> None:
    wide, narrow = torch.zeros(32, 32), torch.zeros(32, 8)
    assert takes_muon("unet.mid.weight", wide)
    assert not takes_muon("unet.mid.weight", narrow)
    assert not takes_muon("unet.conv_in.weight", wide)
    assert not takes_muon("unet.mid.bias", torch.zeros(32))


Rule = Callable[[list[torch.nn.Parameter]], torch.optim.Optimizer]
RULES: dict[Optimiser, Rule] = {
    "adamw": lambda weights: torch.optim.AdamW(
        weights, lr=0.01, betas=(0.8, 0.95), weight_decay=0.1, fused=True
    ),
    "adam": lambda weights: torch.optim.Adam(
        weights, lr=0.01, betas=(0.8, 0.95), weight_decay=0.1, fused=True
    ),
    "sgd": lambda weights: torch.optim.SGD(weights, lr=0.01, momentum=0.8, weight_decay=0.1, foreach=True),
}


@pytest.mark.parametrize("name", RULES)
def test_weights_move_as_torch_s_optimisers_move_them(name: Optimiser) -> None:
    how = recipe(
        rate=0.01, warmup=1, schedule="constant", optimiser=name, beta1=0.8, beta2=0.95, weight_decay=0.1
    )
    moved_alike(how, RULES[name], torch.randn(7, 20, generator=torch.Generator().manual_seed(0)))


def test_what_muon_leaves_moves_as_torch_s_adamw_moves_it() -> None:
    how = recipe(rate=1.0, adam_rate=0.01, warmup=1, schedule="constant")
    moved_alike(
        how,
        lambda weights: torch.optim.AdamW(weights, lr=0.01, betas=(0.9, 0.99), weight_decay=0.0, fused=True),
        torch.randn(7, generator=torch.Generator().manual_seed(0)),
    )


def moved_alike(how: Recipe, rule: Rule, weight: torch.Tensor) -> None:
    generator = torch.Generator().manual_seed(1)
    state = fresh("", {"weight": weight.clone()}, 0)
    oracle = torch.nn.Parameter(weight.clone())
    optimiser = rule([oracle])
    for step in range(3):
        oracle.grad = torch.randn(weight.shape, generator=generator)
        optimiser.step()
        descend(replace(state, step=step), {"weight": oracle.grad}, how)
    assert torch.equal(state.params["weight"], oracle.data)


def test_gradients_are_clipped_as_torch_clips_them() -> None:
    grads = {"one": torch.tensor([3.0]), "two": torch.tensor([4.0])}
    state = fresh("", {name: torch.zeros(1) for name in grads}, 0)
    how = recipe(rate=1.0, warmup=1, schedule="constant", optimiser="sgd", beta1=0.0, clip=1.0)
    descend(state, grads, how)
    # the norm of (3, 4) is 5
    assert [float(state.params[name]) for name in grads] == pytest.approx([-0.6, -0.8])


def test_the_average_follows_the_weights() -> None:
    state = fresh("", {"bias": torch.zeros(1)}, 0)
    state.params["bias"].fill_(1.0)
    descend(state, {"bias": torch.zeros(1)}, recipe(decay=0.9))
    # the first step's decay is 1/10
    assert state.average["bias"].item() == pytest.approx(0.9)
