"""Graphs run without a server: what the command line and Python scripts use."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Any

from engine.declare.registry import Registry, installed
from engine.errors import GraphError, Problem
from engine.executors.local import Local
from engine.graph.check import check
from engine.graph.collector import collector_held
from engine.graph.document import Graph
from engine.graph.embed import with_values, without_paths, without_refs
from engine.graph.flat import Flat, Source
from engine.graph.inline import flatten
from engine.graph.migrate import migrate
from engine.graph.settable import Settable
from engine.plan.environment import default_device, environment
from engine.plan.keys import Keyer
from engine.plan.plan import Plan, compile
from engine.run.events import Listener
from engine.run.report import Report
from engine.run.scheduler import Options
from engine.settings import Settings
from engine.store.files import Files
from engine.store.roots import model_roots
from engine.store.store import Store
from engine.wording import Phrase, listed


class Headless:
    """Plans and runs graphs in this process.

    Args:
        settings: Where things lie; read from the environment when not given.
        registry: The nodes; those of the installed packs when not given.
        base: Folder of the graph, in which its file params and references are looked for first.
        cache: False runs with a store that begins empty and is gone at the end.
        local: Whether absolute paths are allowed, as on a local command line.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        registry: Registry | None = None,
        base: Path | None = None,
        cache: bool = True,
        local: bool = True,
    ) -> None:
        self.settings = settings or Settings.load()
        self.registry = registry or installed()
        self.base = base
        disk, ram = self.settings.disk_budget, self.settings.ram_budget
        self.store = (
            Store(self.settings.home, disk_budget=disk, ram_budget=ram)
            if cache
            else Store.temporary(disk_budget=disk, ram_budget=ram)
        )
        self.files = Files(self.settings, self.store, local=local, base=base)
        device = default_device() if self.settings.device == "auto" else self.settings.device
        self.keyer = Keyer(self.registry, environment(device))
        self.local = Local(self.settings, self.store, self.files.find)

    def __enter__(self) -> Headless:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Wait until everything is durable, and let go of the store."""
        self.local.close()

    def read(self, source: str | os.PathLike[str] | bytes) -> Graph:
        """Read a graph, and bring its params to the versions of the installed nodes.

        Raises:
            GraphError: It is missing, or no graph, or a node can't read its old params.
        """
        return self.renewed(Graph.read(source))

    def renewed(self, graph: Graph) -> Graph:
        """Bring a graph's params to the versions of the installed nodes, in place.

        Raises:
            GraphError: A node can't read its old params.
        """
        if problems := migrate(graph, self.registry):
            raise GraphError(problems)
        return graph

    def reference(self, text: str) -> Graph:
        """Read a graph that another one refers to.

        Args:
            text: Its name, relative to the graph's own folder or to one of the library's.

        Raises:
            GraphError: It isn't there, lies outside, or is no graph.
        """
        return self.read(self.files.library(text))

    def carried(self, graph: Graph) -> str:
        """The text of a graph that a file carries: it stands alone, and tells no folder's name.

        Args:
            graph: The document, with the values that were set.

        Raises:
            KnotworkError: A reference can't be read.
        """
        settings, own = self.settings, () if self.base is None else (self.base,)
        plain = [(folder, "") for folder in (*own, *settings.file_roots)]
        models = [(root.folder, root.start) for root in model_roots(settings.model_roots)]
        whole = without_refs(graph, self.reference)
        return without_paths(whole, self.registry, [*plain, *models]).to_bytes().decode()

    def check_ready(self, graph: Graph, cure: str = "") -> None:
        """Refuse a graph that can't be run as it is.

        Args:
            graph: The document, with the values that were set.
            cure: What to do about an input without a value, if not to give it one; ``{name}`` stands for it.

        Raises:
            GraphError: It has problems, or an input lacks a value.
        """

        def told(name: str) -> str:
            return cure.format(name=name) if cure else Phrase("give-one")

        problems = [
            Problem("missing-input", "", name, Phrase("value"), Phrase("nothing"), told(name))
            for name, declared in graph.inputs.items()
            if declared.required
        ]
        problems += check(graph, self.registry, self.files.resolve, self.reference)
        if problems:
            raise GraphError(problems)

    def plan(
        self, graph: Graph, values: Mapping[str, Any] | None = None, outputs: Iterable[str] = ()
    ) -> Plan:
        """Compile a graph for the outputs wanted; nothing runs.

        Args:
            graph: The document.
            values: Graph input, or ``instance.port`` of a param, → value.
            outputs: Named outputs, or ``instance.port``; without any, all named ones, else what no one reads.

        Raises:
            GraphError: The graph or a value is wrong.
        """
        with collector_held():
            flat = flatten(self._given(graph, values or {}), self.registry, refs=self.reference)
            return compile(flat, self.keyer, self.files, wanted=wanted(flat, outputs))

    def run(
        self,
        graph: Graph,
        values: Mapping[str, Any] | None = None,
        outputs: Iterable[str] = (),
        *,
        listen: Listener | None = None,
        forced: Iterable[str] = (),
        scope: str = "",
    ) -> Report:
        """Plan and run a graph.

        Args:
            graph: The document.
            values: See ``plan``.
            outputs: See ``plan``.
            listen: Takes the run's events.
            forced: Instances, or whole subgraphs, to run whatever is stored.
            scope: Name under which the keys are remembered, for the next explanation.

        Raises:
            GraphError: The graph or a value is wrong. What goes wrong in nodes is in the report.
        """
        start = perf_counter()
        plan = self.plan(graph, values, outputs)
        options = Options(forced=meant(forced, plan.names))
        planned = perf_counter() - start
        report = self.local.run(plan, listen, options)
        self.store.remember(scope, plan.named_keys())
        report.seconds["plan"] = planned
        return report

    def _given(self, graph: Graph, values: Mapping[str, Any]) -> Graph:
        others = [name for name in values if name not in graph.inputs]
        if others:
            places = Settable(graph, self.registry, self.reference)
            for name in others:
                places.port(name)
        return with_values(graph, values)


def wanted(flat: Flat, outputs: Iterable[str]) -> dict[str, Source]:
    """Sources of the outputs asked for.

    Args:
        flat: The graph.
        outputs: Named outputs, or ``instance.port``; without any, all named ones, else what no one reads.

    Raises:
        GraphError: There is no such output.
    """
    asked = list(outputs)
    if not asked:
        return flat.outputs or _unread(flat)
    index = {name: i for i, name in enumerate(flat.names)} if any("." in name for name in asked) else {}
    found: dict[str, Source] = {}
    for name in asked:
        instance, _, port = name.rpartition(".")
        if name in flat.outputs:
            found[name] = flat.outputs[name]
        elif instance in index:
            found[name] = (index[instance], port)
        else:
            expected, cure = Phrase("graph-output"), Phrase("named-outputs", known=listed(flat.outputs))
            raise GraphError([Problem("unknown-output", "", name, expected, f'"{name}"', cure)])
    return found


def meant(names: Iterable[str], instances: Sequence[str]) -> frozenset[int]:
    """The numbers of the instances that are meant by names of instances and of subgraphs.

    Args:
        names: As typed.
        instances: Names of a plan's instances.

    Raises:
        GraphError: A name is neither.
    """
    asked = dict.fromkeys(names)
    if not asked:
        return frozenset()
    inside: dict[str, list[int]] = {}
    for number, instance in enumerate(instances):
        ends = [i for i, sign in enumerate(instance) if sign == "/"]
        for end in (*ends, len(instance)):
            inside.setdefault(instance[:end], []).append(number)
    for name in asked:
        if name not in inside:
            near = get_close_matches(name, instances, 1)
            cure = Phrase("near", name=near[0]) if near else Phrase("see-plan")
            expected = Phrase("graph-instance")
            raise GraphError([Problem("unknown-instance", "", "", expected, f'"{name}"', cure)])
    return frozenset(number for name in asked for number in inside[name])


def _unread(flat: Flat) -> dict[str, Source]:
    read = {source for links in flat.links for sources in links.values() for source in sources}
    read |= flat.spared
    return {
        f"{name}.{output}": (i, output)
        for i, (name, node) in enumerate(zip(flat.names, flat.nodes, strict=True))
        for output in _outputs(flat, i, node.outputs)
        if (i, output) not in read
    }


def _outputs(flat: Flat, index: int, declared: Iterable[str]) -> Iterable[str]:
    loop = flat.loops.get(index)
    return declared if loop is None else (*loop.carry, *loop.collect)
