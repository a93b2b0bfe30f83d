"""What is stored of a graph of two thousand instances, told to an editor that opens it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from time import perf_counter, process_time

import pytest

from engine.service.values import Values
from tests.bench import graphs
from tests.bench.measure import Cost, measured, show
from tests.bench.ran import ran

pytestmark = pytest.mark.bench

MANY = 2000
ROUNDS = 15
BOUND = 0.030
"""Seconds of processor time, when the plan is known and nothing of the results."""


async def telling(folder: Path, shape: graphs.Shape) -> list[Cost]:
    async with ran(folder, shape, MANY) as (at, planner, id):
        await planner.plan(id)
        costs: list[Cost] = []
        for _ in range(ROUNDS):
            values = Values(at.headless, planner)
            wall, cpu = perf_counter(), process_time()
            told = await values.results(id)
            costs.append(Cost(perf_counter() - wall, process_time() - cpu))
            assert len(told) == MANY
        return costs


@pytest.mark.parametrize("shape", [graphs.chain, graphs.fan_out, graphs.fan_in])
def test_results_of_a_large_graph_are_told_at_once(shape: graphs.Shape, tmp_path: Path) -> None:
    found = measured(asyncio.run(telling(tmp_path, shape)))
    show(f"results of {MANY} instances, {shape.__name__}", {"told": found})
    assert found.least.cpu <= BOUND
