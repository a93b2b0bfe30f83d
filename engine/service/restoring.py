"""Sessions out of their rows, and rows for new ones."""

from __future__ import annotations

from collections.abc import Sequence
from time import time

from engine.declare.registry import Registry
from engine.graph.document import Graph
from engine.graph.levels import embedded
from engine.graph.migrate import migrate
from engine.service.archive import Kept
from engine.service.opened import Copy, Opened
from engine.service.opening import Found
from engine.service.session import Change, Draft, Session, replayed


def began(id: str, found: Found, parent: str = "") -> tuple[Kept, Opened]:
    """A new session and its row.

    Args:
        id: Its id.
        found: The graph.
        parent: Id of the session that it branched from.
    """
    data = found.graph.to_bytes()
    digest = found.content.digest if found.content else ""
    kept = Kept(
        id=id,
        name=found.name,
        base=data,
        base_seq=0,
        saved_seq=0,
        saved_digest=digest,
        saved=data,
        writing_seq=0,
        writing_digest="",
        created=time(),
        closed=None,
        parent=parent,
    )
    copy = Copy(found.graph, 0, digest, found.content.stamp if found.content else None)
    return kept, Opened(id, Session(found.graph), found.name, copy, 0)


def restored(kept: Kept, log: Sequence[Change]) -> Opened:
    """A session as its rows say; its file has yet to be looked at."""
    graph = replayed(Graph.read(kept.base), (change for change in log if change.seq > kept.base_seq))
    seq = max(kept.base_seq, log[-1].seq if log else 0)
    copy = Copy(Graph.read(kept.saved), kept.saved_seq, kept.saved_digest)
    writing = (kept.writing_seq, kept.writing_digest) if kept.writing_digest else None
    return Opened(kept.id, Session(graph, seq, log), kept.name, copy, kept.base_seq, writing)


def is_outdated(graph: Graph, registry: Registry) -> bool:
    """Whether nodes of newer versions are installed than some instance's params are of."""
    for level in embedded(graph):
        for instance in level.nodes.values():
            node = registry.find(instance.type) if instance.type else None
            if node is not None and instance.version < node.version:
                return True
    return False


def renewed(session: Session, registry: Registry, token: str) -> Draft:
    """Draft bringing a graph's params to the versions of the nodes that are installed by now."""
    graph = session.graph.model_copy(deep=True)
    migrate(graph, registry)  # where that fails an instance keeps its version and params
    return session.become("", token, graph, "newer versions of its nodes are installed")
