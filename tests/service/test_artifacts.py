"""Files that runs gave: kept once, shown small, gone with the last run that has them."""

from __future__ import annotations

import json
import os
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3
from PIL import Image

from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.service.artifacts import NoArtifact, Stored
from engine.service.pictures import NotAPicture
from tests.run.conftest import settings
from tests.service import samples
from tests.service.serving import Served, Swatch, graph, say, serving


def swatch(shade: int = 0, width: int = 4) -> Graph:
    """A graph that gives a picture of one colour."""
    node = {"type": "serve.swatch", "params": {"width": width}}
    given = {"shade": {"to": ["it.shade"], "default": shade}}
    return graph({"it": node}, {"picture": "it.out"}, inputs=given)


async def keep(parts: Served, *files: Stored) -> None:
    """Record files as those of a run."""
    done = await parts.run(swatch(200))
    async with parts.database.begin() as connection:
        await parts.artifacts.use(connection, done.id, files)
    parts.artifacts.release(files)


def files_in(home: Path, folder: str = "artifacts") -> set[str]:
    return {path.name for path in (home / folder).glob("*/*")}


# --- what a run gives -------------------------------------------------------------------------------------


def test_a_picture_is_kept_under_the_digest_of_its_bytes(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        [one] = (await parts.run(swatch())).artifacts
        stored = await parts.artifacts.get(one.digest)
        data = stored.path.read_bytes()
        assert (one.output, one.type, one.media, one.size) == ("picture", "Swatch", "image/png", len(data))
        assert stored.digest == one.digest == blake3(data).hexdigest()
        assert stored.path == home / "artifacts" / one.digest[:2] / f"{one.digest}.png"

    serving(home, database_url, test)


def test_a_picture_carries_the_graph_that_gives_it_again(home: Path) -> None:
    async def test(parts: Served) -> str:
        [one] = (await parts.run(swatch(), values={"shade": 90})).artifacts
        carried = Graph.read((await parts.artifacts.get(one.digest)).path)
        assert carried.inputs["shade"].default == 90
        [again] = (await parts.run(carried)).artifacts
        return one.digest if again.digest == one.digest else ""

    assert serving(home, "", test)


def test_it_is_the_file_that_the_command_line_writes(home: Path, tmp_path: Path) -> None:
    from engine.run.artifacts import export
    from engine.run.naming import Naming

    async def test(parts: Served) -> str:
        return (await parts.run(swatch())).artifacts[0].digest

    with Headless(settings(tmp_path / "other")) as engine:
        carried = engine.carried(swatch())
    text = {"knotwork": carried}
    [file] = export({"picture": Swatch(0)}, {}, Naming(tmp_path), lambda: text)
    assert serving(home, "", test) == file.digest


def test_several_files_of_one_output_are_numbered(home: Path) -> None:
    several = graph(
        {"it": {"type": "serve.swatch", "params": {"shade": [1, 2]}, "over": ["shade"]}}, {"all": "it.out"}
    )

    async def test(parts: Served) -> list[int]:
        return [one.index for one in (await parts.run(several)).artifacts]

    assert serving(home, "", test) == [0, 1]


def test_a_text_that_is_too_long_for_a_message_is_a_file(home: Path) -> None:
    text = "long " * 10_000

    async def test(parts: Served) -> None:
        [one] = (await parts.run(say(text))).artifacts
        assert (one.value, one.media, one.type) == (None, "text/plain; charset=utf-8", "str")
        assert (await parts.artifacts.get(one.digest)).path.read_text() == text

    serving(home, "", test)


def test_a_number_beyond_64_bits_is_a_file(home: Path) -> None:
    spelled = graph({"it": {"type": "serve.spell", "params": {"text": "1" + "0" * 30}}}, {"out": "it.out"})

    async def test(parts: Served) -> None:
        [one] = (await parts.run(spelled)).artifacts
        assert json.loads((await parts.artifacts.get(one.digest)).path.read_bytes()) == 10**30

    serving(home, "", test)


# --- putting ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("suffix", "kept", "media"),
    [
        (".PNG", ".png", "image/png"),
        (".html", ".html", "application/octet-stream"),
        (".svg", ".svg", "application/octet-stream"),
        ("/../../x", ".bin", "application/octet-stream"),
        ("", ".bin", "application/octet-stream"),
    ],
)
def test_no_file_is_of_a_type_that_a_browser_would_run(
    suffix: str, kept: str, media: str, home: Path
) -> None:
    async def test(parts: Served) -> None:
        stored = parts.artifacts.put(b"<script>", suffix)
        assert (stored.suffix, stored.media) == (kept, media)
        assert stored.path.parent.parent == home / "artifacts"

    serving(home, "", test)


