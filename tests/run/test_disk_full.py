"""A store that can't keep anything."""

from __future__ import annotations

import errno

import pytest

from engine.executors.headless import Headless
from engine.store import disk
from engine.store.ref import INLINE
from tests.run.conftest import graph, ran


def test_a_full_disk_costs_the_cache_and_not_the_run(
    engine: Headless, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(disk, "sync", full)
    nodes = {
        "big": {"type": "probe.say", "params": {"text": "x" * (INLINE + 1)}},
        "small": {"type": "probe.length", "links": {"thing": "big.out"}},
    }
    report, _ = ran(engine, graph(nodes, {"n": "small.out", "text": "big.out"}))
    assert report.status == "done"
    assert len(report.outputs["text"]) == INLINE + 1
    assert "big" in report.warnings[0]
    assert "KNOTWORK_DISK_BUDGET" in report.warnings[0] or "budget" in report.warnings[0]
