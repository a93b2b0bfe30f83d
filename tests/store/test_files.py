import os
from pathlib import Path

import pytest

from engine.declare.types import Within
from engine.errors import GraphError, KnotworkError
from engine.settings import Settings
from engine.store.files import Files
from engine.store.store import Store
from tests.store.conftest import Opened

PICTURES = Within("files", (".png",))
MODELS = Within("models", (".safetensors", ".json"))


def write(path: Path, text: str = "content") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    for name in ("files", "models", "library", "base"):
        (tmp_path / name).mkdir()
    return Settings(
        home=tmp_path / "home",
        file_roots=(tmp_path / "files",),
        model_roots=(tmp_path / "models",),
        library_roots=(tmp_path / "library",),
    )


@pytest.fixture
def files(settings: Settings, store: Store, tmp_path: Path) -> Files:
    return Files(settings, store, local=False, base=tmp_path / "base")


def problem(files: Files, text: str, within: Within = PICTURES) -> str:
    with pytest.raises(GraphError) as caught:
        files.resolve(text, within)
    [found] = caught.value.problems
    return f"{found.code}: {found}"


def test_the_graphs_own_folder_comes_before_the_roots(files: Files, tmp_path: Path) -> None:
    write(tmp_path / "files" / "cat.png")
    assert files.resolve("cat.png", PICTURES) == tmp_path / "files" / "cat.png"

    write(tmp_path / "base" / "cat.png")
    assert files.resolve("cat.png", PICTURES) == tmp_path / "base" / "cat.png"


def test_models_are_looked_for_among_models(files: Files, tmp_path: Path) -> None:
    write(tmp_path / "models" / "a" / "m.safetensors")

    assert files.resolve("a/m.safetensors", MODELS) == tmp_path / "models" / "a" / "m.safetensors"
    assert "file-missing" in problem(files, "a/m.safetensors", Within("files"))


def test_a_missing_file_is_answered_with_names_like_it(files: Files, tmp_path: Path) -> None:
    write(tmp_path / "files" / "pets" / "cat.png")

    assert "Did you mean pets/cat.png?" in problem(files, "pets/cta.png")
    assert str(tmp_path / "files") in problem(files, "pets/cta.png")


@pytest.mark.parametrize("text", ["../secret.png", "link.png", "linked/secret.png"])
def test_what_lies_outside_is_refused_by_whatever_way(files: Files, tmp_path: Path, text: str) -> None:
    write(tmp_path / "secret.png")
    (tmp_path / "base" / "link.png").symlink_to(tmp_path / "secret.png")
    (tmp_path / "base" / "linked").symlink_to(tmp_path)

    assert problem(files, text).startswith("file-outside")


def test_a_link_from_one_root_into_another_is_followed(files: Files, tmp_path: Path) -> None:
    target = write(tmp_path / "files" / "cat.png")
    (tmp_path / "base" / "link.png").symlink_to(target)

    assert files.resolve("link.png", PICTURES) == target


def test_absolute_paths_are_for_local_callers(
    files: Files, settings: Settings, store: Store, tmp_path: Path
) -> None:
    path = write(tmp_path / "elsewhere" / "cat.png")
    local = Files(settings, store, local=True)

    assert local.resolve(str(path), PICTURES) == path
    assert "file-missing" in problem(local, str(path.with_name("dog.png")))
    assert "expected a relative name" in problem(files, str(path))
    assert "expected a relative name" in problem(files, str(write(tmp_path / "files" / "cat.png")))


def test_the_ending_must_be_one_that_the_port_reads(files: Files, tmp_path: Path) -> None:
    write(tmp_path / "files" / "cat.PNG")
    write(tmp_path / "files" / "cat.txt")

    assert files.resolve("cat.PNG", PICTURES)
    assert "expected a file that ends in .png, got cat.txt" in problem(files, "cat.txt")


def test_a_folder_must_hold_what_the_port_reads(files: Files, tmp_path: Path) -> None:
    write(tmp_path / "files" / "pets" / "notes.txt")
    assert "expected a folder with .png" in problem(files, "pets")

    write(tmp_path / "files" / "pets" / "small" / "cat.png")
    assert files.resolve("pets", PICTURES) == tmp_path / "files" / "pets"


