from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.store.store import Store

Opened = Callable[..., Store]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Opens stores on one home, and closes them at the end."""
    stores: list[Store] = []

    def open_(**settings: Any) -> Store:
        budgets = {"disk_budget": 10**9, "ram_budget": 10**9}
        stores.append(Store(tmp_path / "home", **{**budgets, **settings}))
        return stores[-1]

    yield open_
    for store in stores:
        store.close()


@pytest.fixture
def store(opened: Opened) -> Store:
    return opened()
