"""Schema versions: forward, backward, and where the database stands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from kalends.kit.errors import KalendsError
from kalends.storage.database import Database

# A tenth of a second to import: commands that only ask where the database stands do without.
if TYPE_CHECKING:
    from alembic.config import Config

SCHEMA_HEAD = "0012"
"""The revision that this version of the program works with: the newest of the migrations."""


class WrongSchema(KalendsError):
    """The database or backup has another schema than this version; `stored` and `wanted` are revisions."""

    code = "wrong_schema"


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database at `url` up to `revision`, in one transaction."""
    from alembic import command

    with _migrating(url) as config:
        command.upgrade(config, revision)


def downgrade(url: str, revision: str) -> None:
    """Take the database at `url` back down to `revision`; `base` removes everything."""
    from alembic import command

    with _migrating(url) as config:
        command.downgrade(config, revision)


def schema_version(url: str) -> str | None:
    """Give the revision that the database at `url` stands at, None when it is empty."""
    with _connection(url) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return found


def known_revisions() -> list[str]:
    """Give every revision that this version of the program can work up from, the newest first."""
    from alembic.script import ScriptDirectory

    with as_file(files("kalends.storage") / "migrations") as scripts:
        return [script.revision for script in ScriptDirectory(str(scripts)).walk_revisions()]


@contextmanager
def _migrating(url: str) -> Iterator[Config]:
    from alembic.config import Config

    with _connection(url) as connection, as_file(files("kalends.storage") / "migrations") as scripts:
        config = Config()
        config.set_main_option("script_location", str(scripts).replace("%", "%%"))
        config.attributes["connection"] = connection
        if connection.dialect.name == "postgresql":
            # Of several servers that start at once, one migrates and the others find it done.
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('kalends.schema'))"))
        yield config
        connection.commit()


@contextmanager
def _connection(url: str) -> Iterator[Connection]:
    database = Database(url, pool_size=1)
    try:
        with database.engine.connect() as connection:
            yield connection.execution_options(across_workspaces="the schema is that of all")
    finally:
        database.close()
