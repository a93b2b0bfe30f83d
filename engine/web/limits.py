"""How much one caller may ask: requests in a while, bytes in a request."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.web.errors import failure
from engine.web.prefix import below, own_path

CALLERS = 10_000
"""Callers that are remembered; the one that was quiet longest is forgotten first."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one caller may ask.

    Attributes:
        rate: Requests a second in the long run.
        burst: Requests at once.
        body: Bytes of a request's body.
        bodies: First part of a path → bytes of a body there.
    """

    rate: float = 200.0
    burst: int = 1000
    body: int = 16 * 2**20
    bodies: Mapping[str, int] = field(default_factory=dict[str, int])


class Allowance:
    """Lets a caller do something so many times a second, and so many times at once.

    Args:
        rate: Times a second.
        burst: Times at once.
        clock: Tells seconds.
    """

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str, times: int = 1) -> float:
        """Use up one time, or several at once.

        Returns:
            0, or when not enough are left, the seconds until there are; then none was used up.
        """
        now = self._clock()
        left, seen = self._left.pop(caller, (float(self._burst), now))
        left = min(float(self._burst), left + (now - seen) * self._rate)
        wait = max(0.0, (times - left) / self._rate)
        self._left[caller] = (left if wait else left - times, now)
        if len(self._left) > CALLERS:
            self._left.popitem(last=False)
        return wait


class Limiter:
    """Refuses what is beyond the limits.

    Args:
        app: What it stands before.
        limits: The limits.
        clock: Tells seconds.
    """

    def __init__(self, app: ASGIApp, limits: Limits, clock: Callable[[], float] = monotonic) -> None:
        self.app = app
        self.limits = limits
        self._allowance = Allowance(limits.rate, limits.burst, clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on, or answer why not."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        wait = self._allowance.take((scope.get("client") or ("",))[0])
        if wait:
            seconds = str(int(wait) + 1)
            error = f"expected at most {self.limits.rate:g} requests a second. Ask again in {seconds} s."
            await failure(429, error, headers={"retry-after": seconds})(scope, receive, send)
            return
        most = self._most(own_path(scope))
        said = Headers(scope=scope).get("content-length", "")
        if said.isdecimal() and int(said) > most:
            await failure(413, too_large(most))(scope, receive, send)
            return
        await self.app(scope, _counted(receive, most), send)

    def _most(self, path: str) -> int:
        sizes = (size for start, size in self.limits.bodies.items() if below(path, start))
        return next(sizes, self.limits.body)


def too_large(most: int) -> str:
    """What is said of a body beyond the limit."""
    return f"expected a body of {most} bytes at most. Send less at once."


def _counted(receive: Receive, most: int) -> Receive:
    """Take what is received, up to a number of bytes: a length need not be said, nor be true."""
    got = 0

    async def counting() -> Message:
        nonlocal got
        message = await receive()
        got += len(message.get("body", b""))
        if got > most:
            raise HTTPException(413, too_large(most))  # the one kind that FastAPI lets through here
        return message

    return counting
