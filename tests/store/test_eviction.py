from itertools import islice

from engine.store.eviction import GreedyDual


def nobody(_: str) -> bool:
    return False


def test_the_hand_computed_trace() -> None:
    policy = GreedyDual[str]()
    policy.add("a", seconds=10, size=10)  # worth 1
    policy.add("b", seconds=40, size=10)  # worth 4
    policy.add("c", seconds=30, size=10)  # worth 3

    assert next(policy.victims(nobody)) == "a"
    assert policy.inflation == 1
    policy.add("d", seconds=10, size=10)  # 1 + 1 = 2
    policy.use("c")  # 1 + 3 = 4, and later than b
    assert list(policy.victims(nobody)) == ["d", "b", "c"]
    assert policy.inflation == 4


def test_what_is_dear_but_never_used_is_overtaken_in_time() -> None:
    policy = GreedyDual[str]()
    policy.add("dear", seconds=3.5, size=1)
    gone: list[str] = []
    for turn in range(5):  # worth 1, 2, 3, 4: each is given up for the next, until dear is worth less
        policy.add(f"cheap {turn}", seconds=1, size=1)
        gone += islice(policy.victims(nobody), 1)

    assert gone == ["cheap 0", "cheap 1", "cheap 2", "dear", "cheap 3"]


def test_large_goes_before_small_of_the_same_cost() -> None:
    policy = GreedyDual[str]()
    policy.add("small", seconds=1, size=10)
    policy.add("large", seconds=1, size=1000)

    assert list(policy.victims(nobody)) == ["large", "small"]


def test_of_equals_the_one_used_longest_ago_goes_first() -> None:
    policy = GreedyDual[str]()
    for key in "abc":
        policy.add(key, seconds=1, size=1)
    policy.use("a")

    assert list(policy.victims(nobody)) == ["b", "c", "a"]


def test_what_is_kept_stays_and_is_ranked_again_later() -> None:
    policy = GreedyDual[str]()
    for key, seconds in {"a": 1, "b": 2, "c": 3}.items():
        policy.add(key, seconds, 1)

    assert list(policy.victims("a".__eq__)) == ["b", "c"]
    assert list(policy.victims(nobody)) == ["a"]


def test_what_was_removed_is_no_victim() -> None:
    policy = GreedyDual[str]()
    policy.add("a", 1, 1)
    policy.remove("a")

    assert list(policy.victims(nobody)) == []
    assert len(policy) == 0


def test_using_values_does_not_make_the_ranking_grow() -> None:
    policy = GreedyDual[str]()
    policy.add("a", 1, 1)
    for _ in range(10_000):
        policy.use("a")

    assert len(policy._heap) < 200
    assert list(policy.victims(nobody)) == ["a"]
