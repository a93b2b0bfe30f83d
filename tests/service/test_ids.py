import pytest

from engine.service import ids as module
from engine.service.ids import Ids


def test_ids_sort_in_the_order_in_which_they_were_made() -> None:
    ids = Ids()
    made = [ids.next() for _ in range(5000)]
    assert made == sorted(made)
    assert len(set(made)) == 5000


def test_they_do_even_when_the_clock_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = Ids()
    monkeypatch.setattr(module.time, "time_ns", lambda: 2 * 10**18)
    before = ids.next()
    monkeypatch.setattr(module.time, "time_ns", lambda: 10**18)
    assert before < ids.next()
