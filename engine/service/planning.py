"""What a run of an open graph would do, and why: told anew after each edit, as far as the edit changed it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from secrets import token_hex
from threading import Lock
from time import monotonic

from engine.errors import GraphError
from engine.executors.headless import Headless, wanted
from engine.explanation import Explanation
from engine.graph.collector import collector_held
from engine.graph.document import Graph
from engine.graph.inline import flatten
from engine.graph.levels import embedded
from engine.graph.part import without
from engine.plan.explain import Explainer
from engine.plan.plan import Plan, compile
from engine.plan.revise import follow
from engine.service.beside import Beside
from engine.service.records import PlanRecord
from engine.service.sessions import Sessions
from engine.service.stored import foreseen

KEPT = 32
"""Plans that are kept to go on from."""
PARTS = 20
"""Times that something is taken out of a graph that can't be planned before it is given up."""
FRESH = 10.0
"""Seconds after which a graph that names files is compiled anew: they may have changed meanwhile."""


class Planner:
    """Explains the graphs of sessions.

    Args:
        headless: Has the nodes, and the store.
        sessions: The open graphs.
    """

    def __init__(self, headless: Headless, sessions: Sessions) -> None:
        self._headless, self._sessions = headless, sessions
        self._drafts: OrderedDict[tuple[str, tuple[str, ...]], _Draft] = OrderedDict()

    async def explain(self, session: str, outputs: Sequence[str] = (), after: str = "") -> PlanRecord:
        """Say of each instance of a session's graph what a run would do with it.

        Args:
            session: The session. Runs of it are remembered under its id, and compared with.
            outputs: Outputs wanted; see ``Headless.plan``.
            after: Version of the last answer to this question: only what is otherwise is said.

        Raises:
            NoSession: There is no such session.
            GraphError: The graph can't be planned.
        """
        now, draft = await self._draft(session, tuple(outputs))
        return await asyncio.to_thread(draft.explain, now, after)

    async def plan(self, session: str) -> Planned:
        """The plan of a session's graph, or of the part of it that can be planned.

        Raises:
            NoSession: There is no such session.
            GraphError: No part of the graph can be planned.
        """
        now, draft = await self._draft(session, ())
        plan, graph = await asyncio.to_thread(draft.plan, now)
        return Planned(plan, graph, now.graph, now.beside)

    async def _draft(self, session: str, outputs: tuple[str, ...]) -> tuple[_Now, _Draft]:
        """A session's graph as it is, and what is known of its plan for some outputs."""
        opened = await self._sessions.opened(session)
        key = session, outputs
        draft = self._drafts.setdefault(key, _Draft(self._headless, *key))
        self._drafts.move_to_end(key)
        if len(self._drafts) > KEPT:
            self._drafts.popitem(last=False)
        return _Now(opened.session.graph, opened.session.seq, self._sessions.beside(opened)), draft

    def forget(self) -> None:
        """Compile everything anew: nodes were reloaded."""
        self._drafts.clear()


@dataclass(frozen=True, slots=True)
class Planned:
    """What is planned of a session's graph.

    Attributes:
        plan: The plan.
        graph: What it is of.
        document: The session's graph, which may have more that can't be planned.
        beside: What the graph sees around it.
    """

    plan: Plan
    graph: Graph
    document: Graph
    beside: Beside


