import os
from pathlib import Path
from typing import Any

import pytest

from engine.errors import GraphError
from engine.graph.document import Graph
from engine.service.workspace import ABANDONED, Elsewhere, Workspace, digest_of
from engine.settings import Settings


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    folder.mkdir()
    write(folder / "draw.json", title="Draw")
    return folder


@pytest.fixture
def workspace(tmp_path: Path, library: Path) -> Workspace:
    settings = Settings(home=tmp_path / "home", library_roots=(library,))
    return Workspace(tmp_path / "graphs", settings)


def write(path: Path, **fields: Any) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    Graph.model_validate(fields).write(path)
    return path.read_bytes()


def test_graphs_are_listed_with_what_they_say_of_themselves(workspace: Workspace) -> None:
    write(workspace.folder / "plain.json")
    write(workspace.folder / "portraits" / "red.json", title="Red", help="Draws in red.")

    listed = workspace.files()

    assert [(one.name, one.title, one.help) for one in listed] == [
        ("plain.json", "plain", ""),
        ("portraits/red.json", "Red", "Draws in red."),
    ]
    assert listed[0].size == (workspace.folder / "plain.json").stat().st_size


def test_a_list_tells_which_models_are_in_none_of_the_model_folders(tmp_path: Path) -> None:
    (tmp_path / "models" / "here").mkdir(parents=True)
    (tmp_path / "secret").mkdir()
    workspace = Workspace(tmp_path / "graphs", Settings(home=tmp_path, model_roots=(tmp_path / "models",)))
    names = ["here", "there", "../secret", str(tmp_path / "models" / "here"), "a\0b"]
    write(workspace.folder / "draw.json", models=dict.fromkeys(names))
    assert workspace.files()[0].needs == ("../secret", "a\0b", "there")

    (tmp_path / "models" / "there").mkdir()
    assert workspace.files()[0].needs == ("../secret", "a\0b")


def test_what_is_no_graph_is_not_listed(workspace: Workspace, tmp_path: Path) -> None:
    for name in ("package.json", "broken.json", ".hidden.json", "notes.txt", ".git/graph.json"):
        path = workspace.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("{}")
    write(workspace.folder / ".hidden.json")
    write(workspace.folder / ".git" / "graph.json")
    write(tmp_path / "outside.json")
    (workspace.folder / "link.json").symlink_to(tmp_path / "outside.json")

    assert workspace.files() == []


def test_a_pipe_that_nobody_writes_to_is_not_waited_for(workspace: Workspace) -> None:
    os.mkfifo(workspace.folder / "pipe.json")

    assert workspace.files() == []
    with pytest.raises(GraphError, match="no regular file"):
        workspace.read("pipe.json")
    with pytest.raises(GraphError, match="no regular file"):
        workspace.write("pipe.json", b"{}", "")


def test_a_list_reads_again_only_what_changed(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    write(workspace.folder / "a.json", title="A")
    write(workspace.folder / "b.json", title="B")
    workspace.files()
    read: list[str] = []
    plainly = workspace._read
    monkeypatch.setattr(workspace, "_read", lambda path, name: (read.append(name), plainly(path, name))[1])
    write(workspace.folder / "b.json", title="Other")

    assert [one.title for one in workspace.files()] == ["A", "Other"]
    assert read == ["b.json"]


def test_templates_are_the_graphs_of_the_library_until_a_file_has_the_name(workspace: Workspace) -> None:
    assert [one.name for one in workspace.templates()] == ["draw"]
    assert workspace.is_template("draw")
    assert workspace.is_template("draw.json")
    assert Graph.read(workspace.template("draw")).title == "Draw"
    write(workspace.folder / "draw.json")

    assert not workspace.is_template("draw")
    with pytest.raises(GraphError, match='"paint"'):
        workspace.template("paint")


def test_the_same_file_has_one_name(workspace: Workspace) -> None:
    write(workspace.folder / "a" / "red.json")
    (workspace.folder / "b").symlink_to(workspace.folder / "a")

    assert {workspace.canonical(name) for name in ("a/red", "a/red.json", "b/red.json", "a//red.json")} == {
        "a/red.json"
    }


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/",
        "..",
        "../other.json",
        "a/../../other.json",
        "/etc/passwd",
        "out.json",
        "folder/other.json",
        ".hidden.json",
        "a\\b.json",
        "nul\0.json",
        "\ud800.json",
        "x" * 300,
    ],
    ids=ascii,
)
def test_no_name_leads_out_of_the_folder(workspace: Workspace, tmp_path: Path, name: str) -> None:
    write(tmp_path / "other.json")
    (workspace.folder / "out.json").symlink_to(tmp_path / "other.json")
    (workspace.folder / "folder").symlink_to(tmp_path)

    with pytest.raises(GraphError, match="inside the workspace"):
        workspace.read(name)
    with pytest.raises(GraphError, match="inside the workspace"):
        workspace.write(name, b"", "")


