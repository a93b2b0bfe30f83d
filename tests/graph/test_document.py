import io
import json
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from engine.errors import GraphError
from engine.graph.document import Graph, GraphInput, Instance, is_link

SMALL: dict[str, Any] = {
    "knotwork": 1,
    "inputs": {"x": {"to": ["sum.a"], "default": 1.0}},
    "outputs": {"result": "sum.out"},
    "nodes": {"sum": {"type": "math.add", "params": {"b": 2}, "links": {}}},
}


def read(tree: Any) -> Graph:
    return Graph.read(json.dumps(tree).encode())


def problem_of(data: bytes | str | Path) -> str:
    with pytest.raises(GraphError) as caught:
        Graph.read(data)
    return str(caught.value)


def test_the_canonical_file_leaves_defaults_out_and_sorts_keys() -> None:
    assert read(SMALL).to_bytes().decode() == (
        '{\n "inputs": {\n  "x": {\n   "default": 1,\n   "to": ["sum.a"]\n  }\n },\n "knotwork": 1,\n'
        ' "nodes": {\n  "sum": {\n   "params": {\n    "b": 2\n   },\n   "type": "math.add"\n  }\n },\n'
        ' "outputs": {\n  "result": "sum.out"\n }\n}\n'
    )


def test_reading_and_writing_again_changes_nothing() -> None:
    once = read(SMALL).to_bytes()

    assert Graph.read(once).to_bytes() == once


def test_unknown_nodes_and_fields_survive() -> None:
    tree = {
        **SMALL,
        "later": {"a": [1]},
        "nodes": {"odd": {"type": "their.node", "glow": True, "graph": {"inner": 1}}},
    }
    again = json.loads(read(tree).to_bytes())

    assert again["later"] == {"a": [1]}
    assert again["nodes"] == tree["nodes"]


def test_a_default_of_null_is_not_the_same_as_none_given() -> None:
    graph = read({**SMALL, "inputs": {"free": {"to": ["a.x"], "default": None}, "must": {"to": ["a.y"]}}})

    assert [given.required for given in Graph.read(graph.to_bytes()).inputs.values()] == [False, True]


def test_while_is_a_field() -> None:
    graph = read(
        {**SMALL, "nodes": {"loop": {"type": "flow.loop", "count": {"link": "sum.out"}, "while": "go"}}}
    )
    loop = graph.nodes["loop"]

    assert (loop.while_, loop.count, loop.is_loop) == ("go", {"link": "sum.out"}, True)
    assert json.loads(graph.to_bytes())["nodes"]["loop"]["while"] == "go"


def test_a_link_in_a_loop_is_an_object_with_that_one_key() -> None:
    assert is_link({"link": "a.b"})
    assert not is_link({"link": "a.b", "more": 1})
    assert not is_link("a.b")


def test_a_carried_object_that_is_no_link_keeps_its_fields() -> None:
    tree = {**SMALL, "nodes": {"loop": {"type": "flow.loop", "carry": {"state": {"link": "a.b", "more": 1}}}}}

    assert read(tree).nodes["loop"].carry == {"state": {"link": "a.b", "more": 1}}


def test_the_digest_covers_the_meaning_only() -> None:
    seen = {**SMALL, "title": "T", "view": {"sum": {"at": [3, 4]}}, "models": {"m": {}}, "packs": {"p": "1"}}

    assert read(seen).digest() == read(SMALL).digest()
    assert read({**SMALL, "nodes": {}}).digest() != read(SMALL).digest()


def test_a_param_named_like_a_title_counts() -> None:
    one, two = ({**SMALL, "nodes": {"n": {"type": "a.b", "params": {"title": text}}}} for text in "xy")

    assert read(one).digest() != read(two).digest()


def test_a_picture_carries_its_graph(tmp_path: Path) -> None:
    text = PngImagePlugin.PngInfo()
    text.add_itxt("knotwork", read({**SMALL, "title": "Äpfel"}).to_bytes().decode())
    Image.new("RGB", (2, 2)).save(tmp_path / "a.png", pnginfo=text)

    assert Graph.read(tmp_path / "a.png").title == "Äpfel"


