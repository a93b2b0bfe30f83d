"""What is stored of open graphs: found by the plan's keys, told, and said why when it is not there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow

import nodes
from engine.declare.node import node
from engine.declare.registry import Registry
from engine.graph.document import Graph
from engine.service.finding import NoValue, Place
from engine.service.planning import Planner
from engine.service.records import GraphSource
from engine.service.values import NoFile, Values, files_of, media_of
from engine.service.view_records import ResultRecord
from tests.run.conftest import PROBES, Box
from tests.service.desk import Desk, desk, story
from tests.service.serving import Swatch, swatch

INNER: dict[str, Any] = {
    "inputs": {"a": {"to": ["add.a"], "default": 1}},
    "outputs": {"sum": "add.out"},
    "nodes": {"add": {"type": "math.add", "params": {"b": 2}}},
}
BODY: dict[str, Any] = {
    "inputs": {"x": {"to": ["add.a"]}, "step": {"to": ["fixed.a"], "default": 1}},
    "outputs": {"x": "add.out"},
    "nodes": {
        "fixed": {"type": "math.add", "params": {"b": 0}},
        "add": {"type": "math.add", "links": {"b": "fixed.out"}},
    },
}
LOOP: dict[str, Any] = {
    "type": "flow.loop",
    "graph": BODY,
    "carry": {"x": {"link": "start.out"}},
    "checkpoint": 3,
}
START = {"type": "math.add", "params": {"a": 10, "b": 0}}


@node("serve.unkept", stored=False)
def unkept(text: str) -> Box:
    """Give something that is never stored."""
    return Box([len(text)])


@node("serve.measure")
def measure(box: Box) -> float:
    """Look into a box."""
    return box.items[0]


@dataclass
class Looking:
    """A session, and what is stored of it."""

    at: Desk
    values: Values
    id: str

    async def run(self, status: str = "done") -> None:
        """Run the session's graph as the queue does, to the end that is expected."""
        graph = await self.at.sessions.graph(self.id)
        report = await asyncio.to_thread(self.at.headless.run, graph, scope=self.id)
        assert report.status == status
        await asyncio.to_thread(self.at.headless.store.flush)

    async def edit(self, *operations: dict[str, Any]) -> None:
        """Edit the graph."""
        await self.at.edit(self.id, *operations)

    async def kinds(self) -> dict[str, str]:
        """Instance and output → kind and type, of what is stored."""
        told = await self.values.results(self.id)
        for ports in told.values():
            for fields in ports.values():
                ResultRecord.model_validate(fields)
        return {
            f"{name}.{port}": f"{fields['kind']} {fields['type']}"
            for name, ports in told.items()
            for port, fields in ports.items()
        }

    async def value(self, instance: str, port: str = "out", **place: Any) -> Any:
        """A number or text that is stored."""
        located = await self.values.find(self.id, Place(instance, port, **place))
        told = (await self.values.record(located)).summary
        return told.value if told.kind != "text" else told.text

    async def why(self, instance: str, port: str = "out", **place: Any) -> str:
        """Why a value is not there."""
        with pytest.raises(NoValue) as caught:
            await self.value(instance, port, **place)
        return caught.value.problems[0].code


def registry() -> Registry:
    found = Registry({nodes.pack.name: nodes.pack})
    found.add([*PROBES, swatch, unkept, measure])
    return found


@asynccontextmanager
async def looking(folder: Path, instances: dict[str, Any], **fields: Any) -> AsyncGenerator[Looking]:
    """A session that is looked at."""
    async with desk(folder, nodes=registry()) as at:
        at.file("graph.json", {"nodes": instances, **fields})
        id = (await at.sessions.open(GraphSource(name="graph.json"))).id
        yield Looking(at, Values(at.headless, Planner(at.headless, at.sessions)), id)


def say(source: str = "", **fields: Any) -> dict[str, Any]:
    given = {"links": {"text": source}} if source else {"params": {"text": "two words"}}
    return {"type": "probe.say", **given, **fields}


def type_text(text: str, name: str = "one") -> dict[str, Any]:
    return {"op": "set_param", "name": name, "port": "text", "value": text}


# --- what is stored ---------------------------------------------------------------------------------------


@story
async def test_nothing_is_told_before_a_run_and_everything_after_it(tmp_path: Path) -> None:
    tree = {
        "one": say(),
        "number": {"type": "math.add", "params": {"a": 1, "b": 2}},
        "picture": {"type": "image.solid", "params": {"width": 64, "height": 64}},
        "sub": {"graph": INNER, "links": {"a": "number.out"}},
    }
    async with looking(tmp_path, tree) as look:
        assert await look.kinds() == {}
        await look.run()

        assert await look.kinds() == {
            "one.out": "text str",
            "number.out": "number float",
            "picture.out": "image Image",
            "sub/add.out": "number float",
            "sub.sum": "number float",
        }
        assert (await look.values.results(look.id))["sub"]["sum"]["value"] == 5.0


