import json
from pathlib import Path

import pytest

from engine.graph.document import Graph
from engine.settings import Settings
from tests.web.asking import Asking
from tests.web.conftest import PRODUCT

TWICE = {
    "knotwork": 1,
    "inputs": {"x": {"to": ["turns.x"]}},
    "outputs": {"x": "turns.x", "all": "turns.each"},
    "nodes": {
        "turns": {
            "type": "flow.loop",
            "count": 2,
            "carry": {"x": None},
            "collect": ["each"],
            "graph": {
                "inputs": {"x": {"to": ["it.a"]}},
                "outputs": {"x": "it.result", "each": "it.result"},
                "nodes": {"it": {"ref": "product.json", "params": {"factor": 2}}},
            },
        }
    },
}
"""A loop around another graph of the library."""
GRAPH = (
    b'{"knotwork": 1, "title": "Mine", "nodes": {"sum": {"type": "math.add", "params": {"a": 1, "b": 2}}}}'
)


def test_a_graph_is_written_read_and_listed(server: Asking, folder: Path) -> None:
    written = server.put("/api/graphs/portraits/mine", content=GRAPH)
    assert (written.status_code, written.json()["name"]) == (201, "portraits/mine.json")
    assert (folder / "portraits" / "mine.json").read_bytes() == Graph.read(GRAPH).to_bytes()
    read = server.get("/api/graphs/portraits/mine.json")
    assert (read.json()["title"], read.headers["etag"]) == ("Mine", written.headers["etag"])
    assert [(one["name"], one["title"]) for one in server.get("/api/graphs").json()] == [
        ("portraits/mine.json", "Mine")
    ]


def test_who_has_a_graph_already_is_not_sent_it_again(server: Asking) -> None:
    etag = server.put("/api/graphs/mine", content=GRAPH).headers["etag"]
    answer = server.get("/api/graphs/mine", headers={"if-none-match": f'"other", W/{etag}'})
    assert (answer.status_code, answer.content) == (304, b"")


def test_a_graph_is_replaced_by_who_knows_it(server: Asking) -> None:
    etag = server.put("/api/graphs/mine", content=GRAPH).headers["etag"]
    changed = GRAPH.replace(b"Mine", b"Ours")
    replaced = server.put("/api/graphs/mine", content=changed, headers={"if-match": etag})
    assert (replaced.status_code, replaced.json()["title"]) == (200, "Ours")
    assert replaced.headers["etag"] != etag


@pytest.mark.parametrize(
    ("headers", "status"), [({}, 428), ({"if-match": '"older"'}, 412), ({"if-match": "*"}, 200)]
)
def test_nobody_overwrites_what_they_have_not_seen(
    server: Asking, headers: dict[str, str], status: int
) -> None:
    server.put("/api/graphs/mine", content=GRAPH)
    answer = server.put("/api/graphs/mine", content=GRAPH.replace(b"Mine", b"Ours"), headers=headers)
    assert answer.status_code == status
    assert (server.get("/api/graphs/mine").json()["title"] == "Mine") == (status != 200)


def test_a_graph_that_is_gone_is_not_made_anew_by_who_meant_to_replace_it(server: Asking) -> None:
    assert server.put("/api/graphs/mine", content=GRAPH, headers={"if-match": "*"}).status_code == 412


@pytest.mark.parametrize(("headers", "status"), [({}, 428), ({"if-match": '"older"'}, 412)])
def test_nobody_removes_what_they_have_not_seen(
    server: Asking, folder: Path, headers: dict[str, str], status: int
) -> None:
    etag = server.put("/api/graphs/mine", content=GRAPH).headers["etag"]
    assert server.delete("/api/graphs/mine", headers=headers).status_code == status
    assert (folder / "mine.json").exists()
    assert server.delete("/api/graphs/mine", headers={"if-match": etag}).status_code == 204
    assert list(folder.iterdir()) == []


def test_what_is_not_there_or_a_template_is_not_removed(server: Asking) -> None:
    for name in ("nothing", "product"):
        assert server.delete(f"/api/graphs/{name}", headers={"if-match": "*"}).status_code == 404


