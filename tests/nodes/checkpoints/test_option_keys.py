"""What enters the keys: every option that changes numbers, and no setting that is exact."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from engine import Headless
from engine.graph.document import Graph
from engine.settings import BUILT_IN, OFFLOADS, Settings
from tests.graphs import stand_ins

GRAPHS = BUILT_IN / "graphs"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    for name in ("flux_less_memory", "flux_from_parts"):
        stand_ins.build(name, folder)
    return folder


def engine_of(home: Path, **settings: str) -> Headless:
    given = {"KNOTWORK_HOME": str(home), "KNOTWORK_DEVICE": "cpu"}
    return Headless(Settings.load(given | settings), base=GRAPHS)


@pytest.fixture(scope="module")
def engine(home: Path) -> Iterator[Headless]:
    with engine_of(home) as engine:
        yield engine


def changed(name: str, instance: str, **params: Any) -> Graph:
    """A shipped graph with other params in an instance."""
    tree = json.loads((GRAPHS / f"{name}.json").read_text())
    tree["inputs"] = {
        port: one
        for port, one in tree["inputs"].items()
        if not set(one["to"]) & {f"{instance}.{p}" for p in params}
    }
    tree["nodes"][instance].setdefault("params", {}).update(params)
    return Graph.read(json.dumps(tree).encode())


def key(engine: Headless, graph: Graph) -> bytes:
    return engine.plan(graph).named_keys()["decode"]


CHANGING = [
    ("load", {"dtype": "float32"}),
    ("smaller", {"storage": "as loaded"}),
    ("smaller", {"storage": "float8_e5m2"}),
    ("smaller", {"attention": "torch flash"}),
    ("smaller", {"attention": "plain"}),
    ("smaller", {"cache": 0.0}),
    ("smaller", {"cache": 0.05}),
    ("smaller", {"compile": True}),
    ("tiles", {"tile": 0}),
    ("tiles", {"tile": 256}),
    ("tiles", {"overlap": 0.5}),
    ("tiles", {"one_by_one": True}),
]


def test_every_option_that_changes_numbers_enters_the_key(engine: Headless) -> None:
    keys = [key(engine, changed("flux_less_memory", instance, **params)) for instance, params in CHANGING]
    plain = key(engine, Graph.read(GRAPHS / "flux_less_memory.json"))

    assert len({plain, *keys}) == 1 + len(CHANGING)


def test_quantised_weights_and_what_they_compute_in_enter_the_key(engine: Headless) -> None:
    whole = "FLUX.1-dev/transformer/diffusion_pytorch_model.safetensors"
    changes = [{}, {"dtype": "bfloat16"}, {"file": whole}]
    keys = {key(engine, changed("flux_from_parts", "transformer", **one)) for one in changes}

    assert len(keys) == len(changes)


@pytest.mark.parametrize("offload", OFFLOADS)
def test_what_is_kept_off_the_device_enters_no_key(offload: str, home: Path, engine: Headless) -> None:
    graph = Graph.read(GRAPHS / "flux_less_memory.json")
    with engine_of(home, KNOTWORK_OFFLOAD=offload) as other:
        assert other.local.pool.offload == offload
        assert other.plan(graph).named_keys() == engine.plan(graph).named_keys()


def test_options_reach_what_a_graph_draws(engine: Headless) -> None:
    values = {**stand_ins.STAND_INS["flux_less_memory"].values, "steps": 3, "dtype": "float32"}
    plain = {"storage": "as loaded", "cache": 0.0, "tile": 0}
    each = [{}, {"storage": "float8_e4m3fn"}, {"cache": 1.0}, {"tile": 32}]
    drawn = [engine.run(engine.read(GRAPHS / "flux_less_memory.json"), values | plain | one) for one in each]

    assert [report.failures for report in drawn] == [[]] * len(each)
    first, *others = (report.outputs["image"].pixels for report in drawn)
    assert not any(torch.equal(first, other) for other in others)
