import asyncio
import io
import logging
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import msgpack
import pytest
import torch
from PIL import Image

from engine.service import pictures
from engine.service import previews as module
from engine.service.outbox import Outbox
from engine.service.pictures import NotAPicture
from engine.service.previews import Previews, draw
from nodes.values import Image as Values
from nodes.values import Latent, Mask


@dataclass(frozen=True)
class Picture:
    """A value that can be a picture of one colour."""

    shade: int = 0
    width: int = 64
    height: int = 32
    mode: str = "L"
    suffix = ".png"

    def encode(self, text: dict[str, str]) -> list[bytes]:
        file = io.BytesIO()
        Image.new(self.mode, (self.width, self.height), self.shade).save(file, "PNG")
        return [file.getvalue()]


class Broken(Picture):
    """A value whose own encoder fails."""

    def encode(self, text: dict[str, str]) -> list[bytes]:
        raise ZeroDivisionError


def run(test: Callable[[Previews], Awaitable[None]]) -> None:
    async def all() -> None:
        previews = Previews()
        await test(previews)
        previews.close()

    asyncio.run(all())


async def shown(outbox: Outbox) -> dict[str, tuple[tuple[int, int], int]]:
    """The next pictures: instance → size and shade."""
    tree: Any = msgpack.unpackb(await asyncio.wait_for(outbox.take(), 10))
    found: dict[str, tuple[tuple[int, int], int]] = {}
    for message in tree if isinstance(tree, list) else [tree]:
        assert message["channel"] == "run:1"
        assert message["key"] == f"preview:{message['event']['n']}"
        picture = Image.open(io.BytesIO(message["event"]["data"]))
        assert Image.MIME[picture.format or ""] == message["event"]["media"]
        found[message["event"]["n"]] = picture.size, round(picture.convert("L").getpixel((0, 0)) / 50)  # pyright: ignore[reportOperatorIssue, reportArgumentType]
    return found


def test_who_watches_a_run_is_shown_small_pictures() -> None:
    async def test(previews: Previews) -> None:
        outbox = Outbox()
        previews.watch("1", outbox, size=16)
        previews.offer("1", "a", Picture(shade=100))
        assert await shown(outbox) == {"a": ((16, 8), 2)}

    run(test)


def test_each_is_shown_the_size_and_the_instances_that_it_asked_for() -> None:
    async def test(previews: Previews) -> None:
        small, large = Outbox(), Outbox()
        previews.watch("1", small, nodes=["a"], size=16)
        previews.watch("1", large, nodes=["b"], size=32)
        for name in "ab":
            previews.offer("1", name, Picture())
        assert await shown(small) == {"a": ((16, 8), 0)}
        assert await shown(large) == {"b": ((32, 16), 0)}

    run(test)


def test_a_picture_is_drawn_once_for_all_who_want_it_so(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []

    def counting(value: Picture, size: int) -> bytes | None:
        drawn.append(size)
        return draw(value, size)

    async def test(previews: Previews) -> None:
        monkeypatch.setattr(module, "draw", counting)
        outboxes = [Outbox() for _ in range(5)]
        for outbox in outboxes:
            previews.watch("1", outbox, size=16)
        previews.offer("1", "a", Picture())
        for outbox in outboxes:
            assert await shown(outbox)
        assert drawn == [16]

    run(test)


def test_pictures_come_no_more_often_than_asked_for_and_the_last_one_comes() -> None:
    async def test(previews: Previews) -> None:
        outbox, loop = Outbox(), asyncio.get_running_loop()
        previews.watch("1", outbox, size=16, rate=20)
        previews.offer("1", "a", Picture(shade=0))
        assert await shown(outbox) == {"a": ((16, 8), 0)}
        first = loop.time()
        for shade in (50, 100, 150):
            previews.offer("1", "a", Picture(shade=shade))
        assert await shown(outbox) == {"a": ((16, 8), 3)}
        assert loop.time() - first > 0.02

    run(test)


def test_what_nobody_watches_is_not_kept() -> None:
    async def test(previews: Previews) -> None:
        outbox = Outbox()
        for name, change in (
            ("unwatch", lambda: previews.unwatch("1", outbox)),
            ("leave", lambda: previews.leave(outbox)),
        ):
            previews.watch("1", outbox)
            change()
            previews.offer("1", name, Picture())
        previews.watch("1", outbox)
        previews.offer("2", "other run", Picture())
        previews.offer("1", "no picture", 1.5)
        previews.offer("1", "a", Picture())
        assert set(await shown(outbox)) == {"a"}

    run(test)


def test_a_value_whose_encoder_fails_is_logged_and_the_others_are_shown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def test(previews: Previews) -> None:
        outbox = Outbox()
        previews.watch("1", outbox)
        previews.offer("1", "broken", Broken())
        previews.offer("1", "a", Picture())
        assert set(await shown(outbox)) == {"a"}

    with caplog.at_level(logging.WARNING):
        run(test)
    assert "broken: its preview can't be drawn" in caplog.text


def test_offers_may_come_from_any_thread() -> None:
    async def test(previews: Previews) -> None:
        outbox = Outbox()
        previews.watch("1", outbox, size=16)
        await asyncio.to_thread(previews.offer, "1", "a", Picture())
        assert set(await shown(outbox)) == {"a"}

    run(test)


def test_a_picture_that_is_too_large_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "PIXELS", 64 * 32 - 1)
    with pytest.raises(NotAPicture, match="at most 2047 pixels"):
        draw(Picture(), 16)


def test_what_shows_no_picture_is_drawn_as_nothing() -> None:
    assert draw(1.5, 16) is None
    assert draw([], 16) is None


def test_latents_images_and_masks_are_drawn() -> None:
    for value, size in (
        (Latent(torch.zeros(2, 4, 6, 8)), (8, 6)),
        (Values(torch.zeros(1, 32, 64, 3)), (16, 8)),
        (Mask(torch.zeros(1, 4, 4)), (4, 4)),
    ):
        drawn = draw(value, 16)
        assert drawn
        assert Image.open(io.BytesIO(drawn)).size == size


def test_a_value_that_is_made_when_asked_for_is_made_only_for_those_who_look_and_in_another_thread() -> None:
    made: list[int] = []

    def make() -> Picture:
        made.append(threading.get_ident())
        return Picture(shade=100)

    async def test(previews: Previews) -> None:
        outbox = Outbox()
        previews.offer("1", "a", make)
        previews.watch("1", outbox, nodes=["a"], size=16)
        previews.offer("1", "b", make)
        previews.offer("1", "a", make)
        assert await shown(outbox) == {"a": ((16, 8), 2)}

    run(test)
    assert len(made) == 1
    assert made[0] != threading.get_ident()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pictures_of_any_mode_are_drawn(mode: str) -> None:
    assert draw(Picture(mode=mode), 16)
