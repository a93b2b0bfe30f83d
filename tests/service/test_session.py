from typing import Any

import pytest

from engine.graph.check import Checked
from engine.graph.document import Graph
from engine.graph.edit import Refused
from engine.graph.operations import OPERATIONS
from engine.service.session import Change, Session, replayed
from tests.graph.nodes import registry

TREE: dict[str, Any] = {
    "title": "Sums",
    "nodes": {
        "one": {"type": "t.number", "params": {"value": 1}},
        "two": {"type": "t.number", "params": {"value": 2}},
        "sum": {"type": "t.add", "links": {"a": "one.out", "b": "two.out"}},
    },
}
REGISTRY = registry()


def graph() -> Graph:
    return Graph.model_validate(TREE)


class Desk:
    """A session at which clients edit; tokens are numbered."""

    def __init__(self) -> None:
        self.session = Session(graph())
        self.check()
        self.changes: list[Change] = []

    def check(self) -> bool:
        now = self.session.graph
        return self.session.checked(now, Checked(now, REGISTRY))

    def edit(self, client: str, *operations: dict[str, Any], token: str = "") -> Change:
        parsed = [OPERATIONS.validate_python(operation) for operation in operations]
        return self._accept(self.session.edit(client, token or self._token(), parsed))

    def set(self, client: str, name: str, value: object) -> Change:
        return self.edit(client, {"op": "set_param", "name": name, "port": "value", "value": value})

    def undo(self, client: str) -> Change:
        return self._accept(self.session.undo(client, self._token()))

    def redo(self, client: str) -> Change:
        return self._accept(self.session.redo(client, self._token()))

    def values(self) -> list[Any]:
        return [self.session.graph.nodes[name].params.get("value") for name in ("one", "two")]

    def _token(self) -> str:
        return f"token {len(self.changes)}"

    def _accept(self, draft: Any) -> Change:
        self.changes.append(self.session.accept(draft))
        return self.changes[-1]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def remove(name: str) -> dict[str, Any]:
    return {"op": "remove", "names": [name]}


def test_changes_are_numbered_and_hold_what_was_written(desk: Desk) -> None:
    first, second = desk.set("anna", "one", 5), desk.set("ben", "two", 6)

    assert (first.seq, second.seq, desk.session.seq) == (1, 2, 2)
    assert replayed(graph(), [first, second]) == desk.session.graph


def test_a_draft_changes_nothing_until_it_is_accepted(desk: Desk) -> None:
    operation = OPERATIONS.validate_python(remove("one"))
    draft = desk.session.edit("anna", "t", [operation])

    assert (desk.session.graph, desk.session.seq, desk.session.made("t")) == (graph(), 0, None)
    desk.session.accept(draft)
    assert "one" not in desk.session.graph.nodes


def test_graphs_of_before_stay_as_they_were(desk: Desk) -> None:
    before = desk.session.graph
    desk.edit("anna", remove("one"), {"op": "rename", "name": "two", "to": "second"})

    assert before == graph()


def test_all_operations_of_an_edit_are_made_or_none(desk: Desk) -> None:
    with pytest.raises(Refused, match=r'operation 2 of 2: expected an instance "three"'):
        desk.edit("anna", remove("one"), remove("three"))

    assert desk.session.graph == graph()
    assert desk.session.seq == 0


def test_a_token_names_a_change_for_good(desk: Desk) -> None:
    change = desk.edit("anna", remove("one"), token="mine")

    assert desk.session.made("mine") == change
    assert desk.session.made("another") is None


def test_an_edit_that_writes_nothing_is_not_in_the_log(desk: Desk) -> None:
    desk.set("anna", "one", 5)
    change = desk.set("anna", "one", 5)

    assert (change.seq, change.patch, desk.session.made(change.token)) == (1, (), None)
    desk.undo("anna")
    assert desk.values() == [1, 2]


def test_undo_takes_back_the_clients_own_edits_last_first(desk: Desk) -> None:
    desk.set("anna", "one", 5)
    desk.set("anna", "two", 6)
    desk.edit("ben", {"op": "describe", "fields": {"title": "Ben's"}})

    assert desk.undo("anna").undoes == 2
    assert desk.values() == [5, 2]
    desk.undo("anna")
    assert desk.values() == [1, 2]
    assert desk.session.graph.title == "Ben's"
    with pytest.raises(Refused, match="an edit of yours to take back"):
        desk.undo("anna")


def test_an_undo_is_a_new_entry_of_the_log(desk: Desk) -> None:
    desk.set("anna", "one", 5)
    undo = desk.undo("anna")

    assert (undo.seq, undo.kind, undo.undoes) == (2, "undo", 1)
    assert replayed(graph(), desk.changes) == graph()


def test_redo_makes_again_what_was_taken_back(desk: Desk) -> None:
    desk.set("anna", "one", 5)
    desk.set("anna", "two", 6)
    desk.undo("anna")
    desk.undo("anna")

    desk.redo("anna")
    assert desk.values() == [5, 2]
    desk.redo("anna")
    assert desk.values() == [5, 6]
    with pytest.raises(Refused, match="something that you took back"):
        desk.redo("anna")
    desk.undo("anna")
    assert desk.values() == [5, 2]


