"""The schema goes up to what the models say, down to nothing, and up again."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

import kalends.server  # noqa: F401 brings in every table
from kalends.storage import SCHEMA_HEAD, Database, downgrade, known_revisions, migrate, schema_version
from kalends.storage.schema import Table


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a database without any table is."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite'}"
    url: Callable[[], str] = request.getfixturevalue("fresh_postgresql")
    fresh = url()
    downgrade(fresh, "base")
    return fresh


def differences(url: str) -> list[object]:
    database = Database(url)
    try:
        with database.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            return list(compare_metadata(context, Table.metadata))
    finally:
        database.close()


def tables(url: str) -> set[str]:
    database = Database(url)
    try:
        return set(inspect(database.engine).get_table_names()) - {"alembic_version"}
    finally:
        database.close()


def test_upgrading_gives_exactly_the_models(empty_url: str) -> None:
    assert tables(empty_url) == set()
    migrate(empty_url)
    assert tables(empty_url) == set(Table.metadata.tables)
    assert differences(empty_url) == []


def test_downgrading_leaves_nothing_and_upgrading_works_again(empty_url: str) -> None:
    migrate(empty_url)
    downgrade(empty_url, "base")
    assert tables(empty_url) == set()
    assert schema_version(empty_url) is None
    migrate(empty_url)
    assert differences(empty_url) == []


def test_migrating_twice_changes_nothing(empty_url: str) -> None:
    migrate(empty_url)
    stands_at = schema_version(empty_url)
    migrate(empty_url)
    assert schema_version(empty_url) == stands_at


def test_the_program_works_with_the_newest_schema(empty_url: str) -> None:
    assert known_revisions()[0] == SCHEMA_HEAD
    migrate(empty_url)
    assert schema_version(empty_url) == SCHEMA_HEAD


def test_servers_that_start_together_migrate_once(fresh_postgresql: Callable[[], str]) -> None:
    url = fresh_postgresql()
    downgrade(url, "base")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, [url] * 4))
    assert differences(url) == []
