"""A home of the test's own, and databases: each persistence test runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

DEBIAN = Path("/usr/lib/postgresql")
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=64MB")
"""What a server may do without whose data nobody wants tomorrow."""
ENDING = 'cat; "$0" stop --mode=immediate --pgdata="$1/data"; rm -rf "$1"'


class Cluster:
    """A PostgreSQL server in a folder of its own, that listens on a socket there and nowhere else.

    It refuses to run as root, and then runs as the user that its package made.
    """

    def __init__(self) -> None:
        self._user = "postgres" if os.getuid() == 0 else None
        self._folder = tempfile.mkdtemp(prefix="knotwork-pg-")
        if self._user:
            shutil.chown(self._folder, self._user)
        self._end = self._watched()
        self._run(
            "initdb", "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", *self._data
        )
        options = [f"-c {setting}" for setting in QUICK]
        options += ["-c listen_addresses=''", f"-c unix_socket_directories={self._folder}"]
        log = f"--log={self._folder}/log"
        self._run("pg_ctl", "start", "--wait", *self._data, log, f"--options={' '.join(options)}")

    @property
    def _data(self) -> tuple[str]:
        return (f"--pgdata={self._folder}/data",)

    def database(self) -> str:
        """The URL of the server's database, empty again."""
        anew = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"
        self._run("psql", f"--host={self._folder}", "--username=postgres", f"--command={anew}", "postgres")
        return f"postgresql+asyncpg://postgres@/postgres?host={self._folder}"

    def stop(self) -> None:
        """End the server and remove its data."""
        self._end.communicate()

    def _watched(self) -> subprocess.Popen[Any]:
        """Ends the server when nothing holds its input any more, as when this process is killed."""
        command = ["sh", "-c", ENDING, str(_program("pg_ctl")), self._folder]
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
            **self._as_whom(),
        )

    def _as_whom(self) -> dict[str, Any]:
        return {"user": self._user, "group": self._user, "extra_groups": []} if self._user else {}

    def _run(self, program: str, *words: str) -> None:
        command = [str(_program(program)), *words]
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # a pipe would stay open as long as the server that is started
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            **self._as_whom(),
        )
        if done.returncode:
            log = Path(self._folder, "log")
            pytest.fail(f"{program} failed: {log.read_text() if log.exists() else 'no log'}")


def _program(name: str) -> Path:
    """A program of PostgreSQL: without it the tests fail, for half of what they promise can't be shown."""
    versions = sorted(DEBIAN.glob("*/bin"), key=lambda path: float(path.parent.name))
    for folder in (*reversed(versions), *map(Path, os.get_exec_path())):
        if (folder / name).exists():
            return folder / name
    pytest.fail(f"expected {name} of PostgreSQL, found none. Install it: apt-get install postgresql")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """One PostgreSQL server for all tests of this process."""
    cluster = Cluster()
    yield cluster
    cluster.stop()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home."""
    return tmp_path / "home"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, home: Path) -> str:
    """The URL of an empty database, of either kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{home.parent / 'service.sqlite'}"
    return request.getfixturevalue("cluster").database()
