import pytest

from engine.errors import ValueRefused
from nodes import flow


def test_a_switch_passes_the_chosen_value_on() -> None:
    assert flow.switch(True, "yes", "no") == "yes"
    assert flow.switch(False, "yes", "no") == "no"


def test_a_switch_needs_only_the_chosen_port() -> None:
    needs = flow.switch.companions["needs"]

    assert needs(condition=True) == ["when_true"]
    assert needs(condition=False) == ["when_false"]
    assert [name for name, port in flow.switch.inputs.items() if port.lazy] == ["when_true", "when_false"]


def test_select_needs_and_passes_on_the_named_input() -> None:
    assert flow.select.companions["needs"](which="c") == ["c"]
    assert flow.select("c", a=1, c=3) == 3


def test_select_names_the_input_that_is_not_linked() -> None:
    with pytest.raises(ValueRefused, match="a link to b"):
        flow.select("b", a=1)


def test_reroute_and_note_give_back_what_they_got() -> None:
    value = object()

    assert flow.reroute(value) is value
    assert flow.note("why this is here") == "why this is here"
