"""Reminders that members make for themselves."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status

from kalends.features.identity.actor import Actor
from kalends.features.reminders.models import Reminder
from kalends.features.reminders.upcoming import next_times, view_reminders
from kalends.interfaces.rest.context import (
    CurrentActor,
    CurrentServices,
    ExpectedVersion,
    PageCursor,
    PageLimit,
    etag,
)
from kalends.interfaces.rest.patches import patched
from kalends.interfaces.rest.readers import Reader
from kalends.interfaces.rest.reminder_shapes import NewReminder, ReminderPatch, ReminderShown, ReminderTimes
from kalends.interfaces.rest.shapes import PageOf
from kalends.kit.pagination import DEFAULT_LIMIT
from kalends.storage import Unit

_FORETOLD = 5

router = APIRouter(prefix="/reminders", tags=["reminders"])


@router.get("")
def list_reminders(
    actor: Reader,
    services: CurrentServices,
    member: Annotated[UUID | None, Query(description="Whose; yours by default.")] = None,
    event: Annotated[UUID | None, Query(description="About this event.")] = None,
    cursor: PageCursor = None,
    limit: PageLimit = DEFAULT_LIMIT,
) -> PageOf[ReminderShown]:
    """Give your reminders, or those of a member whom you act for, in the order in which they were made."""
    with services.database.read(actor.workspace_id) as tx:
        found = services.notifications.reminders.list(
            tx, actor, member_id=member, event_id=event, cursor=cursor, limit=limit
        )
        shown = [ReminderShown.of(view) for view in view_reminders(tx, actor, found.items)]
        return PageOf(items=shown, next=found.next)


@router.get("/times")
def foretell_reminder(
    actor: Reader,
    services: CurrentServices,
    cron: Annotated[str, Query(max_length=200, examples=["0 8 * * mon-fri"])],
) -> ReminderTimes:
    """Give the next five times of a pattern on your clock, fewer where there are no more for years."""
    with services.database.read(actor.workspace_id) as tx:
        return ReminderTimes(times=next_times(cron, actor.zone, tx.now, _FORETOLD))


@router.post("", status_code=status.HTTP_201_CREATED)
def create_reminder(
    new: NewReminder, actor: CurrentActor, services: CurrentServices, request: Request, response: Response
) -> ReminderShown:
    """Make a reminder."""
    given = new.model_dump()
    made = services.database.write(
        actor.workspace_id,
        lambda tx: _shown(tx, actor, services.notifications.reminders.add(tx, actor, **given)),
    )
    response.headers["Location"] = request.app.url_path_for("read_reminder", reminder_id=made.id)
    return _tagged(response, made)


@router.get("/{reminder_id}")
def read_reminder(
    reminder_id: UUID, actor: Reader, services: CurrentServices, response: Response
) -> ReminderShown:
    """Give one reminder."""
    with services.database.read(actor.workspace_id) as tx:
        found = services.notifications.reminders.get(tx, actor, reminder_id)
        return _tagged(response, _shown(tx, actor, found))


@router.patch("/{reminder_id}")
def update_reminder(
    reminder_id: UUID,
    patch: ReminderPatch,
    actor: CurrentActor,
    services: CurrentServices,
    expected: ExpectedVersion,
    response: Response,
) -> ReminderShown:
    """Change when a reminder comes, what it says and how, or switch it off."""
    changes = patched(patch, may_be_null=("minutes", "at", "cron", "message", "channels"))
    reminders = services.notifications.reminders

    def work(tx: Unit) -> ReminderShown:
        changed = reminders.change(tx, actor, reminder_id, changes, expected_version=expected)
        return _shown(tx, actor, changed)

    return _tagged(response, services.database.write(actor.workspace_id, work))


@router.delete("/{reminder_id}", status_code=status.HTTP_204_NO_CONTENT)
def delete_reminder(
    reminder_id: UUID, actor: CurrentActor, services: CurrentServices, expected: ExpectedVersion
) -> None:
    """Forget a reminder."""
    services.database.write(
        actor.workspace_id,
        lambda tx: services.notifications.reminders.remove(tx, actor, reminder_id, expected_version=expected),
    )


def _shown(tx: Unit, actor: Actor, reminder: Reminder) -> ReminderShown:
    return ReminderShown.of(view_reminders(tx, actor, [reminder])[0])


def _tagged(response: Response, reminder: ReminderShown) -> ReminderShown:
    response.headers["ETag"] = etag(reminder.version)
    return reminder
