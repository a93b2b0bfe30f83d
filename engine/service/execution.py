"""One run from plan to files, in a thread of its own."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass
from functools import cache
from time import perf_counter
from typing import Any

from engine.errors import GraphError, KnotworkError, say
from engine.executors.headless import Headless, meant
from engine.graph.document import Graph
from engine.graph.embed import with_values
from engine.graph.reading import CHUNK
from engine.plan.plan import Plan
from engine.run.artifacts import encoded
from engine.run.events import Listener
from engine.run.report import Report
from engine.run.scheduler import Options, Run
from engine.service.artifacts import Artifacts, Stored
from engine.service.feed import tellable
from engine.service.provenance import models
from engine.service.records import ArtifactRecord, RunRecord
from engine.service.submission import sendable

LOG = logging.getLogger(__name__)
SAID = 16 * 1024
"""Bytes that a plain value may have to be told in the run's record; a larger one is a file."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that has ended, or was paused.

    Attributes:
        record: What became of it.
        files: What it gave; held until the record is kept.
    """

    record: RunRecord
    files: tuple[Stored, ...]


class Execution:
    """A run that begins: ``execute`` does it in the thread that calls, ``cancel`` stops it from another.

    Args:
        record: The run.
        graph: Its document, or the bytes of it, without the values that were set.
        headless: Plans and runs it.
        artifacts: Takes what it gives.
        listen: Takes its events, from any thread.
    """

    def __init__(
        self,
        record: RunRecord,
        graph: Graph | bytes,
        headless: Headless,
        artifacts: Artifacts,
        listen: Listener,
    ) -> None:
        self._record, self._graph = record, graph
        self._headless, self._artifacts, self._listen = headless, artifacts, listen
        self._cancelled = self._paused = False
        self._run: Run | None = None
        self._files: list[Stored] = []

    def cancel(self) -> None:
        """Stop at the next tick; what was computed stays."""
        self._cancelled = True
        if self._run is not None:
            self._run.cancel()

    def pause(self) -> None:
        """Stop where the run can go on from another time; see ``Run.pause``."""
        self._paused = True
        if self._run is not None:
            self._run.pause()

    def resume(self) -> None:
        """Take a pause back; see ``Run.resume``."""
        self._paused = False
        if self._run is not None:
            self._run.resume()

    def execute(self) -> Ended:
        """Run to the end. Whatever goes wrong is in the record."""
        try:
            found = self._ran()
        except GraphError as error:
            problems = [_failure(one.instance, "", str(one)) for one in error.problems]
            found = {"state": "failed", "failures": tuple(problems)}
        except Exception as error:  # a pack may raise anything, and the queue goes on
            if not isinstance(error, KnotworkError):
                LOG.exception("run %s", self._record.id)
            found = {"state": "failed", "failures": (_failure("", "", say(error)),)}
        ended = None if found["state"] == "paused" else time.time()
        return Ended(self._record.model_copy(update={**found, "ended": ended}), tuple(self._files))

    def _ran(self) -> dict[str, Any]:
        start = perf_counter()
        record, headless = self._record, self._headless
        graph = self._valued()
        plan = headless.plan(graph, outputs=record.outputs)
        planned = perf_counter()
        report = self._report(plan)
        if record.session:
            headless.store.remember(record.session, plan.named_keys())
        done = perf_counter()
        stopped = report.status in ("cancelled", "paused")
        given = () if stopped else tuple(self._given(graph, report))
        report.seconds |= {"plan": planned - start, "export": perf_counter() - done}
        return {
            "state": report.status,
            "counts": report.counts,
            "seconds": {stage: round(seconds, 6) for stage, seconds in report.seconds.items()},
            "failures": tuple(_failure(one.instance, one.node, one.reason) for one in report.failures),
            "warnings": tuple(map(tellable, report.warnings)),
            "artifacts": given,
            "models": models(plan, headless),
        }

    def _valued(self) -> Graph:
        """The document with the run's values, which are of the nodes' versions that it was queued with."""
        if isinstance(self._graph, bytes):
            return self._headless.renewed(with_values(Graph.read(self._graph), self._record.values))
        return with_values(self._graph, self._record.values)

    def _report(self, plan: Plan) -> Report:
        options = Options(forced=meant(self._record.forced, plan.names))
        self._run = self._headless.local.start(plan, self._listen, options)
        if self._cancelled:  # before there was a run to be told
            self._run.cancel()
        if self._paused:
            self._run.pause()
        return self._run.execute()

    def _given(self, graph: Graph, report: Report) -> list[ArtifactRecord]:
        @cache
        def text() -> dict[str, str]:
            return {CHUNK: self._headless.carried(graph)}

        found: list[ArtifactRecord] = []
        for one in encoded(report.outputs, report.digests, text):
            files = one.files or _spelled_out(one.value)
            if not files:
                value = ArtifactRecord(output=one.output, type=one.type, digest=one.digest, value=one.value)
                found.append(value)
            for index, (suffix, data) in enumerate(files):
                stored = self._artifacts.put(data, suffix)
                self._files.append(stored)
                found.append(
                    ArtifactRecord(
                        output=one.output,
                        index=index,
                        type=one.type,
                        digest=stored.digest,
                        media=stored.media,
                        size=stored.size,
                    )
                )
        return found


def _failure(instance: str, node: str, reason: str) -> dict[str, str]:
    return {"instance": instance, "node": node, "reason": tellable(reason)}


def _spelled_out(value: Any) -> list[tuple[str, bytes]]:
    """The file for a plain value that is too much to be told in a message."""
    if sendable(value, SAID):
        return []
    if isinstance(value, str):
        return [(".txt", value.encode())]
    return [(".json", json.dumps(value).encode())]
