"""Saved params brought to the installed nodes' versions, one function for each version left behind.

An instance of a node that another one took the place of becomes one of that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.declare.registry import AnyNode, Registry
from engine.errors import Problem
from engine.graph.document import Graph, Instance
from engine.graph.formats import climb
from engine.wording import Phrase


def migrate(graph: Graph, registry: Registry) -> list[Problem]:
    """Bring every instance's params to the installed node's version, in place and in embedded graphs too.

    Instances of unknown nodes, and those saved with a newer node, are left alone: ``check`` names them.

    Returns:
        Instances whose migration failed; they keep their version and params.
    """
    problems: list[Problem] = []
    waiting = [("", graph)]
    for prefix, level in waiting:
        for name, instance in level.nodes.items():
            if instance.graph is not None:
                waiting.append((f"{prefix}{name}/", instance.graph))
            if instance.type:
                _migrate(instance, instance.type, registry, prefix + name, problems)
    return problems


def _migrate(instance: Instance, id: str, registry: Registry, path: str, problems: list[Problem]) -> None:
    node = registry.find(id)
    if node is None:
        node = registry.successor(id)
        if node is not None:
            _become(instance, node, node.companions[f"replaces {id}"], path, problems)
    elif instance.version < node.version:
        saved, today = instance.version, node.version
        companions = {number: node.companions.get(f"migrates {number}") for number in range(saved, today)}
        steps = {number: step for number, step in companions.items() if step}
        _become(instance, node, lambda params: climb(params, saved, today, steps), path, problems)


def _become(
    instance: Instance,
    node: AnyNode,
    change: Callable[[dict[str, Any]], Mapping[str, Any]],
    path: str,
    problems: list[Problem],
) -> None:
    try:
        params = change(dict(instance.params))
        instance.params = Instance.model_validate({"params": params}).params
    except Exception as error:  # a pack's code over a stranger's params: whatever it raises is told
        expected = Phrase("params-of-version", version=instance.version, node=instance.type)
        got, cure = f"{type(error).__name__}: {error}", Phrase("set-params-again")
        problems.append(Problem("migration", path, "", expected, got, cure))
        return
    instance.type, instance.version = node.id, node.version
