"""What is said over the wire. Records go over HTTP, messages over the WebSocket; both have the same fields.

A client holds one socket and subscribes to channels. Each channel counts its reliable messages for itself
(``seq``, up by 1), the same numbers for every client, so that a client that comes back says the last it got
and is sent the rest, or a snapshot when the channel no longer has it (or the server has started anew: another
``epoch``). Channels: ``graph:<session>`` (edits, problems, who is there), ``run:<run>`` (what becomes of each
instance), ``queue`` (runs come, move, end). Lossy messages have a key instead: while a client is slow, the
latest of a key replaces the one before. Keys: the instance for its ``Started`` and ``Progress``, which a
``node.done`` drops; ``preview:<instance>``; ``curves:<instance>``; ``present:<client>``.

A frame is MessagePack. One from a client holds one message; one from the server holds one, or a list of
messages in order: what waits for the same client goes out together, up to 64 KiB. A thousand ``node.done``
are some ten frames instead of a thousand, and no message is encoded again for it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, TypeAdapter

from engine.service.records import OVER as OVER
from engine.service.records import ArtifactRecord as ArtifactRecord
from engine.service.records import CurvesRecord as CurvesRecord
from engine.service.records import Failure as Failure
from engine.service.records import GraphSource as GraphSource
from engine.service.records import Name as Name
from engine.service.records import PlanRecord as PlanRecord
from engine.service.records import ProblemRecord as ProblemRecord
from engine.service.records import RunRecord as RunRecord
from engine.service.records import RunRequest as RunRequest
from engine.service.records import RunState as RunState
from engine.service.records import SessionRecord as SessionRecord
from engine.service.records import VersionRecord as VersionRecord
from engine.service.records import Wire as Wire

SUBPROTOCOL = "knotwork.v1.msgpack"
VERSION = 1
MAX_FRAME = 2**20
"""Bytes of a frame that a client may send."""

# --- what a client says -------------------------------------------------------------------------------------


class Hello(Wire):
    """The first message of a socket.

    Attributes:
        client: Id that the client keeps over reconnects; undo is per client.
        name: Shown to others.
        epoch: The one of the last ``Welcome``; with another, ``last`` says nothing.
        last: Channel → the last ``seq`` it got; it is subscribed to these.
    """

    type: Literal["hello"] = "hello"
    client: Name
    name: Annotated[str, Field(max_length=100)] = ""
    epoch: Annotated[str, Field(max_length=100)] = ""
    last: dict[Name, int] = Field(default_factory=dict, max_length=100)


class Subscribe(Wire):
    """Get a channel's messages; a snapshot first, unless ``last`` can be gone on from."""

    type: Literal["subscribe"] = "subscribe"
    id: int
    channel: Name
    last: int | None = None


class Unsubscribe(Wire):
    """Get a channel's messages no more."""

    type: Literal["unsubscribe"] = "unsubscribe"
    id: int
    channel: Name


class Edit(Wire):
    """Apply operations to a session's graph, all or none.

    Attributes:
        id: Number of the request, for the answer.
        session: The session.
        token: Names this edit for good: sent again after a reconnect, it is not applied twice.
        operations: Operations of ``engine.graph.operations``, in order.
    """

    type: Literal["edit"] = "edit"
    id: int
    session: Name
    token: Name
    operations: Annotated[tuple[dict[str, JsonValue], ...], Field(min_length=1, max_length=1000)]


class Undo(Wire):
    """Take back this client's last edit that is not yet taken back."""

    type: Literal["undo"] = "undo"
    id: int
    session: Name
    token: Name


class Redo(Wire):
    """Make again what this client took back last."""

    type: Literal["redo"] = "redo"
    id: int
    session: Name
    token: Name


class Presence(Wire):
    """Where a person is: pointer, selection. Lossy."""

    type: Literal["presence"] = "presence"
    session: Name
    cursor: tuple[float, float] | None = None
    selection: Annotated[tuple[str, ...], Field(max_length=1000)] = ()


