"""Operations on the view: where things stand and how they are shown.

Where an instance stands and each way in which it is shown are written apart, so that one person can give a
card a colour while another one moves it.
"""

from __future__ import annotations

from typing import Literal

from pydantic import JsonValue

from engine.graph.edit import Editor
from engine.graph.operation import Operation


class Move(Operation):
    """Put instances, groups or notes elsewhere: key of the view → x and y."""

    op: Literal["move"] = "move"
    positions: dict[str, tuple[float, float]]

    def apply(self, edit: Editor) -> None:
        """See the class."""
        for key, position in self.positions.items():
            if not key.startswith("."):
                edit.instance(key)
            edit.put("view", key, "at", value=list(position))


class Show(Operation):
    """Show instances in another way: instance → field of its view → value; null takes a field away.

    Fields are what an editor makes of them, such as ``colour``, ``collapsed``, ``size`` and ``pinned``.
    """

    op: Literal["show"] = "show"
    shown: dict[str, dict[str, JsonValue]]

    def apply(self, edit: Editor) -> None:
        """See the class."""
        for name, fields in self.shown.items():
            edit.instance(name)
            for field, value in fields.items():
                if value is None:
                    edit.drop("view", name, field)
                else:
                    edit.put("view", name, field, value=value)


class Group(Operation):
    """Draw, change or, without a value, remove a frame around instances."""

    op: Literal["group"] = "group"
    id: str
    value: dict[str, JsonValue] | None = None

    def apply(self, edit: Editor) -> None:
        """See the class."""
        _put_or_drop(edit, f".group.{self.id}", self.value)


class Note(Operation):
    """Write, change or, without a value, remove a note on the canvas."""

    op: Literal["note"] = "note"
    id: str
    value: dict[str, JsonValue] | None = None

    def apply(self, edit: Editor) -> None:
        """See the class."""
        _put_or_drop(edit, f".note.{self.id}", self.value)


def _put_or_drop(edit: Editor, key: str, value: dict[str, JsonValue] | None) -> None:
    if value is None:
        edit.drop("view", key)
    else:
        edit.put("view", key, value=value)
