"""The schema goes up to what the models say, down to nothing, and up again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from kalends import server
from kalends.storage import Database, downgrade, meta, migrate, schema_version
from kalends.storage.schema import Table

BRING_IN_EVERY_TABLE = (server, meta)


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
