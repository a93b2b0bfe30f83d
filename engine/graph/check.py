"""Everything that is wrong with a graph, all at once, before anything runs."""

from __future__ import annotations

from engine.declare.registry import Registry
from engine.declare.types import Bindings, Family, Plain, Type, Unknown, Var
from engine.errors import Problem
from engine.graph.bypass import passing_input
from engine.graph.document import Graph, Instance
from engine.graph.interface import Interface, Interfaces
from engine.graph.levels import Level, Refs, expand
from engine.graph.loops import check_loop
from engine.graph.order import arrange, cycle_problem
from engine.graph.params import Files, Params
from engine.graph.wiring import Wire, Wiring


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
    problems: list[Problem] = []
    levels = expand(graph, refs, problems)
    interfaces = Interfaces(levels, registry)
    params = Params(interfaces, files, problems)
    wiring = Wiring(levels, interfaces, problems)
    types = _Types(problems)
    for level in levels:
        _check_defaults(level, params)
        instances = _Instances(level, registry, params, types, wiring.net.used[level], problems)
        for name, interface in interfaces.of[level].items():
            instances.check(name, interface)
        problems += [_bad_name(level.path + name) for name in level.graph.nodes if not _is_name(name)]
    order, cycles = arrange(wiring.net.after)
    problems += [cycle_problem([wiring.net.labels[vertex] for vertex in cycle]) for cycle in cycles]
    wires = wiring.net.wires
    for vertex in order:
        for wire in wires.get(vertex, ()):
            types.check(wire)
    return problems


class _Instances:
    """Checks the instances of one level one by one."""

    def __init__(
        self,
        level: Level,
        registry: Registry,
        params: Params,
        types: _Types,
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
            cure = "Take the type or the graph out."
            self._report(
                "two-kinds", name, "", "a type, a graph or a ref", f'"{instance.type}" and a graph', cure
            )
        if instance.over:
            self._lifted(name, instance, interface)
        if instance.frozen and not _is_hex(instance.frozen):
            self._report(
                "bad-value", name, "frozen", "a key in hex", instance.frozen[:80], "Freeze it again."
            )

    def _missing(self, name: str, instance: Instance, interface: Interface) -> None:
        fed = self._level.fed.get(name, ())
        for port in interface.required:
            if port in instance.params or port in fed:
                continue
            if port not in instance.links:
                expected = f"a {interface.inputs[port].type}"
                self._report("missing-input", name, port, expected, "nothing", "Link it, or type a value.")
            elif self._muted and self._all_muted(instance.links[port]):
                cure = "Unmute the source, or link another."
                expected = f"a {interface.inputs[port].type}"
                self._report("missing-input", name, port, expected, "a link to a muted instance", cure)

    def _all_muted(self, links: str | list[str]) -> bool:
        texts = [links] if isinstance(links, str) else links
        return all(text.partition(".")[0] in self._muted for text in texts)

    def _plain(self, name: str, instance: Instance, interface: Interface) -> None:
        if instance.carry or instance.items is not None or instance.count is not None or instance.while_:
            cure = 'Set its type to "flow.loop", or take carry, items, count and while out.'
            self._report("not-a-loop", name, "", "a loop", f'"{instance.type}"', cure)
        node = interface.node
        if node is None:
            if instance.graph is None and not instance.ref:
                self._unknown(name, instance)
            return
        if instance.version > node.version:
            cure = f"Update the pack {self._registry.pack_of(node.id)}."
            expected = f"version {node.version} of {node.id} or older"
            self._report("newer-node", name, "", expected, f"version {instance.version}", cure)
        if "infer" in node.companions:
            self._types.families(self._level.path + name, self._params.families(self._level, name, node))

    def _unknown(self, name: str, instance: Instance) -> None:
        if reason := self._registry.why_missing(instance.type):
            cure = "Mend or reinstall its pack."
            self._report("unknown-node", name, "", "a node that can be imported", reason, cure)
            return
        if not instance.type:
            self._report("no-type", name, "", "a type, a graph or a ref", "none", "Give it one of them.")
            return
        near = self._registry.nearest(instance.type)
        cure = f'Did you mean "{near}"?' if near else "Install the pack that it comes from."
        self._report("unknown-node", name, "", "a node that is installed", f'"{instance.type}"', cure)

    def _lifted(self, name: str, instance: Instance, interface: Interface) -> None:
        if interface.node is None:
            if interface.known:
                cure = "Lift the instances inside it, or use a loop with items."
                self._report("not-liftable", name, "", "a plain node", "a graph with over", cure)
            return
        for port in instance.over:
            if port not in interface.inputs:
                known = ", ".join(interface.inputs) or "none"
                cure = "Take it out of over."
                self._report("unknown-port", name, port, f"an input ({known})", f'"{port}" in over', cure)

    def _bypass(self, name: str, instance: Instance, interface: Interface) -> None:
        fed = {*instance.params, *instance.links, *self._level.fed.get(name, ())}
        for source, output in sorted(self._used):
            if source != name:
                continue
            node = interface.node
            if node is None or output not in node.outputs or passing_input(node, output, fed) is None:
                expected, cure = "an input of the output's type", "Remove the instance, or link around it."
                self._report("bypass", name, output, expected, "none", cure)

    def _report(self, code: str, name: str, port: str, expected: str, got: str, cure: str) -> None:
        self._problems.append(Problem(code, self._level.path + name, port, expected, got, cure))


class _Types:
    """Compares types wire by wire; what a variable met first it stands for from then on."""

    def __init__(self, problems: list[Problem]) -> None:
        self._bindings = Bindings()
        self._problems = problems
        self._origins: dict[str, list[str]] = {}

    def families(self, path: str, families: dict[str, str]) -> None:
        """Take note of what an instance's file says about its variables."""
        for variable, family in families.items():
            self._bindings.link(Family(family), Var(variable, path))
            self._origins.setdefault(family, []).append(path)

    def check(self, wire: Wire) -> None:
        if self._bindings.link(wire.source, wire.target):
            return
        source, target = self._bindings.resolve(wire.source), self._bindings.resolve(wire.target)
        got = f"{source} from {wire.text}"
        if self._bindings.link(_bare(source), _bare(target)):
            told = [f"{name} comes from {', '.join(paths)}" for name, paths in self._known(source, target)]
            cure = f"Use models of one family{': ' if told else ''}{' and '.join(told)}."
            self._problems.append(Problem("wrong-family", wire.instance, wire.port, f"{target}", got, cure))
            return
        cure = f"Link a {target}, or put a node between that makes one of a {source}."
        self._problems.append(Problem("wrong-type", wire.instance, wire.port, f"a {target}", got, cure))

    def _known(self, *types: Type) -> list[tuple[str, list[str]]]:
        named = [
            arg.name
            for type_ in types
            if isinstance(type_, Plain)
            for arg in type_.args
            if isinstance(arg, Family)
        ]
        return [(name, self._origins[name]) for name in named if name in self._origins]


def _bare(type_: Type) -> Type:
    """A type of which nothing is said about the family."""
    return Plain(type_.cls, tuple(Unknown() for _ in type_.args)) if isinstance(type_, Plain) else type_


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
    expected = "a name without dots and slashes"
    return Problem("bad-name", path, "", expected, f'"{path}"', "Rename the instance.")


def _is_hex(text: str) -> bool:
    try:
        bytes.fromhex(text)
    except ValueError:
        return False
    return True