class Watch(Wire):
    """Which previews of a run to send, how large and how often.

    Attributes:
        run: The run.
        nodes: Instances whose previews are shown; None = all.
        size: Pixels of the longer side.
        rate: Pictures a second and instance at most.
    """

    type: Literal["watch"] = "watch"
    id: int
    run: Name
    nodes: Annotated[tuple[str, ...], Field(max_length=2000)] | None = None
    size: Annotated[int, Field(ge=16, le=1024)] = 256
    rate: Annotated[float, Field(gt=0, le=30)] = 4.0


class Submit(Wire):
    """Queue runs; the answer holds their records."""

    type: Literal["submit"] = "submit"
    id: int
    request: RunRequest


class Cancel(Wire):
    """Cancel a run, or every run of a batch."""

    type: Literal["cancel"] = "cancel"
    id: int
    run: Name


class PlanRequest(Wire):
    """Ask what a run of a session's graph would do; the answer is a ``PlanRecord``.

    It may come after the answers to later requests.

    Attributes:
        id: Number of the request, for the answer.
        session: The session.
        outputs: Outputs wanted: named ones or ``instance.port``; without any, all named ones.
        after: Version of the last answer to the same question: only what is otherwise is said.
    """

    type: Literal["plan"] = "plan"
    id: int
    session: Name
    outputs: Annotated[tuple[str, ...], Field(max_length=1000)] = ()
    after: Annotated[str, Field(max_length=100)] = ""


class Ping(Wire):
    """Ask for an answer."""

    type: Literal["ping"] = "ping"
    id: int


ClientMessage = Annotated[
    Hello
    | Subscribe
    | Unsubscribe
    | Edit
    | Undo
    | Redo
    | Presence
    | Watch
    | Submit
    | Cancel
    | PlanRequest
    | Ping,
    Field(discriminator="type"),
]
CLIENT_MESSAGES: TypeAdapter[Any] = TypeAdapter(ClientMessage)
"""Reads what a client says."""


# --- what the server says -----------------------------------------------------------------------------------


class Welcome(Wire):
    """The first answer of a socket.

    Attributes:
        client: The id that the client gave.
        epoch: Changes when the server starts; channels count anew then.
        version: Of the protocol.
        frame: Bytes of a frame at most.
    """

    type: Literal["welcome"] = "welcome"
    client: str
    epoch: str
    version: int = VERSION
    frame: int = MAX_FRAME


class Reply(Wire):
    """The answer to a request that was done."""

    type: Literal["reply"] = "reply"
    id: int
    value: JsonValue = None


class Refusal(Wire):
    """The answer to a request that was not done; nothing has changed.

    Attributes:
        id: The request's number; None when it had none, or it could not be read.
        channel: The channel of ``Hello.last`` that can't be gone on with, if that is meant.
        error: What was expected, what came, what to do.
        problems: The same one by one, when a graph is at fault.
    """

    type: Literal["refusal"] = "refusal"
    id: int | None = None
    channel: str = ""
    error: str
    problems: tuple[ProblemRecord, ...] = ()


class Snapshot(Wire):
    """All of a channel as it is after its message ``seq``."""

    type: Literal["snapshot"] = "snapshot"
    channel: str
    seq: int
    value: JsonValue


class Edited(Wire):
    """Operations were applied.

    Attributes:
        number: Of the edit in the session's log. Who has a snapshot with this ``seq`` or a larger one has the
            edit already.
        client: Who made them; empty for what another program did to the file.
        token: The edit's token.
        patch: The writes that were made, in order: patches of ``engine.graph.edit``.
        problems: All problems of the graph now, or None when they are as before, or not known yet: then
            ``Checked`` tells them.
        notice: Why less was undone than asked for, or where the edit came from.
    """

    type: Literal["edited"] = "edited"
    number: int
    client: str
    token: str
    patch: tuple[dict[str, JsonValue], ...]
    problems: tuple[ProblemRecord, ...] | None = None
    notice: str = ""


class Checked(Wire):
    """The graph was checked whole, and has other problems than were known.

    Attributes:
        number: Of the last edit that was looked at.
        problems: All of them.
    """

    type: Literal["checked"] = "checked"
    number: int
    problems: tuple[ProblemRecord, ...]


class Saved(Wire):
    """The file has all edits up to a number.

    Attributes:
        name: The file.
        seq: The number.
        error: Why it does not have the later ones, if writing them failed.
    """

    type: Literal["saved"] = "saved"
    name: str
    seq: int
    error: str = ""


