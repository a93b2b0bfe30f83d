"""Edits as writes of single places, each kept with what stood there before, so that it can be taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from engine.errors import GraphError, KnotworkError
from engine.graph.canonical import compact, utf8
from engine.graph.document import Graph, GraphInput, Instance
from engine.graph.leaves import KEYED
from engine.graph.reading import DEPTH, depth

Entry = list[JsonValue]
"""What stands in a place: nothing, or one value."""
OWN = ("inputs", "outputs", "nodes", "view")
"""Tables of a level that edits write to."""


class Refused(KnotworkError):
    """An edit can't be made on the graph as it is now; the graph was left as it was."""


class Write(BaseModel):
    """One place of a level that gets another value.

    Attributes:
        where: The place step by step: ``nodes``, name; ``nodes``, name, field; ``nodes``, name, ``params``
            (or ``links``, ``carry``), port; ``inputs``, ``outputs`` or ``view``, name; ``view``, name, field;
            or a graph's field.
        old: What must stand there before.
        new: What stands there after.
    """

    model_config = ConfigDict(frozen=True)

    where: tuple[str, ...]
    old: Entry = Field(default=[], max_length=1)
    new: Entry = Field(default=[], max_length=1)


class Patch(BaseModel):
    """Writes to one level: what takes an edit back, and what makes it again.

    Attributes:
        at: Path of the subgraph, ``outer/inner``; empty for the graph itself.
        writes: In order.
    """

    model_config = ConfigDict(frozen=True)

    op: Literal["patch"] = "patch"
    at: str = ""
    writes: tuple[Write, ...]

    def inverse(self) -> Patch:
        """What takes this patch back."""
        writes = [Write(where=write.where, old=write.new, new=write.old) for write in reversed(self.writes)]
        return Patch(at=self.at, writes=tuple(writes))


def fork(graph: Graph, at: str) -> Graph:
    """A graph for an edit of one level to write to, while those who hold the old one go on reading it.

    It shares every instance with the old one: an edit puts another instance in the place of one it changes.

    Args:
        graph: Stays as it is.
        at: Path of the level that will be written to.
    """
    forked = level = _own(graph)
    for name in at.split("/") if at else ():
        holder = level.nodes.get(name)
        if holder is None or holder.graph is None:
            break  # whoever edits there is refused
        inner = _own(holder.graph)
        level.nodes[name] = holder.model_copy(update={"graph": inner})
        level = inner
    return forked


def _own(level: Graph) -> Graph:
    return level.model_copy(update={field: dict(getattr(level, field)) for field in OWN})


