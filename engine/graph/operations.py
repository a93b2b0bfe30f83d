"""What people do to graphs, as records that can be sent, logged, applied and taken back.

``apply`` changes the graph and returns a patch that takes exactly that back; a patch refuses when somebody
else has changed its places since. Positions and the like stand in the view: an instance's under its name, a
group's under ``.group.<id>``, a note's under ``.note.<id>``, which no instance can be called.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, TypeAdapter, ValidationError

from engine.graph import references
from engine.graph.document import Graph, GraphInput, Instance
from engine.graph.edit import Editor, Patch, Refused
from engine.graph.nesting import embed, unpack
from engine.graph.operation import Operation as Operation
from engine.graph.showing import Group, Move, Note, Show


class Add(Operation):
    """Add an instance under a free name, and say where it stands."""

    op: Literal["add"] = "add"
    name: str
    instance: dict[str, JsonValue]
    position: tuple[float, float] | None = None

    def apply(self, edit: Editor) -> None:
        """See the class."""
        _check_free(edit, self.name)
        edit.put("nodes", self.name, value=_canonical(self.instance))
        if self.position is not None:
            edit.put("view", self.name, value={"at": list(self.position)})


class Remove(Operation):
    """Remove instances with all that is linked to them."""

    op: Literal["remove"] = "remove"
    names: tuple[str, ...]

    def apply(self, edit: Editor) -> None:
        """See the class."""
        gone = set(self.names)
        for name in self.names:
            edit.instance(name)
            edit.drop("nodes", name)
            edit.drop("view", name)
        for name, instance in edit.level.nodes.items():
            if any(_owner(text) in gone for text in references.sources_of(instance)):
                _drop_sources(edit, name, gone)
        for name, text in list(edit.level.outputs.items()):
            if _owner(text) in gone:
                edit.drop("outputs", name)
        for name, declared in edit.level.inputs.items():
            kept = [text for text in declared.to if _owner(text) not in gone]
            if kept != declared.to:
                _put_targets(edit, name, kept)


class SetParam(Operation):
    """Type a value into a port; a link to it goes."""

    op: Literal["set_param"] = "set_param"
    name: str
    port: str
    value: JsonValue

    def apply(self, edit: Editor) -> None:
        """See the class."""
        edit.instance(self.name)
        edit.drop("nodes", self.name, "links", self.port)
        edit.put("nodes", self.name, "params", self.port, value=self.value)


class UnsetParam(Operation):
    """Let a port have its default again."""

    op: Literal["unset_param"] = "unset_param"
    name: str
    port: str

    def apply(self, edit: Editor) -> None:
        """See the class."""
        edit.instance(self.name)
        edit.drop("nodes", self.name, "params", self.port)


class LinkPort(Operation):
    """Link a port to a source, or to several in order; a value typed into it goes."""

    op: Literal["link"] = "link"
    name: str
    port: str
    source: str | tuple[str, ...]

    def apply(self, edit: Editor) -> None:
        """See the class."""
        edit.instance(self.name)
        sources = [self.source] if isinstance(self.source, str) else list(self.source)
        for text in sources:
            edit.instance(_owner(text))
        edit.drop("nodes", self.name, "params", self.port)
        value = self.source if isinstance(self.source, str) else sources
        edit.put("nodes", self.name, "links", self.port, value=value)


class Unlink(Operation):
    """Take the link or links of a port away."""

    op: Literal["unlink"] = "unlink"
    name: str
    port: str

    def apply(self, edit: Editor) -> None:
        """See the class."""
        edit.instance(self.name)
        edit.drop("nodes", self.name, "links", self.port)


class Rename(Operation):
    """Give an instance another name; links follow."""

    op: Literal["rename"] = "rename"
    name: str
    to: str

    def apply(self, edit: Editor) -> None:
        """See the class."""
        edit.instance(self.name)
        _check_free(edit, self.to)
        level, renamed = edit.level, references.renaming({self.name: self.to})
        readers = [name for name, one in level.nodes.items() if self._is_read_by(references.sources_of(one))]
        for name in readers:
            after = level.nodes[name].model_copy(deep=True)
            references.rewrite_sources(after, renamed)
            edit.change(name, after)
        for name, declared in list(level.inputs.items()):
            if self._is_read_by(declared.to):
                _put_targets(edit, name, [renamed(text) for text in declared.to])
        for name, text in list(level.outputs.items()):
            edit.put("outputs", name, value=renamed(text))
        edit.move("nodes", self.name, self.to)
        edit.move("view", self.name, self.to)

    def _is_read_by(self, sources: Iterable[str]) -> bool:
        return any(_owner(text) == self.name for text in sources)


class ExposeInput(Operation):
    """Give the graph a named input, or change the one of that name."""

    op: Literal["expose_input"] = "expose_input"
    name: str
    input: dict[str, JsonValue]

    def apply(self, edit: Editor) -> None:
        """See the class."""
        _check_named(self.name, "input")
        declared = GraphInput.model_validate(self.input)
        for text in declared.to:
            edit.instance(_owner(text))
        tree = declared.model_dump(mode="python", by_alias=True, exclude_defaults=True)
        edit.put("inputs", self.name, value=tree)


class UnexposeInput(Operation):
    """Take a named input away."""

    op: Literal["unexpose_input"] = "unexpose_input"
    name: str

    def apply(self, edit: Editor) -> None:
        """See the class."""
        edit.drop("inputs", self.name)


class ExposeOutput(Operation):
    """Give the graph a named output, or lead the one of that name elsewhere."""

    op: Literal["expose_output"] = "expose_output"
    name: str
    source: str

    def apply(self, edit: Editor) -> None:
        """See the class."""
        _check_named(self.name, "output")
        edit.instance(_owner(self.source))
        edit.put("outputs", self.name, value=self.source)


class UnexposeOutput(Operation):
    """Take a named output away."""

    op: Literal["unexpose_output"] = "unexpose_output"
    name: str

    def apply(self, edit: Editor) -> None:
        """See the class."""
        edit.drop("outputs", self.name)


class Embed(Operation):
    """Move instances into a new subgraph that takes their place."""

    op: Literal["embed"] = "embed"
    names: tuple[str, ...] = Field(min_length=1)
    name: str

    def apply(self, edit: Editor) -> None:
        """See the class."""
        for name in self.names:
            edit.instance(name)
        if self.name not in self.names:
            _check_free(edit, self.name)
        edit.become(embed(edit.level, self.names, self.name))


class Unpack(Operation):
    """Put what is inside a subgraph in its place."""

    op: Literal["unpack"] = "unpack"
    name: str

    def apply(self, edit: Editor) -> None:
        """See the class."""
        edit.instance(self.name)
        edit.become(unpack(edit.level, self.name))


class SetFields(Operation):
    """Set fields of an instance that are neither params nor links; null gives a field its default again.

    Titles, mode, lifted ports (``over``), the fields of a loop, and ``frozen`` are set this way; so is
    whether a subgraph is in the graph (``graph``) or in a file (``ref``).
    """

    op: Literal["set_fields"] = "set_fields"
    name: str
    fields: dict[
        Literal[
            "title",
            "mode",
            "over",
            "carry",
            "items",
            "count",
            "while",
            "collect",
            "checkpoint",
            "keep",
            "fork",
            "frozen",
            "graph",
            "ref",
            "type",
            "version",
        ],
        JsonValue,
    ]

    def apply(self, edit: Editor) -> None:
        """See the class."""
        edit.instance(self.name)
        for field, value in self.fields.items():
            if value is None:
                edit.drop("nodes", self.name, field)
            else:
                edit.put("nodes", self.name, field, value=value)


class Describe(Operation):
    """Set the graph's title, help or licence."""

    op: Literal["describe"] = "describe"
    fields: dict[Literal["title", "help", "licence"], str]

    def apply(self, edit: Editor) -> None:
        """See the class."""
        for field, value in self.fields.items():
            if value:
                edit.put(field, value=value)
            else:
                edit.drop(field)


