"""What you were told, and how you want to be told."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query, Response, status
from pydantic import AwareDatetime, WithJsonSchema

from kalends.features.reminders import inbox
from kalends.features.reminders.inbox import DeliveryFilter
from kalends.features.reminders.models import DeliveryState
from kalends.features.reminders.settings import Reach
from kalends.interfaces.rest.context import (
    CurrentActor,
    CurrentServices,
    ExpectedVersion,
    PageCursor,
    PageLimit,
    etag,
)
from kalends.interfaces.rest.notification_shapes import (
    AllRead,
    DeliveryShown,
    NotificationSettingsShown,
    NotificationShown,
    ReadGiven,
    Unread,
    changes_schema,
)
from kalends.interfaces.rest.readers import Reader
from kalends.interfaces.rest.shapes import PageOf
from kalends.interfaces.services import Services
from kalends.kit.pagination import DEFAULT_LIMIT
from kalends.storage import Unit

router = APIRouter(tags=["notifications"])

ChannelPath = Annotated[str, Path(pattern="^[a-z][a-z0-9_]{0,31}$")]

# A mapping, since what is absent differs from what is null; the feature validates the whole.
SettingsChanges = Annotated[
    dict[str, Any],
    WithJsonSchema(changes_schema()),
    Body(
        description="What is to change; what is left out stays, in `channels` and `addresses` too.",
        examples=[{"quiet_hours": {"since": "22:00", "until": "07:00"}, "channels": {"event": ["in_app"]}}],
    ),
]


@router.get("/notifications")
def list_notifications(
    actor: Reader,
    services: CurrentServices,
    unread: Annotated[bool, Query(description="Only what you have not read.")] = False,
    cursor: PageCursor = None,
    limit: PageLimit = DEFAULT_LIMIT,
) -> PageOf[NotificationShown]:
    """Give what you were told, newest first."""
    with services.database.read(actor.workspace_id) as tx:
        found = inbox.list_notifications(tx, actor, unread=unread, cursor=cursor, limit=limit)
        return PageOf(items=[NotificationShown.of(view) for view in found.items], next=found.next)


@router.get("/notifications/count")
def count_notifications(actor: Reader, services: CurrentServices) -> Unread:
    """Count what you have not read."""
    with services.database.read(actor.workspace_id) as tx:
        return Unread(unread=inbox.count_unread(tx, actor))


@router.post("/notifications/read")
def read_all_notifications(body: AllRead, actor: CurrentActor, services: CurrentServices) -> Unread:
    """Say that you have read all, or all up to one; gives how much is left."""

    def work(tx: Unit) -> Unread:
        inbox.mark_all_read(tx, actor, body.up_to)
        return Unread(unread=inbox.count_unread(tx, actor))

    return services.database.write(actor.workspace_id, work)


@router.put("/notifications/{notification_id}/read")
def read_notification(
    notification_id: UUID, body: ReadGiven, actor: CurrentActor, services: CurrentServices
) -> NotificationShown:
    """Say that you have read a notification, or not yet."""
    view = services.database.write(
        actor.workspace_id, lambda tx: inbox.mark_read(tx, actor, notification_id, read=body.read)
    )
    return NotificationShown.of(view)


@router.get("/members/{member_id}/notification-settings")
def get_notification_settings(
    member_id: UUID, actor: Reader, services: CurrentServices, response: Response
) -> NotificationSettingsShown:
    """Say how a member is told of what: to themselves and to owners."""
    with services.database.read(actor.workspace_id) as tx:
        return _shown(tx, services, services.notifications.settings.get(tx, actor, member_id), response)


@router.patch("/members/{member_id}/notification-settings")
def update_notification_settings(
    member_id: UUID,
    body: SettingsChanges,
    actor: CurrentActor,
    services: CurrentServices,
    expected: ExpectedVersion,
    response: Response,
) -> NotificationSettingsShown:
    """Change some of how a member is told."""
    settings = services.notifications.settings

    def work(tx: Unit) -> NotificationSettingsShown:
        reach = settings.change(tx, actor, member_id, body, expected_version=expected)
        return _shown(tx, services, reach, response)

    return services.database.write(actor.workspace_id, work)


@router.delete(
    "/members/{member_id}/notification-settings/suppressed/{channel}", status_code=status.HTTP_204_NO_CONTENT
)
def resume_channel(
    member_id: UUID, channel: ChannelPath, actor: CurrentActor, services: CurrentServices
) -> None:
    """Send to a member's address again, after it bounced or they unsubscribed."""
    settings = services.notifications.settings
    services.database.write(actor.workspace_id, lambda tx: settings.resume(tx, actor, member_id, channel))


@router.get("/deliveries")
def list_deliveries(
    actor: Reader,
    services: CurrentServices,
    member: Annotated[UUID | None, Query(description="Only this member's.")] = None,
    channel: Annotated[str | None, Query(pattern="^[a-z][a-z0-9_]{0,31}$")] = None,
    state: Annotated[list[DeliveryState] | None, Query(description="In these states.")] = None,
    notification: Annotated[UUID | None, Query(description="Of this notification.")] = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    cursor: PageCursor = None,
    limit: PageLimit = DEFAULT_LIMIT,
) -> PageOf[DeliveryShown]:
    """Give what was sent to you, or is to be, newest first; to owners what was sent to anybody."""
    wanted = _filter(member, channel, state, notification, since, until)
    with services.database.read(actor.workspace_id) as tx:
        found = inbox.list_deliveries(tx, actor, wanted, cursor, limit=limit)
        titles = inbox.titles_of(tx, actor, found.items)
        return PageOf(items=[DeliveryShown.of(each, titles) for each in found.items], next=found.next)


def _filter(
    member: UUID | None,
    channel: str | None,
    states: list[DeliveryState] | None,
    notification: UUID | None,
    since: datetime | None,
    until: datetime | None,
) -> DeliveryFilter:
    return DeliveryFilter(
        member_id=member,
        channel=channel,
        states=states,
        notification_id=notification,
        since=since,
        until=until,
    )


def _shown(tx: Unit, services: Services, reach: Reach, response: Response) -> NotificationSettingsShown:
    response.headers["ETag"] = etag(reach.version)
    notifications = services.notifications
    suppressed = notifications.settings.suppressed(tx, reach)
    return NotificationSettingsShown.of(reach, suppressed, list(notifications.channels))