def test_equal_bytes_are_kept_once(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        await parts.run(swatch())
        await parts.run(swatch())
        assert len(files_in(home)) == 1

    serving(home, database_url, test)


@pytest.mark.parametrize("digest", ["0" * 64, "../../service", "", "%"])
def test_an_unknown_digest_is_refused(digest: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        await parts.run(swatch())
        with pytest.raises(NoArtifact):
            await parts.artifacts.get(digest)

    serving(home, "", test)


def test_a_file_that_somebody_took_away_is_not_there(home: Path) -> None:
    async def test(parts: Served) -> None:
        [one] = (await parts.run(swatch())).artifacts
        (await parts.artifacts.get(one.digest)).path.unlink()
        with pytest.raises(NoArtifact):
            await parts.artifacts.get(one.digest)

    serving(home, "", test)


# --- taking away ------------------------------------------------------------------------------------------


def test_a_file_goes_with_the_last_run_that_has_it(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        one, other = await parts.run(swatch()), await parts.run(swatch())
        await parts.artifacts.thumbnail(one.artifacts[0].digest, 64)
        await parts.history.delete([one.id])
        assert len(files_in(home)) == 1
        await parts.history.delete([other.id])
        assert (files_in(home), files_in(home, "thumbnails")) == (set(), set())

    serving(home, database_url, test)


def test_a_file_of_a_run_that_is_not_recorded_yet_stays(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        before = await parts.run(swatch())
        path = (await parts.artifacts.get(before.artifacts[0].digest)).path
        held = parts.artifacts.put(path.read_bytes(), ".png")
        await parts.history.delete([before.id])
        assert path.exists()
        await keep(parts, held)
        assert await parts.artifacts.get(held.digest) == held

    serving(home, database_url, test)


def test_what_a_crash_left_behind_is_swept_and_nothing_else(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        [kept] = (await parts.run(swatch())).artifacts
        left = parts.artifacts.put(b"of a run that was never recorded", ".bin")
        parts.artifacts.release([left])
        half = left.path.with_name(f".{left.path.name}.x")
        half.touch()
        held = parts.artifacts.put(b"of a run that ends now", ".bin")
        for path in (left.path, half, held.path):
            os.utime(path, (0, 0))
        await parts.artifacts.sweep()
        assert files_in(home) == {f"{kept.digest}.png", held.path.name}

    serving(home, database_url, test)


def test_a_file_that_is_given_again_while_others_are_swept_stays(home: Path) -> None:
    async def test(parts: Served) -> None:
        left = parts.artifacts.put(b"left", ".bin")
        os.utime(left.path, (0, 0))
        parts.artifacts.release([left, parts.artifacts.put(b"left", ".bin")])
        assert time.time() - left.path.stat().st_mtime < 60

    serving(home, "", test)


# --- thumbnails -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("asked", "given"), [(1, 64), (64, 64), (65, 128), (5000, 500)])
def test_a_thumbnail_is_a_small_webp_of_one_of_few_sizes(asked: int, given: int, home: Path) -> None:
    async def test(parts: Served) -> None:
        [one] = (await parts.run(swatch(width=500))).artifacts
        path = await parts.artifacts.thumbnail(one.digest, asked)
        with Image.open(path) as picture:
            assert (picture.format, max(picture.size)) == ("WEBP", given)

    serving(home, "", test)


def test_a_thumbnail_is_made_once(home: Path) -> None:
    async def test(parts: Served) -> None:
        [one] = (await parts.run(swatch())).artifacts
        first = await parts.artifacts.thumbnail(one.digest, 64)
        first.write_bytes(b"made before")
        assert (await parts.artifacts.thumbnail(one.digest, 64)).read_bytes() == b"made before"

    serving(home, "", test)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"no picture", "expected a picture file"),
        (samples.png()[:40], "expected a picture file"),
        (samples.png(claimed=(9000, 9000)), "at most 67108864 pixels, got 9000 × 9000"),
        (samples.png(claimed=(60000, 60000)), "expected"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "expected a picture file"),
    ],
    ids=["text", "cut off", "large", "bomb", "svg"],
)
def test_what_is_no_picture_or_too_large_a_one_has_no_thumbnail(data: bytes, said: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        stored = parts.artifacts.put(data, ".png")
        await keep(parts, stored)
        with pytest.raises(NotAPicture, match=said):
            await parts.artifacts.thumbnail(stored.digest, 64)

    serving(home, "", test)


def test_sixteen_bits_are_shown_in_eight(home: Path) -> None:
    file = BytesIO()
    Image.new("I;16", (4, 4), 65535 // 2).save(file, "PNG")

    async def test(parts: Served) -> Any:
        stored = parts.artifacts.put(file.getvalue(), ".png")
        await keep(parts, stored)
        with Image.open(await parts.artifacts.thumbnail(stored.digest, 64)) as picture:
            return picture.convert("L").getpixel((0, 0))

    assert abs(serving(home, "", test) - 127) <= 1


def test_where_two_pictures_differ_is_a_picture(home: Path) -> None:
    async def test(parts: Served) -> None:
        [one] = (await parts.run(swatch(10))).artifacts
        [other] = (await parts.run(swatch(30))).artifacts
        [larger] = (await parts.run(swatch(10, width=5))).artifacts
        shown = await parts.artifacts.difference(one.digest, other.digest)
        assert shown is not None
        with Image.open(BytesIO(shown)) as picture:
            assert (picture.size, picture.getpixel((0, 0))) == ((4, 4), 255)
        assert await parts.artifacts.difference(one.digest, larger.digest) is None

    serving(home, "", test)
