from pathlib import Path

import pytest

from engine.errors import StoreError
from engine.store.database import NAME, ROWS, SCHEMA, Database


def test_a_newer_layout_is_refused_and_left_alone(tmp_path: Path) -> None:
    database = Database(tmp_path)
    database.rows("UPDATE meta SET value = ? WHERE name = 'schema'", [SCHEMA + 1])
    database.close()

    with pytest.raises(StoreError, match=rf"layout {SCHEMA + 1}.*reads {SCHEMA}.*KNOTWORK_HOME"):
        Database(tmp_path)


def test_a_file_that_is_no_database_is_named_with_the_cure(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"something else entirely, long enough" * 100)

    with pytest.raises(StoreError, match=r"is damaged.*Delete"):
        Database(tmp_path)


def test_a_home_that_can_not_be_made_is_named_with_the_cure(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StoreError, match="KNOTWORK_HOME"):
        Database(tmp_path / "file" / "home")


def test_a_transaction_is_all_or_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path)

    def fail() -> None:
        with database.transaction():
            with database.transaction():
                database.rows("INSERT INTO pins VALUES (?)", [b"k"])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert database.rows("SELECT * FROM pins") == []
    database.close()


def test_any_number_of_values_can_be_asked_for(tmp_path: Path) -> None:
    database = Database(tmp_path)
    keys = [b"%d" % number for number in range(12_345)]
    database.many("INSERT INTO pins VALUES (?)", [(key,) for key in keys])

    assert len(list(database.rows_in("SELECT key FROM pins WHERE key IN (*)", keys))) == 12_345
    database.close()


def test_changes_of_others_are_noticed_and_own_ones_are_not(tmp_path: Path) -> None:
    mine, other = Database(tmp_path), Database(tmp_path)
    mine.rows("INSERT INTO pins VALUES (?)", [b"mine"])
    assert not mine.changed()

    other.rows("INSERT INTO pins VALUES (?)", [b"other"])
    assert mine.changed()
    assert not mine.changed()
    mine.close()
    other.close()


def test_rows_are_inserted_in_parts_and_those_that_were_there_are_not_counted(tmp_path: Path) -> None:
    database = Database(tmp_path)
    rows = [(f"{number:04}", number) for number in range(2 * ROWS + 1)]
    assert database.insert("blobs", rows[:3]) == 3
    assert database.insert("blobs", rows) == 2 * ROWS - 2
    assert database.rows("SELECT count(*), sum(size) FROM blobs") == [(len(rows), sum(n for _, n in rows))]
    database.close()
