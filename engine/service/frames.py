"""Reading what a client sent: a message of the protocol, or a refusal that says what it should have been."""

from __future__ import annotations

from collections.abc import Mapping
from reprlib import repr as shown
from typing import Any, cast

import msgpack
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from engine.errors import KnotworkError
from engine.service.protocol import CLIENT_MESSAGES, MAX_FRAME, ClientMessage

SHOWN = 80
"""Characters of a wrong value that an error repeats."""

FAULTS = 3
"""Faults of one message that an error tells."""


class FrameRefused(KnotworkError):
    """A frame is no message of the protocol.

    Attributes:
        id: Number of the request, if it could be read.
    """

    def __init__(self, error: str, id: int | None = None) -> None:
        super().__init__(error)
        self.id = id


class FrameTooLarge(FrameRefused):
    """A frame has more bytes than a client may send at once."""


def read(frame: bytes | str) -> ClientMessage:
    """The message of a frame.

    Args:
        frame: What came; text for a text frame.

    Raises:
        FrameTooLarge: It has more than ``MAX_FRAME`` bytes.
        FrameRefused: It is no MessagePack, or no message of a client.
    """
    if len(frame) > MAX_FRAME:
        raise FrameTooLarge(
            f"expected frames of at most {MAX_FRAME} bytes, got {len(frame)}. Send less at once."
        )
    if isinstance(frame, str):
        raise FrameRefused(
            f"expected binary frames, got text {_short(frame)}. Encode messages as MessagePack."
        )
    try:
        tree: object = msgpack.unpackb(frame)
    except (ValueError, TypeError, OverflowError) as error:  # the reader's own, and those of what it builds
        got = str(error) or "damaged, or nested too deeply"  # the reader has no words for either
        raise FrameRefused(f"expected a message in MessagePack, got {len(frame)} bytes: {got}") from None
    try:
        return CLIENT_MESSAGES.validate_python(tree)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False)
        raise FrameRefused("; ".join(map(_say, faults[:FAULTS])), _id(tree)) from None


def _say(fault: ErrorDetails) -> str:
    place = ".".join(map(str, fault["loc"])) or "message"
    return f"{place}: {fault['msg'][:1].lower()}{fault['msg'][1:]}, got {_short(fault['input'])}"


def _short(value: object) -> str:
    text = shown(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."


def _id(tree: object) -> int | None:
    found = cast("Mapping[Any, object]", tree).get("id") if isinstance(tree, Mapping) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None
