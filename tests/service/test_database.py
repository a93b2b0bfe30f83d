import asyncio
import math
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, insert, inspect, select, text, update

from engine.service import database as module
from engine.service import sole
from engine.service.database import Database, DatabaseError, add_new
from engine.service.tables import artifacts, metadata, settings

ROOT = Path(__file__).parents[2]
Step = Callable[[Database], Awaitable[Any]]


def opened(url: str, home: Path, *steps: Step) -> list[Any]:
    """Open a database, take steps, close it; what the steps gave."""

    async def go() -> list[Any]:
        database = await Database.open(url, home)
        try:
            return [await step(database) for step in steps]
        finally:
            await database.close()

    return asyncio.run(go())


async def put(database: Database, name: str, value: object) -> None:
    async with database.begin() as connection:
        await connection.execute(insert(settings).values(name=name, value=value))


async def names(database: Database) -> list[str]:
    async with database.read() as connection:
        return list((await connection.execute(select(settings.c.name).order_by(settings.c.name))).scalars())


# --- opening ----------------------------------------------------------------------------------------------


def test_a_new_database_has_the_tables_as_they_are_declared(database_url: str, home: Path) -> None:
    def differences(connection: Connection) -> list[Any]:
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)

    async def compare(database: Database) -> list[Any]:
        async with database.begin() as connection:
            return await connection.run_sync(differences)

    assert opened(database_url, home, compare) == [[]]


def test_what_was_committed_is_there_when_it_is_opened_again(database_url: str, home: Path) -> None:
    opened(database_url, home, lambda database: put(database, "a", 1))
    assert opened(database_url, home, names) == [["a"]]


def test_it_lies_in_the_home_folder_when_no_url_is_given(home: Path) -> None:
    opened("", home)
    assert (home / "service.sqlite").exists()


def test_the_short_name_of_a_database_is_enough(home: Path) -> None:
    home.mkdir()
    opened(f"sqlite:///{home}/mine.sqlite", home)
    assert (home / "mine.sqlite").exists()


def test_opening_what_is_up_to_date_loads_no_migrations(home: Path) -> None:
    program = (
        "import asyncio, sys, pathlib; from engine.service.database import Database\n"
        f"asyncio.run(asyncio.run(Database.open('', pathlib.Path({str(home)!r}))).close())\n"
        "print('alembic' in sys.modules)"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
        ).stdout
        for _ in range(2)
    ]
    assert said == ["True\n", "False\n"]


def test_a_migration_that_fails_leaves_everything_as_it_was(
    database_url: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrations = shutil.copytree(module.MIGRATIONS, tmp_path / "migrations")
    (migrations / "versions" / "r9999_break.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision, down_revision = 'r9999_break', {newest()!r}\n"
        "def upgrade():\n"
        "    op.create_table('half', sa.Column('a', sa.Text))\n"
        "    raise RuntimeError('no further')\n",
        encoding="utf-8",
    )
    with monkeypatch.context() as patched:
        patched.setattr(module, "MIGRATIONS", migrations)
        with pytest.raises(RuntimeError, match="no further"):
            opened(database_url, home)

    async def tables(database: Database) -> list[str]:
        async with database.begin() as connection:
            return await connection.run_sync(lambda sync: inspect(sync).get_table_names())

    assert "half" not in opened(database_url, home, tables)[0]


def test_a_database_of_a_newer_knotwork_is_refused(database_url: str, home: Path) -> None:
    async def age(database: Database) -> None:
        async with database.begin() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = 'r9999_future'"))

    opened(database_url, home, age)
    with pytest.raises(DatabaseError, match=r"the form r9999_future.*Use the Knotwork that made it"):
        opened(database_url, home)


def test_a_second_server_is_kept_away(database_url: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sole, "PATIENCE", 1)

    async def open_again(database: Database) -> None:
        with pytest.raises(sole.InUse, match="another server works with it"):
            await Database.open(database_url, home)

    opened(database_url, home, open_again)
    opened(database_url, home)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "expected a URL such as sqlite"),
        ("mysql://somebody:secret@host/name", r"expected SQLite or PostgreSQL, got mysql\."),
        ("postgresql+nothing://host/name", r"driver is missing .*postgresql\]"),
        ("postgresql://somebody:secret@127.0.0.1:1/name", r"somebody:\*\*\*@127.0.0.1:1/name: .*Check"),
        ("sqlite+aiosqlite:////nowhere/at/all.sqlite", r"No such file.*Check"),
    ],
)
def test_a_database_that_cannot_be_opened_is_named_without_its_password(
    url: str, said: str, home: Path
) -> None:
    with pytest.raises(DatabaseError, match=said) as caught:
        opened(url, home)
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_said_to_be_damaged(home: Path) -> None:
    home.mkdir()
    (home / "service.sqlite").write_bytes(b"no database at all, but long enough to be taken for one" * 20)
    with pytest.raises(DatabaseError, match="is damaged"):
        opened("", home)


