"""What an installation does by itself each day: what is old goes, what comes nearer is seen to."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select

from kalends.features.calls.trash import purge_batches, purge_calls, purge_unknown
from kalends.features.changes import service as changes
from kalends.features.changes.models import ChangeOperation, ChangeSet
from kalends.features.identity import audit
from kalends.features.identity.models import AuditEntry
from kalends.features.identity.workspaces import workspace_ids
from kalends.features.reminders.keeping import purge as purge_reminders
from kalends.features.resources.reaching import note_overloads
from kalends.features.scheduling import conflicts
from kalends.features.scheduling.optimising import service as optimising
from kalends.interfaces.services import Services
from kalends.jobs import NOBODY, Misfire, Order, Run, Task
from kalends.settings import Settings
from kalends.storage import Unit, idempotency
from kalends.storage.old_rows import keep_rows, read_rows

_TIDY, _SIGN_INS, _FILL, _HORIZON = "upkeep.tidy", "upkeep.sign_ins", "upkeep.fill", "upkeep.horizon"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge:
    """Something of a workspace that goes when it is older than some days.

    `archived` are the queries that give what goes, by what it is: first when that was, then what is kept.
    """

    name: str
    days: int
    purge: Callable[[Unit, datetime], int]
    archived: dict[str, Callable[[datetime], Select[*tuple[Any, ...]]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidied:
    """How much was deleted for its age."""

    change_sets: int  # and the before-images in them
    audit_entries: int
    conflicts: int  # what was remembered of them
    optimisations: int  # runs with their proposals
    requests: int  # that are known, so that repeating one does nothing twice
    calls: int  # that were deleted, with their logs
    unknown_calls: int  # logs of calls that others made
    call_batches: int
    reminders: int  # of events that were deleted
    notifications: int  # with the log of their deliveries
    sign_ins: int  # with resets, invitations and keys that are over


def purges(services: Services, settings: Settings) -> Sequence[Purge]:
    """Give what grows old in each workspace; a feature whose rows do adds a line. Names are `Tidied`'s."""
    trash, entries = settings.trash_days, settings.audit_days
    return [
        Purge(
            name="change_sets",
            days=trash,
            purge=lambda tx, before: changes.purge(tx, before=before),
            archived={"change_sets": _old_change_sets, "change_operations": _old_operations},
        ),
        Purge(
            name="audit_entries", days=entries, purge=audit.purge, archived={"audit_entries": _old_entries}
        ),
        # After the change sets: as long as one can be undone, what it deleted is there.
        Purge(name="calls", days=trash, purge=purge_calls),
        Purge(name="call_batches", days=trash, purge=purge_batches),
        Purge(name="unknown_calls", days=entries, purge=purge_unknown),
        Purge(name="notifications", days=entries, purge=services.notifications.purge),
        # These know themselves how long they are good for; reminders as long as a change set has their event.
        Purge(name="reminders", days=0, purge=lambda tx, _: purge_reminders(tx)),
        Purge(name="conflicts", days=0, purge=lambda tx, _: conflicts.purge(tx)),
        Purge(name="optimisations", days=0, purge=lambda tx, _: optimising.purge(tx)),
        Purge(name="requests", days=0, purge=lambda tx, _: idempotency.purge(tx)),
    ]


def tidy(services: Services, settings: Settings) -> Tidied:
    """Delete what is older than the settings keep, one workspace after the other, each in its own unit."""
    gone = _tidy(services, settings)
    return Tidied(**gone, sign_ins=_end_sign_ins(services, settings))


def _tidy(services: Services, settings: Settings) -> dict[str, int]:
    database = services.database
    gone = dict.fromkeys((each.name for each in purges(services, settings)), 0)
    for workspace_id in [*workspace_ids(database), NOBODY]:
        for each in purges(services, settings):
            before = database.clock.now() - timedelta(days=each.days)
            if settings.archive_dir is not None:
                for kind, old in each.archived.items():
                    with database.read(workspace_id) as tx:
                        rows = read_rows(tx, old(before))
                    keep_rows(settings.archive_dir, workspace_id, kind, rows)
            gone[each.name] += database.write(workspace_id, lambda tx: each.purge(tx, before))  # noqa: B023
    return gone


def _end_sign_ins(services: Services, settings: Settings) -> int:
    return services.identity.purge(services.database.clock.now() - timedelta(days=settings.audit_days))


def _old_change_sets(before: datetime) -> Select[*tuple[Any, ...]]:
    return select(ChangeSet.at.label("_at"), *ChangeSet.__table__.columns).where(ChangeSet.at < before)


def _old_operations(before: datetime) -> Select[*tuple[Any, ...]]:
    rows = select(ChangeSet.at.label("_at"), *ChangeOperation.__table__.columns)
    return rows.where(ChangeOperation.change_set_id == ChangeSet.id, ChangeSet.at < before)


def _old_entries(before: datetime) -> Select[*tuple[Any, ...]]:
    return select(AuditEntry.at.label("_at"), *AuditEntry.__table__.columns).where(AuditEntry.at < before)


def fill(services: Services) -> int:
    """Let the blocks of every workspace find their time in the weeks to come; count those that did."""
    return sum(services.planner.fill_blocks(id) for id in workspace_ids(services.database))


def reach(services: Services, settings: Settings) -> int:
    """See whether what is promised without end fits the days that the horizon reaches; count what does not.

    It is logged and noted in the audit log; a conflict of its own shows it, as of any other day.
    """
    database, found = services.database, 0
    for workspace_id in workspace_ids(database):
        fresh = database.write(
            workspace_id, lambda tx: note_overloads(tx, services.resources.events, settings.horizon)
        )
        for resource, overload in fresh:
            start = overload.span.start.isoformat()
            extra = {"resource": str(resource.id), "start": start, "peak": overload.peak}
            _log.warning("over capacity at the horizon", extra=extra)
        found += len(fresh)
    return found


def daily_tasks(services: Services, settings: Settings) -> Sequence[Task]:
    """Give the tasks that every installation has done once a day."""

    def tidied(_: Run) -> None:
        if any((gone := _tidy(services, settings)).values()):
            _log.info("tidied", extra=gone)

    def ended(_: Run) -> None:
        if gone := _end_sign_ins(services, settings):
            _log.info("tidied", extra={"sign_ins": gone})

    def filled(_: Run) -> None:
        if blocks := fill(services):
            _log.info("filled", extra={"blocks": blocks})

    def reached(_: Run) -> None:
        reach(services, settings)

    handlers = {_TIDY: tidied, _SIGN_INS: ended, _FILL: filled, _HORIZON: reached}
    return [Task(name=name, handler=handler, misfire=Misfire.LAST) for name, handler in handlers.items()]


def order_daily(services: Services, settings: Settings) -> None:
    """Have the daily tasks done from now on, where that was not ordered before."""

    def order(tx: Unit) -> None:
        services.jobs.establish(
            tx,
            [
                Order(
                    task=name, key="daily", run_at=tx.now, repeat="FREQ=DAILY", zone=settings.scheduler_zone
                )
                for name in (_TIDY, _SIGN_INS, _FILL, _HORIZON)
            ],
        )

    services.database.write(NOBODY, order)