def test_a_new_edit_clears_what_its_client_could_redo_and_nobody_elses(desk: Desk) -> None:
    for client, name in (("anna", "one"), ("ben", "two")):
        desk.set(client, name, 5)
        desk.undo(client)
    desk.edit("anna", {"op": "describe", "fields": {"title": "T"}})

    with pytest.raises(Refused, match="something that you took back"):
        desk.redo("anna")
    desk.redo("ben")
    assert desk.values() == [1, 5]


def test_what_somebody_else_changed_is_not_taken_back_and_told(desk: Desk) -> None:
    desk.edit(
        "anna",
        {"op": "set_param", "name": "one", "port": "value", "value": 5},
        {"op": "set_param", "name": "two", "port": "value", "value": 6},
    )
    desk.set("ben", "one", 7)
    undo = desk.undo("anna")

    assert desk.values() == [7, 2]
    assert undo.notice == ("somebody changed this since, so it was left as it is: nodes.one.params.value")
    desk.redo("anna")
    assert desk.values() == [7, 6]


def test_removed_instances_come_back_though_a_link_to_them_was_replaced(desk: Desk) -> None:
    desk.edit("anna", remove("one"))
    desk.edit("ben", {"op": "link", "name": "sum", "port": "a", "source": "two.out"})
    undo = desk.undo("anna")

    assert desk.values() == [1, 2]
    assert desk.session.graph.nodes["sum"].links == {"a": "two.out", "b": "two.out"}
    assert "nodes.sum.links.a" in undo.notice


def test_a_rename_is_not_taken_back_by_halves(desk: Desk) -> None:
    desk.edit("anna", {"op": "rename", "name": "one", "to": "first"})
    desk.set("ben", "first", 7)
    undo = desk.undo("anna")

    assert set(desk.session.graph.nodes) == {"first", "two", "sum"}
    assert undo.patch == ()
    assert "first was changed since" in undo.notice
    with pytest.raises(Refused):
        desk.undo("anna")


def test_the_graph_as_it_was_after_any_change(desk: Desk) -> None:
    graphs = [desk.session.graph]
    for number in range(5):
        desk.set("anna", "one", 10 + number)
        graphs.append(desk.session.graph)
    desk.undo("anna")
    graphs.append(desk.session.graph)

    assert [desk.session.at(seq) for seq in range(7)] == graphs
    with pytest.raises(Refused, match="from 0 to 6, got 7"):
        desk.session.at(7)


def test_becoming_another_graph_is_one_edit_that_can_be_taken_back(desk: Desk) -> None:
    other = Graph.model_validate({"help": "H", "nodes": {"one": {"type": "t.number"}}})
    desk._accept(desk.session.become("anna", "t", other))
    assert desk.session.graph == other
    desk.undo("anna")

    assert desk.session.graph == graph()


def test_a_session_goes_on_from_its_log(desk: Desk) -> None:
    desk.set("anna", "one", 5)
    desk.set("anna", "two", 6)
    desk.undo("anna")
    again = Session(replayed(graph(), desk.changes), 3, desk.changes)

    assert again.graph == desk.session.graph
    assert again.made("token 1") == desk.changes[1]
    again.accept(again.redo("anna", "t"))
    again.accept(again.undo("anna", "u"))
    again.accept(again.undo("anna", "v"))
    assert again.graph == graph()


def test_the_log_keeps_the_last_changes_only(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.service.session.KEPT", 4)
    for number in range(6):
        desk.set("anna", "one", number + 10)

    assert desk.session.made("token 1") is None
    assert desk.session.made("token 2") is not None
    assert desk.session.at(2).nodes["one"].params == {"value": 11}
    with pytest.raises(Refused, match="from 2 to 6, got 1"):
        desk.session.at(1)
    for _ in range(2):
        desk.undo("anna")
    assert desk.values() == [13, 2]
    with pytest.raises(Refused, match="none \\(any more\\)"):
        desk.undo("anna")


def test_problems_that_an_edit_brings_or_cures_are_told_with_it(desk: Desk) -> None:
    wrong = desk.set("anna", "one", "many")
    assert wrong.problems is not None
    assert [problem.code for problem in wrong.problems] == ["bad-value"]
    assert desk.set("anna", "two", 3).problems is None

    assert desk.undo("anna").problems is None
    assert desk.undo("anna").problems == ()


def test_moving_and_naming_change_no_problem(desk: Desk) -> None:
    change = desk.edit(
        "anna",
        {"op": "move", "positions": {"one": [1, 2]}},
        {"op": "set_fields", "name": "one", "fields": {"title": "One"}},
    )

    assert change.problems is None
    assert not desk.session.problems.stale


def test_a_change_of_structure_wants_a_whole_check(desk: Desk) -> None:
    change = desk.edit("anna", remove("one"))
    assert change.problems is None
    assert desk.session.problems.stale

    assert desk.check()
    assert [problem.code for problem in desk.session.problems.known] == ["missing-input"]
    assert desk.set("anna", "two", 9).problems is None
    assert not desk.session.problems.stale


def test_a_check_that_comes_late_is_told_but_does_not_do(desk: Desk) -> None:
    desk.edit("anna", remove("one"))
    then = desk.session.graph
    found = Checked(then, REGISTRY)
    desk.edit("anna", {"op": "link", "name": "sum", "port": "a", "source": "two.out"})

    assert desk.session.checked(then, found)
    assert desk.session.problems.stale
    assert desk.check()
    assert desk.session.problems.known == ()
