"""Notifications, their settings and deliveries, as they are shown and given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, StringConstraints

from kalends.features.reminders.inbox import NotificationView
from kalends.features.reminders.models import Delivery, DeliveryState
from kalends.features.reminders.preferences import Digest, NotificationPreferences, QuietHours
from kalends.features.reminders.settings import Reach
from kalends.interfaces.rest.shapes import Given, Shown

_Key = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_=-]+$", min_length=20, max_length=200)]


class NotificationShown(Shown):
    """Something that you were told, in your language."""

    id: UUID
    name: str = Field(description="What it tells: `reminder`, `event.moved`, `call.failed` and so on.")
    at: datetime = Field(description="When it was to be told.")
    title: str
    text: str = Field(description="What else there is to say; may be empty.")
    event_id: UUID | None
    occurrence: str | None = Field(description="Of a series: the recurrence key of the one that it is about.")
    reminder_id: UUID | None
    change_set_id: UUID | None
    call_id: UUID | None
    read_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, view: NotificationView) -> Self:
        row, told = view.notification, view.told
        group = row.name.partition(".")[0]
        own = row.data.get("reminder_id")
        return cls(
            id=row.id,
            name=row.name,
            at=row.at,
            title=told.title,
            text=told.text,
            event_id=told.event_id,
            occurrence=row.data.get("occurrence") or None,
            reminder_id=UUID(own) if own else None,
            change_set_id=row.subject if group == "event" else None,
            call_id=row.subject if group == "call" else None,
            read_at=row.read_at,
            created_at=row.created_at,
        )


class Unread(Shown):
    """How much you have not read."""

    unread: int


class ReadGiven(Given):
    """Whether it is read."""

    read: bool


class AllRead(Given):
    """Up to which notification all are read."""

    up_to: UUID | None = Field(None, description="The newest that you have seen; null: all there are.")


class NotificationSettingsShown(Shown):
    """How a member is told of what."""

    channels: dict[str, list[str]] = Field(description="By which channels each kind of news is told.")
    switched_off: list[str] = Field(
        description="Channels that are silent: `email` where the preferences have `email_enabled` false."
    )
    quiet_hours: QuietHours | None = Field(description="On the member's clock; null: none.")
    digest: Digest = Field(description="When mail comes of everything but reminders.")
    addresses: dict[str, str] = Field(description="Where each channel reaches the member, made unreadable.")
    has_webhook_secret: bool
    suppressed: dict[str, str] = Field(
        description="Channels whose address takes nothing more, and why: `bounced` or `unsubscribed`."
    )
    available: list[str] = Field(description="The channels that this server has.")
    version: int

    @classmethod
    def of(cls, reach: Reach, suppressed: Mapping[str, str], available: list[str]) -> Self:
        values: dict[str, Any] = reach.preferences.as_json()
        return cls(
            **values,
            addresses=reach.masked(),
            has_webhook_secret=reach.webhook_secret is not None,
            suppressed=dict(suppressed),
            available=available,
            version=reach.version,
        )


class NotificationSettingsChanges(NotificationPreferences):
    """What to change of how a member is told. Documents the request; the feature validates the whole."""

    addresses: dict[str, str | None] = Field(
        default_factory=dict,
        description="A phone number for `sms`, an address for `webhook`; null forgets it. E-mail goes to the "
        "account's address, pushes to the browsers that were given.",
    )
    webhook_secret: str | None = Field(
        default=None, description="With which webhooks are signed: 16 to 200 characters."
    )


def changes_schema() -> dict[str, Any]:
    """Give the schema of changes as one piece: it stands within a document that has definitions elsewhere."""
    schema = NotificationSettingsChanges.model_json_schema()
    parts = schema.pop("$defs")

    def whole(value: Any) -> Any:
        if isinstance(value, list):
            return [whole(each) for each in value]
        if not isinstance(value, dict):
            return value
        named = parts[value["$ref"].rpartition("/")[2]] if "$ref" in value else {}
        rest = {name: each for name, each in value.items() if name != "$ref"}
        return {name: whole(each) for name, each in {**named, **rest}.items()}

    return {**whole(schema), "title": "NotificationSettingsChanges"}


class DeliveryShown(Shown):
    """A notification on its way by one channel."""

    id: UUID = Field(description="Also the key by which the receiver tells a repetition.")
    member_id: UUID
    notification_id: UUID | None = Field(description="Null: a digest.")
    digest_of: list[UUID] | None
    title: str | None = Field(description="What it tells; null: a digest, or somebody else's.")
    channel: str
    address_masked: str | None = Field(description="Of a push the browser.")
    state: DeliveryState
    attempts: int
    provider_id: str | None = Field(description="What the service calls it.")
    error: str | None
    send_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, row: Delivery, titles: Mapping[UUID, str]) -> Self:
        values = {name: getattr(row, name) for name in cls.model_fields if name != "title"}
        return cls(title=titles.get(row.notification_id) if row.notification_id else None, **values)


class PushKey(Shown):
    """What a browser needs to take pushes."""

    key: str = Field(description="`applicationServerKey`: a P-256 public key in URL-safe base64.")


class BrowserKeys(Given):
    """What encrypts for one browser."""

    p256dh: _Key
    auth: _Key


class NewPushSubscription(Given):
    """What a browser's `PushSubscription.toJSON()` gives."""

    endpoint: str = Field(min_length=10, max_length=2000)
    keys: BrowserKeys
    device: str | None = Field(None, max_length=200, description="How you call it.")
    replaces: str | None = Field(
        None,
        max_length=2000,
        description="Its endpoint until now, where its push service gave it another: it keeps its id.",
    )
    expirationTime: float | None = Field(None, description="Taken, and not needed.")  # noqa: N815


class PushSubscriptionShown(Shown):
    """A browser that takes pushes."""

    id: UUID
    device: str | None
    created_at: datetime


class PushSubscriptions(Shown):
    """Your browsers, oldest first."""

    items: list[PushSubscriptionShown]
