"""The records that are sent and kept: graphs, runs and what they gave, sessions, problems."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from engine.explanation import Explanation
from engine.settings import Offload

Name = Annotated[str, Field(min_length=1, max_length=200)]
RunState = Literal["queued", "running", "paused", "done", "failed", "cancelled"]
OVER: frozenset[RunState] = frozenset({"done", "failed", "cancelled"})
"""States of runs that have ended."""


class Wire(BaseModel):
    """A record or message; unknown fields are refused, so that a typing mistake is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Said(Wire):
    """A text by its code; see ``engine.wording``.

    Attributes:
        code: Which one it is.
        args: What stands in it.
    """

    code: str
    args: dict[str, str | Said] = {}


class ProblemRecord(Wire):
    """One thing wrong with a graph; see ``engine.errors.Problem``.

    Attributes:
        said: Which of ``expected``, ``got`` and ``cure`` can be said in other languages, and how.
    """

    code: str
    instance: str = ""
    port: str = ""
    expected: str = ""
    got: str = ""
    cure: str = ""
    said: dict[str, Said] = {}


class Failure(Wire):
    """An error's answer.

    Attributes:
        error: What was expected, what came, what to do.
        problems: The same one by one, when a graph is at fault.
    """

    error: str
    problems: tuple[ProblemRecord, ...] = ()


class GraphSource(Wire):
    """Where a graph comes from: exactly one of the fields.

    Attributes:
        session: An open session, as it is now.
        name: A file of the workspace, or a template.
        document: The graph itself.
    """

    session: str = ""
    name: str = ""
    document: dict[str, JsonValue] | None = None


class RunRequest(Wire):
    """What to run.

    Attributes:
        graph: The graph.
        values: Graph input, or ``instance.port`` of a param, → value. Inside an embedded subgraph the
            instance is a path: ``outer/inner.port``.
        outputs: Named outputs, or ``instance.port``; without any, all named ones.
        sweep: The same → values; several multiply, the last varies fastest. Makes one batch of runs.
        forced: Instances that run whatever is stored.
        random_seeds: Whether seeds that are not set are drawn, once, when the run is queued.
        priority: Higher runs first.
        front: Whether it goes before all others of its priority.
        key: Idempotency key: a second request with the same key gets the first one's runs.
        title: Shown in place of the graph's.
        session: The open graph that the runs belong to where ``graph`` is none, as when a run is repeated.
    """

    graph: GraphSource
    values: dict[str, JsonValue] = {}
    outputs: tuple[str, ...] = ()
    sweep: dict[str, list[JsonValue]] = {}
    forced: tuple[str, ...] = ()
    random_seeds: bool = False
    priority: Annotated[int, Field(ge=-100, le=100)] = 0
    front: bool = False
    key: Annotated[str, Field(max_length=200)] = ""
    title: Annotated[str, Field(max_length=500)] = ""
    session: str = ""


class ArtifactRecord(Wire):
    """One output of a run.

    Attributes:
        output: Name of the output.
        index: Place in the output, when it gave several files.
        type: Name of the value's class.
        digest: Digest (hex) of the file, under which it is fetched; of the value when there is no file.
        media: Media type of the file; empty when there is none.
        size: Bytes of the file.
        value: The value itself, if it is plain.
    """

    output: str
    index: int = 0
    type: str
    digest: str
    media: str = ""
    size: int = 0
    value: JsonValue = None


class RunChange(Wire):
    """One thing that a run has otherwise than the run before.

    Attributes:
        kind: What happened from the run before to this one.
        place: What is otherwise: a graph input, ``instance.port``, or a whole instance.
        old: Value before; the old name of a renamed instance; None when there was none.
        new: Value now. Long ones are cut short.
    """

    kind: Literal["added", "removed", "changed", "renamed"]
    place: str
    old: JsonValue = None
    new: JsonValue = None


