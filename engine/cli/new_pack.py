"""``knotwork new-pack``: a pack of nodes that installs and passes its test, to start from."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template
from typing import Annotated

import typer

from engine.cli import terminal

NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
Pack = Annotated[str, typer.Argument(metavar="NAME", help="Name of the pack, such as my-nodes.")]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where its folder goes.")]

FILES = {
    "pyproject.toml": """\
[build-system]
requires = ["hatchling>=1.27"]
build-backend = "hatchling.build"

[project]
name = "$name"
version = "0.1.0"
description = "Nodes for Knotwork."
requires-python = ">=3.11"
dependencies = ["knotwork"]

[project.optional-dependencies]
dev = ["pytest>=9"]

# This is how Knotwork finds the pack: the object "pack" in the package.
[project.entry-points."knotwork.nodes"]
$module = "$module:pack"

[tool.hatch.build.targets.wheel]
packages = ["$module"]
""",
    "README.md": """\
# $name

Nodes for Knotwork.

    pip install -e .            # beside knotwork; a change of a source takes effect at the next run
    knotwork nodes $module
    pytest

A node is an annotated function ($module/text.py): the signature gives its ports, the docstring its help, and
its id begins with the prefix of the pack, `$module.`. New modules are named in `$module/__init__.py`.
""",
    "$module/__init__.py": '''\
"""Nodes for Knotwork."""

from engine.declare.registry import Pack

pack = Pack("$name", {"$module": ("$module.text",)})
''',
    "$module/text.py": '''\
"""Nodes on text."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine import Text, node


@node("$module.repeat")
def repeat(text: Text, times: Annotated[int, Field(ge=1, le=1000)] = 2, separator: str = ", ") -> str:
    """Repeat a text.

    Args:
        text: What to repeat.
        times: How often it stands there.
        separator: Between two of them.
    """
    return separator.join([text] * times)
''',
    "tests/test_text.py": """\
from engine.declare.registry import Registry
from engine.executors.headless import Headless
from engine.graph.document import Graph

from $module import pack
from $module.text import repeat


def test_a_node_is_a_function() -> None:
    assert repeat("knot", times=3) == "knot, knot, knot"


def test_it_runs_in_a_graph() -> None:
    graph = Graph()
    graph.output("text", graph.place(repeat, text="knot"))
    with Headless(registry=Registry({pack.name: pack}), cache=False) as headless:
        assert headless.run(graph).outputs == {"text": "knot, knot"}
""",
}


def command(name: Pack, out: Out = Path()) -> None:
    """Write a pack of nodes that installs and passes its test, to start from."""
    with terminal.refusing(as_json=False):
        module = _module(name)
        folder = out / name
        if folder.exists():
            raise terminal.Unreadable(
                f"new-pack: expected a new folder, but {folder} is there. Choose a name."
            )
        try:
            for path, text in FILES.items():
                file = folder / _filled(path, name, module)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(_filled(text, name, module), encoding="utf-8")
        except OSError as error:
            raise terminal.Unreadable(f"new-pack: {folder} can't be written ({error.strerror}).") from None
    print(folder)
    terminal.note(f"Next: pip install -e {folder} && pytest {folder} && knotwork nodes {module}")


def _module(name: str) -> str:
    """Name of the package and prefix of its nodes.

    Raises:
        Unreadable: No package can have the name, or another pack has the prefix.
    """
    import sys

    from engine.declare.registry import installed

    if not NAME.fullmatch(name):
        expected = "lower-case letters and digits, in words joined by - or _"
        raise terminal.Unreadable(f'new-pack: expected {expected}, got "{name}".')
    module = name.replace("-", "_")
    owners = [pack.name for pack in installed().packs.values() if module in (*pack.modules, pack.name)]
    owners += ["Python"] if module in sys.stdlib_module_names else []
    if owners or module in ("engine", "nodes", "tests"):
        owner = owners[0] if owners else "knotwork"
        raise terminal.Unreadable(f'new-pack: expected a prefix of its own, but "{module}" is {owner}\'s.')
    return module


def _filled(text: str, name: str, module: str) -> str:
    return Template(text).substitute(name=name, module=module)
