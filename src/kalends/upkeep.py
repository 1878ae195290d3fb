"""What an installation needs before it can answer: its schema brought up, its instants derived."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from sqlalchemy.exc import OperationalError

from kalends.features.calendars.rebuilding import is_current, rebuild_all
from kalends.features.resources.service import refresh_all
from kalends.kit.errors import Unavailable
from kalends.settings import Settings
from kalends.storage import SCHEMA_HEAD, Database, WrongSchema, known_revisions, migrate, schema_version
from kalends.storage.one_server import only_server


def alone(settings: Settings) -> AbstractContextManager[None]:
    """Keep servers away from an embedded database, or raise `AlreadyServed`.

    One that ran would go on with the rows that it has in memory.
    """
    return only_server(settings.data_dir) if settings.embedded else nullcontext()


def bring_up(settings: Settings) -> None:
    """Make the database or bring it to this version's schema, and derive its instants with these zones.

    Raises `AlreadyServed` where there is something to do and a server runs, and what `bring_up_alone` raises.
    """
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if stored_version(settings) != SCHEMA_HEAD or not _is_derived(settings):
        with alone(settings):
            bring_up_alone(settings)


def bring_up_alone(settings: Settings) -> None:
    """Do what `bring_up` does, for whoever keeps servers away already.

    Raises `WrongSchema` for a database of a newer version, and `Unavailable`.
    """
    stored = stored_version(settings)
    if stored != SCHEMA_HEAD:
        if stored is not None and stored not in known_revisions():
            raise WrongSchema(
                f"The database is at schema {stored}, which this version, at {SCHEMA_HEAD}, does not know: a "
                "newer one wrote it.",
                stored=stored,
                wanted=SCHEMA_HEAD,
            )
        migrate(settings.url)
    with _database(settings) as database:
        if not is_current(database):
            refresh_all(database)
            rebuild_all(database)  # last: it notes the zones that were used


def stored_version(settings: Settings) -> str | None:
    """Give the schema that the database stands at, None where there is none. Makes nothing."""
    if settings.database_url is None and not (settings.data_dir / "kalends.sqlite").exists():
        return None
    try:
        return schema_version(settings.url)
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise Unavailable(f"The database cannot be opened: {reason}.", retry_after=5) from None


def _is_derived(settings: Settings) -> bool:
    with _database(settings) as database:
        return is_current(database)


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    database = Database(settings.url, pool_size=1)
    try:
        yield database
    finally:
        database.close()
