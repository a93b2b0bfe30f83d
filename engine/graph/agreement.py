"""Whether what is linked to each other is of one type, and models of one family."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from engine.declare.types import Bindings, Family, Plain, Type, Unknown, Var
from engine.errors import Problem
from engine.graph.wiring import Wire
from engine.wording import Phrase


class Agreement:
    """Compares types wire by wire; what a variable met first it stands for from then on.

    Args:
        problems: Gets what doesn't agree.
    """

    def __init__(self, problems: list[Problem]) -> None:
        self._bindings = Bindings()
        self._problems = problems
        self._origins: dict[str, list[str]] = {}

    def families(self, path: str, families: dict[str, str]) -> None:
        """Take note of what an instance's file says about its variables."""
        for variable, family in families.items():
            self._bindings.link(Family(family), Var(variable, path))
            self._origins.setdefault(family, []).append(path)

    def check(self, wire: Wire) -> None:
        """Compare the two ends of a wire whose sources were compared before."""
        if self._bindings.link(wire.source, wire.target):
            return
        source, target = self._bindings.resolve(wire.source), self._bindings.resolve(wire.target)
        got = Phrase("from", type=source, source=wire.text)
        if self._bindings.link(_bare(source), _bare(target)):
            cure = _one_family(self._known(source, target))
            self._problems.append(Problem("wrong-family", wire.instance, wire.port, f"{target}", got, cure))
            return
        expected = Phrase("a-type", type=target)
        cure = Phrase("link-or-convert", target=target, source=source)
        self._problems.append(Problem("wrong-type", wire.instance, wire.port, expected, got, cure))

    def _known(self, *types: Type) -> list[tuple[str, list[str]]]:
        named = [
            arg.name
            for type_ in types
            if isinstance(type_, Plain)
            for arg in type_.args
            if isinstance(arg, Family)
        ]
        return [(name, self._origins[name]) for name in named if name in self._origins]


def _one_family(known: Iterable[tuple[str, list[str]]]) -> Phrase:
    told = [Phrase("family-from", family=name, instances=", ".join(paths)) for name, paths in known]
    if not told:
        return Phrase("one-family")
    joined = reduce(lambda one, other: Phrase("two-told", one=one, other=other), told)
    return Phrase("one-family-known", told=joined)


def _bare(type_: Type) -> Type:
    """A type of which nothing is said about the family."""
    return Plain(type_.cls, tuple(Unknown() for _ in type_.args)) if isinstance(type_, Plain) else type_
