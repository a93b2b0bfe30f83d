"""Everything that is wrong with a graph, all at once, before anything runs."""

from __future__ import annotations

from collections.abc import Iterable

from engine.declare.registry import Registry
from engine.errors import Problem
from engine.graph.agreement import Agreement
from engine.graph.bypass import passing_input
from engine.graph.document import Graph, Instance
from engine.graph.interface import Interface, Interfaces
from engine.graph.levels import Level, Refs, expand
from engine.graph.loops import check_loop
from engine.graph.order import arrange, cycle_problem
from engine.graph.params import Files, Params
from engine.graph.wiring import Wiring
from engine.wording import Phrase, listed


def check(
    graph: Graph, registry: Registry, files: Files | None = None, refs: Refs | None = None
) -> list[Problem]:
    """List every problem of a graph; an empty list means that it can be planned.

    Inputs of the graph itself may still lack values: they are set when it runs.

    Args:
        graph: The document, migrated.
        registry: Where node ids are found.
        files: Resolves a file param and refuses what lies outside the roots; without it files are let be.
        refs: Reads a referenced graph. Without it, a reference is a problem.
    """
    return Checked(graph, registry, files, refs).problems()


class Checked:
    """A graph that was checked, with enough kept to check a typed-in value without looking at the rest.

    Args:
        graph: See ``check``, for all of them.
        registry: Where node ids are found.
        files: Resolves a file param.
        refs: Reads a referenced graph.
    """

    def __init__(
        self, graph: Graph, registry: Registry, files: Files | None = None, refs: Refs | None = None
    ) -> None:
        self._scratch: list[Problem] = []
        self._found: dict[tuple[str, str], list[Problem]] = {}
        levels = expand(graph, refs, self._scratch)
        self._levels = {level.path: level for level in levels}
        self._interfaces = Interfaces(levels, registry)
        self._params = Params(self._interfaces, files, self._scratch)
        wiring = Wiring(levels, self._interfaces, self._scratch)
        self._keep("", "")
        types = Agreement(self._scratch)
        self._instances = {
            level.path: _Instances(
                level, registry, self._params, types, wiring.net.used[level], self._scratch
            )
            for level in levels
        }
        for level in levels:
            self._check_level(level)
        order, cycles = arrange(wiring.net.after)
        labels, wires = wiring.net.labels, wiring.net.wires
        self._scratch += [cycle_problem([labels[vertex] for vertex in cycle]) for cycle in cycles]
        for vertex in order:
            for wire in wires.get(vertex, ()):
                types.check(wire)
        self._keep("", "types/")

    def problems(self) -> list[Problem]:
        """Every problem, in the order of the document."""
        return [problem for part in self._found.values() for problem in part]

    def retype(self, graph: Graph, at: str, name: str, ports: Iterable[str]) -> bool:
        """Take in that values were typed into an instance, or taken out.

        Args:
            graph: The graph after that; but for these values it is as it was.
            at: Path of the level, ``outer/inner``.
            name: The instance.
            ports: Where the values are.

        Returns:
            False when that may have changed problems elsewhere, or files have to be looked at: then this
            object is of no more use, and the graph is to be checked anew.
        """
        level = self._follow(graph, at)
        if level is None or name not in level.graph.nodes:
            return False
        interface = self._interfaces.of[level].get(name)
        if interface is None:  # muted: as if absent
            return True
        instance = level.graph.nodes[name]
        if instance.mode == "bypass" or not interface.known:
            return False
        if not self._params.stay_here(level, name, {*ports, *instance.params}):
            return False
        self._instances[level.path].check(name, interface)
        self._keep(level.path, name)
        return True

    def _check_level(self, level: Level) -> None:
        _check_defaults(level, self._params)
        self._keep(level.path, "defaults/")  # no instance is called so
        for name, interface in self._interfaces.of[level].items():
            self._instances[level.path].check(name, interface)
            self._keep(level.path, name)
        self._scratch += [_bad_name(level.path + name) for name in level.graph.nodes if not _is_name(name)]
        self._keep(level.path, "names/")

    def _keep(self, path: str, part: str) -> None:
        """Put aside what was found last."""
        self._found[path, part] = self._scratch[:]
        self._scratch.clear()

    def _follow(self, graph: Graph, at: str) -> Level | None:
        """Take over the levels on the way to an edited one."""
        level = self._levels[""]
        level.graph = graph
        for name in at.split("/") if at else ():
            holder = level.graph.nodes.get(name)
            inner = level.inner.get(name)
            if holder is None or holder.graph is None or inner is None:
                return None
            level = inner
            level.graph = holder.graph
        return level


