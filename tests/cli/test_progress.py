import io
from collections.abc import Iterable

import pytest
from rich.console import Console

from engine.cli import progress
from engine.cli.progress import Bars, Lines, Pace
from engine.run.events import Done, Event, Failed, Planned, Progress, Started


def follow(bars: Bars, events: Iterable[Event]) -> str:
    """What the terminal shows after some events."""
    for event in events:
        bars(event)
    console = Console(file=io.StringIO(), width=100, color_system=None)
    console.print(bars.draw())
    return console.file.getvalue()  # pyright: ignore[reportAttributeAccessIssue]  # of the StringIO


def test_the_time_left_is_judged_by_the_steps_after_the_first() -> None:
    pace = Pace(began=0.0)
    pace.advance(10.0, 1, 9)
    assert pace.left(10.0) is None
    pace.advance(14.0, 3, 9)
    assert pace.left(14.0) == 12.0
    assert pace.words(14.0) == "3/9, 12.0 s left"


def test_a_node_with_steps_has_a_bar() -> None:
    shown = follow(Bars(), [Planned(3, 2), Started("sampler/loop"), Progress("sampler/loop", 5, 25)])
    name, bar, steps = shown.splitlines()[0].split()
    assert (name, set(bar), steps) == ("sampler/loop", {"━"}, "5/25")


def test_a_finished_node_has_none() -> None:
    shown = follow(Bars(), [Planned(2, 2), Progress("a", 5, 25), Progress("b", 5, 25), Done("a", False, 1.0)])
    assert "a " not in shown
    assert "nodes 1/2" in shown


def test_a_failed_node_has_none() -> None:
    assert follow(Bars(), [Progress("a", 5, 25), Failed("a", "because")]).strip() == ""


def test_tiny_nodes_do_not_flicker() -> None:
    assert follow(Bars(), [Planned(9, 9), *(Started(f"n{i}") for i in range(9))]).strip() == ""


def test_cached_nodes_do_not_count_as_work() -> None:
    shown = follow(Bars(), [Planned(2, 1), Done("a", True, 0.0), Progress("b", 1, 2)])
    assert "nodes 0/1" in shown


def test_off_a_terminal_a_slow_node_has_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines()
    for event in (Done("quick", False, 0.2), Done("slow", False, 61.0), Done("cached", True, 0.0)):
        lines(event)
    assert capsys.readouterr().err == "slow: 1:01 min\n"


def test_off_a_terminal_a_long_node_tells_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 30.0, 61.0, 90.0, 122.0])
    monkeypatch.setattr(progress, "perf_counter", clock.__next__)
    lines = Lines()
    for step in range(5):
        lines(Progress("train", step, 100))
    assert capsys.readouterr().err == "train: 2/100, 49:49 min left\ntrain: 4/100, 48:48 min left\n"
