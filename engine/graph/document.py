"""The graph file, field by field. What the editor saves, the command line runs and git compares is this.

Three kinds of instance: a plain node has a ``type``; a subgraph has a ``graph`` or a ``ref`` and no type; a
loop has the type ``flow.loop`` and a ``graph`` or ``ref`` for its body. Inside a loop's body these graph
inputs are fed: every carried name, ``item`` when the loop has items, and ``index`` if the body declares it;
every other input is an invariant, fed by the loop instance's param or link of that name. The body's output
of a carried name is that name's next value. The loop's own outputs are the last carried values, and a list
for each name in ``collect``.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeGuard, overload

from pydantic import BaseModel, ConfigDict, Field, JsonValue, SerializerFunctionWrapHandler, model_serializer
from pydantic import ValidationError as Misfit
from typing_extensions import TypedDict

from engine.declare.node import REQUIRED, Node, P, R
from engine.errors import GraphError, Problem
from engine.graph import canonical, placing, reading
from engine.graph.collector import collector_held
from engine.graph.formats import FORMAT
from engine.wording import Phrase

LOOP = "flow.loop"
SAYS_NOTHING = frozenset({"title", "help", "licence", "view", "packs", "models"})
"""Fields that never change a result, so that no digest covers them."""


class Link(TypedDict):
    """Where a loop takes a value from, in a place that can also hold the value itself.

    Attributes:
        link: ``instance.port`` beside the loop.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")  # pyright: ignore[reportGeneralTypeIssues] # pydantic's way

    link: str


def is_link(value: object) -> TypeGuard[Link]:
    """Tell a link from a literal value."""
    return isinstance(value, dict) and len(value) == 1 and isinstance(value.get("link"), str)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


class Part(BaseModel):
    """A record of the file; fields that nobody here knows survive a round trip."""

    model_config = ConfigDict(extra="allow", populate_by_name=True, allow_inf_nan=False)


