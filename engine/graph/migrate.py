"""Saved params brought to the installed nodes' versions, one function for each version left behind."""

from __future__ import annotations

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
            node = registry.find(instance.type) if instance.type else None
            if node is not None and instance.version < node.version:
                _migrate(instance, node, prefix + name, problems)
    return problems


def _migrate(instance: Instance, node: AnyNode, path: str, problems: list[Problem]) -> None:
    steps = {
        number: step
        for number in range(instance.version, node.version)
        if (step := node.companions.get(f"migrates {number}"))
    }
    try:
        params = climb(instance.params, instance.version, node.version, steps)
        instance.params = Instance.model_validate({"params": params}).params
    except Exception as error:  # a pack's code over a stranger's params: whatever it raises is told
        expected = Phrase("params-of-version", version=instance.version, node=node.id)
        got, cure = f"{type(error).__name__}: {error}", Phrase("set-params-again")
        problems.append(Problem("migration", path, "", expected, got, cure))
        return
    instance.version = node.version
