"""``knotwork nodes``: the nodes that are installed, and what one of them takes and gives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli import options, terminal
from engine.errors import KnotworkError

if TYPE_CHECKING:
    from engine.declare.node import Port
    from engine.declare.registry import AnyNode, Registry

LIMITS = {
    "minimum": "≥ {}",
    "exclusiveMinimum": "> {}",
    "maximum": "≤ {}",
    "exclusiveMaximum": "< {}",
    "multipleOf": "multiple of {}",
    "minLength": "at least {} long",
    "maxLength": "at most {} long",
    "pattern": "like {}",
}
Id = Annotated[str | None, typer.Argument(metavar="[ID]", help="A node's id, or the first part of several.")]


class UnknownNode(KnotworkError):
    """No pack has such a node."""


def command(id: Id = None, as_json: options.Json = False) -> None:
    """List the nodes, or tell everything about one."""
    with terminal.refusing(as_json):
        from engine.declare.catalogue import describe
        from engine.declare.registry import installed

        registry = installed()
        node = registry.find(id) if id and "." in id else None
        nodes = [node] if node else _family(registry, id or "")
        if as_json:
            terminal.result({"nodes": [describe(one, registry) for one in nodes], "broken": registry.broken})
        elif node:
            _show(node, registry)
        else:
            terminal.show_table(("node", "takes", "gives", "help"), map(_row, nodes))
    for name, reason in registry.broken.items():
        terminal.note(f"{name} can't be imported: {reason}")


def _family(registry: Registry, prefix: str) -> Sequence[AnyNode]:
    every = registry.all()
    found = [node for node in every if not prefix or f"{node.id}.".startswith(f"{prefix}.")]
    if not found and prefix:
        near = registry.nearest(prefix)
        reason = registry.why_missing(prefix)
        cure = f"Its pack is broken: {reason}." if reason else f'Did you mean "{near}"?' if near else ""
        raise UnknownNode(f'expected the id of a node, got "{prefix}". {cure or "See: knotwork nodes."}')
    return found


def _row(node: AnyNode) -> tuple[str, ...]:
    takes = ", ".join(f"*{name}" if port.variadic else name for name, port in node.inputs.items())
    gives = ", ".join(f"{name}: {port.type}" for name, port in node.outputs.items())
    return node.id, takes, gives, _first_line(node.help)


def _show(node: AnyNode, registry: Registry) -> None:
    from engine.declare.registry import pack_version

    pack = registry.pack_of(node.id)
    print(f"{node.id}, version {node.version}, from {pack} {pack_version(pack)}")
    print(node.help)
    if node.licence:
        print(f"Licence: {node.licence}")
    head = ("port", "type", "default", "range", "help")
    print("\nInputs")
    terminal.show_table(head, [_port_row(port) for port in node.inputs.values()])
    print("\nOutputs")
    rows = [(name, str(port.type), port.help) for name, port in node.outputs.items()]
    terminal.show_table(("port", "type", "help"), rows)


def _port_row(port: Port) -> tuple[str, ...]:
    schema = port.schema() if port.is_param else {}
    name = f"*{port.name}" if port.variadic else port.name
    default = "required" if port.required else "" if "default" not in schema else repr(schema["default"])
    return name, str(port.type), default, ", ".join(_limits(schema)), port.help


def _limits(schema: dict[str, Any]) -> Iterable[str]:
    for form in (schema, *schema.get("anyOf", ())):
        if "enum" in form:
            yield " | ".join(map(str, form["enum"]))
        for name, text in LIMITS.items():
            if name in form:
                yield text.format(form[name])
        if form.get("suffixes"):
            yield " or ".join(form["suffixes"])


def _first_line(text: str) -> str:
    return text.partition("\n")[0]
