"""The schema goes up to what the models say, down to nothing, and up again."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, select, text

from kalends.features.reminders.models import Reminder
from kalends.kit.clock import FixedClock
from kalends.server import compose  # which brings in every table
from kalends.settings import Settings
from kalends.storage import SCHEMA_HEAD, Database, Unit, downgrade, known_revisions, migrate, schema_version
from kalends.storage.schema import Table
from workspaces import KEY, NOON, Town


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


def test_a_database_that_has_the_later_schema_already_is_taken_as_it_is(empty_url: str) -> None:
    # For some hours revision 0011 made what 0012 makes.
    migrate(empty_url)
    database = Database(empty_url)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0011'"))
    database.close()
    assert schema_version(empty_url) == "0011"
    migrate(empty_url)
    assert differences(empty_url) == []


def test_reminders_outlast_a_step_down_and_up_unless_their_event_is_away(
    empty_url: str, tmp_path: Path
) -> None:
    migrate(empty_url)
    services = compose(Settings(data_dir=tmp_path, database_url=empty_url, key=KEY), clock=FixedClock(NOON))
    town = Town(services, FixedClock(NOON))
    (ana,) = town.household("Ana")
    stays, goes = (town.made(ana, title=title, start=NOON + timedelta(days=1)) for title in ("Tea", "Dinner"))
    reminders = services.notifications.reminders

    def remind_of_both(tx: Unit) -> None:
        for event_id in (stays, goes):
            reminders.add(tx, ana, event_id=event_id, minutes=10)

    town.write(ana, remind_of_both)
    town.remove(ana, goes)
    services.database.close()

    downgrade(empty_url, "0011")
    migrate(empty_url)

    database = Database(empty_url)
    with database.read(ana.workspace_id) as tx:
        assert [*tx.execute(select(Reminder.event_id)).scalars()] == [stays]
    database.close()
