"""The server below a path of somebody else's: a proxy shows it as ``/prefix/…``."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send


class Prefix:
    """Tells the app its prefix, whether the proxy takes it off or leaves it in the path.

    Args:
        app: The app.
        prefix: Such as ``/knotwork``; empty for none.
    """

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self.app = app
        self.prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on."""
        if self.prefix and scope["type"] != "lifespan":
            path: str = scope["path"]
            whole = path if below(path, self.prefix) else f"{self.prefix}{path}"
            scope = {**scope, "root_path": self.prefix, "path": whole}
        await self.app(scope, receive, send)


def below(path: str, prefix: str) -> bool:
    """Whether a path is a prefix, or begins with it."""
    return path == prefix or path.startswith(f"{prefix}/")


def own_path(scope: Scope) -> str:
    """The path that a request asks for, without the prefix."""
    path: str = scope["path"]
    prefix: str = scope.get("root_path", "")
    return path[len(prefix) :] or "/" if prefix and below(path, prefix) else path