def test_what_is_no_graph_is_not_written(server: Asking, folder: Path) -> None:
    for body in (b"", b"[]", b"{}", b'{"knotwork": 99}', b'{"knotwork": 1, "nodes": []}', b"\xff"):
        answer = server.put("/api/graphs/mine", content=body)
        assert (answer.status_code, len(answer.json()["problems"])) == (422, 1)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("damaged", "code", "got", "cure"),
    [
        (b'{"knotwork": 1,\n "nodes": {"a": }}', "bad-json", "line 2, column 17", "Mend the file there."),
        (b'{"nodes": {}}', "not-a-graph", "None", 'Add "knotwork": 1 if this is a graph.'),
        (b'{"knotwork": 1, "nodes": {"a": {"type": 1}}}', "bad-field", "1", "Mend the field"),
        (b"\x89PNG\r\n\x1a\n", "bad-picture", "", "Take the file from its source again."),
    ],
)
def test_a_damaged_file_is_refused_with_the_place_and_the_cure(
    server: Asking, folder: Path, damaged: bytes, code: str, got: str, cure: str
) -> None:
    (folder / "bad.json").write_bytes(damaged)
    answer = server.get("/api/graphs/bad.json")
    assert answer.status_code == 422
    (problem,) = answer.json()["problems"]
    assert problem["code"] == code
    assert got in problem["got"]
    assert problem["cure"].startswith(cure)


OUTSIDE = [
    "../outside",
    "..%2foutside",
    "%2e%2e/outside",
    "/etc/passwd",
    "a/../../outside",
    ".hidden",
    "a%00b",
    "a%5cb",
    "linked/outside",
]


@pytest.mark.parametrize("name", OUTSIDE)
def test_names_lead_nowhere_but_into_the_workspace(server: Asking, folder: Path, name: str) -> None:
    outside = folder.parent / "outside.json"
    outside.write_bytes(GRAPH)
    (folder / "linked").symlink_to(folder.parent)
    answers = [
        server.get(f"/api/graphs/{name}"),
        server.put(f"/api/graphs/{name}", content=GRAPH, headers={"if-match": "*"}),
        server.post(f"/api/graphs/{name}/run", {}),
    ]
    assert all(answer.status_code in (404, 405, 422) for answer in answers)
    assert "Mine" not in "".join(answer.text for answer in answers)
    assert outside.read_bytes() == GRAPH


def test_templates_are_listed_and_read(server: Asking) -> None:
    listed = server.get("/api/templates").json()
    assert [(one["name"], one["title"], one["help"]) for one in listed] == [
        ("picture", "picture", ""),
        ("product", "Product", "Adds and multiplies."),
    ]
    assert server.get("/api/templates/product").json() == PRODUCT
    assert server.get("/api/templates/nothing").status_code == 404


def test_the_graphs_of_the_library_are_told_with_their_ports_as_subgraphs(
    server: Asking, folder: Path, settings: Settings
) -> None:
    (root,) = settings.library_roots
    for path, tree in (("tools/twice.json", TWICE), ("bad.json", {}), (".hidden/a.json", PRODUCT)):
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(json.dumps(tree))
    (folder / "product.json").write_text('{"knotwork": 1, "title": "Another"}')
    listed = server.get("/api/library")
    assert [(one["name"], one["title"]) for one in listed.json()] == [
        ("picture.json", "picture"),
        ("product.json", "Product"),
        ("tools/twice.json", "twice"),
    ]
    assert [one["interface"]["kind"] for one in listed.json()] == ["ref"] * 3
    product, twice = (one["interface"] for one in listed.json()[1:])
    assert {name: (port["type"], port["required"]) for name, port in product["inputs"].items()} == {
        "a": ("float", False),
        "factor": ("float", True),
    }
    assert {name: port["type"] for name, port in twice["outputs"].items()} == {
        "x": "float",
        "all": "list of float",
    }
    assert server.get("/api/library", headers={"if-none-match": listed.headers["etag"]}).status_code == 304

    tree = {**PRODUCT, "outputs": {**PRODUCT["outputs"], "sum": "sum.out"}}
    (root / "product.json").write_text(json.dumps(tree))
    product, twice = (one["interface"] for one in server.get("/api/library").json()[1:])
    assert (set(product["outputs"]), set(twice["outputs"])) == ({"result", "sum"}, {"x", "all"})

    (folder / "product.json").unlink()  # a graph finds those of its own folder first
    opened = {"knotwork": 1, "nodes": {"it": {"ref": "tools/twice.json", "params": {"x": 1}}}}
    session = server.post("/api/sessions", {"document": opened}).json()["id"]
    told = server.get(f"/api/sessions/{session}/interfaces").json()["it"]
    assert told["outputs"] == twice["outputs"]


def test_a_template_is_no_file_of_the_workspace(server: Asking) -> None:
    assert server.get("/api/graphs/product").status_code == 404
    assert server.put("/api/graphs/product", content=json.dumps(PRODUCT)).status_code == 201
    assert server.get("/api/graphs/product").json() == PRODUCT
