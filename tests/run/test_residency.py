"""The pool of loaded models, on the CPU with budgets of a few hundred bytes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from engine.run.residency import ModelError, Pool, out_of_memory, size_of

loads: list[str] = []
gate = threading.Event()
begun = threading.Semaphore(0)


@dataclass(frozen=True)
class Weights:
    """A handle: 4 bytes for each of its floats."""

    name: str
    floats: int = 25

    def load(self, find: Callable[[str], Path]) -> nn.Module:
        loads.append(self.name)
        return nn.Linear(self.floats, 1, bias=False)


@dataclass(frozen=True)
class Slow(Weights):
    def load(self, find: Callable[[str], Path]) -> nn.Module:
        begun.release()
        assert gate.wait(10)
        return super().load(find)


@dataclass(frozen=True)
class Broken:
    def load(self, find: Callable[[str], Path]) -> nn.Module:
        loads.append("broken")
        raise OSError("no such file")


@dataclass(frozen=True)
class Tuned(Weights):
    """A handle whose strength can be changed while its model is loaded."""

    strength: float = 0.0

    def bare(self) -> Weights:
        return Tuned(self.name, self.floats)

    def adapt(self, model: nn.Module, find: Callable[[str], Path]) -> None:
        if self.strength < 0:
            raise OSError("no such strength")
        model.register_buffer("strength", torch.tensor([self.strength]))


A, B, C = Weights("a"), Weights("b"), Weights("c")


@pytest.fixture(autouse=True)
def _empty() -> None:
    loads.clear()
    gate.clear()


def pool(**budgets: int) -> Pool:
    return Pool(Path, budgets)


def use(pool: Pool, *handles: Any, device: str = "cpu") -> None:
    for handle in handles:
        with pool.acquire(handle, device):
            pass


def resident(pool: Pool) -> dict[str, str]:
    return {getattr(handle, "name", ""): found.device for handle, found in pool.residents.items()}


def test_the_size_of_a_model_counts_shared_weights_once() -> None:
    one = nn.Linear(25, 1, bias=False)
    two = nn.Linear(25, 1, bias=False)
    assert size_of(nn.Sequential(one, two)) == 200
    two.weight = one.weight
    assert size_of(nn.Sequential(one, two)) == 100
    assert size_of("no module") == 0


def test_a_model_is_loaded_once_and_found_again() -> None:
    models = pool(cpu=1000)
    with models.acquire(A, "cpu") as first, models.acquire(A, "cpu") as second:
        assert first.model is second.model
        assert (first.handle, first.device) == (A, "cpu")
    use(models, A)
    assert loads == ["a"]


def test_without_a_budget_everything_stays() -> None:
    models = pool()
    use(models, A, B, C)
    assert resident(models) == {"a": "cpu", "b": "cpu", "c": "cpu"}


def test_beyond_the_budget_of_ram_the_least_valuable_is_dropped() -> None:
    models = pool(cpu=200)
    use(models, A, B)
    models.residents[A].worth, models.residents[B].worth = 5.0, 1.0
    use(models, C)
    assert set(resident(models)) == {"a", "c"}


def test_a_dropped_model_is_loaded_again() -> None:
    models = pool(cpu=100)
    use(models, A, B, A)
    assert loads == ["a", "b", "a"]


def test_what_took_long_to_load_for_its_size_is_worth_more() -> None:
    models = pool(cpu=1000)
    use(models, A, B)
    models.residents[A].cost, models.residents[B].cost = 8.0, 2.0
    use(models, A, B)
    assert models.residents[A].worth == 8.0 / 100
    assert models.residents[B].worth == 2.0 / 100


def test_what_is_not_used_ages_until_cheaper_models_push_it_out() -> None:
    """Each model that goes lends its worth to those that come after it: 0, 4, 8, 12 against the 10 of A."""
    models = pool(cpu=200)
    use(models, A)
    models.residents[A].worth = 10.0
    for worth in (4.0, 8.0, 12.0):
        handle = Weights(f"worth {worth}")
        use(models, handle)
        assert A in models.residents
        models.residents[handle].worth = worth
    use(models, B)
    assert set(resident(models)) == {"worth 12.0", "b"}


def test_a_model_in_use_stays_whatever_the_budget() -> None:
    models = pool(cpu=100)
    with models.acquire(A, "cpu") as held, models.acquire(B, "cpu"):
        assert set(resident(models)) == {"a", "b"}
        use(models, A)
        assert held.model is models.residents[A].model
    assert len(resident(models)) == 1


def test_a_model_larger_than_the_budget_is_used_and_dropped() -> None:
    models = pool(cpu=100)
    with models.acquire(Weights("huge", 1000), "cpu") as huge:
        assert size_of(huge.model) == 4000
    assert resident(models) == {}


def test_the_pin_is_let_go_when_the_call_fails() -> None:
    models = pool(cpu=1000)
    with pytest.raises(ZeroDivisionError), models.acquire(A, "cpu"):
        raise ZeroDivisionError
    assert models.residents[A].pins == 0


def test_out_of_the_devices_budget_a_model_moves_to_ram() -> None:
    """The device "meta" stands for a GPU: moving there and back needs none."""
    models = pool(meta=100, cpu=1000)
    use(models, A, device="meta")
    stub(models, A)
    use(models, B, device="meta")
    assert resident(models) == {"a": "cpu", "b": "meta"}
    assert loads == ["a", "b"]


def test_out_of_both_budgets_it_is_dropped() -> None:
    models = pool(meta=100, cpu=0)
    use(models, A, device="meta")
    stub(models, A)
    use(models, B, device="meta")
    assert resident(models) == {"b": "meta"}


def test_a_model_in_ram_comes_back_without_being_loaded() -> None:
    models = pool(meta=100, cpu=1000)
    use(models, A, device="cpu")
    use(models, A, device="meta")
    assert resident(models) == {"a": "meta"}
    assert loads == ["a"]


def test_freeing_drops_all_that_nobody_uses() -> None:
    models = pool(cpu=1000)
    use(models, B)
    with models.acquire(A, "cpu"):
        models.free()
        assert set(resident(models)) == {"a"}


def test_threads_that_want_one_model_wait_for_one_load() -> None:
    models = pool(cpu=1000)
    handle = Slow("slow")
    seen: list[object] = []

    def work() -> None:
        with models.acquire(handle, "cpu") as found:
            seen.append(found.model)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert begun.acquire(timeout=10)
    gate.set()
    for thread in threads:
        thread.join(10)
    assert loads == ["slow"]
    assert len(seen) == 8
    assert len(set(map(id, seen))) == 1
    assert models.residents[handle].pins == 0


def test_other_models_do_not_wait_for_a_slow_load() -> None:
    models = pool(cpu=1000)
    thread = threading.Thread(target=use, args=(models, Slow("slow")))
    thread.start()
    assert begun.acquire(timeout=10)
    use(models, A)
    assert loads == ["a"]
    gate.set()
    thread.join(10)


def test_a_load_that_fails_is_tried_again_by_the_next() -> None:
    models = pool(cpu=1000)
    for _ in range(2):
        with pytest.raises(OSError, match="no such file"):
            use(models, Broken())
    assert loads == ["broken", "broken"]
    assert resident(models) == {}


def strength_of(model: Any) -> float:
    return model.strength.item()


def test_a_change_is_put_on_the_loaded_model_and_taken_off_again() -> None:
    models = pool()
    for strength in (0.5, 0.8, 0.0):
        with models.acquire(Tuned("a", strength=strength), "cpu") as found:
            assert strength_of(found.model) == pytest.approx(strength)

    assert loads == ["a"]
    assert resident(models) == {"a": "cpu"}


def test_a_change_counts_as_part_of_the_models_size() -> None:
    models = pool()
    use(models, Tuned("a", strength=0.5))

    assert [found.size for found in models.residents.values()] == [104]


def test_a_model_in_use_is_not_changed_under_its_user() -> None:
    models = pool()
    with models.acquire(Tuned("a", strength=0.5), "cpu") as one:
        with models.acquire(Tuned("a", strength=0.8), "cpu") as other:
            assert strength_of(one.model) == 0.5
            assert strength_of(other.model) == pytest.approx(0.8)
        with models.acquire(Tuned("a", strength=0.8), "cpu") as again:
            assert again.model is other.model
    assert loads == ["a", "a"]


def test_a_changed_model_in_use_keeps_its_change_while_the_bare_one_is_asked_for() -> None:
    models = pool()
    with models.acquire(Tuned("a", strength=0.5), "cpu") as changed:
        with models.acquire(Tuned("a"), "cpu") as bare:
            assert bare.model is not changed.model
            assert strength_of(changed.model) == 0.5
        with models.acquire(Tuned("a"), "cpu") as again:
            assert again.model is bare.model
    assert loads == ["a", "a"]


def test_a_model_whose_change_fails_is_loaded_anew() -> None:
    models = pool()
    use(models, Tuned("a", strength=0.5))
    with pytest.raises(OSError, match="no such strength"):
        use(models, Tuned("a", strength=-1))
    assert resident(models) == {}

    use(models, Tuned("a", strength=0.5))
    assert loads == ["a", "a"]


def test_what_is_no_handle_is_refused_with_the_cure() -> None:
    with pytest.raises(ModelError, match=r"expected a model, got a str\. Link a loader"):
        use(pool(), "weights")


def test_running_out_of_memory_is_told_from_other_errors_and_through_their_cause() -> None:
    assert out_of_memory(MemoryError())
    assert not out_of_memory(ValueError())
    assert not out_of_memory(None)
    error = ValueError()
    error.__cause__ = MemoryError()
    assert out_of_memory(error)


def stub(pool: Pool, handle: Weights) -> None:
    """Let a model on "meta", which has no bytes to move back, come back as a GPU's would."""
    pool.residents[handle].model = pool.residents[handle].model.to_empty(device="cpu")