def test_an_empty_name_is_refused(files: Files) -> None:
    assert "expected the name of a file, got nothing" in problem(files, "")


@pytest.mark.parametrize("text", ["cat\0.png", "\ud800.png"])
def test_a_name_that_no_file_system_has_is_refused(files: Files, text: str) -> None:
    assert f"expected the name of a file, got {text!r}" in problem(files, text)


def test_referenced_graphs_come_from_the_own_folder_or_the_library(files: Files, tmp_path: Path) -> None:
    own = write(tmp_path / "base" / "own.json")
    shared = write(tmp_path / "library" / "shared.json")
    write(tmp_path / "files" / "other.json")

    assert files.library("own.json") == own
    assert files.library("shared.json") == shared
    with pytest.raises(GraphError, match="expected a file in"):
        files.library("other.json")


def test_content_is_found_where_it_was_seen(files: Files, tmp_path: Path) -> None:
    path = write(tmp_path / "models" / "m.safetensors")
    digest = files.digest(path, ())
    assert digest is not None

    assert files.find(digest) == path


def test_a_moved_model_is_found(files: Files, tmp_path: Path) -> None:
    path = write(tmp_path / "models" / "m.safetensors", "weights")
    write(tmp_path / "models" / "same_size.safetensors", "another"[:7])
    digest = files.digest(path, ())
    assert digest is not None
    moved = path.rename(tmp_path / "models" / "renamed.safetensors")

    assert files.find(digest) == moved


def test_a_moved_folder_is_found(files: Files, tmp_path: Path) -> None:
    folder = tmp_path / "models" / "sd"
    write(folder / "unet" / "m.safetensors")
    digest = files.digest(folder, (".safetensors",))
    assert digest is not None
    (tmp_path / "models" / "new").mkdir()
    moved = folder.rename(tmp_path / "models" / "new" / "sd")

    assert files.find(digest) == moved


def test_a_folder_of_which_two_ports_read_other_files_is_found_for_both(files: Files, tmp_path: Path) -> None:
    folder = tmp_path / "models" / "prior"
    write(folder / "m.safetensors")
    write(folder / "vocabulary.txt")
    whole, weights = (files.digest(folder, kinds) for kinds in ((".safetensors", ".txt"), (".safetensors",)))
    assert whole is not None
    assert weights is not None

    assert whole != weights
    assert [files.find(digest) for digest in (whole, weights)] == [folder, folder]


def test_changed_content_is_not_found_and_the_place_is_named(files: Files, tmp_path: Path) -> None:
    path = write(tmp_path / "models" / "m.safetensors", "old")
    digest = files.digest(path, ())
    assert digest is not None
    write(path, "new")

    with pytest.raises(KnotworkError, match=r"last seen at .*m\.safetensors"):
        files.find(digest)


def test_a_pipe_is_no_file(files: Files, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "files" / "pipe.png")
    assert problem(files, "pipe.png").startswith("file-missing")
    with pytest.raises(KnotworkError, match="no regular file"):
        files.digest(tmp_path / "files", (".png",))


def test_content_never_seen_is_not_found(files: Files) -> None:
    with pytest.raises(KnotworkError, match="last seen at nowhere"):
        files.find("00" * 32)


def test_a_folder_does_not_reach_out_of_the_roots_through_links(files: Files, tmp_path: Path) -> None:
    secret = write(tmp_path / "secret.png")
    write(tmp_path / "files" / "pets" / "cat.png")
    (tmp_path / "files" / "pets" / "link.png").symlink_to(secret)

    with pytest.raises(KnotworkError, match="outside the configured folders"):
        files.digest(tmp_path / "files" / "pets", (".png",))


def test_a_file_that_can_not_be_read_is_named(files: Files, tmp_path: Path) -> None:
    with pytest.raises(KnotworkError, match=r"gone\.png can't be read"):
        files.digest(tmp_path / "files" / "gone.png", ())


def test_a_home_read_only_still_finds_content(settings: Settings, opened: Opened, tmp_path: Path) -> None:
    path = write(tmp_path / "models" / "m.safetensors")
    os.utime(path, (1, 1))
    opened().close()
    files = Files(settings, opened(read_only=True), local=False)
    digest = files.digest(path, ())
    assert digest is not None

    assert files.find(digest) == path
