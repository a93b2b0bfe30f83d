import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.service.kinds import FileTooLarge, UnknownKind
from engine.service.records import UploadRecord
from engine.service.uploads import NoUpload, Uploads, plain_name
from tests.service.samples import png


async def pieces(*data: bytes) -> AsyncIterator[bytes]:
    for piece in data:
        yield piece


def take(uploads: Uploads, *data: bytes) -> UploadRecord:
    return asyncio.run(uploads.take(pieces(*data)))


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "uploads", limit=1000, budget=2500)


def send(uploads: Uploads, data: bytes, called: str) -> UploadRecord:
    return asyncio.run(uploads.take(pieces(data), called))


def names(uploads: Uploads) -> list[str]:
    return [path.name for path in uploads.folder.iterdir()]


def test_an_upload_is_kept_whole_under_an_id_with_the_ending_of_its_kind(uploads: Uploads) -> None:
    data = png()
    record = take(uploads, data[:10], data[10:])
    assert (record.media, record.size, record.id[32:]) == ("image/png", len(data), ".png")
    assert uploads.find(record.id).read_bytes() == data


def test_the_same_bytes_are_kept_once(uploads: Uploads) -> None:
    assert take(uploads, b"words") == take(uploads, b"wor", b"ds")
    assert len(uploads.list()) == 1


def test_what_is_refused_leaves_nothing(uploads: Uploads) -> None:
    with pytest.raises(UnknownKind):
        take(uploads, b"\x7fELF")
    with pytest.raises(FileTooLarge, match="1000 bytes at most"):
        take(uploads, b"a" * 1001)
    assert names(uploads) == []


def test_a_sender_that_breaks_off_leaves_nothing(uploads: Uploads) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"a"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        asyncio.run(uploads.take(broken()))
    assert names(uploads) == []


def test_all_uploads_together_have_a_bound(uploads: Uploads) -> None:
    first = take(uploads, b"a" * 1000)
    take(uploads, b"b" * 1000)
    with pytest.raises(FileTooLarge, match="KNOTWORK_UPLOAD_BUDGET"):
        take(uploads, b"c" * 1000)
    uploads.delete(first.id)
    assert take(uploads, b"c" * 1000).size == 1000


def test_uploads_that_come_at_the_same_time_share_the_bound(uploads: Uploads) -> None:
    async def several() -> list[UploadRecord | BaseException]:
        sent = [uploads.take(pieces(letter * 500, letter * 500)) for letter in (b"a", b"b", b"c")]
        return await asyncio.gather(*sent, return_exceptions=True)

    found = asyncio.run(several())
    assert sum(isinstance(one, FileTooLarge) for one in found) == 1
    assert len(uploads.list()) == 2


def test_a_restart_keeps_uploads_and_sweeps_what_never_came_whole(uploads: Uploads) -> None:
    record = take(uploads, b"words")
    (uploads.folder / ".part-left").write_bytes(b"half")
    again = Uploads(uploads.folder, limit=1000, budget=2500)
    assert names(again) == [record.id]


@pytest.mark.parametrize(
    "id", ["", "..", "../secret.txt", "a" * 32 + ".txt", "/etc/passwd", "a\0b", ".part-left"]
)
def test_an_id_leads_nowhere_but_to_uploads(uploads: Uploads, id: str) -> None:
    (uploads.folder.parent / "secret.txt").write_text("secret")
    with pytest.raises(NoUpload):
        uploads.find(id)
    with pytest.raises(NoUpload):
        uploads.delete(id)


def test_an_upload_is_shown_by_the_name_that_it_was_last_sent_under(uploads: Uploads) -> None:
    assert send(uploads, b"words", "poem.txt").name == "poem.txt"
    assert take(uploads, b"words").name == "poem.txt"
    assert send(uploads, b"words", "verses.md").name == "verses.md"
    again = Uploads(uploads.folder, limit=1000, budget=2500)
    assert [record.name for record in again.list()] == ["verses.md"]


def test_a_name_goes_with_its_upload_and_takes_no_room(uploads: Uploads) -> None:
    record = send(uploads, b"a" * 1000, "a.txt")
    again = Uploads(uploads.folder, limit=1000, budget=1000)
    again.delete(record.id)
    assert take(again, b"a" * 1000).name == ""


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("C:\\pictures\\cat.png", "cat.png"),
        ("../../etc/passwd", "passwd"),
        ("..", ""),
        (" .hidden.png\n", "hidden.png"),
        ("gnp.\u202etxt", "gnp.txt"),
        ("u\u0308ber.png", "über.png"),
        ("half\ud800.png", "half.png"),
        ("a" * 300, "a" * 200),
    ],
)
def test_a_name_is_kept_as_it_can_be_shown(called: str, name: str) -> None:
    assert plain_name(called) == name