class _Instances:
    """Checks the instances of one level one by one."""

    def __init__(
        self,
        level: Level,
        registry: Registry,
        params: Params,
        types: Agreement,
        used: set[tuple[str, str]],
        problems: list[Problem],
    ) -> None:
        self._level = level
        self._registry = registry
        self._params = params
        self._types = types
        self._used = used
        self._problems = problems
        self._muted = {name for name, instance in level.graph.nodes.items() if instance.mode == "mute"}

    def check(self, name: str, interface: Interface) -> None:
        instance = self._level.graph.nodes[name]
        if instance.params:
            self._params.check(self._level, name, instance)
        if instance.mode == "bypass":
            self._bypass(name, instance, interface)
            return
        self._missing(name, instance, interface)
        if instance.is_loop:
            check_loop(self._level, name, interface, self._params, self._problems)
        elif name not in self._level.inner:
            self._plain(name, instance, interface)
        elif instance.type:
            got, cure = Phrase("type-and-graph", type=instance.type), Phrase("drop-kind")
            self._report("two-kinds", name, "", Phrase("type-graph-ref"), got, cure)
        if instance.over:
            self._lifted(name, instance, interface)
        if instance.frozen and not _is_hex(instance.frozen):
            cure = Phrase("freeze-again")
            self._report("bad-value", name, "frozen", Phrase("hex-key"), instance.frozen[:80], cure)

    def _missing(self, name: str, instance: Instance, interface: Interface) -> None:
        fed = self._level.fed.get(name, ())
        for port in interface.required:
            if port in instance.params or port in fed:
                continue
            if port not in instance.links:
                expected, cure = Phrase("a-type", type=interface.inputs[port].type), Phrase("link-or-type")
                self._report("missing-input", name, port, expected, Phrase("nothing"), cure)
            elif self._muted and self._all_muted(instance.links[port]):
                expected, cure = Phrase("a-type", type=interface.inputs[port].type), Phrase("unmute-or-link")
                self._report("missing-input", name, port, expected, Phrase("link-to-muted"), cure)

    def _all_muted(self, links: str | list[str]) -> bool:
        texts = [links] if isinstance(links, str) else links
        return all(text.partition(".")[0] in self._muted for text in texts)

    def _plain(self, name: str, instance: Instance, interface: Interface) -> None:
        extent = instance.items is not None or instance.count is not None
        if instance.carry or extent or instance.while_ or instance.fork is not None:
            self._report("not-a-loop", name, "", Phrase("loop"), f'"{instance.type}"', Phrase("make-loop"))
        node = interface.node
        if node is None:
            if instance.graph is None and not instance.ref:
                self._unknown(name, instance)
            return
        if instance.version > node.version:
            cure = Phrase("update-pack", pack=self._registry.pack_of(node.id))
            expected = Phrase("version-or-older", version=node.version, node=node.id)
            got = Phrase("version", version=instance.version)
            self._report("newer-node", name, "", expected, got, cure)
        if "infer" in node.companions:
            self._types.families(self._level.path + name, self._params.families(self._level, name, node))

    def _unknown(self, name: str, instance: Instance) -> None:
        if reason := self._registry.why_missing(instance.type):
            cure = Phrase("mend-pack")
            self._report("unknown-node", name, "", Phrase("node-importable"), reason, cure)
            return
        if not instance.type:
            cure = Phrase("give-kind")
            self._report("no-type", name, "", Phrase("type-graph-ref"), Phrase("none"), cure)
            return
        near = self._registry.nearest(instance.type)
        cure = Phrase("near", name=near) if near else Phrase("install-pack")
        self._report("unknown-node", name, "", Phrase("node-installed"), f'"{instance.type}"', cure)

    def _lifted(self, name: str, instance: Instance, interface: Interface) -> None:
        if interface.node is None:
            if interface.known:
                got, cure = Phrase("with-over"), Phrase("lift-inside")
                self._report("not-liftable", name, "", Phrase("plain-node"), got, cure)
            return
        for port in instance.over:
            if port not in interface.inputs:
                expected, got = Phrase("input", known=listed(interface.inputs)), Phrase("in-over", port=port)
                self._report("unknown-port", name, port, expected, got, Phrase("drop-over"))

    def _bypass(self, name: str, instance: Instance, interface: Interface) -> None:
        fed = {*instance.params, *instance.links, *self._level.fed.get(name, ())}
        for source, output in sorted(self._used):
            if source != name:
                continue
            node = interface.node
            if node is None or output not in node.outputs or passing_input(node, output, fed) is None:
                expected, cure = Phrase("input-of-type"), Phrase("drop-or-around")
                self._report("bypass", name, output, expected, Phrase("none"), cure)

    def _report(self, code: str, name: str, port: str, expected: str, got: str, cure: str) -> None:
        self._problems.append(Problem(code, self._level.path + name, port, expected, got, cure))


def _check_defaults(level: Level, params: Params) -> None:
    """Check graph inputs' defaults against every port that they reach."""
    for name, declared in level.graph.inputs.items():
        if declared.required or declared.default is None:
            continue
        for target in declared.to:
            instance, _, port = target.partition(".")
            params.fit(level, instance, port, declared.default, level.path[:-1], name)


def _is_name(name: str) -> bool:
    return bool(name) and "." not in name and "/" not in name


def _bad_name(path: str) -> Problem:
    return Problem("bad-name", path, "", Phrase("plain-name"), f'"{path}"', Phrase("rename-instance"))


def _is_hex(text: str) -> bool:
    try:
        bytes.fromhex(text)
    except ValueError:
        return False
    return True
