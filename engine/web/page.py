"""The page: the editor as it was built, or a word about the API where it was not."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from engine.settings import BUILT_IN

BUILT = BUILT_IN / "ui" / "dist"
NOTHING_BUILT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Knotwork</title>
<h1>Knotwork</h1>
<p>This server has no editor: the page was not built. The <a href="api/openapi.json">API</a> is all there.</p>
</html>
"""


def show(app: Starlette, built: Path = BUILT) -> None:
    """Let an app show the page below everything else that it answers.

    Args:
        app: The app.
        built: Folder of the built page.
    """
    if (built / "index.html").is_file():
        app.mount("/", StaticFiles(directory=built, html=True), "page")
    else:
        app.add_route("/", _nothing_built, include_in_schema=False)


async def _nothing_built(request: Request) -> Response:
    return HTMLResponse(NOTHING_BUILT)
