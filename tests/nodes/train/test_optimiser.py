import pytest
import torch

from nodes.train.optimiser import descend, muon, orthogonalised, rate_at, takes_muon
from nodes.train.state import fresh


def test_the_rate_rises_and_falls() -> None:
    rates = [rate_at(step, rate=2.0, warmup=2, steps=6, final=0.0) for step in (0, 1, 2, 4, 6, 9)]
    assert rates == pytest.approx([1.0, 2.0, 2.0, 1.0, 0.0, 0.0])


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


def test_what_is_left_moves_as_torch_s_adamw_moves_it() -> None:
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(7, generator=generator)
    state = fresh("", {"bias": weight.clone()}, 0)
    oracle = torch.nn.Parameter(weight.clone())
    adam = torch.optim.AdamW([oracle], lr=0.01, betas=(0.9, 0.99), weight_decay=0.0, fused=True)
    for step in range(3):
        oracle.grad = torch.randn(7, generator=generator)
        adam.step()
        object.__setattr__(state, "step", step)
        descend(state, {"bias": oracle.grad}, rate=1.0, adam_rate=0.01, decay=0.5, workers=1)
    assert torch.equal(state.params["bias"], oracle.data)


def test_the_average_follows_the_weights() -> None:
    state = fresh("", {"bias": torch.zeros(1)}, 0)
    state.params["bias"].fill_(1.0)
    descend(state, {"bias": torch.zeros(1)}, rate=1.0, adam_rate=0.0, decay=0.9, workers=1)
    # the first step's decay is 1/10
    assert state.average["bias"].item() == pytest.approx(0.9)
