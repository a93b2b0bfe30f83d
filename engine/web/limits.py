"""How much one caller may ask: requests in a while, bytes in a request."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from time import monotonic

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.settings import Settings
from engine.web.errors import failure
from engine.web.prefix import below, own_path

CALLERS = 10_000
"""Callers that are remembered; the one that was quiet longest is forgotten first."""

FORM = 2**16
"""Bytes that a form may have around a file."""


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

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """The usual limits, with files as large as the settings allow."""
        return cls(bodies={"/api/uploads": settings.upload_limit + FORM})


class Allowance:
    """Lets something be done so many times a second, and so many times at once.

    Args:
        rate: Times a second.
        burst: Times at once.
        clock: Tells seconds.
    """

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._left, self._seen = float(burst), clock()

    def __call__(self, count: int = 1) -> float:
        """Use times up.

        Args:
            count: How many at once.

        Returns:
            0, or when too few are left, the seconds until there are enough; none is used up then.
        """
        now = self._clock()
        self._left = min(float(self._burst), self._left + (now - self._seen) * self._rate)
        self._seen = now
        if self._left < count:
            return (count - self._left) / self._rate
        self._left -= count
        return 0.0


class Allowances:
    """An allowance for each caller.

    Args:
        rate: Times a second.
        burst: Times at once.
        clock: Tells seconds.
    """

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = monotonic) -> None:
        self._make = partial(Allowance, rate, burst, clock)
        self._of: OrderedDict[str, Allowance] = OrderedDict()

    def __call__(self, caller: str) -> float:
        """Use up one time of a caller; see ``Allowance``."""
        allowance = self._of.pop(caller, None) or self._make()
        self._of[caller] = allowance
        if len(self._of) > CALLERS:
            self._of.popitem(last=False)
        return allowance()


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
        self._allowances = Allowances(limits.rate, limits.burst, clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on, or answer why not."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        wait = self._allowances((scope.get("client") or ("",))[0])
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
