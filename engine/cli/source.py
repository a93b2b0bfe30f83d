"""The graph that a command names: a file, a picture that carries one, or an example of a library folder."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import GraphError, Problem

if TYPE_CHECKING:
    from engine.settings import Settings


def find(name: str, settings: Settings) -> Path:
    """Path of the graph that a command names.

    Args:
        name: Path of a file, or name of an example with or without ``.json``.
        settings: Tells the library folders.

    Raises:
        GraphError: There is neither such a file nor such an example.
    """
    path = Path(name).expanduser()
    if path.is_file():
        return path
    examples = {example.stem: example for example in _examples(settings.library_roots)}
    if name.removesuffix(".json") in examples:
        return examples[name.removesuffix(".json")]
    near = difflib.get_close_matches(name, examples, 1)
    cure = f'Did you mean "{near[0]}"?' if near else f"Examples: {', '.join(sorted(examples)) or 'none'}."
    raise GraphError(
        [Problem("no-file", "", "", "a graph file or the name of an example", f'"{name}"', cure)]
    )


def _examples(folders: Iterable[Path]) -> Iterable[Path]:
    for folder in reversed(list(folders)):  # an example of a folder named first hides one named later
        yield from sorted(folder.glob("*.json"))
