"""The nodes that are installed, as records; told once, since they stay as they are while the server runs."""

from __future__ import annotations

from functools import cached_property

from engine.declare.catalogue import describe, fits
from engine.declare.registry import Registry
from engine.errors import KnotworkError
from engine.service.catalogue_records import CatalogueRecord, NodeRecord
from engine.service.licences import licences


class NoNode(KnotworkError):
    """No pack has such a node."""


class Catalogue:
    """The nodes of a registry; the first question imports them all, which takes a moment.

    Args:
        registry: The registry.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    @cached_property
    def record(self) -> CatalogueRecord:
        """Every node, and which types fit which."""
        nodes = self._registry.all()
        records = tuple(NodeRecord.model_validate(describe(node, self._registry)) for node in nodes)
        targets = {name: tuple(others) for name, others in fits(nodes).items()}
        terms = licences(self._registry.families())
        return CatalogueRecord(
            nodes=records, broken=dict(self._registry.broken), fits=targets, licences=terms
        )

    @cached_property
    def data(self) -> bytes:
        """The same as JSON."""
        return self.record.model_dump_json(by_alias=True).encode()

    def node(self, id: str) -> NodeRecord:
        """One node.

        Raises:
            NoNode: There is none of this id.
        """
        node = self._registry.find(id)
        if node is None:
            near = self._registry.nearest(id)
            cure = f' Did you mean "{near}"?' if near else ""
            raise NoNode(f'expected the id of a node, got "{id[:80]}".{cure}')
        return NodeRecord.model_validate(describe(node, self._registry))
