"""A model in the pool of loaded models: changed in place for each handle, read once."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

from engine import File, Headless
from engine.graph.document import Graph
from engine.run.residency import Pool
from engine.settings import BUILT_IN, Settings
from nodes.checkpoints import pickled
from nodes.patches.layers import KEPT
from nodes.values import Denoiser, Patch
from tests.graphs import stand_ins
from tests.nodes.patches import loras
from tests.nodes.patches.test_lora import answer


@pytest.fixture(scope="module")
def bare(folder: Path) -> Denoiser[Any]:
    return Denoiser(folder.name, "denoiser", "sd-32-4")


@pytest.fixture(scope="module")
def files(folder: Path, bare: Denoiser[Any], tmp_path_factory: pytest.TempPathFactory) -> list[File]:
    parts = {"unet": bare.load(lambda _: folder)}
    root = tmp_path_factory.mktemp("loras")
    numbers = range(KEPT + 2)
    return [loras.save(root / f"lora{i}.safetensors", loras.tensors_of(parts, "kohya", i)) for i in numbers]


class Finds:
    """Where things are, and what was asked for."""

    def __init__(self, find: Callable[[str], Path]) -> None:
        self.asked: list[str] = []
        self._find = find

    def __call__(self, digest: str) -> Path:
        self.asked.append(digest)
        return self._find(digest)


@pytest.fixture
def finds(folder: Path, files: list[File]) -> Finds:
    return Finds(loras.finder(folder, *files))


def wearing(bare: Denoiser[Any], *patches: tuple[File, float]) -> Denoiser[Any]:
    return replace(bare, patches=tuple(Patch("lora", file.digest, scale) for file, scale in patches))


def asked(pool: Pool, handle: Denoiser[Any]) -> torch.Tensor:
    with pool.acquire(handle, "cpu") as held:
        return answer(held.model)


def fresh(handle: Denoiser[Any], finds: Finds) -> torch.Tensor:
    return answer(handle.load(finds))


def test_another_strength_reads_nothing_and_is_exact(
    bare: Denoiser[Any], files: list[File], finds: Finds
) -> None:
    pool, handles = Pool(finds, {}), [wearing(bare, (files[0], scale)) for scale in (0.5, 0.8, 0.5)]
    expected = [fresh(handle, finds) for handle in handles]
    finds.asked.clear()

    found = [asked(pool, handle) for handle in handles]
    assert [torch.equal(*pair) for pair in zip(found, expected, strict=True)] == [True] * 3
    assert not torch.equal(found[0], found[1])
    assert finds.asked == [bare.source, files[0].digest]
    assert len(pool.residents) == 1


def test_without_patches_nothing_is_left(bare: Denoiser[Any], files: list[File], finds: Finds) -> None:
    pool, untouched = Pool(finds, {}), fresh(bare, finds)

    changed = asked(pool, wearing(bare, (files[0], 1.0), (files[1], 1.0)))
    assert not torch.equal(changed, untouched)
    assert torch.equal(asked(pool, bare), untouched)
    assert torch.equal(asked(pool, wearing(bare, (files[0], 1.0), (files[1], 1.0))), changed)


def test_a_lokr_is_switched_as_a_lora_is(
    bare: Denoiser[Any], files: list[File], folder: Path, tmp_path: Path
) -> None:
    layer = "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn2_to_k"
    factors = {f"{layer}.lokr_w1": torch.ones(2, 4), f"{layer}.lokr_w2": torch.ones(4, 8)}
    lokr = loras.save(tmp_path / "lokr.safetensors", factors)
    finds = Finds(loras.finder(folder, lokr, *files))
    pool, handles = (
        Pool(finds, {}),
        [wearing(bare, *[(lokr, scale)] * bool(scale)) for scale in (0.5, 0.8, 0)],
    )
    expected = [fresh(handle, finds) for handle in handles]
    finds.asked.clear()

    found = [asked(pool, handle) for handle in handles]
    assert [torch.equal(*pair) for pair in zip(found, expected, strict=True)] == [True] * 3
    assert not torch.equal(found[0], found[1])
    assert finds.asked == [bare.source, lokr.digest]
    for file in files[: KEPT + 1]:
        asked(pool, wearing(bare, (file, 1.0)))
    assert torch.equal(asked(pool, handles[0]), expected[0])
    assert finds.asked.count(lokr.digest) == 2


def test_one_of_two_can_leave(bare: Denoiser[Any], files: list[File], finds: Finds) -> None:
    pool, alone = Pool(finds, {}), wearing(bare, (files[1], 0.7))

    asked(pool, wearing(bare, (files[0], 1.0), (files[1], 1.0)))
    assert torch.equal(asked(pool, alone), fresh(alone, finds))


def test_the_same_file_twice_counts_twice(bare: Denoiser[Any], files: list[File], finds: Finds) -> None:
    twice, once = (wearing(bare, *patches) for patches in ([(files[0], 0.5)] * 2, [(files[0], 1.0)]))

    torch.testing.assert_close(fresh(twice, finds), fresh(once, finds))


def test_those_that_are_off_are_forgotten_but_for_the_last(
    bare: Denoiser[Any], files: list[File], finds: Finds
) -> None:
    pool = Pool(finds, {})
    for file in files:
        asked(pool, wearing(bare, (file, 1.0)))
    finds.asked.clear()

    for file in (files[-2], files[0]):
        asked(pool, wearing(bare, (file, 1.0)))
    assert finds.asked == [files[0].digest]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Headless]:
    stand_ins.build("lora", tmp_path)
    settings = Settings.load({"KNOTWORK_HOME": str(tmp_path), "KNOTWORK_DEVICE": "cpu"})
    with Headless(settings, base=BUILT_IN / "graphs") as engine:
        yield engine


def test_a_new_strength_in_a_graph_opens_no_file_of_weights(
    engine: Headless, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph, values = Graph.read(BUILT_IN / "graphs" / "lora.json"), stand_ins.STAND_INS["lora"].values
    first = engine.run(graph, {**values, "strength": 0.5})
    opened: list[str] = []

    def seen(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Any, *more: Any, **options: Any) -> Any:
            opened.append(str(path))
            return function(path, *more, **options)

        return call

    monkeypatch.setattr(engine.local.pool, "find", seen(engine.local.pool.find))
    for module, name in ((safetensors, "safe_open"), (safetensors.torch, "load_file"), (torch, "load")):
        monkeypatch.setattr(module, name, seen(getattr(module, name)))
    monkeypatch.setattr(pickled, "load_pickled", seen(pickled.load_pickled))
    second = engine.run(graph, {**values, "strength": 0.8})

    assert first.failures == second.failures == []
    assert opened == []
    assert not torch.equal(first.outputs["image"].pixels, second.outputs["image"].pixels)
    # No more than what depends on the denoiser ran again
    assert second.outcomes["positive"] == second.outcomes["negative"] == "cached"


def test_texts_are_encoded_once_where_the_file_has_nothing_for_them(engine: Headless) -> None:
    document = json.loads((BUILT_IN / "graphs" / "lora.json").read_bytes())
    document["nodes"]["lora"]["links"]["text_encoder"] = "load.text_encoder"
    document["nodes"]["word"]["links"]["text_encoder"] = "lora.text_encoder"
    graph, values = Graph.model_validate(document), stand_ins.STAND_INS["lora"].values

    runs = [engine.run(graph, {**values, "strength": strength}) for strength in (0.5, 0.8)]
    assert [one.failures for one in runs] == [[], []]
    assert runs[0].outcomes["positive"] == "executed"
    assert runs[1].outcomes["positive"] == runs[1].outcomes["negative"] == "cached"
    assert runs[1].outcomes["lora"] == "executed"
    assert not torch.equal(*(one.outputs["image"].pixels for one in runs))


def test_strength_and_weights_of_blocks_enter_the_key(engine: Headless) -> None:
    graph, values = Graph.read(BUILT_IN / "graphs" / "lora.json"), stand_ins.STAND_INS["lora"].values
    given = [{}, {"strength": 0.5}, {"blocks": '{"mid": 0}'}, {"strength": 0.5}]
    keys = [engine.plan(graph, {**values, **one}).named_keys()["decode"] for one in given]

    assert len(set(keys)) == 3
