"""Files that are too large to hash while planning: the first run stores what the second one finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Annotated

import pytest

from engine.declare.node import node
from engine.declare.registry import Registry
from engine.declare.types import File, Within
from engine.errors import Cancelled, GraphError
from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.run.events import Done
from engine.run.events import Event as Told
from engine.service.stored import foreseen, stored
from engine.store import digests
from tests.run.conftest import calls, gates, graph, ran, settings


@node("probe.read")
def read(file: Annotated[File, Within("files")]) -> str:
    """Read a text, and the digest that it comes with."""
    calls.append("read")
    return f"{file.path.read_text()} {file.digest[:8]}"


@node("probe.other")
def other(file: Annotated[File, Within("files")]) -> int:
    """Count the letters of a file."""
    return len(file.path.read_text())


GRAPH = {
    "read": {"type": "probe.read", "params": {"file": "large.txt"}},
    "words": {"type": "probe.split", "links": {"text": "read.out"}},
    "unkept": {"type": "probe.unkept", "links": {"text": "read.out"}},
    "length": {"type": "probe.length", "links": {"thing": "unkept.out"}},
    "say": {"type": "probe.say", "over": ["text"], "links": {"text": "words.out"}},
    "again": {"type": "probe.say", "links": {"text": "read.out", "after": "read.out"}},
}
OUTPUTS = {"words": "say.out", "again": "again.out", "length": "length.out"}


@pytest.fixture
def opened(
    registry: Registry, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Headless]:
    """Opens an engine for which every file is large, with one that was left alone for long."""
    monkeypatch.setattr(digests, "LARGE", 0)
    monkeypatch.setattr(digests, "SETTLED", -(2**63))
    registry.add([read, other])
    (tmp_path / "large.txt").write_text("a b")
    return lambda: Headless(settings(home), registry=registry, base=tmp_path)


def large(**more: object) -> Graph:
    return graph(GRAPH, OUTPUTS, **more)


def test_nothing_runs_a_second_time(opened: Callable[[], Headless]) -> None:
    with opened() as engine:
        first, did = ran(engine, large())
        assert did.count("read") == 1
        assert first.failures == []
    with opened() as engine:
        plan = engine.plan(large())
        assert plan.unhashed == {}
        again, did = ran(engine, large())

    assert did == []
    assert again.outputs == first.outputs
    assert set(again.outcomes.values()) <= {"cached"}


def test_a_run_of_the_plan_of_before_finds_it_too(opened: Callable[[], Headless]) -> None:
    with opened() as engine:
        plan = engine.plan(large())
        first = engine.local.run(plan)
        calls.clear()
        again = engine.local.run(plan)

    assert [*plan.unhashed.values()] == [("file",)]
    assert calls == ["unkept"]  # nothing that is never stored can be found
    assert again.outputs == first.outputs


def test_what_is_stored_can_be_told_before_the_file_is_hashed_again(opened: Callable[[], Headless]) -> None:
    with opened() as engine:
        plan = engine.plan(large())
        assert stored(plan, engine.store) == {}
        engine.local.run(plan)
        found = {plan.names[index] for index in stored(plan, engine.store)}
        keys, known = foreseen(plan, engine.store).named_keys(), engine.plan(large()).named_keys()

    assert found == {"read", "words", "say", "again", "length"}
    assert keys == known | {"say": keys["say"]}  # of lifted ones planning never knows it


def test_another_text_in_the_file_runs_again(opened: Callable[[], Headless], tmp_path: Path) -> None:
    with opened() as engine:
        ran(engine, large())
        (tmp_path / "large.txt").write_text("a c")
        report, did = ran(engine, large())

    assert did.count("read") == 1
    assert report.outputs["words"][1].startswith("c")
    assert "a" not in did  # the word that stayed was said before


def test_a_file_that_is_gone_fails_its_node_alone(opened: Callable[[], Headless], tmp_path: Path) -> None:
    with opened() as engine:
        plan = engine.plan(graph(GRAPH | {"apart": {"type": "probe.box"}}, OUTPUTS | {"box": "apart.out"}))
        (tmp_path / "large.txt").unlink()
        report = engine.local.run(plan)
        with pytest.raises(GraphError, match=r"large\.txt"):
            engine.plan(large())

    assert report.outcomes["read"] == "failed"
    assert report.outcomes["again"] == "blocked"
    assert "box" in report.outputs


@pytest.fixture
def hashing(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """How each hashing ended; it says that it began, and waits for the word."""
    gates.update(hash=Event(), go=Event())
    ended: list[str] = []
    read = digests._hash

    def waiting(path: Path, tick: Callable[[], None]) -> tuple[str, str]:
        gates["hash"].set()
        ended.append("in time" if gates["go"].wait(10) else "too late")
        try:
            return read(path, tick)
        except Cancelled:
            ended.append("cancelled")
            raise

    monkeypatch.setattr(digests, "_hash", waiting)
    yield ended
    gates.clear()


def test_other_nodes_run_while_a_file_is_hashed(opened: Callable[[], Headless], hashing: list[str]) -> None:
    def listen(event: Told) -> None:
        if isinstance(event, Done) and event.instance == "apart":
            gates["go"].set()

    with opened() as engine:
        plan = engine.plan(graph(GRAPH | {"apart": {"type": "probe.box"}}, OUTPUTS | {"box": "apart.out"}))
        report = engine.local.run(plan, listen)

    assert hashing == ["in time"]
    assert set(report.outcomes.values()) == {"executed"}


def test_a_run_that_is_cancelled_waits_for_no_file(
    opened: Callable[[], Headless], hashing: list[str]
) -> None:
    with opened() as engine:
        run = engine.local.start(engine.plan(large()))
        meanwhile = Thread(target=lambda: (gates["hash"].wait(10), run.cancel()))
        meanwhile.start()
        report = run.execute()
        meanwhile.join()
        assert hashing == []
        gates["go"].set()

    assert report.status == "cancelled"
    assert hashing == ["in time", "cancelled"]


def test_a_run_that_is_paused_goes_on_with_what_was_hashed(
    opened: Callable[[], Headless], hashing: list[str]
) -> None:
    with opened() as engine:
        plan = engine.plan(large())
        run = engine.local.start(plan)
        meanwhile = Thread(target=lambda: (gates["hash"].wait(10), run.pause(), gates["go"].set()))
        meanwhile.start()
        report = run.execute()
        meanwhile.join()
        assert (report.status, report.counts["executed"]) == ("paused", 0)
        assert engine.local.run(plan).failures == []

    assert hashing == ["in time"]


def test_a_file_that_two_nodes_read_is_hashed_once(
    opened: Callable[[], Headless], hashing: list[str]
) -> None:
    gates["go"].set()
    reading = {"type": "probe.read", "params": {"file": "large.txt"}}
    with opened() as engine:
        other = {"type": "probe.other", "params": {"file": "large.txt"}}
        ran(engine, graph({"one": reading, "two": other}, {"one": "one.out", "two": "two.out"}))

    assert hashing == ["in time"]
