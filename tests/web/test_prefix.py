import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from engine.web.prefix import Prefix, own_path
from tests.web.asking import ask


async def told(request: Request) -> JSONResponse:
    return JSONResponse([own_path(request.scope), str(request.url_for("told"))])


APP = Starlette(routes=[Route("/thing", told, name="told")])


@pytest.mark.parametrize("path", ["/graphs/thing", "/thing"])
def test_a_proxy_may_leave_the_prefix_in_or_take_it_off(path: str) -> None:
    answer = ask(Prefix(APP, "/graphs"), path)
    assert answer.json() == ["/thing", "http://127.0.0.1:8420/graphs/thing"]


def test_without_a_prefix_nothing_changes() -> None:
    assert ask(Prefix(APP, ""), "/thing").json() == ["/thing", "http://127.0.0.1:8420/thing"]


def test_a_path_that_only_begins_with_the_same_letters_is_not_below_the_prefix() -> None:
    assert ask(Prefix(APP, "/th"), "/thing").json()[0] == "/thing"
