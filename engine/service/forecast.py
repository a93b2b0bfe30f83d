"""What a run of any graph would do, asked once; open graphs are asked of a ``Planner``, which remembers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from engine.executors.headless import Headless, meant
from engine.explanation import Explanation
from engine.graph.document import Graph
from engine.graph.embed import with_values
from engine.graph.settable import Settable
from engine.plan.explain import explain
from engine.service.stored import foreseen


def forecast(
    headless: Headless,
    graph: Graph,
    values: Mapping[str, JsonValue],
    outputs: Sequence[str] = (),
    forced: Sequence[str] = (),
    scope: str = "",
) -> list[Explanation]:
    """Say of each instance whether it would run, why, and what it costs.

    Args:
        headless: What would run it.
        graph: The document.
        values: Graph input, or ``instance.port``, → value.
        outputs: Outputs wanted; see ``Headless.plan``.
        forced: Instances that would run whatever is stored.
        scope: Name of the runs to compare with.

    Raises:
        GraphError: The graph, a value or a name is wrong.
    """
    places = Settable(graph, headless.registry, headless.reference)
    for name, value in values.items():
        places.check(name, value)
    ready = with_values(graph, values)
    headless.check_ready(ready)
    plan = foreseen(headless.plan(ready, outputs=outputs), headless.store)
    return explain(plan, headless.store, scope, meant(forced, plan.names))
