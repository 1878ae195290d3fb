"""What members were told: the list in the app, and the log of what was sent elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update

from kalends.features.identity import audit
from kalends.features.identity.actor import Actor, Scope
from kalends.features.reminders.models import Delivery, DeliveryState, Notification
from kalends.features.reminders.wording import Told, put_in_words
from kalends.kit.errors import NotFound
from kalends.kit.pagination import DEFAULT_LIMIT, Page, checked_limit, decode_id, page
from kalends.storage import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationView:
    """A notification with its words."""

    notification: Notification
    told: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFilter:
    """Which deliveries to give: those that match every part that is set."""

    member_id: UUID | None = None
    channel: str | None = None
    states: Collection[DeliveryState] | None = None
    notification_id: UUID | None = None
    since: datetime | None = None  # when they were made; inclusive
    until: datetime | None = None  # exclusive


def list_notifications(
    tx: Unit, actor: Actor, *, unread: bool = False, cursor: str | None = None, limit: int = DEFAULT_LIMIT
) -> Page[NotificationView]:
    """Give what the actor was told in the app, newest first."""
    actor.must_have(Scope.READ)
    query = select(Notification).where(Notification.member_id == actor.member_id, Notification.shown)
    if unread:
        query = query.where(Notification.read_at.is_(None))
    if cursor is not None:
        query = query.where(Notification.id < decode_id(cursor))
    query = query.order_by(Notification.id.desc()).limit(checked_limit(limit) + 1)
    found = page(tx.execute(query).scalars().all(), limit, lambda each: (str(each.id),))
    return Page(items=tuple(_views(tx, actor, found.items)), next=found.next)


def count_unread(tx: Unit, actor: Actor) -> int:
    """Count what the actor was told in the app and has not read."""
    actor.must_have(Scope.READ)
    mine = Notification.member_id == actor.member_id, Notification.shown, Notification.read_at.is_(None)
    return tx.execute(select(func.count()).select_from(Notification).where(*mine)).scalar_one()


def mark_read(tx: Unit, actor: Actor, notification_id: UUID, *, read: bool = True) -> NotificationView:
    """Note that the actor has read a notification, or not yet. Raises `NotFound`."""
    actor.must_have(Scope.WRITE)
    found = tx.find(Notification, notification_id)
    if found is None or found.member_id != actor.member_id:
        raise NotFound(
            f"There is no notification {notification_id}.", kind="notification", id=str(notification_id)
        )
    if (found.read_at is not None) != read:
        found.read_at = tx.now if read else None
        tx.session.flush()
        _told(tx, actor)
    return _views(tx, actor, [found])[0]


def mark_all_read(tx: Unit, actor: Actor, up_to: UUID | None = None) -> int:
    """Note that the actor has read all they were told, or all up to one; gives how much that was."""
    actor.must_have(Scope.WRITE)
    mine = update(Notification).where(
        Notification.member_id == actor.member_id, Notification.read_at.is_(None)
    )
    if up_to is not None:
        mine = mine.where(Notification.id <= up_to)
    count = tx.changed(mine.values(read_at=tx.now))
    if count:
        _told(tx, actor)
    return count


def list_deliveries(
    tx: Unit,
    actor: Actor,
    filters: DeliveryFilter | None = None,
    cursor: str | None = None,
    *,
    limit: int = DEFAULT_LIMIT,
) -> Page[Delivery]:
    """Give what was sent, or is to be, newest first: the actor's own, and to owners everybody's."""
    actor.must_have(Scope.READ)
    wanted = filters or DeliveryFilter()
    query = select(Delivery).order_by(Delivery.id.desc()).limit(checked_limit(limit) + 1)
    if wanted.member_id is not None:
        actor.must_be_or_own(wanted.member_id)
        query = query.where(Delivery.member_id == wanted.member_id)
    elif not actor.owns_workspace:
        query = query.where(Delivery.member_id == actor.member_id)
    if wanted.channel is not None:
        query = query.where(Delivery.channel == wanted.channel)
    if wanted.states is not None:
        query = query.where(Delivery.state.in_(wanted.states))
    if wanted.notification_id is not None:
        query = query.where(Delivery.notification_id == wanted.notification_id)
    if wanted.since is not None:
        query = query.where(Delivery.created_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(Delivery.created_at < wanted.until)
    if cursor is not None:
        query = query.where(Delivery.id < decode_id(cursor))
    return page(tx.execute(query).scalars().all(), limit, lambda each: (str(each.id),))


def titles_of(tx: Unit, actor: Actor, deliveries: Sequence[Delivery]) -> dict[UUID, str]:
    """Give what the actor's own deliveries tell, by notification: what others are told is theirs alone."""
    ids = {each.notification_id for each in deliveries if each.member_id == actor.member_id}
    query = select(Notification).where(Notification.id.in_([id for id in ids if id is not None]))
    told = tx.execute(query).scalars().all()
    words = put_in_words(tx, actor, told)
    return {each.id: said.title for each, said in zip(told, words, strict=True)}


def purge(tx: Unit, before: datetime) -> int:
    """Delete what was told before an instant, with the log of its deliveries; gives how much was told."""
    tx.changed(delete(Delivery).where(Delivery.created_at < before))
    return tx.changed(delete(Notification).where(Notification.created_at < before))


def _views(tx: Unit, actor: Actor, found: Sequence[Notification]) -> list[NotificationView]:
    words = put_in_words(tx, actor, found)
    return [NotificationView(notification=each, told=told) for each, told in zip(found, words, strict=True)]


def _told(tx: Unit, actor: Actor) -> None:
    """Let the member's other windows know."""
    audit.record(tx, actor, "notification.read", kind="notification", subject=actor.member_id)
