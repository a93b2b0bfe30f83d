"""Answers that say which version they are, so that nobody fetches or overwrites what they don't know."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from engine.web.errors import JSON

REVALIDATE = "no-cache"
"""A copy may be kept, and is asked about before it is used."""
FOR_EVER = "private, max-age=31536000, immutable"
"""What is there under this address never changes."""


def tagged(request: Request, body: bytes, digest: str) -> Response:
    """JSON with its ``ETag``, or, when the caller has it already, the word that it is unchanged."""
    headers = {"etag": quoted(digest), "cache-control": REVALIDATE}
    if names(request.headers.get("if-none-match", ""), digest):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=JSON, headers=headers)


def quoted(digest: str) -> str:
    """A digest as an ``ETag``."""
    return f'"{digest}"'


def names(condition: str, digest: str) -> bool:
    """Whether an ``If-Match`` or ``If-None-Match`` header names a version, or any."""
    # Proxies that compress turn a strong tag into a weak one; the bytes behind it are the same
    tags = (tag.strip().removeprefix("W/") for tag in condition.split(","))
    return any(tag in ("*", quoted(digest)) for tag in tags)
