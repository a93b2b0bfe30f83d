"""What every operation is: a record of an edit of one level, which knows how to make it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from engine.graph.edit import Editor


class Operation(BaseModel):
    """An edit of one level.

    Attributes:
        at: Path of the subgraph, ``outer/inner``; empty for the graph itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: str = ""

    def apply(self, edit: Editor) -> None:
        """Make the edit. ``operations.apply`` takes it back when this raises."""
        raise NotImplementedError