AnyOperation = Annotated[
    Add
    | Remove
    | SetParam
    | UnsetParam
    | LinkPort
    | Unlink
    | Rename
    | Move
    | Show
    | Group
    | Note
    | ExposeInput
    | UnexposeInput
    | ExposeOutput
    | UnexposeOutput
    | Embed
    | Unpack
    | SetFields
    | Describe
    | Patch,
    Field(discriminator="op"),
]
OPERATIONS: TypeAdapter[Any] = TypeAdapter(AnyOperation)
"""Reads operations from JSON."""


def apply(graph: Graph, operation: Operation | Patch) -> Patch:
    """Make an edit in place.

    Returns:
        What takes exactly this edit back.

    Raises:
        Refused: It can't be made on the graph as it is now; the graph is as it was.
    """
    edit = Editor(graph, operation.at)
    try:
        if isinstance(operation, Patch):
            edit.patch(operation)
        else:
            operation.apply(edit)
    except ValidationError as error:
        edit.take_back()
        first = error.errors()[0]
        raise Refused(f"{'.'.join(map(str, first['loc']))}: {first['msg'].lower()}") from None
    except Refused:
        edit.take_back()
        raise
    return edit.written().inverse()


def _owner(text: str) -> str:
    return text.partition(".")[0]


def _check_free(edit: Editor, name: str) -> None:
    if name in edit.level.nodes:
        raise Refused(f'expected a free name, but there is an instance "{name}"')
    if not name or "." in name or "/" in name:
        raise Refused(f'expected a name without dots and slashes, got "{name}"')


def _check_named(name: str, what: str) -> None:
    if not name:
        raise Refused(f"expected a name for the {what} of the graph, got none. Name it.")


def _canonical(tree: dict[str, JsonValue]) -> dict[str, Any]:
    return Instance.model_validate(tree).model_dump(mode="python", by_alias=True, exclude_defaults=True)


def _put_targets(edit: Editor, name: str, targets: list[str]) -> None:
    declared = edit.level.inputs[name].model_copy(update={"to": targets})
    edit.put("inputs", name, value=declared.model_dump(mode="python", by_alias=True, exclude_defaults=True))


def _drop_sources(edit: Editor, name: str, gone: set[str]) -> None:
    """Take links to removed instances out of one that stays."""
    instance = edit.level.nodes[name]
    for port, sources in list(instance.links.items()):
        if isinstance(sources, str):
            if _owner(sources) in gone:
                edit.drop("nodes", name, "links", port)
            continue
        kept = [text for text in sources if _owner(text) not in gone]
        if kept != sources:
            edit.put("nodes", name, "links", port, value=kept)
    for carried, start in list(instance.carry.items()):
        if _reads(start, gone):
            edit.drop("nodes", name, "carry", carried)
    for field in ("items", "count"):
        if _reads(getattr(instance, field), gone):
            edit.drop("nodes", name, field)


def _reads(value: Any, gone: set[str]) -> bool:
    return isinstance(value, dict) and _owner(str(value.get("link", ""))) in gone  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
