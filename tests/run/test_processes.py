"""Several engines on one home, as several processes are."""

from __future__ import annotations

import threading
from pathlib import Path

from engine.declare.registry import Registry
from engine.executors.headless import Headless
from engine.run.events import Started
from engine.run.report import Report
from tests.run.conftest import calls, gates, graph, settings


def test_what_one_process_computes_another_one_waits_for(registry: Registry, home: Path) -> None:
    gates.update({"slow": threading.Event(), "go": threading.Event()})
    calls.clear()
    document = graph({"slow": {"type": "probe.gate", "params": {"name": "slow"}}}, {"text": "slow.out"})
    reports: dict[str, Report] = {}
    with (
        Headless(settings(home), registry=registry) as one,
        Headless(settings(home), registry=registry) as other,
    ):
        asked = threading.Event()
        lease = other.store.lease

        def asking(key: bytes, owner: str, ttl: float) -> bool:
            granted = lease(key, owner, ttl)
            asked.set()
            return granted

        other.store.lease = asking  # type: ignore[method-assign]
        threads = [
            threading.Thread(target=lambda: reports.update(one=one.run(document))),
            threading.Thread(target=lambda: reports.update(other=other.run(document))),
        ]
        threads[0].start()
        assert gates["slow"].wait(10)
        threads[1].start()
        assert asked.wait(10)
        gates["go"].set()
        for thread in threads:
            thread.join(10)
    gates.clear()
    assert calls == ["slow"]
    assert reports["one"].counts["executed"] == 1
    assert reports["other"].counts["cached"] == 1
    assert reports["other"].outputs == {"text": "slow"}


def test_a_run_that_is_paused_does_not_wait_for_what_another_process_computes(
    registry: Registry, home: Path
) -> None:
    gates.update({"slow": threading.Event(), "go": threading.Event()})
    document = graph({"slow": {"type": "probe.gate", "params": {"name": "slow"}}}, {"text": "slow.out"})
    with (
        Headless(settings(home), registry=registry) as one,
        Headless(settings(home), registry=registry) as other,
    ):
        computing = threading.Thread(target=lambda: one.run(document))
        computing.start()
        assert gates["slow"].wait(10)
        run = other.local.start(
            other.plan(document), lambda event: run.pause() if isinstance(event, Started) else None
        )
        status = run.execute().status
        gates["go"].set()
        computing.join(10)
    gates.clear()
    assert status == "paused"
