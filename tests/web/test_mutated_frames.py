"""Whatever bytes come in, a client hears named errors only, and the server goes on."""

import asyncio
import json
import math
from pathlib import Path
from typing import Any

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nodes
from engine.declare.registry import Registry
from engine.service.outbox import Outbox
from engine.service.presence import Company
from engine.service.protocol import SERVER_MESSAGES, GraphSource, Hello
from engine.service.service import Service
from engine.settings import Settings
from engine.web.conversation import UNFORESEEN, Conversation

Tree = dict[str, Any]

SUM: Tree = {
    "knotwork": 1,
    "inputs": {"a": {"to": ["sum.a"], "default": 1}},
    "outputs": {"result": "twice.out"},
    "nodes": {
        "sum": {"type": "math.add", "params": {"b": 1}},
        "twice": {"type": "math.multiply", "params": {"b": 2}, "links": {"a": "sum.out"}},
    },
    "view": {"sum": {"at": [0, 0]}},
}

OPERATIONS: list[Tree] = [
    {"op": "add", "name": "more", "instance": {"type": "math.add", "version": 1}, "position": [1, 2]},
    {"op": "remove", "names": ["more"]},
    {"op": "set_param", "name": "sum", "port": "b", "value": 3},
    {"op": "unset_param", "name": "sum", "port": "b"},
    {"op": "link", "name": "twice", "port": "b", "source": "sum.out"},
    {"op": "unlink", "name": "twice", "port": "b"},
    {"op": "rename", "name": "sum", "to": "total"},
    {"op": "rename", "name": "total", "to": "sum"},
    {"op": "move", "positions": {"sum": [3, 4]}},
    {"op": "group", "id": "g", "value": {"names": ["sum"]}},
    {"op": "note", "id": "n", "value": {"text": "hm"}},
    {"op": "expose_input", "name": "b", "input": {"to": ["sum.b"], "default": 2}},
    {"op": "unexpose_input", "name": "b"},
    {"op": "expose_output", "name": "half", "source": "sum.out"},
    {"op": "unexpose_output", "name": "half"},
    {"op": "embed", "names": ["sum"], "name": "inner"},
    {"op": "set_param", "at": "inner", "name": "sum", "port": "b", "value": 1},
    {"op": "unpack", "name": "inner"},
    {"op": "set_fields", "name": "twice", "fields": {"title": "Twice", "mode": "bypass"}},
    {"op": "set_fields", "name": "twice", "fields": {"mode": None, "over": ["a"]}},
    {"op": "describe", "fields": {"title": "Sum"}},
    {"op": "patch", "writes": [{"where": ["title"], "old": [], "new": ["Sum"]}]},
    {"op": "patch", "writes": [{"where": ["nodes", "sum", "params", "b"], "old": [1], "new": [2]}]},
]


def messages(session: str) -> list[Tree]:
    """What a client may say of a session."""
    document = {"graph": {"document": SUM}, "sweep": {"a": [1, 2]}, "outputs": ["result"], "forced": ["sum"]}
    edits = [
        {"type": "edit", "id": 3, "session": session, "token": "t", "operations": [one]} for one in OPERATIONS
    ]
    return [
        {"type": "hello", "client": "ann", "name": "Ann", "epoch": "e", "last": {"run:1": 3}},
        {"type": "subscribe", "id": 1, "channel": "queue", "last": 2},
        {"type": "subscribe", "id": 1, "channel": f"graph:{session}", "last": None},
        {"type": "unsubscribe", "id": 2, "channel": "queue"},
        *edits,
        {"type": "undo", "id": 4, "session": session, "token": "u"},
        {"type": "redo", "id": 5, "session": session, "token": "v"},
        {"type": "presence", "session": session, "cursor": [1.5, -2.0], "selection": ["a", "b"]},
        {"type": "watch", "id": 6, "run": "1", "nodes": ["a"], "size": 128, "rate": 2.5},
        {"type": "submit", "id": 7, "request": {"graph": {"name": "sum"}, "values": {"a": 3}, "front": True}},
        {"type": "submit", "id": 8, "request": {"graph": {"session": session}, "key": "k", "priority": 3}},
        {"type": "submit", "id": 9, "request": document},
        {"type": "cancel", "id": 10, "run": "1"},
        {"type": "plan", "id": 11, "session": session, "outputs": ["result"]},
        {"type": "ping", "id": 12},
    ]


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, -1, 2**53, 2**63, 2**64 - 1, -(2**63), 0.5, math.inf, -math.inf, math.nan]),
    st.text(max_size=5),
    st.sampled_from(
        ["", "\x00", "🙂" * 50, "x" * 300, "run:", "graph:", "queue", "..", "sum", "twice", "a.b"]
    ),
    st.binary(max_size=5),
    st.sampled_from([[], {}, [[]], [[[[[[]]]]]], {"type": "ping", "id": 1}, {"": {"": {}}}]),
)