def newest() -> str:
    return max(path.stem for path in (module.MIGRATIONS / "versions").glob("r*.py"))


# --- transactions -----------------------------------------------------------------------------------------


def test_a_transaction_that_raises_leaves_nothing(database_url: str, home: Path) -> None:
    async def fail(database: Database) -> None:
        async with database.begin() as connection:
            await connection.execute(insert(settings).values(name="a", value=1))
            raise ZeroDivisionError

    async def failing(database: Database) -> None:
        with pytest.raises(ZeroDivisionError):
            await fail(database)

    assert opened(database_url, home, failing, names) == [None, []]


def test_those_who_write_wait_for_each_other(database_url: str, home: Path) -> None:
    async def raise_by_one(database: Database) -> None:
        async with database.begin() as connection:
            [value] = (await connection.execute(select(settings.c.value))).scalars()
            await connection.execute(update(settings).values(value=value + 1))

    async def count(database: Database) -> int:
        await put(database, "number", 0)
        await asyncio.gather(*(raise_by_one(database) for _ in range(20)))
        async with database.read() as connection:
            return (await connection.execute(select(settings.c.value))).scalar_one()

    assert opened(database_url, home, count) == [20]


def test_who_reads_sees_what_is_committed_and_waits_for_nobody(database_url: str, home: Path) -> None:
    async def look(database: Database) -> list[list[str]]:
        async with database.begin() as connection:
            await connection.execute(insert(settings).values(name="a", value=1))
            during = await names(database)
        return [during, await names(database)]

    assert opened(database_url, home, look) == [[[], ["a"]]]


def test_what_is_there_already_is_left_alone(database_url: str, home: Path) -> None:
    async def add(database: Database) -> int:
        row = {"digest": "d", "suffix": ".png", "created": 0.0}
        async with database.begin() as connection:
            await connection.execute(add_new(artifacts, connection), [row | {"size": 1}])
            await connection.execute(add_new(artifacts, connection), [row | {"size": 2}])
            return (await connection.execute(select(artifacts.c.size))).scalar_one()

    assert opened(database_url, home, add) == [1]


# --- values -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, True, 1.5, 2**60, "a\0b", {"k": [1, {}]}, "\ud800"], ids=repr)
def test_json_values_come_back_as_they_were(value: object, database_url: str, home: Path) -> None:
    async def back(database: Database) -> object:
        await put(database, "a", value)
        async with database.read() as connection:
            return (await connection.execute(select(settings.c.value))).scalar_one()

    assert opened(database_url, home, back) == [value]


def test_so_does_what_is_not_a_number(database_url: str, home: Path) -> None:
    async def back(database: Database) -> float:
        await put(database, "a", [math.nan, math.inf])
        async with database.read() as connection:
            return (await connection.execute(select(settings.c.value))).scalar_one()

    [[first, second]] = opened(database_url, home, back)
    assert (math.isnan(first), second) == (True, math.inf)