class GraphInput(Part):
    """A named input of a graph.

    Attributes:
        to: Input ports that it feeds, ``instance.port``.
        default: Value when none is given. Absent = an input is required; ``null`` = "not given".
        title: Shown in its place of the name.
        help: What it is for.
    """

    to: list[str] = Field(default_factory=list)
    default: JsonValue = None
    title: str = ""
    help: str = ""

    @property
    def required(self) -> bool:
        """Whether a value must be given."""
        return "default" not in self.model_fields_set

    @model_serializer(mode="wrap")
    def _keep_null(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        tree = write(self)
        return tree if self.required or self.default is not None else {**tree, "default": None}


class Fork(Part):
    """Where a loop goes on from, in the place of its start values: a step of another run that was kept.

    Attributes:
        turn: Turns that were done by then; the loop's own index goes on from there.
        key: Key (hex) under which the values after that turn are stored.
    """

    turn: int = Field(ge=1)
    key: str


class Instance(Part):
    """A use of a node, a subgraph or a loop.

    Attributes:
        type: Id of the node; ``flow.loop`` for a loop; empty for a subgraph.
        version: Version of the node whose params these are.
        params: Values typed in, by port.
        links: Sources by port, ``instance.port``; a list of them on a variadic port.
        over: Ports that are lifted: a list is linked there and the instance runs for each item.
        mode: ``bypass`` = the first input of the output's type stands for it; ``mute`` = as if absent.
        title: Shown in place of the name.
        graph: The embedded subgraph, or the body of a loop.
        ref: File that holds the subgraph, relative to this graph or to the library.
        carry: Start value, or link to it, of each value that a loop carries from turn to turn.
        items: List, or link to one, that a loop takes its turns over.
        count: Number of turns, or link to it; the bound when there is a ``while``.
        while_: The body's output that says whether to go on.
        collect: The body's outputs that are gathered into lists.
        checkpoint: Turns between two checkpoints; 0 = none.
        keep: Checkpoints that stay, the last ones, as long as the store has room.
        fork: The kept turn that a loop goes on from; its start values are not looked at then.
        frozen: Key (hex) of the stored result to use, whatever changed.
    """

    type: str = ""
    version: int = Field(default=1, ge=1)
    params: dict[str, JsonValue] = Field(default_factory=dict)
    links: dict[str, str | list[str]] = Field(default_factory=dict)
    over: list[str] = Field(default_factory=list)
    mode: str = Field(default="", pattern="^(|bypass|mute)$")
    title: str = ""
    graph: Graph | None = None
    ref: str = ""
    carry: dict[str, Link | JsonValue] = Field(default_factory=dict)
    items: Link | list[JsonValue] | None = None
    count: int | Link | None = None
    while_: str = Field(default="", alias="while")
    collect: list[str] = Field(default_factory=list)
    checkpoint: int = Field(default=0, ge=0)
    keep: int = Field(default=2, ge=1)
    fork: Fork | None = None
    frozen: str = ""

    @property
    def is_loop(self) -> bool:
        """Whether it repeats its body."""
        return self.type == LOOP

    @property
    def is_subgraph(self) -> bool:
        """Whether it stands for a graph that runs once."""
        return not self.type and (self.graph is not None or bool(self.ref))


class Graph(Part):
    """A graph: instances, their links, and the inputs and outputs it has by name.

    Attributes:
        knotwork: Version of the format.
        title: Shown in place of the file's name.
        help: What it does.
        licence: Under which terms it may be used.
        inputs: Values that can be set from outside.
        outputs: What it gives: name → ``instance.port``.
        nodes: Instances by name; names hold no dots.
        packs: Versions of the packs it was made with, by name.
        models: Digest, licence and source of the models it was made with, by name.
        view: Positions, groups and notes of the editor.
    """

    knotwork: int = FORMAT
    title: str = ""
    help: str = ""
    licence: str = ""
    inputs: dict[str, GraphInput] = Field(default_factory=dict)
    outputs: dict[str, str] = Field(default_factory=dict)
    nodes: dict[str, Instance] = Field(default_factory=dict)
    packs: dict[str, JsonValue] = Field(default_factory=dict)
    models: dict[str, JsonValue] = Field(default_factory=dict)
    view: dict[str, JsonValue] = Field(default_factory=dict)

    @overload
    def place(self, node: Node[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R: ...

    @overload
    def place(self, name: str, node: Node[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R: ...

    def place(self, *args: Any, **kwargs: Any) -> Any:
        """Add an instance of a node, as in ``place(noise, seed=3)`` or ``place("start", noise, seed=3)``.

        Arguments are values, what ``place`` returned for other instances (or an attribute of it, when there
        are several outputs), or what ``input`` returned. For type checkers it returns what the node returns.

        Raises:
            GraphError: An argument fits no port, or the name is taken.
        """
        name, node, *given = args if isinstance(args[0], str) else ("", *args)
        bound = placing.bind(node, given, kwargs)
        name = self._add(name or node.id, Instance(type=node.id, version=node.version), bound)
        return placing.Placed(name, {**node.inputs, **node.outputs}, tuple(node.outputs))

    def embed(self, graph: Graph, name: str = "graph", /, **given: Any) -> Any:
        """Add a graph as a subgraph; it returns a placed instance with the graph's outputs.

        Args:
            graph: What to embed.
            name: Name of the instance.
            given: Values and links for the graph's inputs.
        """
        name = self._add(name, Instance(graph=graph), placing.sort(given))
        return placing.Placed(name, {**graph.inputs, **graph.outputs}, tuple(graph.outputs))

    def loop(
        self,
        body: Graph,
        name: str = "loop",
        /,
        *,
        carry: Mapping[str, Any] | None = None,
        count: Any = None,
        items: Any = None,
        while_: str = "",
        collect: Sequence[str] = (),
        checkpoint: int = 0,
        keep: int = 2,
        **given: Any,
    ) -> Any:
        """Add a loop; it returns a placed instance with the carried and collected outputs.

        Args:
            body: The graph of one turn.
            name: Name of the instance.
            carry: Start value, or source of it, by carried name.
            count: Number of turns, or the source of it.
            items: List to go over, or the source of it.
            while_: Output of the body that says whether to go on.
            collect: Outputs of the body to gather.
            checkpoint: Turns between checkpoints; 0 = none.
            keep: Checkpoints that stay.
            given: Values and links for the body's other inputs.
        """
        instance = Instance(
            type=LOOP,
            graph=body,
            carry={key: placing.source_or_value(value) for key, value in (carry or {}).items()},
            count=placing.source_or_value(count),
            items=placing.source_or_value(items),
            collect=list(collect),
            checkpoint=checkpoint,
            keep=keep,
        )
        instance.while_ = while_
        name = self._add(name, instance, placing.sort(given))
        outputs = (*instance.carry, *instance.collect)
        return placing.Placed(name, {**body.inputs, **dict.fromkeys(outputs)}, outputs)

    def input(
        self, name: str, *, to: Any = (), default: Any = REQUIRED, title: str = "", help: str = ""
    ) -> Any:
        """Add a named input; it returns what can be given to ``place`` in the place of a value.

        Args:
            name: Its name.
            to: Ports of placed instances that it feeds, one or a list.
            default: Value when none is given; without one the input is required.
            title: Shown in place of the name.
            help: What it is for.
        """
        targets = [str(target) for target in (to if isinstance(to, (list, tuple)) else [to])]  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] # of Any
        declared = GraphInput(to=targets, title=title, help=help)
        if default is not REQUIRED:
            declared.default = default
        self.inputs[name] = declared
        return placing.Given(name)

    def output(self, name: str, source: Any) -> None:
        """Add a named output.

        Args:
            name: Its name.
            source: A placed instance or one of its outputs.
        """
        self.outputs[name] = placing.source_of(source)

    def _add(self, name: str, instance: Instance, bound: placing.Bound) -> str:
        name = placing.free_name(name, self.nodes)
        instance.params, instance.links = bound.params, bound.links
        self.nodes[name] = instance
        for port, given in bound.inputs.items():
            self.inputs[given].to.append(f"{name}.{port}")
        return name

    @classmethod
    def read(cls, source: str | os.PathLike[str] | bytes) -> Graph:
        """Read a graph file, or a PNG that carries its graph.

        Args:
            source: Path of the file, or its bytes.

        Raises:
            GraphError: The file is missing or holds no graph; each problem says where.
        """
        place = "" if isinstance(source, bytes) else os.fspath(source)
        data = source if isinstance(source, bytes) else _bytes_of(place)
        try:
            with collector_held():
                return cls.model_validate(reading.parse(data, place))
        except Misfit as error:
            raise reading.misfits(error, place) from None

    def to_bytes(self) -> bytes:
        """The canonical file: equal graphs give equal bytes."""
        tree = self._tree()
        return canonical.utf8(canonical.pretty({"knotwork": self.knotwork, **tree}))

    def write(self, path: str | os.PathLike[str]) -> None:
        """Save the canonical file; a reader sees the old file or the new one, never a part.

        Raises:
            GraphError: The file can't be written.
        """
        data, target = self.to_bytes(), Path(path)
        try:
            _replace(target, data)
        except OSError as error:
            expected, cure = Phrase("writable-file"), Phrase("other-folder")
            raise reading.refusal("can't-write", str(target), expected, str(error), cure) from None

    def digest(self) -> str:
        """Digest (hex) of what the graph means; titles, help and the editor's view don't count."""
        tree = _meaning(self._tree())
        return blake2b(canonical.utf8(canonical.compact(tree)), digest_size=16).hexdigest()

    def _tree(self) -> dict[str, Any]:
        return self.model_dump(mode="python", by_alias=True, exclude_defaults=True)


def _meaning(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out of a graph's tree what never changes a result."""
    kept = {name: value for name, value in tree.items() if name not in SAYS_NOTHING}
    if "inputs" in kept:
        kept["inputs"] = {
            name: {field: value for field, value in entry.items() if field not in SAYS_NOTHING}
            for name, entry in kept["inputs"].items()
        }
    if "nodes" in kept:
        kept["nodes"] = {name: _instance_meaning(entry) for name, entry in kept["nodes"].items()}
    return kept


def _instance_meaning(tree: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in tree.items() if name != "title"}
    if "graph" in kept:
        kept["graph"] = _meaning(kept["graph"])
    return kept


def _bytes_of(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        expected, got, cure = Phrase("graph-file"), Phrase("no-file", name=path), Phrase("check-path")
        raise GraphError([Problem("no-file", "", "", expected, got, cure)]) from None
    except (OSError, ValueError) as error:
        expected, cure = Phrase("readable-file"), Phrase("check-file")
        raise reading.refusal("unreadable", path, expected, str(error), cure) from None


def _replace(target: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o666 & ~_UMASK)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


_UMASK = _umask()
"""``mkstemp`` makes private files; a saved graph is as readable as any other."""
