"""What people see of a run of the built-in model while its picture grows."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import pytest
from PIL import Image

from engine import Rng
from engine.run.context import RunContext, Token
from engine.run.events import Lossy, Preview
from engine.service import previews
from engine.service.outbox import Outbox
from engine.service.protocol import GraphSource
from engine.service.records import RunRecord, RunRequest
from engine.service.service import Service
from engine.settings import BUILT_IN, Settings
from nodes.diffusion.scheduler import scheduler, scheduler_step
from nodes.values import Latent, Prediction
from tests.nodes.diffusion.test_stepping import predictions

NODE = "sampler/turns"
CELLS = (8, 8)


def colours(file: bytes) -> np.ndarray:
    """A picture as 8 × 8 colours in 0..1."""
    with Image.open(io.BytesIO(file)) as picture:
        return np.asarray(picture.convert("RGB").resize(CELLS, Image.Resampling.BOX)) / 255


def serve(home: Path, test: Callable[[Service], Awaitable[Any]]) -> Any:
    """Run a test on a server without a network."""

    async def go() -> Any:
        settings = Settings.load({"KNOTWORK_HOME": str(home), "KNOTWORK_DEVICE": "cpu"})
        async with Service.open(settings, BUILT_IN / "graphs") as service:
            return await asyncio.wait_for(test(service), 300)

    return asyncio.run(go())


async def drawn(service: Service, look: Callable[[str], None]) -> RunRecord:
    """A run of text to image that somebody looks at, or not, from its start to its end."""
    await service.queue.pause()
    asked = RunRequest(graph=GraphSource(name="text_to_image"), outputs=("small",))
    graph, _ = await service.graph(asked.graph)
    [record] = await service.queue.submit(asked, graph)
    look(record.id)
    await service.queue.resume()
    return await service.queue.wait(record.id)


def test_who_watches_text_to_image_sees_the_picture_grow(tmp_path: Path) -> None:
    seen: list[bytes] = []

    async def gather(outbox: Outbox) -> None:
        while True:
            found: Any = msgpack.unpackb(await outbox.take())
            for message in found if isinstance(found, list) else [found]:
                assert message["event"]["n"] == NODE
                seen.append(message["event"]["data"])

    async def test(service: Service) -> bytes:
        outbox = Outbox()
        gathering = asyncio.create_task(gather(outbox))
        run = await drawn(service, lambda id: service.previews.watch(id, outbox, [NODE], size=64, rate=1000))
        gathering.cancel()
        [artifact] = [one for one in run.artifacts if one.output == "small"]
        return (await service.artifacts.get(artifact.digest)).path.read_bytes()

    picture = colours(serve(tmp_path, test))
    assert len(set(seen)) > 3
    assert {Image.open(io.BytesIO(file)).size for file in seen} == {CELLS}
    off = [float(np.abs(colours(file) - picture).mean()) for file in seen]
    assert off[-1] < 0.1
    assert off[-1] < off[0]


def test_where_nobody_watches_nothing_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values: list[Any] = []
    monkeypatch.setattr(previews, "draw", lambda value, size: values.append(value))

    async def test(service: Service) -> RunRecord:
        return await drawn(service, lambda id: service.previews.watch("another", Outbox()))

    assert serve(tmp_path, test).state == "done"
    assert values == []


@pytest.mark.parametrize(
    ("name", "clean"), [("DDIMScheduler", True), ("LCMScheduler", True), ("DEISMultistepScheduler", False)]
)
def test_a_turn_shows_the_clean_latent_if_the_scheduler_tells_it(name: Any, clean: bool) -> None:
    shown: list[Lossy] = []
    run, ctx = scheduler(name=name, steps=6), RunContext("turns", "cpu", Token(), shown.append)
    predicted, noisy = Prediction(predictions(2)[0]), Latent(predictions(2)[1], "sd1", 4)
    stepped = scheduler_step(run.scheduler, run.state, predicted, noisy, Rng.seeded(0), ctx).latent
    [event] = shown
    assert isinstance(event, Preview)
    assert (event.value.family, event.value.factor) == ("sd1", 4)
    assert (event.value.samples is stepped.samples) is not clean
