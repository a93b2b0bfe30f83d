"""Port types and their unification."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Generic, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.declare.types import Bindings, Family, ListOf, Plain, Type, Unknown, Var, owned_by, read

F = TypeVar("F")


class Model(Generic[F]):
    pass


class UNet(Model[F]):
    pass


@dataclass(frozen=True)
class Picture:
    name: str


A, B, C = Var("T", "a"), Var("T", "b"), Var("T", "c")
INT, FLOAT, STR, BOOL, PICTURE = map(Plain, (int, float, str, bool, Picture))


@pytest.mark.parametrize(
    ("source", "target", "fits"),
    [
        (INT, INT, True),
        (INT, FLOAT, True),
        (FLOAT, INT, False),
        (BOOL, INT, False),
        (BOOL, FLOAT, False),
        (INT, STR, False),
        (PICTURE, PICTURE, True),
        (PICTURE, STR, False),
        (Plain(UNet), Plain(Model), True),
        (Plain(Model), Plain(UNet), False),
        (ListOf(INT), ListOf(FLOAT), True),
        (ListOf(FLOAT), ListOf(INT), False),
        (INT, ListOf(INT), False),
        (ListOf(INT), INT, False),
        (Unknown(), PICTURE, True),
        (PICTURE, Unknown(), True),
        (Plain(UNet, (Unknown(),)), Plain(Model, (Family("sd1"),)), True),
        (Plain(UNet, (Family("sd1"),)), Plain(Model, (Family("sd1"),)), True),
        (Plain(UNet, (Family("sd1"),)), Plain(Model, (Family("flux"),)), False),
    ],
)
def test_what_may_be_linked_to_what(source: Type, target: Type, fits: bool) -> None:
    assert Bindings().link(source, target) is fits


def test_a_variable_stands_for_what_it_met_first() -> None:
    bindings = Bindings()
    assert bindings.link(PICTURE, A)
    assert bindings.resolve(ListOf(A)) == ListOf(PICTURE)
    assert bindings.link(A, PICTURE)
    assert not bindings.link(STR, A)


def test_variables_of_two_instances_are_different() -> None:
    assert owned_by(ListOf(Var("T")), "x") == ListOf(Var("T", "x"))
    bindings = Bindings()
    assert bindings.link(PICTURE, A)
    assert bindings.link(STR, B)


def test_linked_variables_share_what_either_meets_later() -> None:
    bindings = Bindings()
    assert bindings.link(A, B)
    assert bindings.link(B, C)
    assert bindings.link(PICTURE, C)
    assert bindings.resolve(A) == PICTURE
    assert not bindings.link(STR, A)


def test_the_unknown_leaves_a_variable_free() -> None:
    bindings = Bindings()
    assert bindings.link(Plain(Model), Plain(Model, (A,)))
    assert bindings.link(Plain(Model, (Unknown(),)), Plain(Model, (A,)))
    assert bindings.link(Plain(Model, (Family("sd1"),)), Plain(Model, (A,)))
    assert bindings.resolve(A) == Family("sd1")


def test_a_variable_is_never_part_of_itself() -> None:
    bindings = Bindings()
    assert not bindings.link(A, ListOf(A))
    assert bindings.link(A, B)
    assert not bindings.link(ListOf(A), B)
    assert bindings.link(C, ListOf(A))
    assert not bindings.link(A, Plain(Model, (C,)))


def test_a_link_that_does_not_fit_binds_nothing() -> None:
    bindings = Bindings()
    assert not bindings.link(Plain(Model, (A, INT)), Plain(Model, (PICTURE, STR)))
    assert bindings.resolve(A) == A


def test_a_link_that_does_not_fit_leaves_variables_that_led_to_it_alone() -> None:
    """The second A is found through B, which the first pair has bound for a moment."""
    bindings = Bindings()
    assert bindings.link(A, B)
    source = Plain(Model, (PICTURE, A, STR))
    assert not bindings.link(source, Plain(Model, (B, C, INT)))
    assert bindings.resolve(A) == bindings.resolve(B)
    assert bindings.link(STR, A)
    assert bindings.resolve(B) == STR


types = st.recursive(
    st.sampled_from([INT, FLOAT, STR, PICTURE, Family("sd1"), Family("flux"), A, B, C, Unknown()]),
    lambda inner: st.builds(ListOf, inner) | st.builds(lambda a, b: Plain(Model, (a, b)), inner, inner),
    max_leaves=6,
)


@given(st.lists(st.tuples(types, types), max_size=8), types, types)
def test_failed_links_can_be_left_out(pairs: list[tuple[Type, Type]], source: Type, target: Type) -> None:
    tried, clean = Bindings(), Bindings()
    for pair in pairs:
        if tried.link(*pair):
            assert clean.link(*pair)
    assert [tried.resolve(var) for var in (A, B, C)] == [clean.resolve(var) for var in (A, B, C)]
    assert tried.link(source, target) == clean.link(source, target)


@given(types)
def test_every_type_fits_itself(type_: Type) -> None:
    assert Bindings().link(type_, type_)


def test_what_the_end_of_a_long_chain_meets_all_its_variables_stand_for() -> None:
    bindings = Bindings()
    variables = [Var("T", number) for number in range(50_000)]
    for one, other in pairwise(variables):
        assert bindings.link(one, other)
    assert bindings.link(PICTURE, variables[-1])
    assert all(bindings.resolve(var) == PICTURE for var in variables)


@pytest.mark.parametrize(
    ("type_", "told"),
    [
        (Plain(Model, (Unknown(),)), "Model"),
        (Plain(Model, (Family("sd1"),)), "Model[sd1]"),
        (ListOf(FLOAT), "list of float"),
        (Unknown(), "anything"),
    ],
)
def test_types_are_told_as_people_say_them(type_: Type, told: str) -> None:
    assert str(type_) == told


def test_any_and_object_are_unknown() -> None:
    assert read(Any) == read(object) == Unknown()