def test_a_picture_without_a_graph_says_so(tmp_path: Path) -> None:
    Image.new("RGB", (2, 2)).save(tmp_path / "a.png")

    assert 'text chunk "knotwork"' in problem_of(tmp_path / "a.png")


def test_a_broken_picture_says_so() -> None:
    file = io.BytesIO()
    Image.new("RGB", (2, 2)).save(file, "PNG")

    assert "a whole PNG file" in problem_of(file.getvalue()[:20])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{\n "knotwork": 1,,\n}', "line 2, column 16"),
        (b'{"knotwork": 1, "nodes": {"a": {}, "a": {}}}', 'the key "a" twice'),
        (b'{"knotwork": 2}', "format version up to 1, got version 2"),
        (b'{"nodes": {}}', '"knotwork" with the format version'),
        (b"[]", "an object, got a list"),
        (b"\xff\xfe", "byte 0xff at offset 0"),
        (b'{"knotwork": 1, "view": {"x": 1e999}}', "1e999"),
        (b'{"knotwork": 1, "view": {"x": NaN}}', "NaN"),
        (b'{"knotwork": 1, "view": {"x": 9007199254740993}}', "9007199254740993"),
        (b'{"knotwork": 1, "view": {"x": ' + b"9" * 5000 + b"}}", "(5000 characters)"),
        (b'{"knotwork": 1, "title": "\\ud800"}', "whole Unicode characters"),
        (b'{"knotwork": 1, "view": ' + b'{"a":' * 300 + b"1" + b"}" * 301, "at most 200 levels"),
        (b'{"knotwork": 1, "view": ' + b"[" * 100_000, "at most 200 levels"),
        (b"", "line 1, column 1"),
    ],
)
def test_a_file_that_is_no_graph_gets_a_named_error(data: bytes, said: str) -> None:
    assert said in problem_of(data)


def test_a_wrong_field_is_named_with_its_instance() -> None:
    inner = {"nodes": {"deep": {"type": "a.b", "version": "new"}}}
    with pytest.raises(GraphError) as caught:
        read({**SMALL, "nodes": {"outer": {"graph": inner}, "bad": {"links": {"x": 3}}}})

    assert {(problem.code, problem.instance) for problem in caught.value.problems} == {
        ("bad-field", "outer/deep"),
        ("bad-field", "bad"),
    }


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "gone.json" in problem_of(tmp_path / "gone.json")


def test_writing_replaces_the_file_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "graph.json"
    path.write_text("old")
    graph = read(SMALL)
    graph.write(path)

    assert path.read_bytes() == graph.to_bytes()
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_a_named_error(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match="a writable file"):
        read(SMALL).write(tmp_path / "none" / "graph.json")


def test_graphs_can_be_built_from_their_parts() -> None:
    graph = Graph(
        inputs={"x": GraphInput(to=["sum.a"], default=1)},
        outputs={"result": "sum.out"},
        nodes={"sum": Instance(type="math.add", params={"b": 2})},
    )

    assert graph.to_bytes() == read(SMALL).to_bytes()


@pytest.mark.bench
def test_ten_thousand_nodes_load_within_a_third_of_a_second() -> None:
    nodes = {
        f"n{i}": {"type": "math.add", "params": {"b": 1.0}, "links": {"a": f"n{i - 1}.out"}}
        for i in range(10_000)
    }
    data = json.dumps(
        {"knotwork": 1, "nodes": nodes, "view": {name: {"at": [0, 0]} for name in nodes}}
    ).encode()
    loads, writes = [], []
    for _ in range(5):
        begin = time.perf_counter()
        graph = Graph.read(data)
        loads.append(time.perf_counter() - begin)
        begin = time.perf_counter()
        graph.to_bytes()
        writes.append(time.perf_counter() - begin)

    assert min(loads) <= 0.3
    assert min(writes) <= 0.5
