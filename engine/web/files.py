"""Files sent to browsers so that nothing in them can do harm, whatever they hold."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from engine.web.errors import failure
from engine.web.etags import FOR_EVER, names, quoted

INERT = "default-src 'none'; style-src 'unsafe-inline'; media-src 'self'; sandbox; frame-ancestors 'none'"
"""Opened as a page of its own, a file runs nothing and asks for nothing; browsers style their own viewers."""
SHOWN = ("image/", "audio/", "video/", "text/plain")
"""Kinds that a browser shows; others are saved."""
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}, "description": "The file."},
    206: {"description": "The part of the file that was asked for."},
    304: {"description": "The caller has it already."},
}
"""For the OpenAPI document: how a file may be answered."""


class Sent(FileResponse):
    """A file or a range of it; a range that makes no sense counts as none."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        size = int(self.headers["content-length"])
        found = RANGE.fullmatch(Headers(scope=scope).get("range", ""))
        if found is None or not _makes_sense(*found.groups()):
            kept = [(name, value) for name, value in scope["headers"] if name != b"range"]
            scope = {**scope, "headers": kept}
        elif not _has(size, *found.groups()):
            error = f"expected a part of the file's {size} bytes, got another"
            refusal = failure(416, error, headers={"content-range": f"bytes */{size}"})
            await refusal(scope, receive, send)
            return
        await super().__call__(scope, receive, send)


def sent(
    request: Request, path: Path, media: str, digest: str, *, cache: str = FOR_EVER, name: str = ""
) -> Response:
    """The answer that is a file, a range of it, or the word that the caller has it.

    Args:
        request: The request.
        path: The file; its bytes never change.
        media: Its media type.
        digest: Names its bytes.
        cache: How long a copy may be kept.
        name: What the file is called where it is saved; its own name when not given.
    """
    if (known := unchanged(request, digest, cache)) is not None:
        return known
    disposition = "inline" if media.startswith(SHOWN) else "attachment"
    return Sent(
        path,
        headers=_headers(digest, cache),
        media_type=media,
        filename=name or path.name,
        stat_result=os.stat(path),
        content_disposition_type=disposition,
    )


def drawn(data: bytes, tag: str, cache: str = FOR_EVER) -> Response:
    """The answer that is a WebP picture made for it.

    Args:
        data: The picture's bytes.
        tag: Names them.
        cache: How long a copy may be kept.
    """
    return Response(data, media_type="image/webp", headers=_headers(tag, cache))


def unchanged(request: Request, digest: str, cache: str = FOR_EVER) -> Response | None:
    """The word that the caller has a file already, if so.

    Args:
        request: The request.
        digest: Names the file's bytes.
        cache: How long a copy may be kept.
    """
    if not names(request.headers.get("if-none-match", ""), digest):
        return None
    return Response(status_code=304, headers=_headers(digest, cache))


def _headers(digest: str, cache: str) -> dict[str, str]:
    return {"etag": quoted(digest), "cache-control": cache, "content-security-policy": INERT}


def _makes_sense(first: str, last: str) -> bool:
    return bool(first or last) and not (first and last and int(first) > int(last))


def _has(size: int, first: str, last: str) -> bool:
    return int(first) < size if first else int(last) > 0 and size > 0
