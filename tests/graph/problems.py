"""Short ways to write a graph and to see what ``check`` says about it."""

from typing import Any

from engine.errors import Problem
from engine.graph.check import check
from engine.graph.document import Graph
from tests.graph.nodes import registry

REGISTRY = registry()


def problems(tree: dict[str, Any], **given: Any) -> list[Problem]:
    return check(Graph.model_validate({"knotwork": 1, **tree}), REGISTRY, **given)


def codes(nodes: dict[str, Any], **rest: Any) -> list[tuple[str, str, str]]:
    return [(p.code, p.instance, p.port) for p in problems({"nodes": nodes, **rest})]


def only(nodes: dict[str, Any], **rest: Any) -> Problem:
    (problem,) = problems({"nodes": nodes, **rest})
    return problem


def node(type_: str, *, links: dict[str, Any] | None = None, **params: Any) -> dict[str, Any]:
    return {"type": f"t.{type_}", "params": params, "links": links or {}}


NUMBER = node("number", value=1.5)