def places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a message."""
    found = [path]
    lists = enumerate(tree) if isinstance(tree, list) else ()
    items = tree.items() if isinstance(tree, dict) else lists
    for key, value in items:
        found += places(value, (*path, key))
    return found


def replaced(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A message with something else in one place."""
    if not path:
        return value
    copy = tree.copy()
    copy[path[0]] = replaced(tree[path[0]], path[1:], value)
    return copy


@st.composite
def mistaken(draw: st.DrawFn, said: list[Tree]) -> bytes:
    """A message in which some values, or a field too many, are not what they should be."""
    tree: Any = draw(st.sampled_from(said))
    if "token" in tree:
        tree = {
            **tree,
            "token": f"{draw(st.integers(0, 2**60))}",
        }  # with the same one it would be made once only
    for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2, 3]))):
        anywhere = places(tree)
        inside = [path for path in anywhere if len(path) > 2] or anywhere
        path = draw(st.sampled_from(draw(st.sampled_from([anywhere, inside, inside]))))
        tree = replaced(tree, path, draw(ODD))
    if isinstance(tree, dict) and draw(st.sampled_from([False] * 4 + [True])):
        tree = {**tree, draw(st.text(max_size=5)): draw(ODD)}
    return msgpack.packb(tree)


@st.composite
def damaged(draw: st.DrawFn, said: list[Tree]) -> bytes:
    """A message with bytes that were changed, lost or added."""
    data = bytearray(msgpack.packb(draw(st.sampled_from(said))))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        data[at : at + draw(st.integers(0, 2))] = draw(st.binary(max_size=3))
    return bytes(data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data)


@st.composite
def nested(draw: st.DrawFn) -> bytes:
    """Lists in lists, or maps in maps, deeper than anything should be."""
    head = draw(st.sampled_from([b"\x91", b"\x81\xa1x"]))
    message = b"\x84\xa4type\xa4edit\xa2id\x01\xa7session\xa1s\xaaoperations\x91"
    return draw(st.sampled_from([b"", message])) + head * draw(st.integers(1, 5000)) + b"\xc0"


EXTENDED = [
    b"\x82\xa4type\xa4ping\xa2id" + tail
    for tail in (b"\xd6\xff\0\0\0\1", b"\xd6\5\0\0\0\1", b"\xd7\xff" + b"\xff" * 8)
]
"""A time, an unknown kind, and a time that can't be, in place of a number."""


def frames(said: list[Tree]) -> st.SearchStrategy[bytes | str]:
    """Whatever may come in place of messages."""
    others = st.one_of(nested(), st.binary(max_size=100), st.text(max_size=20), st.sampled_from(EXTENDED))
    return st.one_of(mistaken(said), mistaken(said), damaged(said), others)


class Talk:
    """Conversations with a server in this process, one after another.

    Attributes:
        service: The server.
        session: An open graph.
    """

    def __init__(self, service: Service, session: str) -> None:
        self.service, self.session = service, session
        self._company = Company(service.channels)

    async def hear(self, frame: bytes | str) -> None:
        """Let a client say something, and check what it is answered."""
        outbox = Outbox()
        talk = Conversation(self.service, self._company, Hello(client="ann"), outbox, lambda _: 0.0)
        await talk.hear(frame)
        await talk.settle()
        await talk.leave()
        while outbox.size:
            tree = msgpack.unpackb(await outbox.take())
            for message in tree if isinstance(tree, list) else [tree]:
                SERVER_MESSAGES.validate_python(message)
                assert message.get("error") not in ("", UNFORESEEN)
                assert "Traceback" not in message.get("error", "")


def talk_through(home: Path, examples: int) -> None:
    """Send so many frames to a server."""
    folder = home / "graphs"
    folder.mkdir()
    (folder / "sum.json").write_text(json.dumps(SUM), encoding="utf-8")
    registry = Registry({nodes.pack.name: nodes.pack})
    with asyncio.Runner() as runner:
        opening = Service.open(Settings(home=home / "home"), folder, registry)
        service = runner.run(opening.__aenter__())
        session = runner.run(service.sessions.open(GraphSource(document=SUM))).id
        talk = Talk(service, session)

        @given(frames(messages(session)))
        @settings(max_examples=examples)
        def send(frame: bytes | str) -> None:
            runner.run(talk.hear(frame))

        try:
            send()
        finally:
            runner.run(opening.__aexit__(None, None, None))


def test_mutated_frames_give_named_errors_only(tmp_path: Path) -> None:
    talk_through(tmp_path, 500)


@pytest.mark.soak
def test_ten_thousand_mutated_frames_do_too(tmp_path: Path) -> None:
    talk_through(tmp_path, 10_000)
