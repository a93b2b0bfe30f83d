"""Google docstrings, read for the editor's help."""

from __future__ import annotations

import inspect
import re

_SECTION = re.compile(r"^(Args|Returns|Raises|Attributes|Yields|Note|Notes|Example|Examples|Source):\s*$")
_ENTRY = re.compile(r"^ {4}\*?(\w+)(?: \([^)]*\))?: ?(.*)$")


def read_help(docstring: str, section: str = "Args") -> tuple[str, dict[str, str]]:
    """Split a docstring into its text and the entries of one section.

    Args:
        docstring: As written, with its indentation.
        section: ``Args`` for functions, ``Attributes`` for classes.

    Returns:
        The text in front of the first section, and help by name.
    """
    summary: list[str] = []
    entries: dict[str, str] = {}
    current, name = "", ""
    for line in inspect.cleandoc(docstring).splitlines():
        if heading := _SECTION.match(line):
            current = heading[1]
        elif not current:
            summary.append(line)
        elif current == section and (entry := _ENTRY.match(line)):
            name, entries[entry[1]] = entry[1], entry[2]
        elif current == section and name and line.strip():
            entries[name] = f"{entries[name]} {line.strip()}".strip()
    return "\n".join(summary).strip(), entries