@story
async def test_by_the_key_of_its_result_an_instance_is_frozen(tmp_path: Path) -> None:
    tree = {
        "one": say(),
        "two": say("one.out"),
        "sub": {"graph": INNER, "params": {"a": 3}},
        "start": START,
        "loop": {**LOOP, "count": 2},
    }
    async with looking(tmp_path, tree) as look:
        await look.run()
        told = await look.values.results(look.id)
        assert [told["sub"]["sum"]["key"], told["loop"]["x"]["key"]] == ["", ""]
        assert told["sub/add"]["out"]["key"]
        key, digest = (told["two"]["out"][field] for field in ("key", "digest"))

        await look.edit(
            {"op": "set_fields", "name": "two", "fields": {"frozen": key}}, type_text("other words")
        )
        now = await look.values.results(look.id)
        assert ("one" in now, now["two"]["out"]["digest"], now["two"]["out"]["key"]) == (False, digest, key)


@story
async def test_after_an_edit_what_lies_behind_it_is_told_no_more_until_it_is_taken_back(
    tmp_path: Path,
) -> None:
    async with looking(tmp_path, {"one": say(), "two": say("one.out"), "other": say()}) as look:
        await look.run()
        whole = await look.kinds()
        await look.edit(type_text("else"))
        assert list(await look.kinds()) == ["other.out"]
        await look.at.undo(look.id)

        assert await look.kinds() == whole == {f"{name}.out": "text str" for name in ("one", "other", "two")}


@story
async def test_lifted_instances_and_what_reads_them_are_found_by_what_they_read(tmp_path: Path) -> None:
    tree = {
        "one": say(),
        "split": {"type": "probe.split", "links": {"text": "one.out"}},
        "each": say("split.out", over=["text"]),
        "again": say("each.out", over=["text"]),
    }
    async with looking(tmp_path, tree) as look:
        await look.run()
        assert (await look.kinds())["again.out"] == "list list of str"
        await look.edit(type_text("three other words"))

        assert await look.kinds() == {}


@story
async def test_what_chooses_its_inputs_is_found_by_its_choice(tmp_path: Path) -> None:
    tree = {
        "less": {"type": "math.compare", "params": {"a": 1, "b": 2}},
        "yes": say(),
        "no": {"type": "probe.fail"},
        "either": {
            "type": "flow.switch",
            "links": {"condition": "less.out", "when_true": "yes.out", "when_false": "no.out"},
        },
    }
    async with looking(tmp_path, tree, outputs={"it": "either.out"}) as look:
        await look.run()

        assert await look.kinds() == {
            "less.out": "bool bool",
            "yes.out": "text str",
            "either.out": "text str",
        }


@story
async def test_what_was_computed_out_of_values_that_are_never_stored_is_found(tmp_path: Path) -> None:
    tree = {
        "unkept": {"type": "serve.unkept", "params": {"text": "four"}},
        "it": {"type": "serve.measure", "links": {"box": "unkept.out"}},
    }
    async with looking(tmp_path, tree) as look:
        await look.run()

        assert await look.value("it") == 4.0
        assert await look.why("unkept") == "not-kept"


@story
async def test_the_last_result_of_an_impure_node_is_found(tmp_path: Path) -> None:
    async with looking(tmp_path, {"it": {"type": "probe.shout", "params": {"text": "hey"}}}) as look:
        await look.run()

        assert await look.value("it") == "hey"


@story
async def test_where_something_is_wrong_the_rest_is_told(tmp_path: Path) -> None:
    async with looking(tmp_path, {"one": say(), "two": say("one.out")}) as look:
        await look.run()
        await look.edit(
            {"op": "add", "name": "bad", "instance": {"type": "math.add", "params": {"a": "x"}}},
            {"op": "add", "name": "lost", "instance": say("nobody.out")},
            {"op": "add", "name": "odd", "instance": {"type": "no.node"}},
            {"op": "add", "name": "behind", "instance": say("odd.out")},
        )

        assert set(await look.kinds()) == {"one.out", "two.out"}
        assert [await look.why(name) for name in ("bad", "behind")] == ["not-planned", "not-planned"]


@story
async def test_types_go_through_nodes_and_loops_that_take_any(tmp_path: Path) -> None:
    body = {
        "inputs": {"item": {"to": ["pass.value"]}},
        "outputs": {"all": "pass.out"},
        "nodes": {"pass": {"type": "flow.reroute"}},
    }
    tree = {
        "picture": {"type": "image.solid", "params": {"width": 8, "height": 8}},
        "pass": {"type": "flow.reroute", "links": {"value": "picture.out"}},
        "list": {"type": "list.collect", "links": {"items": ["pass.out", "picture.out"]}},
        "loop": {"type": "flow.loop", "graph": body, "items": {"link": "list.out"}, "collect": ["all"]},
        "pick": {"type": "list.pick", "params": {"index": 0}, "links": {"items": "loop.all"}},
    }
    async with looking(tmp_path, tree) as look:
        await look.run()

        assert await look.kinds() == {
            "picture.out": "image Image",
            "pass.out": "image Image",
            "list.out": "list list of Image",
            "loop.all": "list list of Image",
            "pick.out": "image Image",
        }