class Editor:
    """Writes to one level of a graph and remembers what was there.

    Attributes:
        level: The graph that is written to.
    """

    def __init__(self, graph: Graph, at: str) -> None:
        self.level = _inside(graph, at)
        self._at = at
        self._writes: list[Write] = []

    def instance(self, name: str) -> Instance:
        """An instance that must be there.

        Raises:
            Refused: It is not.
        """
        found = self.level.nodes.get(name)
        if found is None:
            raise Refused(f'expected an instance "{name}", but it is not there (any more)')
        return found

    def put(self, *where: str, value: Any) -> None:
        """Write a value, in its JSON form."""
        self._write(where, [value])

    def drop(self, *where: str) -> None:
        """Take away what stands in a place."""
        self._write(where, [])

    def move(self, table: str, old: str, new: str) -> None:
        """Put what stands under one name of a table under another one."""
        for value in read(self.level, (table, old)):
            self.drop(table, old)
            self.put(table, new, value=value)

    def change(self, name: str, after: Instance) -> None:
        """Write whatever differs in another form of an instance, field by field."""
        self._fields(("nodes", name), _json(self.instance(name)), _json(after))

    def become(self, after: Graph) -> None:
        """Write whatever differs in another graph, place by place."""
        before, wanted = _places(self.level), _places(after)
        for where in before:
            if where not in wanted:
                self.drop(*where)
        for where, value in wanted.items():
            if where[0] == "nodes" and where in before:
                self._fields(where, before[where], value)
            elif where not in before or before[where] != value:
                self.put(*where, value=value)

    def patch(self, patch: Patch) -> None:
        """Make every write of a patch.

        Raises:
            Refused: Somebody else has written to one of the places since.
        """
        for write in patch.writes:
            if not self.applies(write):
                raise Refused(f"{'.'.join(write.where)} was changed since, so this no longer applies")
            self._write(write.where, write.new)

    def patch_the_rest(self, patch: Patch) -> list[Write]:
        """Make what still applies of a patch; the writes that don't are left out and returned.

        Raises:
            Refused: A whole instance that it puts or takes away was changed: the rest means nothing then.
        """
        left_out: list[Write] = []
        for write in patch.writes:
            if self.applies(write):
                self._write(write.where, write.new)
            elif len(write.where) == 2 and write.where[0] == "nodes":
                raise Refused(f"{write.where[1]} was changed since")
            else:
                left_out.append(write)
        return left_out

    def applies(self, write: Write) -> bool:
        """Whether a place holds what a write found there."""
        try:
            return _same(read(self.level, write.where), write.old)
        except Refused:
            return False

    def written(self) -> Patch:
        """All that was written so far."""
        return Patch(at=self._at, writes=tuple(self._writes))

    def take_back(self) -> None:
        """Undo all that was written so far."""
        for write in reversed(self._writes):
            _store(self.level, write.where, write.old)

    def _fields(self, where: tuple[str, ...], before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """Write the fields in which two forms of an instance, or two of its tables, differ."""
        for field in {**before, **after}:
            if field in KEYED and len(where) == 2:
                self._fields((*where, field), before.get(field, {}), after.get(field, {}))
            elif field not in after:
                self.drop(*where, field)
            elif field not in before or before[field] != after[field]:
                self.put(*where, field, value=after[field])

    def _write(self, where: Sequence[str], new: Entry) -> None:
        old = read(self.level, where)
        _check_writable(self._at, where, new)
        if not _same(old, new):
            _store(self.level, where, new)
            kept = read(self.level, where)  # a field at its default counts as not there
            self._writes.append(Write(where=tuple(where), old=old, new=kept))


def read(level: Graph, where: Sequence[str]) -> Entry:
    """What stands in a place of a level, in its JSON form."""
    match where:
        case ["nodes", name]:
            return [_json(level.nodes[name])] if name in level.nodes else []
        case ["nodes", name, "params" | "links" | "carry" as field, key]:
            table = _table(level, name, field)
            return [table[key]] if key in table else []
        case ["nodes", name, field]:
            return _given(_json(_held(level, name)), field)
        case ["inputs", name]:
            return [_json(level.inputs[name])] if name in level.inputs else []
        case ["outputs" | "view" as field, key]:
            table = cast("dict[str, JsonValue]", getattr(level, field))
            return [table[key]] if key in table else []
        case ["view", key, field]:
            return _given(_shown(level, key), field)
        case [field] if field not in (*OWN, "knotwork"):
            return _given(level.model_dump(mode="python", exclude_defaults=True, include={field}), field)
        case _:
            raise _no_place(where)


def _store(level: Graph, where: Sequence[str], new: Entry) -> None:
    match where:
        case ["nodes", name]:
            _set(level.nodes, name, [Instance.model_validate(value) for value in new])
        case ["nodes", name, "params" | "links" | "carry" as field, key]:
            held = _held(level, name)
            table = dict(getattr(held, field))
            _set(table, key, [_checked(Instance, {field: {key: value}}, field)[key] for value in new])
            level.nodes[name] = held.model_copy(update={field: table})
        case ["nodes", name, field]:
            tree = _json(_held(level, name))
            tree.pop(field, None)
            level.nodes[name] = Instance.model_validate(tree | ({field: new[0]} if new else {}))
        case ["inputs", name]:
            _set(level.inputs, name, [GraphInput.model_validate(value) for value in new])
        case ["outputs" | "view" as field, key]:
            _set(getattr(level, field), key, [_checked(Graph, {field: {key: v}}, field)[key] for v in new])
        case ["view", key, field]:
            shown = dict(_shown(level, key))
            _set(shown, field, new)
            _set(level.view, key, [_checked(Graph, {"view": {key: shown}}, "view")[key]] if shown else [])
        case [field] if field not in (*OWN, "knotwork"):
            _store_field(level, field, new)
        case _:
            raise _no_place(where)


def _store_field(level: Graph, field: str, new: Entry) -> None:
    if new:
        setattr(level, field, _checked(Graph, {field: new[0]}, field))
    elif field in Graph.model_fields:
        setattr(level, field, Graph.model_fields[field].get_default(call_default_factory=True))
    elif level.model_extra and field in level.model_extra:
        delattr(level, field)


def _checked(part: type[BaseModel], tree: dict[str, Any], field: str) -> Any:
    """A field's value, as a part of the document takes it."""
    return getattr(part.model_validate(tree), field)


def _check_writable(at: str, where: Sequence[str], new: Entry) -> None:
    """Refuse what a graph file can't hold, so that every edited graph can be saved and read again."""
    levels = at.count("/") + 1 if at else 0  # each is three objects: nodes, the instance, its graph
    if 3 * levels + len(where) + depth(new) - 1 > DEPTH:
        raise Refused(f"{'.'.join(where)}: expected at most {DEPTH} levels of nesting, got more. Flatten it.")
    try:
        utf8(compact([list(where), new]))
    except GraphError as error:
        raise Refused(f"{'.'.join(where)}: {error}") from None


def _same(one: Entry, other: Entry) -> bool:
    """Whether two places hold what a file would write alike: 1 and 1.0, but not 1 and true."""
    return one == other and compact(one) == compact(other)


def _no_place(where: Sequence[str]) -> Refused:
    return Refused(f"{'.'.join(where)} is no place of a graph")


def _set(table: dict[str, Any], key: str, new: Sequence[Any]) -> None:
    if new:
        table[key] = new[0]
    else:
        table.pop(key, None)


def _held(level: Graph, name: str) -> Instance:
    if name not in level.nodes:
        raise Refused(f'expected an instance "{name}", but it is not there (any more)')
    return level.nodes[name]


def _shown(level: Graph, key: str) -> dict[str, JsonValue]:
    shown = level.view.get(key, {})
    if not isinstance(shown, dict):
        raise Refused(f"view.{key} has no fields")
    return shown


def _table(level: Graph, name: str, field: str) -> dict[str, Any]:
    return getattr(_held(level, name), field)


def _given(tree: dict[str, Any], field: str) -> Entry:
    return [tree[field]] if field in tree else []


def _json(part: Instance | GraphInput) -> dict[str, Any]:
    return part.model_dump(mode="python", by_alias=True, exclude_defaults=True)


def _places(level: Graph) -> dict[tuple[str, ...], Any]:
    """Every place of a level with its value, whole instances for a start."""
    tree = level.model_dump(mode="python", by_alias=True, exclude_defaults=True)
    found: dict[tuple[str, ...], Any] = {}
    for name, instance in tree.pop("nodes", {}).items():
        found["nodes", name] = instance
    for field in ("inputs", "outputs", "view"):
        found |= {(field, name): value for name, value in tree.pop(field, {}).items()}
    tree.pop("knotwork", None)
    return found | {(field,): value for field, value in tree.items()}


def _inside(graph: Graph, at: str) -> Graph:
    for name in at.split("/") if at else ():
        instance = graph.nodes.get(name)
        if instance is None or instance.graph is None:
            raise Refused(f'expected an embedded graph at "{at}", but "{name}" holds none')
        graph = instance.graph
    return graph