class RunRecord(Wire):
    """A run: everything that repeating it exactly takes, and what became of it.

    Attributes:
        id: Its id.
        batch: Id that the runs of one request share.
        session: The session it was submitted from, if any.
        title: Shown in lists.
        graph: Digest of the graph's meaning.
        state: How far it is.
        priority: Higher runs first.
        position: Place in the queue among equals; smaller runs first.
        created: When it was queued, in seconds since 1970.
        started: When it began; None before.
        ended: When it ended; None before.
        values: Graph input, or ``instance.port``, → value; defaults of inputs and drawn seeds included.
        seeds: The part of the values that are seeds.
        changes: What it has otherwise than the run before it in its batch or its session; the first ones.
        outputs: The outputs asked for; empty = all named ones.
        forced: Instances that ran whatever was stored.
        counts: Instances by outcome, and ``total``.
        seconds: Stage → seconds.
        failures: ``{instance, node, reason}`` of every failure.
        warnings: What went less well than it should.
        artifacts: What it gave.
        nodes: Ids of the nodes that the graph uses.
        models: Model file → digest.
        versions: Program or pack → version.
        device: What it was computed on.
    """

    id: str
    batch: str
    session: str = ""
    title: str = ""
    graph: str
    state: RunState
    priority: int = 0
    position: float = 0.0
    created: float
    started: float | None = None
    ended: float | None = None
    values: dict[str, JsonValue] = {}
    seeds: dict[str, int] = {}
    changes: tuple[RunChange, ...] = ()
    outputs: tuple[str, ...] = ()
    forced: tuple[str, ...] = ()
    counts: dict[str, int] = {}
    seconds: dict[str, float] = {}
    failures: tuple[dict[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    artifacts: tuple[ArtifactRecord, ...] = ()
    nodes: tuple[str, ...] = ()
    models: dict[str, str] = {}
    versions: dict[str, str] = {}
    device: str = ""


class SessionRecord(Wire):
    """An open graph.

    Attributes:
        id: Its id.
        name: File in the workspace; empty for a graph that was never saved.
        title: The graph's, else the file's name.
        seq: Number of edits so far.
        saved: Number of edits that the file has; below ``seq`` while it lacks any.
        digest: Digest of the graph's meaning.
    """

    id: str
    name: str = ""
    title: str = ""
    seq: int
    saved: int
    digest: str


class VersionRecord(Wire):
    """A named version of a session's graph."""

    id: str
    session: str
    name: str
    seq: int
    created: float


class AuthorRecord(Wire):
    """Somebody who changed instances of a graph after everyone else.

    Attributes:
        client: Their client.
        name: What they were called; empty if they never said.
        changed: Path of an instance → when they changed it, in seconds since 1970.
    """

    client: str
    name: str = ""
    changed: dict[str, int]


class GraphStateRecord(Wire):
    """A session as it is now: the snapshot of its channel.

    Attributes:
        session: The session; its ``seq`` is the number of the last edit that the document has.
        document: The graph.
        problems: What is wrong with it, as far as is known.
        checked: Whether that is all; otherwise ``Checked`` follows when there are others.
        choice: Id of what waits to be chosen; empty when nothing does.
        conflicts: What to choose between; see the message ``Choice``.
        authors: Who changed which instance last, as far as the log goes back.
    """

    session: SessionRecord
    document: dict[str, JsonValue]
    problems: tuple[ProblemRecord, ...]
    checked: bool
    choice: str = ""
    conflicts: tuple[dict[str, JsonValue], ...] = ()
    authors: tuple[AuthorRecord, ...] = ()


class PlanRecord(Wire):
    """What a run of a session's graph would do.

    Attributes:
        seq: Number of the last edit that it has.
        version: Names this answer; given with the next question, only what is otherwise is said.
        whole: Whether every instance is told, in an order in which each comes after what it reads; else those
            that differ from the answer that was named.
        explanations: One for each of the instances told.
    """

    seq: int
    version: str
    whole: bool
    explanations: tuple[Explanation, ...]


class UploadRecord(Wire):
    """A file that was sent.

    Attributes:
        id: Under which file params of graphs name it.
        name: What its sender called it; empty if that was not said.
        media: Its media type, told by its bytes.
        size: Bytes.
        created: When it was sent first, in seconds since 1970.
    """

    id: str
    name: str = ""
    media: str
    size: int
    created: float = 0.0


class SettingsRecord(Wire):
    """The settings of a server; see ``engine.settings.Settings``."""

    workspace: str
    home: str
    file_roots: tuple[str, ...]
    model_roots: tuple[str, ...]
    library_roots: tuple[str, ...]
    disk_budget: int
    ram_budget: int
    vram_budget: int | None
    offload: Offload
    upload_limit: int
    upload_budget: int
    device: str
    offline: bool
    threads: int | None


class HealthRecord(Wire):
    """A server that works.

    Attributes:
        version: Of Knotwork.
        epoch: Changes when the server starts.
    """

    status: Literal["ok"] = "ok"
    version: str
    epoch: str


class GraphRecord(Wire):
    """A graph file of the workspace, or a template.

    Attributes:
        name: What it is opened and run by.
        title: Shown in place of the name.
        help: What it does.
        modified: When the file was written last, in seconds since 1970.
        size: Bytes of the file.
        example: Name of a picture of what it gives, made before; empty without one.
        needs: Models that it was made for and that none of the model folders has.
    """

    name: str
    title: str
    help: str = ""
    modified: float
    size: int
    example: str = ""
    needs: list[str] = Field(default_factory=list)


class OutputRecord(Wire):
    """A file or value that a graph gave.

    Attributes:
        url: Where the file is fetched; empty when there is none.
        media: Media type of the file.
        size: Bytes of the file.
        type: Name of the value's class.
        digest: Digest of the file, or of the value.
        value: The value itself, if it is plain.
    """

    url: str = ""
    media: str = ""
    size: int = 0
    type: str
    digest: str
    value: JsonValue = None


class AnswerRecord(Wire):
    """What a graph gave.

    Attributes:
        outputs: Output → its files or values, in order; empty until the run is done.
        run: The run.
    """

    outputs: dict[str, tuple[OutputRecord, ...]]
    run: RunRecord


class CurvesRecord(Wire):
    """The numbers that a loop collects, turn by turn.

    Attributes:
        turns: Number of turns done at the end of each part.
        each: Turns in a part, the last one may have fewer.
        series: Name → mean in each part; None where there was no finite number.
    """

    turns: tuple[int, ...]
    each: int
    series: dict[str, tuple[float | None, ...]]


class QueueRecord(Wire):
    """The queue.

    Attributes:
        paused: Whether no further run begins.
        waiting: How many runs wait.
        runs: The one that runs, then those that are paused, then the first that wait, in their order.
    """

    paused: bool
    waiting: int
    runs: tuple[RunRecord, ...]


class ChangeRecord(Wire):
    """An edit that was made.

    Attributes:
        seq: Its number in the session's log.
        notice: Why less was undone than asked for, if so.
        problems: All problems of the graph now; None when they are as before, or not known yet.
    """

    seq: int
    notice: str = ""
    problems: tuple[ProblemRecord, ...] | None = None
