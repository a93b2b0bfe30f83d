"""A server in a process of its own."""

from __future__ import annotations

import os
import re
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

WAIT = 30
SAID = re.compile(r"Knotwork serves (.+) at (https?)://([^:/]+|\[[^]]+\]):(\d+)(/\S*)\n")


class Served:
    """A server, and what it said.

    Args:
        said: Its first line.

    Attributes:
        said: Its first line.
        port: Where it listens.
        path: Path of the address that it printed.
    """

    def __init__(self, said: str) -> None:
        self.said = said
        found = SAID.fullmatch(said)
        assert found is not None, said
        self.port, self.path = int(found[4]), found[5]

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Ask for something."""
        return ask(f"http://127.0.0.1:{self.port}{path}", headers=headers)

    def post(self, path: str, json: object = None) -> httpx.Response:
        """Send something."""
        with httpx.Client(trust_env=False, timeout=WAIT) as client:
            return client.post(f"http://127.0.0.1:{self.port}{path}", json=json)


class Started(Served):
    """A server that was started as its users start it.

    Attributes:
        process: The process.
    """

    def __init__(self, *words: str, **environment: str) -> None:
        pipe = subprocess.PIPE
        command = [sys.executable, "-m", "engine.cli", "serve", "--port", "0", *words]
        self.process = subprocess.Popen(
            command, stdout=pipe, stderr=pipe, text=True, env={**os.environ, **environment}
        )
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        super().__init__(said or self.process.communicate()[1])

    def end(self, number: int = signal.SIGINT) -> tuple[int, str, str]:
        """Stop it; its exit code and whatever else it printed."""
        self.process.send_signal(number)
        out, error = self.process.communicate(timeout=WAIT)
        return self.process.returncode, out, error


@contextmanager
def served(*words: str, **environment: str) -> Iterator[Started]:
    """A server that is stopped at the end."""
    server = Started(*words, **environment)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.end()


def ask(
    url: str, headers: dict[str, str] | None = None, trusting: ssl.SSLContext | None = None
) -> httpx.Response:
    """One request; without a context, no certificate is trusted or asked for."""
    with httpx.Client(trust_env=False, timeout=WAIT, verify=trusting or False) as client:
        return client.get(url, headers=headers)
