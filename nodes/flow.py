"""Which way values go: switches run only the branch that is wanted."""

from __future__ import annotations

from typing import Literal, TypeVar

from engine import Lazy, Text, node
from engine.errors import ValueRefused

T = TypeVar("T")
Way = Literal["a", "b", "c", "d", "e", "f"]


@node("flow.switch")
def switch(condition: bool, when_true: Lazy[T], when_false: Lazy[T]) -> T:
    """Pass one of two values on; the other one is not computed.

    Args:
        condition: Which one to pass on.
        when_true: Passed on when the condition holds.
        when_false: Passed on when it does not.
    """
    return when_true if condition else when_false


@switch.needs
def _(condition: bool) -> list[str]:
    return ["when_true" if condition else "when_false"]


@node("flow.select")
def select(
    which: Way = "a",
    a: Lazy[T] | None = None,
    b: Lazy[T] | None = None,
    c: Lazy[T] | None = None,
    d: Lazy[T] | None = None,
    e: Lazy[T] | None = None,
    f: Lazy[T] | None = None,
) -> T:
    """Pass one of several values on; the others are not computed.

    Args:
        which: Input to pass on; it must be linked.
        a: First choice.
        b: Second choice.
        c: Third choice.
        d: Fourth choice.
        e: Fifth choice.
        f: Sixth choice.
    """
    chosen = {"a": a, "b": b, "c": c, "d": d, "e": e, "f": f}[which]
    if chosen is None:
        raise ValueRefused(f"a link to {which}, which is selected", "nothing there")
    return chosen


@select.needs
def _(which: Way) -> list[str]:
    return [which]


@node("flow.reroute")
def reroute(value: T) -> T:
    """Pass a value on as it is, to lead a link around.

    Args:
        value: Any value.
    """
    return value


@node("flow.note")
def note(text: Text = "") -> str:
    """Hold a remark for those who read the graph.

    Args:
        text: The remark.
    """
    return text
