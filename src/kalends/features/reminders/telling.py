"""Telling members something: the notification itself, and its way by each channel that they like for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kalends.engine.zones import zone
from kalends.features.identity import audit
from kalends.features.identity.models import Member
from kalends.features.reminders.models import (
    Channel,
    Delivery,
    DeliveryState,
    Notification,
    PushSubscription,
)
from kalends.features.reminders.preferences import KIND_OF
from kalends.features.reminders.settings import Reach, Settings, masked
from kalends.jobs import Jobs, Order
from kalends.storage import Unit

DELIVER = "reminders.deliver"
"""How the tasks that deliver are called, before a point and the channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What one member is to be told, once for its key. `data` holds ids and values, and nobody's words."""

    member_id: UUID
    key: str
    name: str  # one of `KIND_OF`
    subject: UUID | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None  # when it was to be told; None: now
    urgent: bool = False
    channels: Sequence[str] | None = None  # None: those that the member has for its kind


class Teller:
    """Writes what members are told, in the transaction of what it is about; jobs see to what goes outside."""

    def __init__(self, jobs: Jobs, settings: Settings, carried: Collection[str]) -> None:
        self._jobs, self._settings, self._carried = jobs, settings, carried

    def tell(self, tx: Unit, news: Sequence[News]) -> int:
        """Tell what was not told before under the same key; gives how much that was."""
        if not news:
            return 0
        reaches = self._settings.load(tx, {each.member_id for each in news})
        browsers = self._browsers(tx, reaches)
        told: set[UUID] = set()
        orders: list[Order] = []
        count = 0
        for each in news:
            reach = reaches.get(each.member_id)
            if reach is None:
                continue
            kind = KIND_OF[each.name]
            channels = reach.preferences.for_kind(kind)
            if each.channels is not None:
                silent = reach.preferences.switched_off
                channels = tuple(channel for channel in each.channels if channel not in silent)
            id = tx.new_id()
            fresh = tx.claim(
                Notification,
                id=id,
                member_id=each.member_id,
                key=each.key,
                name=each.name,
                subject=each.subject,
                data=dict(each.data),
                at=each.at or tx.now,
                shown=Channel.IN_APP in channels,
                read_at=None,
                created_at=tx.now,
            )
            if not fresh:
                continue
            count += 1
            if Channel.IN_APP in channels:
                told.add(each.member_id)
            for channel in channels:
                if channel in self._carried:
                    orders += self._send(tx, reach, each, id, channel, browsers.get(each.member_id, ()))
        self._jobs.enqueue(tx, orders)
        for member_id in sorted(told):
            audit.record(tx, None, "notification.told", kind="notification", subject=member_id)
        return count

    def _browsers(self, tx: Unit, reaches: Mapping[UUID, Reach]) -> Mapping[UUID, Sequence[PushSubscription]]:
        if Channel.PUSH not in self._carried:
            return {}
        found: dict[UUID, list[PushSubscription]] = {}
        query = select(PushSubscription).where(PushSubscription.member_id.in_(reaches))
        for row in tx.execute(query.order_by(PushSubscription.id)).scalars():
            found.setdefault(row.member_id, []).append(row)
        return found

    def _send(
        self,
        tx: Unit,
        reach: Reach,
        news: News,
        id: UUID,
        channel: str,
        browsers: Sequence[PushSubscription],
    ) -> list[Order]:
        if channel == Channel.PUSH:
            due = _due(tx.now, reach, news)
            return [
                self._delivery(tx, reach, channel, due, of=id, target_id=each.id, address=each.device)
                for each in browsers
            ]
        address = reach.addresses.get(channel)
        if address is None:
            return []
        digest = reach.preferences.digest
        if channel == Channel.EMAIL and digest.every != "off" and KIND_OF[news.name] != "reminder":
            return self._collect(tx, reach, id, address)
        due = _due(tx.now, reach, news)
        return [self._delivery(tx, reach, channel, due, of=id, address=masked(address))]

    def _collect(self, tx: Unit, reach: Reach, id: UUID, address: str) -> list[Order]:
        """Put a notification into the digest that is to come, made where there is none."""
        tx.lock(Member, [reach.member.id])
        waiting = tx.execute(
            select(Delivery).where(
                Delivery.member_id == reach.member.id,
                Delivery.notification_id.is_(None),
                Delivery.state == DeliveryState.PENDING,
            )
        ).scalars()
        for digest in waiting:
            digest.digest_of = [*(digest.digest_of or ()), str(id)]
            tx.session.flush()
            return []
        local = tx.now.astimezone(zone(reach.member.zone).tzinfo)
        due = reach.preferences.digest.next(local).astimezone(UTC)
        return [self._delivery(tx, reach, Channel.EMAIL, due, digest_of=[id], address=masked(address))]

    def _delivery(
        self,
        tx: Unit,
        reach: Reach,
        channel: str,
        send_at: datetime,
        *,
        of: UUID | None = None,
        digest_of: Sequence[UUID] | None = None,
        target_id: UUID | None = None,
        address: str | None = None,
    ) -> Order:
        id = tx.new_id()
        row = {
            "id": id,
            "member_id": reach.member.id,
            "notification_id": of,
            "digest_of": None if digest_of is None else [str(each) for each in digest_of],
            "channel": channel,
            "target_id": target_id,
            "address_masked": address,
            "state": DeliveryState.PENDING,
            "attempts": 0,
            "send_at": send_at,
            "created_at": tx.now,
        }
        empty = dict.fromkeys(("provider_id", "error", "tried_at", "sent_at", "ended_at"))
        tx.insert(Delivery, [{**row, **empty}])
        return Order(task=f"{DELIVER}.{channel}", key=str(id), run_at=send_at)


def _due(now: datetime, reach: Reach, news: News) -> datetime:
    """Give when something may be told to a member: now, or at the end of their quiet hours."""
    quiet = reach.preferences.quiet_hours
    if quiet is None or (news.urgent and quiet.urgent_passes):
        return now
    local = now.astimezone(zone(reach.member.zone).tzinfo)
    return max(now, quiet.end(local).astimezone(UTC)) if quiet.end(local) != local else now
