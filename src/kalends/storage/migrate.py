"""Schema versions: forward, backward, and where the database stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from kalends.storage.database import Database


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database at `url` up to `revision`, in one transaction."""
    _run(url, command.upgrade, revision)


def downgrade(url: str, revision: str) -> None:
    """Take the database at `url` back down to `revision`; `base` removes everything."""
    _run(url, command.downgrade, revision)


def schema_version(url: str) -> str | None:
    """Give the revision that the database at `url` stands at, None when it is empty."""
    with _connection(url) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def schema_head() -> str:
    """Give the revision that this version of the program works with."""
    return known_revisions()[0]


def known_revisions() -> list[str]:
    """Give every revision that this version of the program can work up from, the newest first."""
    with as_file(files("kalends.storage") / "migrations") as scripts:
        return [script.revision for script in ScriptDirectory(str(scripts)).walk_revisions()]


def _run(url: str, step: Callable[[Config, str], Any], revision: str) -> None:
    with _connection(url) as connection, as_file(files("kalends.storage") / "migrations") as scripts:
        config = Config()
        config.set_main_option("script_location", str(scripts).replace("%", "%%"))
        config.attributes["connection"] = connection
        step(config, revision)
        connection.commit()


@contextmanager
def _connection(url: str) -> Iterator[Connection]:
    database = Database(url, pool_size=1)
    try:
        with database.engine.connect() as connection:
            yield connection
    finally:
        database.close()
