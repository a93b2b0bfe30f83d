"""Operations at random, as people with a graph in front of them would make them; some can't be made."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from engine.graph.document import Graph

Operation = dict[str, Any]
TREE: dict[str, Any] = {
    "inputs": {"x": {"to": ["n0.value"], "default": 1}},
    "outputs": {"sum": "sum.out"},
    "nodes": {
        "n0": {"type": "t.number"},
        "n1": {"type": "t.number", "params": {"value": 2}},
        "sum": {"type": "t.add", "links": {"a": "n0.out", "b": "n1.out"}},
        "all": {"type": "t.total", "links": {"values": ["n0.out", "n1.out", "sum.out"]}},
    },
    "view": {"n0": {"at": [0, 0]}},
}


def strokes(chance: Random, graph: Graph) -> list[Operation]:
    """One to three operations on a graph as somebody sees it, who may see an older one."""
    at, level = _level(chance, graph)
    return [{**chance.choice(KINDS)(chance, level), "at": at} for _ in range(chance.choice([1, 1, 1, 2, 3]))]


def _level(chance: Random, graph: Graph) -> tuple[str, Graph]:
    inside = [(name, one.graph) for name, one in graph.nodes.items() if one.graph is not None]
    return chance.choice(inside) if inside and chance.random() < 0.3 else ("", graph)


def _name(chance: Random, level: Graph) -> str:
    return chance.choice(list(level.nodes) or ["nobody"])


def _new(chance: Random) -> str:
    return f"n{chance.randrange(40)}"


def _source(chance: Random, level: Graph) -> str:
    return f"{_name(chance, level)}.out"


def _add(chance: Random, level: Graph) -> Operation:
    kind = chance.choice(["t.number", "t.add", "t.total"])
    position = [chance.randrange(100), chance.random()]
    return {"op": "add", "name": _new(chance), "instance": {"type": kind}, "position": position}


def _remove(chance: Random, level: Graph) -> Operation:
    return {"op": "remove", "names": [_name(chance, level)]}


def _type(chance: Random, level: Graph) -> Operation:
    value = chance.choice([chance.randrange(9), chance.random(), True, None, "text", [1, {"a": 2}]])
    return {"op": "set_param", "name": _name(chance, level), "port": "value", "value": value}


def _unset(chance: Random, level: Graph) -> Operation:
    return {"op": "unset_param", "name": _name(chance, level), "port": "value"}


def _link(chance: Random, level: Graph) -> Operation:
    many = chance.random() < 0.3
    source: Any = [_source(chance, level) for _ in range(3)] if many else _source(chance, level)
    return {"op": "link", "name": _name(chance, level), "port": chance.choice("ab"), "source": source}


def _unlink(chance: Random, level: Graph) -> Operation:
    return {"op": "unlink", "name": _name(chance, level), "port": chance.choice("ab")}


def _rename(chance: Random, level: Graph) -> Operation:
    return {"op": "rename", "name": _name(chance, level), "to": _new(chance)}


def _move(chance: Random, level: Graph) -> Operation:
    names = {_name(chance, level) for _ in range(3)}
    return {"op": "move", "positions": {name: [chance.randrange(9), chance.randrange(9)] for name in names}}


def _note(chance: Random, level: Graph) -> Operation:
    value = {"text": "hi"} if chance.random() < 0.7 else None
    return {"op": "note", "id": str(chance.randrange(3)), "value": value}


def _expose(chance: Random, level: Graph) -> Operation:
    return {"op": "expose_output", "name": f"out{chance.randrange(3)}", "source": _source(chance, level)}


def _give(chance: Random, level: Graph) -> Operation:
    given = {"to": [f"{_name(chance, level)}.value"], "default": chance.choice([None, 1, "text"])}
    return {"op": "expose_input", "name": chance.choice("xy"), "input": given}


def _embed(chance: Random, level: Graph) -> Operation:
    names = list({_name(chance, level) for _ in range(2)})
    return {"op": "embed", "names": sorted(names), "name": _new(chance)}


def _unpack(chance: Random, level: Graph) -> Operation:
    return {"op": "unpack", "name": _name(chance, level)}


def _set_fields(chance: Random, level: Graph) -> Operation:
    fields = {"title": chance.choice(["One", None]), "mode": chance.choice(["", "mute", "bypass"])}
    return {"op": "set_fields", "name": _name(chance, level), "fields": fields}


def _describe(chance: Random, level: Graph) -> Operation:
    return {"op": "describe", "fields": {"title": chance.choice(["", "Sums", "More"])}}


Kind = Callable[[Random, Graph], Operation]
OFTEN: list[Kind] = [_add, _type, _link, _move]
SOMETIMES: list[Kind] = [_remove, _unset, _unlink, _rename, _note, _expose, _give, _set_fields, _describe]
SELDOM: list[Kind] = [_embed, _unpack]
KINDS = [*OFTEN * 4, *SOMETIMES * 2, *SELDOM]
