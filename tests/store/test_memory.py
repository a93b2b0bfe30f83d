from dataclasses import dataclass

import torch

from engine.store.memory import ABSENT, Memory


@dataclass(frozen=True)
class Pair:
    left: torch.Tensor
    right: torch.Tensor


def kib(count: int) -> torch.Tensor:
    return torch.zeros(count * 1024, dtype=torch.uint8)


def test_a_value_comes_back_as_the_same_object() -> None:
    memory = Memory(budget=4096)
    value = kib(1)
    memory.put("v", value, seconds=1, size=1024)

    assert memory.get("v") is value
    assert memory.get("other") is ABSENT
    assert memory.used == 1024


def test_shared_memory_counts_once() -> None:
    memory = Memory(budget=10**6)
    whole = kib(8)
    memory.put("whole", whole, seconds=1, size=8192)
    memory.put("half", Pair(whole[:4096], whole[4096:]), seconds=1, size=8192)

    assert memory.used == 8192


def test_what_is_cheapest_by_size_goes_when_room_runs_out() -> None:
    memory = Memory(budget=3 * 1024)
    memory.put("cheap", kib(1), seconds=1, size=1024)
    memory.put("dear", kib(1), seconds=9, size=1024)
    memory.put("new", kib(2), seconds=9, size=2048)

    assert memory.get("cheap") is ABSENT
    assert memory.get("dear") is not ABSENT
    assert memory.used == 3 * 1024


def test_a_value_larger_than_the_budget_is_not_held() -> None:
    memory = Memory(budget=1024)
    memory.put("small", kib(1), seconds=1, size=1024)
    memory.put("large", kib(2), seconds=99, size=2048)

    assert memory.get("large") is ABSENT
    assert memory.get("small") is not ABSENT


def test_taking_a_value_lets_go_of_all_that_share_its_memory() -> None:
    memory = Memory(budget=10**6)
    whole = kib(8)
    memory.put("whole", whole, seconds=1, size=8192)
    memory.put("part", whole[:1024], seconds=1, size=1024)
    memory.put("other", kib(1), seconds=1, size=1024)

    assert memory.take("part")
    assert memory.get("whole") is ABSENT
    assert memory.get("other") is not ABSENT
    assert memory.used == 1024
    assert not memory.take("part")


def test_values_without_tensors_count_by_their_encoded_size() -> None:
    memory = Memory(budget=100)
    memory.put("text", "x" * 60, seconds=1, size=60)
    memory.put("more", "y" * 60, seconds=2, size=60)

    assert memory.get("text") is ABSENT
    assert memory.used == 60


def test_values_on_another_device_are_not_held() -> None:
    memory = Memory(budget=10**6)
    memory.put("v", torch.zeros(4, device="meta"), seconds=1, size=16)

    assert memory.get("v") is ABSENT


def test_clearing_lets_everything_go() -> None:
    memory = Memory(budget=10**6)
    memory.put("v", kib(1), seconds=1, size=1024)
    memory.clear()

    assert memory.get("v") is ABSENT
    assert memory.used == 0