@story
async def test_a_reference_is_looked_into(tmp_path: Path) -> None:
    async with looking(tmp_path, {"ref": {"ref": "inner.json"}}) as look:
        look.at.file("inner.json", INNER)
        await look.run()

        assert (await look.value("ref", "sum"), await look.value("ref/add")) == (3.0, 3.0)


# --- why something is not there ---------------------------------------------------------------------------


@story
async def test_it_is_said_why_a_value_is_not_there(tmp_path: Path) -> None:
    tree = {
        "one": say(),
        "two": say("one.out"),
        "off": say(mode="mute"),
        "sub": {"graph": INNER, "mode": "mute"},
        "loop": {"type": "flow.loop", "graph": BODY, "carry": {"x": 0}, "count": 2},
    }
    async with looking(tmp_path, tree) as look:
        assert await look.why("one") == "not-run"
        await look.run()
        assert (await look.value("one"), await look.value("loop/fixed")) == ("two words", 1.0)
        await look.edit(type_text("else"))

        assert await look.why("one") == "changed"
        assert [await look.why(name) for name in ("off", "sub", "sub/add")] == ["muted"] * 3
        assert await look.why("loop/add") == "in-loop"
        assert [await look.why(name) for name in ("nobody", "one/x", "", "/", "loop/nobody")] == [
            "unknown-instance"
        ] * 5
        assert [await look.why(name, "nothing") for name in ("one", "loop")] == ["missing-port"] * 2


@story
async def test_a_result_that_was_given_up_is_gone(tmp_path: Path) -> None:
    async with looking(tmp_path, {"one": say()}) as look:
        await look.run()
        look.at.headless.store.clear()
        assert await look.why("one") == "not-run"  # what was remembered of it went, too
        await look.run()
        look.at.headless.store.drop([*look.at.headless.store.remembered(look.id).values()])
        look.at.headless.store.flush()

        assert await look.why("one") == "gone"


@story
async def test_a_value_whose_bytes_are_gone_is_said_to_be_and_forgotten(tmp_path: Path) -> None:
    big = {"type": "image.solid", "params": {"width": 128, "height": 128}}
    async with looking(tmp_path, {"it": big}) as look:
        await look.run()
        located = await look.values.find(look.id, Place("it", "out"))
        look.at.headless.store._memory.clear()  # pyright: ignore[reportPrivateUsage]
        for blob in (tmp_path / "home").rglob("*.safetensors"):
            blob.unlink()
        with pytest.raises(NoValue, match="none any more"):
            await look.values.record(located)

        assert await look.why("it") == "gone"


@story
async def test_a_value_that_was_asked_for_by_its_digest_is_no_other(tmp_path: Path) -> None:
    async with looking(tmp_path, {"one": say()}) as look:
        await look.run()
        digest = (await look.values.find(look.id, Place("one", "out"))).digest

        assert await look.value("one", digest=digest) == "two words"
        assert await look.why("one", digest="0" * 64) == "changed"


# --- pictures and files -----------------------------------------------------------------------------------


@story
async def test_a_picture_is_drawn_once_in_each_size(tmp_path: Path) -> None:
    async with looking(
        tmp_path, {"it": {"type": "image.solid", "params": {"width": 200, "height": 100}}}
    ) as look:
        await look.run()
        located = await look.values.find(look.id, Place("it", "out"))
        path = await look.values.picture(located, 0, 50)
        with Pillow.open(path) as picture:
            assert (picture.format, picture.size) == ("WEBP", (50, 25))
        path.write_bytes(b"drawn before")

        assert (await look.values.picture(located, 0, 50)).read_bytes() == b"drawn before"
        assert await look.values.picture(located, 0, 64) != path


@story
async def test_the_file_of_a_value_is_the_one_that_a_run_writes(tmp_path: Path) -> None:
    tree = {
        "it": {"type": "image.solid", "params": {"width": 8, "height": 8}},
        "word": say(),
        "latent": {"type": "latent.empty", "params": {"width": 64, "height": 64}},
    }
    async with looking(tmp_path, tree) as look:
        await look.run()
        located = {name: await look.values.find(look.id, Place(name, "out")) for name in tree}
        carried = look.at.headless.carried(await look.at.sessions.graph(look.id))
        files = [await look.values.file(located["it"], 0, text) for text in ("", carried)]

        assert [path.suffix for path in files] == [".png", ".png"]
        assert Graph.read(files[1]).nodes.keys() == tree.keys()
        assert (await look.values.file(located["word"], 0)).read_text() == "two words"
        for name, index in (("latent", 0), ("it", 1)):
            with pytest.raises(NoFile, match=f"{name}: expected"):
                await look.values.file(located[name], index)


def test_each_item_of_a_list_is_a_file_and_plain_values_are_json() -> None:
    assert [suffix for suffix, _ in files_of([Swatch(1), Swatch(2)])] == [".png", ".png"]
    assert [json.loads(files_of(value)[0][1]) for value in (2.5, [1, "a"], None)] == [2.5, [1, "a"], None]
    assert files_of(Box([1.0])) == []
    assert [media_of(value) for value in ([Swatch(1)], "a", 1, Box([]))] == [
        "image/png",
        "text/plain; charset=utf-8",
        "application/json",
        "",
    ]
