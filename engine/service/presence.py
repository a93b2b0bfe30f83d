"""Who is in a session: where each person's pointer is, told to the others, and that they left."""

from __future__ import annotations

from engine.service.channels import Channels, encode
from engine.service.outbox import Outbox
from engine.service.protocol import Lossy, Present


class Company:
    """Everyone who has shown themselves in a session, by the socket they came through.

    Args:
        channels: Where it is told.
    """

    def __init__(self, channels: Channels) -> None:
        self._channels = channels
        self._here: dict[str, dict[Outbox, Present]] = {}

    def show(self, session: str, outbox: Outbox, present: Present) -> None:
        """Tell a session where somebody is."""
        self._here.setdefault(session, {})[outbox] = present
        self._tell(session, present)

    def greet(self, session: str, outbox: Outbox) -> None:
        """Tell somebody who is new in a session about those who are there."""
        for present in self._here.get(session, {}).values():
            key = _key(present)
            message = encode(Lossy(channel=f"graph:{session}", key=key, event=present))
            outbox.put_lossy(f"graph:{session}", key, message)

    def leave(self, session: str, outbox: Outbox) -> None:
        """Tell a session that somebody left, unless they are there through another socket, too."""
        here = self._here.get(session, {})
        present = here.pop(outbox, None)
        if not here:
            self._here.pop(session, None)
        if present is not None and all(other.client != present.client for other in here.values()):
            self._tell(session, Present(client=present.client, name=present.name, here=False))

    def _tell(self, session: str, present: Present) -> None:
        self._channels.say(f"graph:{session}", _key(present), present)


def _key(present: Present) -> str:
    return f"present:{present.client}"