def test_reading_tells_the_digest_and_a_stamp_that_changes_with_the_file(workspace: Workspace) -> None:
    data = write(workspace.folder / "a.json")
    content = workspace.read("a")

    assert (content.data, content.digest) == (data, digest_of(data))
    assert workspace.stamp("a.json") == content.stamp
    write(workspace.folder / "a.json")
    assert workspace.stamp("a.json") != content.stamp
    assert workspace.stamp("b.json") is None


def test_a_file_that_is_not_there_is_named(workspace: Workspace) -> None:
    with pytest.raises(GraphError, match=r"no file portraits/red\.json"):
        workspace.read("portraits/red.json")


def test_writing_replaces_a_file_as_it_was_read(workspace: Workspace) -> None:
    write(workspace.folder / "a.json")
    before = workspace.read("a.json")
    (workspace.folder / "a.json").chmod(0o600)
    stamp = workspace.write("a.json", b"new", before.digest)

    assert (workspace.folder / "a.json").read_bytes() == b"new"
    assert (workspace.folder / "a.json").stat().st_mode & 0o777 == 0o600
    assert workspace.stamp("a.json") == stamp
    assert os.listdir(workspace.folder) == ["a.json"]


def test_writing_makes_folders(workspace: Workspace) -> None:
    workspace.write("new/folder/a.json", b"new", "")

    assert workspace.read("new/folder/a.json").data == b"new"


@pytest.mark.parametrize(
    ("there", "expected", "told"),
    [
        (b"theirs", digest_of(b"mine"), "changed"),
        (b"theirs", "", "made"),
        (None, digest_of(b"mine"), "removed"),
    ],
)
def test_what_somebody_else_did_to_a_file_is_not_overwritten(
    workspace: Workspace, there: bytes | None, expected: str, told: str
) -> None:
    path = workspace.folder / "a.json"
    if there is not None:
        path.write_bytes(there)

    with pytest.raises(Elsewhere, match=rf"a\.json was {told} by somebody else"):
        workspace.write("a.json", b"new", expected)
    assert [name.read_bytes() for name in workspace.folder.iterdir()] == ([] if there is None else [there])


def test_pictures_are_read_but_not_written(workspace: Workspace) -> None:
    (workspace.folder / "a.png").write_bytes(b"picture")

    assert workspace.read("a.png").data == b"picture"
    with pytest.raises(GraphError, match=r"ends in \.json"):
        workspace.write("a.png", b"new", digest_of(b"picture"))


def test_what_a_killed_process_left_is_removed_after_a_while(workspace: Workspace) -> None:
    old, new = workspace.folder / ".a.json.0.part", workspace.folder / ".a.json.1.part"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (0, os.stat(old).st_mtime - ABANDONED - 1))
    workspace.write("a.json", b"new", "")

    assert sorted(os.listdir(workspace.folder)) == [".a.json.1.part", "a.json"]


def test_a_full_or_locked_folder_is_named(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("engine.service.workspace.os.fsync", full)
    with pytest.raises(GraphError, match=r"a\.json \(No space left on device\)"):
        workspace.write("a.json", b"new", "")
    assert list(workspace.folder.iterdir()) == []
