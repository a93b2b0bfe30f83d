"""Why each instance would run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.explanation import Explanation
from engine.plan.explain import Explainer, explain
from engine.plan.plan import Plan
from tests.plan.planning import REGISTRY, Named, keyer, node, planned, with_version

CHAIN: dict[str, Any] = {
    "a": node("add", a=1, b=2),
    "b": node("add", {"a": "a.out"}, b=3),
    "c": node("add", {"a": "b.out"}, b=4),
}


@dataclass(frozen=True)
class Entry:
    outputs: Mapping[str, Any] = field(default_factory=lambda: {"out": 1})
    seconds: float = 2.0
    size: int = 30


@dataclass(frozen=True)
class Cost:
    seconds: float
    size: float


@dataclass
class Past:
    """What ran before."""

    entries: dict[bytes, Entry] = field(default_factory=dict[bytes, Entry])
    last: dict[str, bytes] = field(default_factory=dict[str, bytes])
    hashed: dict[bytes, bytes] = field(default_factory=dict[bytes, bytes])
    probes: list[int] = field(default_factory=list[int])
    commits: int = 0

    def ran(self, plan: Plan) -> None:
        self.commits += 1
        for name, key, payload in zip(plan.names, plan.keys, plan.payloads, strict=True):
            if key is not None:
                self.entries[key] = Entry()
                self.last[name] = key
                self.hashed[key] = payload or b""

    def lose(self) -> None:
        """Give up half of what is stored."""
        self.commits += 1
        self.entries = dict([*self.entries.items()][::2])

    def probe(self, keys: Sequence[bytes]) -> Mapping[bytes, Entry]:
        self.probes.append(len(keys))
        return {key: self.entries[key] for key in keys if key in self.entries}

    def timings(self, nodes: Sequence[str]) -> Mapping[str, Cost]:
        return {"t.add": Cost(0.5, 8)} if "t.add" in nodes else {}

    def remembered(self, scope: str) -> Mapping[str, bytes]:
        return self.last if scope == "mine" else {}

    def ingredients(self, keys: Sequence[bytes]) -> Mapping[bytes, bytes]:
        return {key: self.hashed[key] for key in keys if key in self.hashed}

    def stamp(self) -> object:
        return self.commits


def explained(plan: Plan, past: Past, forced: Sequence[str] = ()) -> dict[str, Explanation]:
    numbers = frozenset(plan.number(name) for name in forced)
    return {one.instance: one for one in explain(plan, past, "mine", numbers)}


def why(name: str, before: Plan, now: Plan) -> str:
    past = Past()
    past.ran(before)
    return explained(now, past)[name].why


def end(nodes: dict[str, Any], **options: Any) -> Plan:
    return planned(nodes, {"x": "c.out"}, **options)


def test_what_never_ran_runs() -> None:
    told = explained(end(CHAIN), Past())
    assert {one.status for one in told.values()} == {"run"}
    assert told["a"].why == "it has not run in this graph before"
    assert (told["a"].seconds, told["a"].size) == (0.5, 8)


def test_a_stored_end_hides_everything_in_front_of_it() -> None:
    past = Past()
    past.ran(end(CHAIN))
    told = explained(end(CHAIN), past)
    assert [told[name].status for name in "abc"] == ["not needed", "not needed", "hit"]
    assert (told["c"].seconds, told["c"].size) == (2.0, 30)


def test_an_entry_without_the_output_wanted_is_no_hit() -> None:
    plan = planned({"s": node("split", x=1.5)}, {"x": "s.whole"})
    past = Past(entries={plan.keys[0] or b"": Entry(outputs={"rest": 1})})
    assert explained(plan, past)["s"].status == "run"


def test_what_no_output_needs_is_not_needed() -> None:
    told = explained(planned(CHAIN, {"x": "b.out"}), Past())
    assert (told["c"].status, told["c"].why) == ("not needed", "no output wanted needs it")


def test_a_changed_param_is_named_with_both_values() -> None:
    other = CHAIN | {"c": node("add", {"a": "b.out"}, b=5)}
    assert why("c", end(CHAIN), end(other)) == "b: 4.0 → 5.0"


def test_what_lies_below_a_change_names_its_link() -> None:
    other = CHAIN | {"a": node("add", a=1, b=9)}
    assert why("b", end(CHAIN), end(other)) == "a: a.out changed"


def test_a_link_that_is_gone_is_named() -> None:
    other = CHAIN | {"c": node("add", a=1, b=4)}
    assert why("c", end(CHAIN), end(other)) == "a: None → 1.0; a: no longer linked"


def test_a_newer_node_is_named() -> None:
    newer = keyer(with_version(REGISTRY, "t.add", 2))
    assert why("a", end(CHAIN), end(CHAIN, key_by=newer)).startswith("version: 1 → 2")


def test_another_environment_is_named() -> None:
    draw = {"p": node("draw", text="x")}
    before, now = (
        planned(draw, {"x": "p.out"}, key_by=keyer(environment=(device,))) for device in ("cpu", "cuda")
    )
    assert why("p", before, now) == "environment: ['cpu'] → ['cuda']"


def test_another_file_is_named() -> None:
    load = {"load": node("load", file="a.st")}
    before, now = (planned(load, {"x": "load.out"}, files=Named({"a.st": digest})) for digest in ("12", "34"))
    assert why("load", before, now) == "file: '12' → '34'"


def looped(step: int) -> Plan:
    body = {
        "inputs": {"x": {"to": ["n.a"]}},
        "nodes": {"n": node("add", b=step)},
        "outputs": {"x": "n.out"},
    }
    one = {"type": "flow.loop", "graph": body, "carry": {"x": 0}, "count": 2}
    return planned({"loop": one}, {"x": "loop.x"})


def test_a_changed_body_is_named() -> None:
    assert why("loop", looped(1), looped(2)) == "its body changed"


@pytest.mark.parametrize("fields", [{}, {"over": ["a"], "params": {"a": [1.0], "b": 2.0}}])
def test_a_loop_in_the_place_of_a_plain_node_is_another_node(fields: dict[str, Any]) -> None:
    plain = planned({"loop": {**node("add", a=1, b=2), **fields}}, {"x": "loop.out"})
    for before, now, said in (
        (plain, looped(1), "node: 't.add' → 'flow.loop'"),
        (looped(1), plain, "node: 'flow.loop' → 't.add'"),
    ):
        told = why("loop", before, now)
        assert said in told
        assert "body" not in told
        assert "lifted" not in told


def test_changed_lifting_is_named() -> None:
    def lifted(*over: str) -> Plan:
        one = {**node("add", a=[1.0] if "a" in over else 1.0, b=[1.0] if "b" in over else 1.0)}
        return planned({"s": {**one, "over": list(over)}}, {"x": "s.out"})

    assert why("s", lifted("a"), lifted("a", "b")).endswith("its lifted ports changed")


def test_a_result_that_was_given_up_is_told() -> None:
    past = Past()
    past.ran(end(CHAIN))
    past.entries.clear()
    assert explained(end(CHAIN), past)["c"].why == "its stored result was given up"


def test_what_was_hashed_may_be_forgotten() -> None:
    past = Past()
    past.ran(end(CHAIN | {"c": node("add", {"a": "b.out"}, b=5)}))
    past.hashed.clear()
    assert explained(end(CHAIN), past)["c"].why == "it changed since the last run"


def test_a_forced_instance_runs_with_all_below_it() -> None:
    past = Past()
    past.ran(end(CHAIN))
    told = explained(end(CHAIN), past, forced=["b"])
    assert [told[name].status for name in "abc"] == ["hit", "run", "run"]
    assert told["b"].why == "it is forced to run"
    assert told["c"].why == "something in front of it is forced to run"


def test_a_frozen_result_stands_whatever_is_forced_in_front_of_it() -> None:
    frozen = end(CHAIN | {"b": {**CHAIN["b"], "frozen": "00ff"}})
    past = Past(entries={bytes.fromhex("00ff"): Entry()})
    assert explained(frozen, past, forced=["a"])["b"].status == "hit"


def test_a_frozen_result_that_is_gone_is_told() -> None:
    frozen = end(CHAIN | {"b": {**CHAIN["b"], "frozen": "00ff"}})
    assert explained(frozen, Past())["b"].why == "its frozen result is gone: unfreeze it"


def pending(nodes: dict[str, Any], name: str, output: str, **options: Any) -> str:
    told = explained(planned(nodes, {"x": output}, **options), Past())[name]
    assert told.status == "pending"
    return told.why


def test_a_file_not_hashed_yet_is_pending() -> None:
    files = Named({"a.st": "12"}, large={"a.st"})
    told = pending({"load": node("load", file="a.st")}, "load", "load.out", files=files)
    assert told == "a large file has not been hashed yet (file)"


def test_a_computed_choice_is_pending() -> None:
    nodes = {
        "n": node("number"),
        "less": node("less", a=1),
        "e": node("choose", {"which": "less.out", "yes": "n.out"}, no=2),
    }
    assert pending(nodes, "e", "e.out") == "its inputs decide which of its ports are needed"


def test_items_of_a_list_are_pending() -> None:
    nodes = {"n": node("range", n=3), "s": {**node("add", {"a": "n.out"}, b=1), "over": ["a"]}}
    assert pending(nodes, "s", "s.out") == "it depends on the items of a list"


def test_what_lies_below_something_pending_names_it() -> None:
    nodes = {
        "n": node("range", n=3),
        "s": {**node("add", {"a": "n.out"}, b=1), "over": ["a"]},
        "t": {**node("whole", {"x": "s.out"}), "over": ["x"]},
        "u": node("total", {"values": "t.out"}),
    }
    assert pending(nodes, "u", "u.out") == "it depends on the value of t"


@pytest.mark.parametrize(("stored", "probes"), [("", 8), ("c", 1)])
def test_a_chain_is_probed_in_few_questions(stored: str, probes: int) -> None:
    size = 100
    nodes = {f"n{i}": node("add", {"a": f"n{i - 1}.out"} if i else {}, b=1) for i in range(size)}
    nodes["n0"]["params"]["a"] = 0
    plan = planned(nodes, {"x": f"n{size - 1}.out"})
    past = Past()
    if stored:
        past.ran(plan)
    explained(plan, past)
    assert len(past.probes) <= probes
    assert sum(past.probes) <= size


WIDE: dict[str, Any] = {
    "n": node("number", value=1),
    "range": node("range", n=3),
    "s": node("add", {"a": "n.out"}, b=2),
    "t": node("add", {"a": "s.out", "b": "n.out"}),
    "u": node("add", {"a": "t.out", "b": "s.out"}),
    "late": {**node("add", {"a": "range.out"}, b=1), "over": ["a"]},
    "total": node("total", {"values": ["u.out", "late.out"]}),
}
ENDS = {"t": "t.out", "total": "total.out"}
VALUES = st.sampled_from([1.0, 2.0, 3.0])
EDITS = st.tuples(st.sampled_from(["n", "s"]), VALUES) | st.sampled_from(["run", "lose"])


@given(st.lists(EDITS, max_size=8))
def test_an_edit_is_explained_as_if_nothing_had_been_said_before(steps: list[Any]) -> None:
    past = Past()
    plan = planned(WIDE, ENDS)
    explainer = Explainer(past, "mine")
    for step in steps:
        if step == "run":
            past.ran(plan)
        elif step == "lose":
            past.lose()
        else:
            name, value = step
            port = "value" if name == "n" else "b"
            plan = plan.revised(plan.number(name), {port: value})
        assert explainer.explain(plan) == explain(plan, past, "mine")


def test_what_an_edit_leaves_alone_is_not_said_again() -> None:
    past = Past()
    plan = planned(WIDE, ENDS)
    past.ran(plan)
    explainer = Explainer(past, "mine")
    explainer.explain(plan)
    first = plan.revised(plan.number("s"), {"b": 3})
    before = {one.instance: one for one in explainer.explain(first)}
    probed = len(past.probes)
    told = explainer.explain(first.revised(first.number("s"), {"b": 4}))

    assert [one.instance for one in told if one is not before[one.instance]] == ["s"]
    assert past.probes[probed:] == [3]  # s, t, u; the key of total is not known early


def test_another_graph_is_explained_whole() -> None:
    past = Past()
    explainer = Explainer(past, "mine")
    explainer.explain(end(CHAIN))
    other = end(CHAIN | {"c": node("add", a=1, b=4)})

    assert explainer.explain(other) == explain(other, past, "mine")
