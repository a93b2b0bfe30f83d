"""How soon a server answers, by the clock."""

from pathlib import Path
from statistics import median
from time import perf_counter

import pytest

from tests.cli.served import served

pytestmark = pytest.mark.bench
START = 1.5
"""Seconds from the start of the process to the first answer."""
ROUNDS = 5


def seconds_to_answer(folder: Path) -> float:
    start = perf_counter()
    with served("--workspace", str(folder), KNOTWORK_HOME=str(folder / "home")) as server:
        assert server.get("/api/health").status_code == 200
        return perf_counter() - start


def test_the_first_answer_comes_soon(tmp_path: Path) -> None:
    first = seconds_to_answer(tmp_path)
    later = median(seconds_to_answer(tmp_path) for _ in range(ROUNDS))
    print(f"\nFirst answer: {first:.2f} s with an empty home, {later:.2f} s later (at most {START} s)")
    assert max(first, later) <= START
