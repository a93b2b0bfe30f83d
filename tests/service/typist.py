"""Edits a file's session until it is killed: FOLDER FIRST. Prints the number of each acknowledged edit.

Edit number n is always the same one, so whoever knows how many there were knows the graph.
"""

from __future__ import annotations

import asyncio
import os
import sys
from itertools import count
from pathlib import Path
from typing import Any

from engine.graph.operations import OPERATIONS
from engine.service import saving, sessions
from engine.service.records import GraphSource
from engine.service.session import Change, Draft, Session
from tests.service.desk import desk, set_value

NAME = "sum.json"
TREE: dict[str, Any] = {"nodes": {f"n{number}": {"type": "t.number"} for number in range(5)}}
CLIENT = "typist"


def operations(number: int) -> list[dict[str, Any]]:
    """What edit ``number`` does; nothing when it takes the one before back."""
    if number % 5 == 4:
        return []
    if number % 10 == 1:
        return [{"op": "rename", "name": "n0", "to": "other"}]
    if number % 10 == 2:
        return [{"op": "rename", "name": "other", "to": "n0"}]
    return [set_value(f"n{number % 5}", number), {"op": "note", "id": "last", "value": {"text": f"{number}"}}]


def drafted(session: Session, number: int) -> Draft:
    """The same edit in a session of one's own."""
    token, asked = f"edit {number}", operations(number)
    if not asked:
        return session.undo(CLIENT, token)
    return session.edit(CLIENT, token, [OPERATIONS.validate_python(operation) for operation in asked])


async def made(at: sessions.Sessions, id: str, number: int) -> Change:
    """Make an edit, or ask for the answer again."""
    token, asked = f"edit {number}", operations(number)
    return await (at.edit(id, CLIENT, token, asked) if asked else at.undo(id, CLIENT, token))


async def type_on(folder: Path, first: int) -> None:
    """Edit and edit, while the file is written and the log compacted all the time."""
    saving.SOON, sessions.REBASE = 0.01, 20
    async with desk(folder, later=asyncio.get_running_loop().call_later) as at:
        id = (await at.sessions.open(GraphSource(name=NAME))).id
        for number in count(first):
            await made(at.sessions, id, number)
            os.write(1, b"%d\n" % number)


if __name__ == "__main__":
    asyncio.run(type_on(Path(sys.argv[1]), int(sys.argv[2])))