@dataclass(frozen=True, slots=True)
class _Now:
    """A session's graph as it is, the number of its last edit, and what it sees around it."""

    graph: Graph
    seq: int
    beside: Beside


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A plan.

    Attributes:
        plan: The plan.
        graph: What it is of.
        named: Whether the graph names files.
        time: When it was compiled whole.
    """

    plan: Plan
    graph: Graph
    named: bool
    time: float

    @property
    def is_stale(self) -> bool:
        """Whether files that the graph names may be others by now."""
        return self.named and monotonic() - self.time >= FRESH


class _Draft:
    """The last plan for one question, and what was said of it.

    Args:
        headless: Has the nodes, and the store.
        session: Id of the session.
        outputs: Outputs wanted.
    """

    def __init__(self, headless: Headless, session: str, outputs: tuple[str, ...]) -> None:
        self._headless, self._outputs = headless, outputs
        self._explainer = Explainer(headless.store, session)
        self._answers = _Answers()
        self._compiled: _Compiled | None = None
        self._part: tuple[Graph, _Compiled] | None = None
        self._lock = Lock()

    def explain(self, now: _Now, after: str) -> PlanRecord:
        """See ``Planner.explain``; called in threads."""
        with self._lock, collector_held():
            self._compiled = compiled = self._compile(now)
            plan = foreseen(compiled.plan, self._headless.store)
            return self._answers.next(now.seq, self._explainer.explain(plan), after)

    def plan(self, now: _Now) -> tuple[Plan, Graph]:
        """See ``Planner.plan``: the plan, and the graph that it is of; called in threads."""
        with self._lock, collector_held():
            try:
                self._compiled = compiled = self._compile(now)
            except GraphError as error:
                compiled = self._compile_part(now, error)
            return compiled.plan, compiled.graph

    def _compile_part(self, now: _Now, error: GraphError) -> _Compiled:
        """The plan of what doesn't depend on anything that is wrong."""
        if self._part is not None and self._part[0] is now.graph and not self._part[1].is_stale:
            return self._part[1]
        part = now.graph
        for _ in range(PARTS):
            rest = without(part, [problem.instance.partition("/")[0] for problem in error.problems])
            if len(rest.nodes) == len(part.nodes) and not part.outputs:
                break
            part = rest
            try:
                compiled = self._compile_whole(part, now.beside)
            except GraphError as further:
                error = further
                continue
            self._part = now.graph, compiled
            return compiled
        raise error

    def _compile(self, now: _Now) -> _Compiled:
        """The plan of the graph as it is now, out of the one before if that can be."""
        before = self._compiled
        if before is not None and not before.is_stale:
            plan = follow(before.plan, before.graph, now.graph)
            if plan is not None:
                return replace(before, plan=plan, graph=now.graph)
        return self._compile_whole(now.graph, now.beside)

    def _compile_whole(self, graph: Graph, beside: Beside) -> _Compiled:
        flat = flatten(graph, self._headless.registry, refs=beside.reference)
        plan = compile(flat, self._headless.keyer, beside.files, wanted=wanted(flat, self._outputs))
        return _Compiled(plan, graph, _refers(graph) or _names_files(plan), monotonic())


class _Answers:
    """The answers to one question, numbered; each explanation has the number of the one it came with."""

    def __init__(self) -> None:
        self._name = token_hex(4)
        self._number = self._begin = 0
        self._said: list[Explanation] = []
        self._numbers: list[int] = []

    def next(self, seq: int, said: list[Explanation], after: str) -> PlanRecord:
        """One more answer.

        Args:
            seq: Number of the last edit that it has.
            said: What is said now of every instance.
            after: Version of the answer that the asker has.
        """
        self._number += 1
        if [one.instance for one in said] == [one.instance for one in self._said]:
            self._revise(said)
        else:
            self._begin = self._number
            self._numbers = [self._number] * len(said)
        self._said = said
        since = self._since(after)
        numbered = zip(said, self._numbers, strict=True)
        return PlanRecord(
            seq=seq,
            version=f"{self._name}.{self._number}",
            whole=since is None,
            explanations=tuple(one for one, number in numbered if since is None or number > since),
        )

    def _revise(self, said: list[Explanation]) -> None:
        for place, (one, before) in enumerate(zip(said, self._said, strict=True)):
            if one is not before and (one.status != before.status or one != before):
                self._numbers[place] = self._number

    def _since(self, after: str) -> int | None:
        """Number of the answer with a version; None when it can't be gone on from."""
        name, _, number = after.partition(".")
        known = name == self._name and number.isdecimal() and self._begin <= int(number) <= self._number
        return int(number) if known else None


def _refers(graph: Graph) -> bool:
    """Whether a graph, or one inside of it, refers to another one."""
    return any(instance.ref for level in embedded(graph) for instance in level.nodes.values())


def _names_files(plan: Plan) -> bool:
    """Whether an instance of a plan, or of a loop's body, has a param that names a file."""
    plans = [plan]
    for each in plans:
        if any(port.within for node in {*each.nodes} for port in node.inputs.values()):
            return True
        plans += each.bodies.values()
    return False
