"""What an installation needs besides answering: its schema brought up, and each day what is old deleted."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy.exc import OperationalError

from kalends.features.calendars.rebuilding import is_current, rebuild_all
from kalends.features.changes import service as changes
from kalends.features.identity import audit
from kalends.features.identity.workspaces import workspace_ids
from kalends.features.resources.service import refresh_all
from kalends.features.scheduling import conflicts
from kalends.features.scheduling.optimising import service as optimising
from kalends.interfaces.services import Services
from kalends.jobs import NOBODY, Misfire, Order, Run, Task
from kalends.kit.errors import Unavailable
from kalends.settings import Settings
from kalends.storage import (
    SCHEMA_HEAD,
    Database,
    Unit,
    WrongSchema,
    idempotency,
    known_revisions,
    migrate,
    schema_version,
)
from kalends.storage.one_server import only_server

_TIDY, _FILL = "upkeep.tidy", "upkeep.fill"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidied:
    """How much was deleted for its age."""

    change_sets: int  # and the before-images in them
    audit_entries: int
    conflicts: int  # what was remembered of them
    optimisations: int  # runs with their proposals
    requests: int  # that are known, so that repeating one does nothing twice
    sign_ins: int  # with resets, invitations and keys that are over


def tidy(services: Services, settings: Settings) -> Tidied:
    """Delete what is older than the settings keep, one workspace after the other, each in its own unit."""
    database = services.database
    now = database.clock.now()
    trash, entries = now - timedelta(days=settings.trash_days), now - timedelta(days=settings.audit_days)

    def purge(tx: Unit) -> tuple[int, int, int, int, int]:
        kept = changes.purge(tx, before=trash), audit.purge(tx, entries)
        return *kept, conflicts.purge(tx), optimising.purge(tx), idempotency.purge(tx)

    purged = [database.write(id, purge) for id in workspace_ids(database)]
    return Tidied(
        change_sets=sum(each[0] for each in purged),
        audit_entries=sum(each[1] for each in purged),
        conflicts=sum(each[2] for each in purged),
        optimisations=sum(each[3] for each in purged),
        requests=sum(each[4] for each in purged),
        sign_ins=services.identity.purge(entries),
    )


def fill(services: Services) -> int:
    """Let the blocks of every workspace find their time in the weeks to come; count those that did."""
    return sum(services.planner.fill_blocks(id) for id in workspace_ids(services.database))


def daily_tasks(services: Services, settings: Settings) -> Sequence[Task]:
    """Give the tasks that every installation has done once a day."""

    def tidied(_: Run) -> None:
        if any((gone := asdict(tidy(services, settings))).values()):
            _log.info("tidied", extra=gone)

    def filled(_: Run) -> None:
        if blocks := fill(services):
            _log.info("filled", extra={"blocks": blocks})

    return [
        Task(name=_TIDY, handler=tidied, misfire=Misfire.LAST),
        Task(name=_FILL, handler=filled, misfire=Misfire.LAST),
    ]


def order_daily(services: Services, settings: Settings) -> None:
    """Have the daily tasks done from now on, where that was not ordered before."""

    def order(tx: Unit) -> None:
        services.jobs.establish(
            tx,
            [
                Order(
                    task=name, key="daily", run_at=tx.now, repeat="FREQ=DAILY", zone=settings.scheduler_zone
                )
                for name in (_TIDY, _FILL)
            ],
        )

    services.database.write(NOBODY, order)


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