class Choice(Wire):
    """Somebody else changed the file, and people have to choose; until then it is not written.

    Attributes:
        id: Names the choice.
        conflicts: What to choose, one side each; see ``engine.service.outside.Pending.choices``. Nothing when
            there is nothing to choose any more.
    """

    type: Literal["choice"] = "choice"
    id: str
    conflicts: tuple[dict[str, JsonValue], ...]


class NodeDone(Wire):
    """An instance is finished and durable. Short names: there is one for each instance of each run.

    Attributes:
        n: Instance.
        c: Whether its result was stored before.
        s: Seconds; absent when cached.
    """

    type: Literal["node.done"] = "node.done"
    n: str
    c: bool = False
    s: float = 0.0


class NodeFailed(Wire):
    """An instance raised."""

    type: Literal["node.failed"] = "node.failed"
    n: str
    reason: str


class NodeBlocked(Wire):
    """An instance can't run since another failed."""

    type: Literal["node.blocked"] = "node.blocked"
    n: str
    by: str


class NodeCancelled(Wire):
    """An instance was cancelled, or paused with its run.

    Attributes:
        n: Instance.
        done: How far it had come, in the node's own unit.
        total: In the same unit; 0 when it had told nothing.
    """

    type: Literal["node.cancelled"] = "node.cancelled"
    n: str
    done: float = 0.0
    total: float = 0.0


class RunPlanned(Wire):
    """A run knows its work."""

    type: Literal["run.planned"] = "run.planned"
    total: int
    to_run: int


class RunChanged(Wire):
    """A run came, moved, began or ended; also the last message of its own channel."""

    type: Literal["run.changed"] = "run.changed"
    run: RunRecord


class RunGone(Wire):
    """A run was deleted."""

    type: Literal["run.gone"] = "run.gone"
    run: str


class Paused(Wire):
    """The queue was paused, or goes on."""

    type: Literal["queue.paused"] = "queue.paused"
    paused: bool


Event = Annotated[
    Edited
    | Checked
    | Saved
    | Choice
    | NodeDone
    | NodeFailed
    | NodeBlocked
    | NodeCancelled
    | RunPlanned
    | RunChanged
    | RunGone
    | Paused,
    Field(discriminator="type"),
]


class Reliable(Wire):
    """One message of a channel; exactly once and in order."""

    type: Literal["event"] = "event"
    channel: str
    seq: int
    event: Event


class Started(Wire):
    """An instance began. Lossy."""

    type: Literal["node.started"] = "node.started"
    n: str


class Progress(Wire):
    """How far an instance is. Lossy."""

    type: Literal["node.progress"] = "node.progress"
    n: str
    done: float
    total: float


class Preview(Wire):
    """A picture of an intermediate value. Lossy."""

    type: Literal["node.preview"] = "node.preview"
    n: str
    media: str
    data: bytes


class CurvesTold(Wire):
    """All that a loop has collected so far in numbers. Lossy."""

    type: Literal["node.curves"] = "node.curves"
    n: str
    curves: CurvesRecord


class Present(Wire):
    """Somebody's pointer and selection; ``here`` is false when they left. Lossy."""

    type: Literal["present"] = "present"
    client: str
    name: str = ""
    here: bool = True
    cursor: tuple[float, float] | None = None
    selection: tuple[str, ...] = ()


class Lossy(Wire):
    """A message of which only the latest for each key counts."""

    type: Literal["lossy"] = "lossy"
    channel: str
    key: str
    event: Annotated[Started | Progress | Preview | CurvesTold | Present, Field(discriminator="type")]


ServerMessage = Annotated[
    Welcome | Reply | Refusal | Snapshot | Reliable | Lossy, Field(discriminator="type")
]
SERVER_MESSAGES: TypeAdapter[Any] = TypeAdapter(ServerMessage)
"""Reads what the server says."""

# Why a socket was closed; the reason says it in words.
CLOSE_BAD_FRAME, CLOSE_NO_HELLO, CLOSE_TOO_SLOW, CLOSE_TOO_MANY, CLOSE_SHUTDOWN = 4400, 4401, 4408, 4429, 4503
