"""Tables of reminders, of notifications, and of their delivery by each channel."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kalends.storage.schema import Identified, Scoped, Table


def _of_member() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["workspace_id", "member_id"], ["member.workspace_id", "member.id"], ondelete="CASCADE"
    )


class ReminderKind(StrEnum):
    """When a reminder comes."""

    BEFORE = "before"  # minutes before the start of its event, each time
    AT = "at"  # at an instant
    CRON = "cron"  # again and again, by a pattern on the member's clock


class Channel(StrEnum):
    """How somebody is told. Further channels register under names of their own."""

    IN_APP = "in_app"
    EMAIL = "email"
    PUSH = "push"
    SMS = "sms"
    WEBHOOK = "webhook"


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"  # until its time: quiet hours, a digest, a retry
    SENDING = "sending"  # committed before the service is asked
    SENT = "sent"  # the service has taken it
    DELIVERED = "delivered"  # the service says that it arrived
    FAILED = "failed"
    BOUNCED = "bounced"  # the address refuses it for good
    SUPPRESSED = "suppressed"  # nothing is sent there any more: it bounced, or they unsubscribed
    DROPPED = "dropped"  # what it tells of is no longer so, or they want no more of it


class Reminder(Identified, Table):
    """What a member wants to be reminded of, beside what events and preferences say."""

    __tablename__ = "reminder"
    __table_args__ = (_of_member(), Index("ix_reminder_event", "workspace_id", "event_id"))

    member_id: Mapped[UUID]
    # None: it stands alone. Of an event that was deleted it is away, until that comes back or is forgotten.
    event_id: Mapped[UUID | None]
    occurrence: Mapped[str | None]  # the original start of the one occurrence that it is about
    kind: Mapped[ReminderKind]
    minutes: Mapped[int | None]
    at: Mapped[datetime | None]
    cron: Mapped[str | None]  # five fields, on the clock of the member's zone
    message: Mapped[str | None]
    channels: Mapped[list[Any] | None]  # None: those that the member has for reminders
    active: Mapped[bool]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]


class Notification(Identified, Table):
    """What a member is told, once for its key; the channel `in_app` is this row itself.

    It holds ids and values; titles are looked up for the member when it is shown or sent.
    """

    __tablename__ = "notification"
    __table_args__ = (
        _of_member(),
        UniqueConstraint("workspace_id", "member_id", "key"),
        Index("ix_notification_at", "workspace_id", "member_id", "at"),
    )

    member_id: Mapped[UUID]
    key: Mapped[str]
    name: Mapped[str]  # of what it tells: "reminder", "event.moved", "call.failed"
    subject: Mapped[UUID | None]
    data: Mapped[dict[str, Any]]
    at: Mapped[datetime]  # when it was to be told
    shown: Mapped[bool]  # in the app
    read_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Delivery(Identified, Table):
    """A notification, or a digest of several, on its way by one channel. Its id is the stable key that the
    receiver sees."""

    __tablename__ = "delivery"
    __table_args__ = (
        _of_member(),
        Index("ix_delivery_notification", "workspace_id", "notification_id"),
        Index("ix_delivery_provider_id", "workspace_id", "provider_id"),
        Index("ix_delivery_member", "workspace_id", "member_id"),
    )

    member_id: Mapped[UUID]
    notification_id: Mapped[UUID | None]  # None: a digest
    digest_of: Mapped[list[Any] | None]  # ids of notifications
    channel: Mapped[str]
    target_id: Mapped[UUID | None]  # the browser of a push
    address_masked: Mapped[str | None]
    state: Mapped[DeliveryState]
    attempts: Mapped[int]
    provider_id: Mapped[str | None]
    error: Mapped[str | None]
    send_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]  # when the service may first have been asked
    sent_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class NotificationSetting(Scoped, Table):
    """How a member wants to be told: by which channel of what, and when not."""

    __tablename__ = "notification_setting"
    __table_args__ = (_of_member(),)

    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    values: Mapped[dict[str, Any]]
    sealed: Mapped[str | None]  # encrypted: addresses by their channel, and the secret of the webhook
    version: Mapped[int] = mapped_column(default=1)


class PushSubscription(Identified, Table):
    """A browser that takes pushes."""

    __tablename__ = "push_subscription"
    __table_args__ = (_of_member(), UniqueConstraint("workspace_id", "endpoint_hash"))

    member_id: Mapped[UUID]
    endpoint_hash: Mapped[str]
    sealed: Mapped[str]  # encrypted: endpoint and keys
    device: Mapped[str | None]
    created_at: Mapped[datetime]


class Suppression(Scoped, Table):
    """An address of a channel to which nothing is sent any more."""

    __tablename__ = "suppression"
    __table_args__ = (ForeignKeyConstraint(["workspace_id"], ["workspace.id"], ondelete="CASCADE"),)

    channel: Mapped[str] = mapped_column(primary_key=True)
    address_hash: Mapped[str] = mapped_column(primary_key=True)
    address_masked: Mapped[str]
    reason: Mapped[str]  # bounced, unsubscribed
    at: Mapped[datetime]
