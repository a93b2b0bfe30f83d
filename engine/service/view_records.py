"""The records that an editor draws from: ports of instances, stored results, what values hold."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue

from engine.service.catalogue_records import InputPortRecord, OutputPortRecord
from engine.service.records import GraphRecord, Wire

ValueKind = Literal[
    "image",
    "mask",
    "latent",
    "audio",
    "video",
    "mesh",
    "plot",
    "text",
    "number",
    "bool",
    "list",
    "model",
    "other",
]
"""How a value is shown."""


class InterfaceRecord(Wire):
    """The ports of an instance that no node alone tells.

    Attributes:
        kind: ``graph`` for an embedded subgraph, ``ref`` for one in a file, ``loop``; ``node`` for a node
            that is repeated over lists, or reads a model's file; ``missing`` where the node or graph can't
            be found.
        title: The instance's title, else that of the graph inside.
        help: What the graph inside does.
        inputs: Input ports by name, in order; of what is missing only those in use. A type variable is the
            instance's own.
        outputs: Output ports by name, in order; of what is missing none are known.
        families: Type variable of the node → model family that its files say it stands for.
    """

    kind: Literal["graph", "ref", "loop", "node", "missing"]
    title: str = ""
    help: str = ""
    inputs: dict[str, InputPortRecord]
    outputs: dict[str, OutputPortRecord]
    families: dict[str, str] = Field(default_factory=dict)


class LibraryRecord(GraphRecord):
    """A graph of the library folders, which any other one can refer to.

    Attributes:
        name: What an instance's ``ref`` names it by.
        interface: Its ports.
    """

    interface: InterfaceRecord


class ReferenceRecord(Wire):
    """A graph that an instance refers to.

    Attributes:
        document: The graph.
        name: What it is opened by; empty when only its file can be read.
    """

    document: dict[str, JsonValue]
    name: str = ""


class ResultRecord(Wire):
    """An output whose value is stored.

    Attributes:
        type: Type of the port, for people.
        kind: How it is shown.
        digest: Digest (hex) of the value.
        size: Bytes that it takes in the store.
        key: Key (hex) of the instance's result, by which it can be frozen; empty where it can't: of a loop,
            and of an output that another instance computes.
        value: The value itself, if it is a number, a bool or a short text.
    """

    type: str
    kind: ValueKind
    digest: str
    size: int
    key: str = ""
    value: JsonValue = None


class TensorRecord(Wire):
    """A tensor, without its values.

    Attributes:
        name: Way to it inside of the value, such as ``items.0.embeds``.
        shape: Its lengths.
        dtype: Type of number, such as ``float32``.
        min: Smallest finite value; None when there is none.
        max: Largest finite value.
        mean: Mean of the finite values.
        std: Standard deviation of the finite values.
        nan: Values that are not a number.
        inf: Values that are infinite.
        histogram: How many finite values lie in each of equally wide ranges from ``min`` to ``max``; empty
            for whole numbers, and where all are the same.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    min: float | None = None
    max: float | None = None
    mean: float | None = None
    std: float | None = None
    nan: int = 0
    inf: int = 0
    histogram: tuple[int, ...] = ()


class SummaryRecord(Wire):
    """What people want to know of a value.

    Attributes:
        type: Name of its class.
        kind: How it is shown.
        count: Items of a list, pictures of a batch, frames of a video, characters of a text; else 1.
        pictures: How many pictures can be asked for; 0 when it can't be drawn.
        width: Width of its pictures, in pixels, or cells of a latent; 0 without any.
        height: Height of its pictures.
        text: The text, as far as it is short enough.
        value: The value itself, if it is a number that JSON can say, or a bool.
        fields: Other plain fields by name.
        tensors: The tensors in it.
        items: The first items of a list.
        points: Place and value of numbers in a row; of very many, peaks and dips only.
        peaks: Lowest and highest value of each of equal parts of a sound, of the first in a batch.
        seconds: How long a sound or video lasts; 0 for anything else.
    """

    type: str
    kind: ValueKind
    count: int = 1
    pictures: int = 0
    width: int = 0
    height: int = 0
    text: str = ""
    value: JsonValue = None
    fields: dict[str, JsonValue] = Field(default_factory=dict)
    tensors: tuple[TensorRecord, ...] = ()
    items: tuple[SummaryRecord, ...] = ()
    points: tuple[tuple[float, float], ...] = ()
    peaks: tuple[tuple[float, float], ...] = ()
    seconds: float = 0.0


class ValueRecord(Wire):
    """A stored value.

    Attributes:
        instance: Path of the instance whose output it is.
        port: The output.
        turn: The turn of a loop after which it was kept; 0 for a result.
        type: Type of the port, for people.
        kind: How it is shown.
        digest: Digest (hex) of the value; asked for with it, a picture or file may be kept for ever.
        size: Bytes that it takes in the store.
        media: Media type of the file that a run would write; empty when it would write none.
        summary: What it holds.
    """

    instance: str
    port: str
    turn: int = 0
    type: str
    kind: ValueKind
    digest: str
    size: int
    media: str = ""
    summary: SummaryRecord


class StepRecord(Wire):
    """A turn of a loop after which its values were kept.

    Attributes:
        turn: Number of turns done.
        digest: Digest (hex) of the carried values.
        carry: Their names.
        pinned: Whether they are kept for good.
    """

    turn: int
    digest: str
    carry: tuple[str, ...]
    pinned: bool = False


class StepsRecord(Wire):
    """The kept turns of a loop.

    Attributes:
        turns: In order.
        of: How many turns the loop has at most; None while that is not known.
        gone: The turn that the loop was forked at, when that is stored no more; else 0.
    """

    turns: tuple[StepRecord, ...]
    of: int | None = Field(default=None)
    gone: int = 0


class FileRecord(Wire):
    """A file in one of the folders of the server.

    Attributes:
        name: As file params of graphs name it.
        size: Bytes.
        modified: When it was written last, in seconds since 1970.
        media: Media type, by its ending.
    """

    name: str
    size: int
    modified: float
    media: str


class FolderRecord(Wire):
    """A folder in which there are files of the kind that was asked for.

    Attributes:
        name: As params name it, and as it is asked for.
        count: How many such files lie in it and below it, as far as was looked.
    """

    name: str
    count: int


class FilesRecord(Wire):
    """What there is to choose from.

    Attributes:
        files: The files, by name.
        folders: The folders beside them; none where words were searched for.
        more: Whether there are more than are told.
    """

    files: tuple[FileRecord, ...]
    folders: tuple[FolderRecord, ...] = ()
    more: bool = False
