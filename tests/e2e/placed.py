"""Nodes that stand on the canvas without being searched for one by one, for tests of something else."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.cli.served import Served
from tests.e2e.editor import Editor, Node, Point


def placed(editor: Editor, server: Served, *nodes: tuple[Point, str, dict[str, Any]]) -> list[Node]:
    """Begin a graph with no panel beside it, and let somebody else add nodes to it; the canvas has the focus.

    Args:
        editor: Where it is begun.
        server: Where it is kept.
        nodes: Where each is, from the canvas' upper left corner, its name, and what it is in the file.
    """
    editor.new_graph()
    editor.close_panels()
    session = server.get("/api/sessions").json()[-1]["id"]
    adding = [{"op": "add", "name": name, "instance": one, "position": at} for at, name, one in nodes]
    edit = {"client": "another", "token": "begin", "operations": adding}
    assert server.post(f"/api/sessions/{session}/edit", edit).is_success
    expect(editor.nodes()).to_have_count(len(nodes))
    editor.canvas.locator("[data-scope=canvas]").focus()
    return [editor.node(name) for _, name, _ in nodes]
