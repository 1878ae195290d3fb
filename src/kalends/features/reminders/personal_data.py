"""What reminders and notifications hold of one member, given out on request; it goes with the member."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from kalends.features.identity.actor import actor_of
from kalends.features.identity.models import Member
from kalends.features.reminders.models import Delivery, Notification, PushSubscription, Reminder
from kalends.features.reminders.settings import Settings
from kalends.features.reminders.wording import put_in_words
from kalends.storage import Unit


def export(tx: Unit, settings: Settings, member_id: UUID) -> dict[str, Any]:
    """Give the member's reminders, how they are told, and what they were told, as JSON values."""
    reach = settings.load(tx, [member_id])[member_id]
    told = (
        tx.execute(select(Notification).where(Notification.member_id == member_id).order_by(Notification.id))
        .scalars()
        .all()
    )
    words = put_in_words(tx, actor_of(tx.get(Member, member_id)), told)
    sent = tx.execute(select(Delivery).where(Delivery.member_id == member_id).order_by(Delivery.id)).scalars()
    own = tx.execute(select(Reminder).where(Reminder.member_id == member_id).order_by(Reminder.id)).scalars()
    browsers = tx.execute(select(PushSubscription).where(PushSubscription.member_id == member_id)).scalars()
    return {
        "reminders": [
            {
                "event_id": each.event_id and str(each.event_id),
                "occurrence": each.occurrence,
                "minutes": each.minutes,
                "at": each.at and each.at.isoformat(),
                "cron": each.cron,
                "message": each.message,
                "channels": each.channels,
                "active": each.active,
            }
            for each in own
        ],
        "notification_settings": {**reach.preferences.as_json(), "addresses": dict(reach.addresses)},
        "notifications": [
            {"at": each.at.isoformat(), "name": each.name, "title": said.title}
            for each, said in zip(told, words, strict=True)
        ],
        "deliveries": [
            {"at": each.created_at.isoformat(), "channel": each.channel, "state": each.state.value}
            for each in sent
        ],
        "browsers": [{"device": each.device, "since": each.created_at.isoformat()} for each in browsers],
    }
