"""The graphs of the library folders, for an editor that offers them as subgraphs."""

from __future__ import annotations

from dataclasses import asdict

from engine.errors import GraphError
from engine.executors.headless import Headless
from engine.graph.document import Graph, Instance
from engine.service.interfaces import Ports, refers
from engine.service.view_records import InterfaceRecord, LibraryRecord
from engine.service.workspace import Listed, Workspace
from engine.store.files import Files


class Library:
    """Tells which graphs any other one can refer to, and their ports.

    Args:
        workspace: Lists them.
        headless: Reads them, and has the nodes.
    """

    def __init__(self, workspace: Workspace, headless: Headless) -> None:
        self._workspace, self._headless = workspace, headless
        # Without the folder of a graph, in which each may have others of the same names
        self._files = Files(headless.settings, headless.store, local=False)
        self._known: dict[str, tuple[Listed, InterfaceRecord]] = {}

    def graphs(self) -> list[LibraryRecord]:
        """The graphs by name; those that can't be read are left out. Callable from any thread."""
        before, known = self._known, dict[str, tuple[Listed, InterfaceRecord]]()
        told: list[LibraryRecord] = []
        for one in self._workspace.library():
            kept = before.get(one.name)
            try:
                interface, alone = (
                    (kept[1], True) if kept is not None and kept[0] == one else self._interface(one.name)
                )
            except GraphError:
                continue
            if alone:  # what it refers to may change without it
                known[one.name] = one, interface
            told.append(LibraryRecord(**asdict(one), interface=interface))
        self._known = known
        return told

    def _interface(self, name: str) -> tuple[InterfaceRecord, bool]:
        """The ports of a graph, and whether it refers to no other one."""
        instance = Instance(graph=self._reference(name))
        told = Ports(self._headless.registry).of(Graph(nodes={"it": instance}), self._reference)["it"]
        return told.model_copy(update={"kind": "ref"}), not refers(instance)

    def _reference(self, text: str) -> Graph:
        return self._headless.read(self._files.library(text))
