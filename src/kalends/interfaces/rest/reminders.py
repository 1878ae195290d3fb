"""Reminders that members make for themselves."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status

from kalends.features.reminders.models import Reminder
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
from kalends.interfaces.rest.reminder_shapes import NewReminder, ReminderPatch, ReminderShown
from kalends.interfaces.rest.shapes import PageOf
from kalends.kit.pagination import DEFAULT_LIMIT, Page

router = APIRouter(prefix="/reminders", tags=["reminders"])


@router.get("", response_model=PageOf[ReminderShown])
def list_reminders(
    actor: Reader,
    services: CurrentServices,
    member: Annotated[UUID | None, Query(description="Whose; yours by default.")] = None,
    event: Annotated[UUID | None, Query(description="About this event.")] = None,
    cursor: PageCursor = None,
    limit: PageLimit = DEFAULT_LIMIT,
) -> Page[Reminder]:
    """Give your reminders, or those of a member whom you act for, in the order in which they were made."""
    with services.database.read(actor.workspace_id) as tx:
        return services.notifications.reminders.list(
            tx, actor, member_id=member, event_id=event, cursor=cursor, limit=limit
        )


@router.post("", status_code=status.HTTP_201_CREATED, response_model=ReminderShown)
def create_reminder(
    new: NewReminder, actor: CurrentActor, services: CurrentServices, request: Request, response: Response
) -> Reminder:
    """Make a reminder."""
    given = new.model_dump()
    made = services.database.write(
        actor.workspace_id, lambda tx: services.notifications.reminders.add(tx, actor, **given)
    )
    response.headers["Location"] = request.app.url_path_for("read_reminder", reminder_id=made.id)
    return _tagged(response, made)


@router.get("/{reminder_id}", response_model=ReminderShown)
def read_reminder(
    reminder_id: UUID, actor: Reader, services: CurrentServices, response: Response
) -> Reminder:
    """Give one reminder."""
    with services.database.read(actor.workspace_id) as tx:
        return _tagged(response, services.notifications.reminders.get(tx, actor, reminder_id))


@router.patch("/{reminder_id}", response_model=ReminderShown)
def update_reminder(
    reminder_id: UUID,
    patch: ReminderPatch,
    actor: CurrentActor,
    services: CurrentServices,
    expected: ExpectedVersion,
    response: Response,
) -> Reminder:
    """Change when a reminder comes, what it says and how, or switch it off."""
    changes = patched(patch, may_be_null=("minutes", "at", "cron", "message", "channels"))
    changed = services.database.write(
        actor.workspace_id,
        lambda tx: services.notifications.reminders.change(
            tx, actor, reminder_id, changes, expected_version=expected
        ),
    )
    return _tagged(response, changed)


@router.delete("/{reminder_id}", status_code=status.HTTP_204_NO_CONTENT)
def delete_reminder(
    reminder_id: UUID, actor: CurrentActor, services: CurrentServices, expected: ExpectedVersion
) -> None:
    """Forget a reminder."""
    services.database.write(
        actor.workspace_id,
        lambda tx: services.notifications.reminders.remove(tx, actor, reminder_id, expected_version=expected),
    )


def _tagged(response: Response, reminder: Reminder) -> Reminder:
    response.headers["ETag"] = etag(reminder.version)
    return reminder
