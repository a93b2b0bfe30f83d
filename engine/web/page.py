"""The page: the editor as it was built, or a word about the API where it was not."""

from __future__ import annotations

import os
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Match, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from engine.settings import BUILT_IN
from engine.web.etags import REVALIDATE
from engine.web.prefix import below, own_path

BUILT = BUILT_IN / "ui" / "dist"
HASHED = "public, max-age=31536000, immutable"
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
        app.router.routes.append(Page("/", Built(directory=built, html=True), name="page"))
    else:
        app.add_route("/", _nothing_built, include_in_schema=False)


class Page(Mount):
    """Everything that is not below the API: there, what is wrong with a request is said by its routes."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a request is for the page."""
        return (Match.NONE, {}) if below(own_path(scope), "/api") else super().matches(scope)


class Built(StaticFiles):
    """The files of the page. Those of ``assets`` have a digest in their names: copies are kept for ever."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Send one of them, or the word that the browser has it."""
        answer = super().file_response(full_path, stat_result, scope, status_code)
        hashed = self.get_path(scope).startswith(f"assets{os.sep}")
        answer.headers["cache-control"] = HASHED if hashed else REVALIDATE
        return answer


async def _nothing_built(request: Request) -> Response:
    return HTMLResponse(NOTHING_BUILT)
