"""The scheduler: one run of one plan, driven by the thread that called it.

Instances become ready when their sources are done, and leave the ready-heap by critical path, then by the
memory their inputs free. Tiny nodes run at once in this thread; the others go to the lane of their device and
come back through the inbox. Everything below is owned by this thread; other threads only ever put into the
inbox.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from queue import SimpleQueue
from time import perf_counter
from typing import Any

from engine.errors import Cancelled, KnotworkError, NodeFailed, StoreError, say
from engine.graph.collector import collector_held
from engine.graph.flat import Source
from engine.plan.demand import Demand, Found, downstream
from engine.plan.plan import Plan
from engine.run import events, job
from engine.run.choices import Choices
from engine.run.context import RunContext, Token
from engine.run.flights import Flight, Waiter
from engine.run.late import Hashed, LateKeys
from engine.run.place import Place
from engine.run.ready import Ready, critical_path
from engine.run.report import Outcome, Report
from engine.run.slots import Lost, Slot, fill, found, read
from engine.run.work import Work, owned_ports
from engine.store.index import Entry

OUTLIER = 0.1
"""Weight of a call that took longer than those before."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to run.

    Attributes:
        forced: Instances that run whatever the store has.
        check_purity: Check that nodes leave their inputs alone.
    """

    forced: frozenset[int] = frozenset()
    check_purity: bool = False


@dataclass(slots=True)
class Landed:
    """An instance's work has ended, in whatever way.

    Attributes:
        index: The instance.
        outcome: The result, or what was raised.
        first: Whether this run's own work brought it.
    """

    index: int
    outcome: job.Result | Hashed | BaseException
    first: bool
    shared: bool = False


@dataclass(slots=True)
class _Airborne:
    """An instance whose key is in the air."""

    flight: Flight
    waiter: Waiter


class Run:
    """One run of one plan.

    Args:
        plan: What to run.
        place: Where.
        tell: Takes events, from any thread, one at a time.
        options: How.

    Attributes:
        report: What became of every instance.
    """

    def __init__(self, plan: Plan, place: Place, tell: events.Listener, options: Options) -> None:
        self._late = LateKeys(plan)
        self.plan, self.place, self.tell, self.options = self._late.plan, place, tell, options
        self.report = Report(total=len(plan.names))
        self._cancelled, self._paused = Token(), Token()
        self._stopped = False
        self._forced = downstream(plan, options.forced)
        self._demand = Demand(plan, place.store.probe, self._forced)
        self._depth: list[float] = []
        self._inbox: SimpleQueue[Landed | None] = SimpleQueue()
        self._ready = Ready(place.threads, self._is_tiny)
        self._slots: dict[int, dict[str, Slot]] = {}
        self._waiting: dict[int, int] = {}
        self._users: dict[int, list[int]] = {}
        self._readers: Counter[Source] = Counter()
        self._choices = Choices(plan)
        self._idle: list[int] = []
        self._air: dict[int, _Airborne] = {}
        self._twins: dict[bytes, int] = {}

    def cancel(self) -> None:
        """Stop as soon as what runs now has ticked; what was computed stays. Callable from any thread."""
        self._cancelled.set()
        self._inbox.put(None)

    def pause(self) -> None:
        """Begin nothing more, and stop once what runs now has ended, or has kept a turn that it goes on from.

        The same plan run again goes on from what was computed. Callable from any thread.
        """
        self._paused.set()
        self._inbox.put(None)

    def resume(self) -> None:
        """Take a pause back; a run of which something has stopped by then is paused all the same."""
        self._paused.clear()
        self._inbox.put(None)

    def execute(self) -> Report:
        """Run to the end, and report."""
        start = perf_counter()
        for source in self.plan.outputs.values():
            self._readers[source] += 1
        if doomed := [key for i in self._forced if (key := self.plan.keys[i]) is not None]:
            self.place.store.drop(doomed)
        with self.place.store.hold(self.plan.held()):
            self._work_off()
        self._wind_up()
        self.place.flush()
        self.report.seconds["run"] = perf_counter() - start
        return self.report

    def _work_off(self) -> None:
        """Find the work, do it, and do again what the store turns out to have lost."""
        with collector_held():
            first = self._demand.visit(self.plan.outputs.values())
            self.tell(events.Planned(len(self.plan.names), len(first.misses)))
            self._take_on(first)
        self._drive()
        while lost := self._collect():
            self._take_on(self._again(lost))
            self._drive()

    def _drive(self) -> None:
        """Work until nothing is left or the run is cancelled."""
        while not self._cancelled.is_set():
            if self._paused.is_set():
                if not self._air:
                    self._stopped = True
                    break
                self._receive(self._inbox.get())
            elif self._idle:
                self._sources_done(self._idle.pop())
            elif not self._inbox.empty():
                self._receive(self._inbox.get())
            elif (index := self._ready.pop()) is not None:
                self._dispatch(index)
            elif self._air:
                self._receive(self._inbox.get())
            else:
                break

    def _take_on(self, work: Found[Entry]) -> None:
        """Take over what a demand found: hits are done, misses wait for their sources."""
        if work.misses and not self._depth:
            self._depth = critical_path(self.plan, self.place.seconds)
        for index, entry in work.hits.items():
            self._slots[index] = found(entry.outputs)
            self._finish(index, "cached", 0.0)
        for index in work.misses:
            self._waiting[index] = 0
        for index in work.misses:
            lazy = self._choices.lazy(index)
            links = self.plan.links[index]
            for port, sources in links.items():
                for source in sources:
                    self._readers[source] += 1
                    if port not in lazy:
                        self._await(index, source[0])
        self._idle += [index for index in work.misses if not self._waiting[index]]

    def _await(self, index: int, source: int) -> None:
        if source not in self._slots:
            self._waiting[index] += 1
            self._users.setdefault(source, []).append(index)

    def _sources_done(self, index: int) -> None:
        """What an instance waited for is there: let a lazy one choose; queue it when nothing is missing."""
        if self._choices.is_due(index):
            try:
                self._choose(index)
            except Lost as lost:
                self._wait_again(index, lost)
                return
            except Exception as error:  # a companion of a node may raise anything
                self._fail(index, error)
                return
            if self._waiting[index]:
                return
        freed = sum(
            slot.ref.size
            for source in self._choices.sources(index)
            if self._readers[source] == 1 and (slot := self._slots[source[0]][source[1]]).ref is not None
        )
        lane = self.place.lane_of(self.plan.computes(index))
        self._ready.push(index, lane, (-self._depth[index], -freed))

    def _is_tiny(self, index: int) -> bool:
        """Whether an instance costs less than handing it to a thread, as far as is known by now."""
        plan = self.plan
        big = index in plan.loops or index in plan.over
        return not big and not self.place.worth_a_lane(plan.nodes[index].id)

    def _choose(self, index: int) -> None:
        def value(source: Source) -> Any:
            return read(self._slots[source[0]][source[1]], source[0], self.place.store.load)

        chosen, left = self._choices.choose(index, value)
        for source in left:
            self._release(source)
        self._take_on(self._demand.visit(chosen))
        for source, _ in chosen:
            self._await(index, source)

    def _dispatch(self, index: int) -> None:
        """Send an instance off: to its twin, to a thread, or through the node itself when it is tiny."""
        gone = [source for source, _ in self._choices.sources(index) if source not in self._slots]
        if gone:
            for source in gone:
                self._await(index, source)
            return
        if self._late.waits_for_files(index):
            self._hash(index)
            return
        try:
            key, payload = self._key(index)
        except Exception as error:  # its frozen result may be gone
            self._fail(index, error)
            return
        if index in self._slots or (key is not None and self._adopt(index, key)):
            return
        waiter = Waiter(
            self.plan.names[index],
            self.tell,
            lambda outcome, first=False: self._inbox.put(Landed(index, outcome, first, shared=True)),
            self._paused,
        )
        flight, first = self.place.flights.join(key, waiter)
        if first and self._is_tiny(index):
            self._land(self._perform(self._work(index, key, payload), flight, waiter))
            return
        self._air[index] = _Airborne(flight, waiter)
        if not first:
            return
        work = self._work(index, key, payload)
        computes = self.plan.computes(index)
        self._ready.begin(index, self.place.lane_of(computes))
        lane = self.place.lane(computes)
        lane.submit(lambda: self._inbox.put(self._perform(work, flight, waiter, lease=True)))

    def _hash(self, index: int) -> None:
        """Have large files of an instance hashed in a lane; it is queued again once they are."""
        waiter = Waiter(self.plan.names[index], self.tell, lambda _: None, self._paused)
        flight, _ = self.place.flights.join(None, waiter)
        self._air[index] = _Airborne(flight, waiter)

        context = RunContext(waiter.instance, "cpu", flight.cancelled, flight.tell)

        def hash_files() -> None:
            outcome: Hashed | BaseException
            try:
                outcome = self._late.hashed(index, context.tick)
            except BaseException as error:  # brought to the scheduler's thread, which decides
                outcome = error
            self._inbox.put(Landed(index, outcome, True))

        self.place.lane(False).submit(hash_files)

    def _key(self, index: int) -> tuple[bytes | None, bytes]:
        """The key to store under; a late one is computed now, and looked up."""
        plan = self.plan
        if index in plan.frozen:
            raise KnotworkError("its frozen result is gone from the store. Unfreeze it, then run again.")
        if index not in self._demand.late:
            return plan.keys[index], plan.payloads[index] or b""
        node = plan.nodes[index]
        late = self._late.find(index, self._choices.links(index), self._slots)
        if late is None:
            return None, b""
        key, payload = late
        if node.pure and index not in self._forced:
            entry = self.place.store.probe([key]).get(key)
            if entry is not None and self._demand.wants[index] <= entry.outputs.keys():
                self._slots[index] = found(entry.outputs)
                self._finish(index, "cached", 0.0)
                return None, b""
        return key, payload

    def _work(self, index: int, key: bytes | None, payload: bytes) -> Work:
        plan, node = self.plan, self.plan.nodes[index]
        links, slots = self._choices.links(index), self._slots
        exclusive = {
            port
            for port in owned_ports(node)
            if port in links
            and self._readers[source := links[port][0]] == 1
            and slots[source[0]][source[1]].mine
        }
        return Work(
            plan=plan,
            index=index,
            key=key,
            payload=payload,
            inputs={port: [slots[s][output] for s, output in sources] for port, sources in links.items()},
            sources=links,
            exclusive=exclusive,
            stored=frozenset(self._demand.wants[index]),
            device=self.place.device,
            check_purity=self.options.check_purity,
            anew=index in self.options.forced,
        )

    def _perform(self, work: Work, flight: Flight, mine: Waiter, *, lease: bool = False) -> Landed:
        """Do the work in the thread that called, and tell everyone else who waits for it.

        Other processes hear of it by a lease, except when it is over sooner than they could ask.
        """
        outcome: job.Result | BaseException | None = None
        leases = self.place.leases
        name = self.plan.names[work.index]

        def ended() -> None:
            if lease and work.key is not None:
                leases.give_back(work.key)

        def durable(seconds: float) -> None:
            self.tell(events.Done(name, False, seconds))
            ended()

        def unkept(error: StoreError) -> None:
            self.report.warnings.append(f"{name}: {error}")
            ended()

        try:
            if lease:
                flight.tell(events.Started(name))
                outcome = job.elsewhere(work, self.place.store, leases, flight)
            if outcome is None:
                outcome = job.perform(work, self.place.store, self.place.pool, flight, durable, unkept)
        except BaseException as error:  # brought to the scheduler's thread, which decides
            outcome = error
            ended()
        others = [waiter for waiter in self.place.flights.land(work.key, flight) if waiter is not mine]
        for waiter in others:
            waiter.land(outcome)
        return Landed(work.index, outcome, True, shared=bool(others))

    def _receive(self, landed: Landed | None) -> None:
        if landed is None or landed.index not in self._air:
            return
        del self._air[landed.index]
        self._ready.end(landed.index)
        self._land(landed)

    def _land(self, landed: Landed) -> None:
        index, outcome = landed.index, landed.outcome
        if isinstance(outcome, job.Result):
            self._slots[index] = fill(outcome.refs, outcome.values, mine=landed.first and not landed.shared)
            if outcome.computed:
                self._learn(self.plan.nodes[index].id, outcome.seconds)
            executed = landed.first and outcome.computed
            self._finish(index, "executed" if executed else "cached", outcome.seconds)
        elif isinstance(outcome, Hashed):
            self._late.note(index, outcome)
            self._idle.append(index)
        elif isinstance(outcome, Lost):
            self._wait_again(index, outcome)
        elif isinstance(outcome, Cancelled):
            self._stopped = True
            self.report.outcomes[self.plan.names[index]] = "cancelled"
            self.tell(events.Stopped(self.plan.names[index]))
        elif isinstance(outcome, Exception):
            self._fail(index, outcome)
        else:
            raise outcome

    def _learn(self, node: str, seconds: float) -> None:
        """Note what a call costs. It may have waited for other threads: the least tells most."""
        known = self.place.seconds
        before = known.get(node, seconds)
        known[node] = min(seconds, before + OUTLIER * (seconds - before))

    def _finish(self, index: int, outcome: Outcome, seconds: float) -> None:
        name = self.plan.names[index]
        self.report.outcomes[name] = outcome
        if outcome == "executed":
            self.report.timings[name] = seconds
            for source in self._choices.sources(index):
                self._release(source)
        else:
            self.tell(events.Done(name, True, 0.0))
        for user in self._users.pop(index, ()):
            self._waiting[user] -= 1
            if not self._waiting[user]:
                self._idle.append(user)

    def _adopt(self, index: int, key: bytes) -> bool:
        """Take over the result of an instance with the same key that ran before in this run."""
        twin = self._twins.setdefault(key, index)
        if twin == index:
            return False
        slots = self._slots.get(twin)
        if slots is None or not self._demand.wants[index] <= {n for n, s in slots.items() if s.readable}:
            return False
        self._slots[index] = {name: Slot(slot.ref, slot.value) for name, slot in slots.items()}
        self._finish(index, "cached", 0.0)
        return True

    def _again(self, lost: Lost) -> Found[Entry]:
        """What has to run to get back a result that the store has lost."""
        self._slots.pop(lost.instance, None)
        return self._demand.again(lost.instance)

    def _wait_again(self, index: int, lost: Lost) -> None:
        """Queue an instance behind a source whose stored result turned out to be gone."""
        self._choices.forget(index)
        self._waiting[index] = 0
        again = self._again(lost) if lost.instance in self._slots else Found[Entry]()
        self._await(index, lost.instance)
        self._take_on(again)

    def _release(self, source: Source) -> None:
        """One reader less; after the last the value leaves memory."""
        self._readers[source] -= 1
        if not self._readers[source] and source[0] in self._slots:
            slots = self._slots[source[0]]
            if source[1] in slots and slots[source[1]].ref is not None:
                slots[source[1]] = Slot(slots[source[1]].ref)

    def _fail(self, index: int, error: Exception) -> None:
        """Note a failure, and that nothing behind it can run; everything else goes on."""
        name, node = self.plan.names[index], self.plan.nodes[index]
        failure = error if isinstance(error, NodeFailed) else NodeFailed(name, node.id, say(error))
        failure.__cause__ = None if failure is error else error
        self.report.failures.append(failure)
        self.report.outcomes[name] = "failed"
        self.tell(events.Failed(name, str(failure)))
        waiting = [index]
        while waiting:
            for user in self._users.pop(waiting.pop(), ()):
                blocked = self.plan.names[user]
                if blocked not in self.report.outcomes:
                    self.report.outcomes[blocked] = "blocked"
                    self.tell(events.Blocked(blocked, name))
                    waiting.append(user)

    def _collect(self) -> Lost | None:
        """Read the wanted outputs; one that the store has lost meanwhile is named."""
        outputs: dict[str, Any] = {}
        for name, (index, output) in self.plan.outputs.items():
            slot = self._slots.get(index, {}).get(output)
            if slot is None:
                continue
            try:
                outputs[name] = read(slot, index, self.place.store.load)
            except Lost as lost:
                return lost
            if slot.ref is not None:
                self.report.digests[name] = slot.ref.digest
        self.report.outputs = outputs
        return None

    def _wind_up(self) -> None:
        """Take in what has landed, leave what is in the air, and say how the run ended."""
        while not self._inbox.empty():
            self._receive(self._inbox.get())
        for index, airborne in self._air.items():
            self.place.flights.leave(airborne.flight, airborne.waiter)
            self.report.outcomes[self.plan.names[index]] = "cancelled"
        left = [index for index in self._waiting if self._is_left(index)]
        if self._cancelled.is_set() or (self._stopped and left):
            self.report.status = "cancelled" if self._cancelled.is_set() else "paused"
            for index in left:
                self.report.outcomes[self.plan.names[index]] = "cancelled"
                self.tell(events.Stopped(self.plan.names[index]))
        elif self.report.failures:
            self.report.status = "failed"

    def _is_left(self, index: int) -> bool:
        return self.report.outcomes.get(self.plan.names[index], "cancelled") == "cancelled"
