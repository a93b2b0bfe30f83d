from pathlib import Path

from engine.executors.headless import Headless
from engine.executors.memory import memory
from engine.settings import Settings


def test_models_may_take_half_of_the_machines_memory_or_what_is_set_for_them(tmp_path: Path) -> None:
    def budget(**said: str) -> int:
        settings = Settings.load({"KNOTWORK_HOME": str(tmp_path), "KNOTWORK_DEVICE": "cpu", **said})
        with Headless(settings, cache=False) as engine:
            return engine.local.pool.budgets["cpu"]

    assert budget() == memory() // 2 > 0
    assert budget(KNOTWORK_VRAM_BUDGET="3 GB") == 3 * 10**9
