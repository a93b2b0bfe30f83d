from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from engine.service import folders
from engine.service.folders import Folders, NoListedFile, Wanted
from engine.service.pictures import NotAPicture
from engine.settings import Settings
from engine.store.files import Files
from engine.store.roots import NamedRoot, model_roots
from engine.store.store import Store
from tests.service.samples import png


@pytest.fixture
def first(tmp_path: Path) -> Path:
    return written(tmp_path / "first", ["a.png", "B.PNG", "words.txt", "cats/tom.png", "cats/old/felix.png"])


@pytest.fixture
def second(tmp_path: Path) -> Path:
    return written(tmp_path / "second", ["a.png", "dogs/rex.png"])


@pytest.fixture
def uploads(first: Path) -> Path:
    return written(first / "uploads", ["sent.png"])


@pytest.fixture
def listed(tmp_path: Path, first: Path, second: Path, uploads: Path) -> Iterator[Folders]:
    settings = Settings(home=tmp_path / "home", file_roots=(second, uploads))
    store = Store(tmp_path / "home", disk_budget=2**20, ram_budget=2**20)
    files = Files(settings, store, local=False, base=first)
    named = [NamedRoot(folder) for folder in (first, second, uploads)]
    yield Folders({"files": named, "models": [NamedRoot(second)]}, [uploads], files)
    store.close()


def written(folder: Path, names: Sequence[str]) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png())
    return folder


def names(folders: Folders, wanted: Wanted) -> list[str]:
    return [file.name for file in folders.list(wanted).files]


def test_a_folder_tells_its_files_and_the_folders_in_it_with_their_number_of_files(listed: Folders) -> None:
    found = listed.list(Wanted(suffixes=(".png",)))
    assert [file.name for file in found.files] == ["a.png", "B.PNG"]
    assert {folder.name: folder.count for folder in found.folders} == {"cats": 2, "dogs": 1}
    inner = listed.list(Wanted(folder="cats"))
    assert [file.name for file in inner.files] == ["cats/tom.png"]
    assert [folder.name for folder in inner.folders] == ["cats/old"]


def test_a_file_is_told_with_what_it_is(listed: Folders, first: Path) -> None:
    [found] = listed.list(Wanted(suffixes=(".txt",))).files
    stat = (first / "words.txt").stat()
    assert (found.size, found.modified, found.media.split(";")[0]) == (
        stat.st_size,
        stat.st_mtime,
        "text/plain",
    )


def test_words_are_looked_for_in_all_folders_below_in_any_order(listed: Folders) -> None:
    assert names(listed, Wanted(text="PNG cats")) == ["cats/old/felix.png", "cats/tom.png"]
    assert names(listed, Wanted(text="felix", folder="cats")) == ["cats/old/felix.png"]
    assert names(listed, Wanted(text="cats", folder="cats")) == []


def test_each_root_has_its_own_folders(listed: Folders) -> None:
    assert names(listed, Wanted("models", text="png")) == ["a.png", "dogs/rex.png"]


def test_what_a_param_could_not_name_is_not_told(listed: Folders, first: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(png())
    (first / "out.png").symlink_to(tmp_path / "secret.png")
    (first / "away").symlink_to(tmp_path)
    (first / ".hidden.png").write_bytes(png())
    (first / "inside.png").symlink_to(first / "cats" / "tom.png")
    told = names(listed, Wanted(text="png"))
    assert set(told) == {
        "a.png", "B.PNG", "cats/tom.png", "cats/old/felix.png", "dogs/rex.png", "inside.png",
    }  # fmt: skip
    for folder in ("..", "away", "../second", ".hidden", "uploads", "cats/../..", "a\0b", "/etc"):
        assert names(listed, Wanted(folder=folder)) == []


def test_a_long_list_is_cut_and_says_so(
    listed: Folders, first: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not listed.list(Wanted(text="png")).more
    monkeypatch.setattr(folders, "LISTED", 2)
    found = listed.list(Wanted(text="png"))
    assert (len(found.files), found.more) == (2, True)
    monkeypatch.setattr(folders, "LISTED", 100)
    monkeypatch.setattr(folders, "LOOKED_AT", 3)
    assert listed.list(Wanted(text="png")).more


def test_a_listed_picture_is_found(listed: Folders, first: Path) -> None:
    assert listed.picture("files", "cats/tom.png") == (first / "cats" / "tom.png").resolve()
    with pytest.raises(NotAPicture):
        listed.picture("files", "words.txt")


@pytest.mark.parametrize(
    "name", ["", "cats", "../secret.png", "sent.png", ".hidden.png", "gone.png", "/etc/passwd", "a\0.png"]
)
def test_a_picture_that_is_not_listed_is_not_found(listed: Folders, first: Path, name: str) -> None:
    written(first, [".hidden.png"])
    written(first.parent, ["secret.png"])
    with pytest.raises(NoListedFile):
        listed.picture("files", name)


def test_models_of_another_program_are_listed_by_their_kind(tmp_path: Path) -> None:
    forge = written(tmp_path / "forge" / "models", ["Stable-diffusion/a.png", "Stable-diffusion/b/c.png"])
    settings = Settings(home=tmp_path / "home", model_roots=(forge.parent,))
    store = Store(tmp_path / "home", disk_budget=2**20, ram_budget=2**20)
    folders = Folders({"models": model_roots(settings.model_roots)}, [], Files(settings, store, local=False))

    assert [one.name for one in folders.list(Wanted("models")).folders] == ["checkpoints"]
    assert names(folders, Wanted("models", folder="checkpoints")) == ["checkpoints/a.png"]
    assert names(folders, Wanted("models", folder="checkpoints/b")) == ["checkpoints/b/c.png"]
    assert folders.picture("models", "checkpoints/b/c.png") == forge / "Stable-diffusion" / "b" / "c.png"
    store.close()
