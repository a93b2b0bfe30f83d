"""The runs of a request, one after the other, and their files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any

from engine.cli.interrupt import cancelled_by_signals
from engine.cli.progress import following
from engine.cli.request import Opened, Point, Request
from engine.cli.summary import Outcome
from engine.errors import KnotworkError
from engine.executors.headless import meant
from engine.graph.reading import CHUNK
from engine.run.artifacts import Artifact, export
from engine.run.naming import Naming
from engine.run.report import Report
from engine.run.scheduler import Options


class Unwritable(KnotworkError):
    """The folder for the files can't be written."""


class Execution:
    """Runs the points of a request.

    Args:
        job: The request, opened.
        request: What was asked.
        folder: Where files go.
        template: Names of the files; None for the usual ones, which overwrite nothing.
        metadata: Whether files carry their graph.
        check_purity: Whether nodes are checked to leave their inputs alone.

    Raises:
        KnotworkError: The folder can't be written, or the template doesn't fit.

    Attributes:
        outcomes: Of the runs done so far.
    """

    def __init__(
        self,
        job: Opened,
        request: Request,
        folder: Path,
        template: str | None,
        *,
        metadata: bool,
        check_purity: bool,
    ) -> None:
        self._job, self._request = job, request
        self._metadata, self._check_purity = metadata, check_purity
        usual = "{output}-{index:03d}" if request.sweep else "{output}"
        self._naming = Naming(_writable(folder), template or usual, replace=template is not None)
        self.outcomes: list[Outcome] = []
        for index, point in enumerate(job.points):
            self._naming.check({**self._fields(index, point), "output": ""})

    def __call__(self, index: int, *, quiet: bool) -> Outcome:
        """Run one point and write its files.

        Args:
            index: Which.
            quiet: Whether no progress is drawn.
        """
        point = self._job.points[index]
        report = self._execute(point, quiet)
        report.seconds["load"] = self._job.seconds if index == 0 else 0.0
        files = [] if report.status == "cancelled" else self._export(index, point, report)
        report.outputs = {}  # a long sweep would fill the memory with pictures that are files by now
        values = _values(point)
        seeds = {name: values[name] for name in self._job.seeds}
        outcome = Outcome(report, files, point.swept, seeds)
        self.outcomes.append(outcome)
        return outcome

    def _execute(self, point: Point, quiet: bool) -> Report:
        headless, start = self._job.headless, perf_counter()
        plan = headless.plan(point.graph, outputs=self._request.output)
        options = Options(meant(self._request.force, plan.names), check_purity=self._check_purity)
        planned = perf_counter() - start
        with following(quiet) as listen:
            run = headless.local.start(plan, listen, options)
            with cancelled_by_signals(run.cancel):
                report = run.execute()
        headless.store.remember(str(self._job.path.resolve()), plan.named_keys())
        report.seconds["plan"] = planned
        return report

    def _export(self, index: int, point: Point, report: Report) -> list[Artifact]:
        @cache
        def text() -> dict[str, str]:
            return {CHUNK: self._job.headless.carried(point.graph)} if self._metadata else {}

        try:
            return export(report.outputs, report.digests, self._naming, text, self._fields(index, point))
        except OSError as error:
            raise _unwritable(self._naming.folder, error.strerror or str(error)) from None

    def _fields(self, index: int, point: Point) -> Mapping[str, Any]:
        values = _values(point)
        fields = {**values, "graph": self._job.path.stem, "index": index}
        if self._job.seeds:
            fields.setdefault("seed", values[self._job.seeds[0]])
        return fields


def _values(point: Point) -> dict[str, Any]:
    """What a run was given, and the defaults of its other inputs."""
    return {name: declared.default for name, declared in point.graph.inputs.items()} | point.values


def _writable(folder: Path) -> Path:
    """Tell before anything runs that its files would have no place."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not there.is_dir():
        raise _unwritable(folder, f"{there} is a file")
    if not os.access(there, os.W_OK):
        raise _unwritable(folder, "permission denied")
    return folder


def _unwritable(folder: Path, reason: str) -> Unwritable:
    return Unwritable(
        f"--out {folder}: expected a folder that can be written, got: {reason}. Name another one."
    )
