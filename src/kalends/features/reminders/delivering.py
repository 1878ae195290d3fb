"""Bringing what members are told to them: once for each delivery, whatever dies in between.

Before a service is asked, the delivery is stored as `sending`. Who finds one that was tried before asks the
service what became of it before asking it to send again; where the service cannot tell, the receiver goes by
the delivery's id, which is the same each time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import delete, select

from kalends.engine.starts import parse_start
from kalends.features.calendars.models import CalendarObject
from kalends.features.identity.models import Member
from kalends.features.reminders.due import is_still_due
from kalends.features.reminders.messages import Messages
from kalends.features.reminders.models import (
    Channel,
    Delivery,
    DeliveryState,
    Notification,
    PushSubscription,
)
from kalends.features.reminders.ports import AddressGone, Carrier, Message
from kalends.features.reminders.settings import Reach, Settings, masked
from kalends.features.reminders.subscriptions import Subscriptions
from kalends.features.reminders.telling import DELIVER
from kalends.jobs import Permanent, Run, Task, Transient
from kalends.storage import Unit

_OVER = (
    *(DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.BOUNCED),
    *(DeliveryState.SUPPRESSED, DeliveryState.DROPPED),
)

_HEARD = (DeliveryState.DELIVERED, DeliveryState.BOUNCED)
_NOT_KNOWN = (DeliveryState.SENDING, DeliveryState.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    message: Message
    tried_at: datetime
    again: bool  # it was tried before, and nobody knows with what success
    wanted: bool  # what it tells is still so


class Delivering:
    """The jobs that deliver, one kind for each channel."""

    def __init__(
        self,
        carriers: Mapping[str, Carrier],
        settings: Settings,
        subscriptions: Subscriptions,
        messages: Messages,
    ) -> None:
        self._carriers, self._settings = carriers, settings
        self._subscriptions, self._messages = subscriptions, messages

    def tasks(self) -> Sequence[Task]:
        """Give a task for each channel, in a queue of its own: one that hangs does not hold up the others."""
        return [
            Task(name=f"{DELIVER}.{channel}", handler=partial(self._deliver, carrier), queue=channel)
            for channel, carrier in self._carriers.items()
        ]

    # What services say later --------------------------------------------------------------------------------

    def taken(self, tx: Unit, id: UUID, provider_id: str) -> None:
        """Note that a service has a delivery, though its answer may have been lost: it is not sent again."""
        delivery = _told_of(tx, id, provider_id)
        if delivery is not None and delivery.state is DeliveryState.SENDING:
            self._end(tx, id, DeliveryState.SENT, provider_id=provider_id)

    def arrived(self, tx: Unit, id: UUID, provider_id: str) -> None:
        """Note that a delivery reached its address; one that is not known is none of ours."""
        delivery = _told_of(tx, id, provider_id)
        if delivery is not None and delivery.state is not DeliveryState.BOUNCED:
            self._end(tx, id, DeliveryState.DELIVERED, provider_id=provider_id)

    def bounced(self, tx: Unit, id: UUID, provider_id: str, said: str) -> None:
        """Note that a delivery will not reach its address. The next may: the phone was off, or full."""
        delivery = _told_of(tx, id, provider_id)
        if delivery is not None and delivery.state is not DeliveryState.DELIVERED:
            self._end(tx, id, DeliveryState.BOUNCED, provider_id=provider_id, error=said)

    # One delivery -------------------------------------------------------------------------------------------

    def _deliver(self, carrier: Carrier, run: Run) -> None:
        id = UUID(run.key)
        trial = run.write(partial(self._begin, id=id))
        if trial is None:
            return
        try:
            provider_id = carrier.find(trial.message, trial.tried_at) if trial.again else None
            if provider_id is None and not trial.wanted:
                run.complete(partial(self._end, id=id, state=DeliveryState.DROPPED))
                return
            if provider_id is None:
                provider_id = carrier.send(trial.message)
        except AddressGone as error:
            run.complete(partial(self._bounced, id=id, address=trial.message.to, said=str(error)))
        except Permanent as error:
            run.complete(partial(self._end, id=id, state=DeliveryState.FAILED, error=str(error)))
        except Exception as error:
            # What nobody foresaw is tried again as well, and stands among the jobs that failed.
            said = str(error) if isinstance(error, Transient) else type(error).__name__
            state = DeliveryState.FAILED if run.last_try else DeliveryState.SENDING
            run.write(partial(self._end, id=id, state=state, error=said))
            raise
        else:
            run.complete(partial(self._end, id=id, state=DeliveryState.SENT, provider_id=provider_id))

    def _begin(self, tx: Unit, id: UUID) -> _Trial | None:
        """Say that a delivery is being tried; None where there is nothing to do any more."""
        delivery = tx.find(Delivery, id)
        if delivery is None or delivery.state in _OVER:
            return None
        reach = self._settings.load(tx, [delivery.member_id])[delivery.member_id]
        again = delivery.attempts > 0
        address = self._address(tx, reach, delivery)
        told = self._notifications(tx, delivery)
        wanted = [each for each in told if _is_so(tx, reach.member, each)]
        if address is None or (not wanted and not again):
            self._end(tx, id, DeliveryState.DROPPED)
            return None
        if self._settings.is_suppressed(tx, delivery.channel, address):
            self._end(tx, id, DeliveryState.SUPPRESSED)
            return None
        message = self._messages.compose(tx, reach, delivery, wanted or told, address)
        delivery.state = DeliveryState.SENDING
        delivery.attempts += 1
        delivery.tried_at = delivery.tried_at or tx.now
        tx.session.flush()
        return _Trial(message=message, tried_at=delivery.tried_at, again=again, wanted=bool(wanted))

    def _address(self, tx: Unit, reach: Reach, delivery: Delivery) -> str | None:
        if delivery.channel in reach.preferences.switched_off:
            return None
        if delivery.channel == Channel.PUSH:
            return self._subscriptions.address(tx, delivery.target_id) if delivery.target_id else None
        return reach.addresses.get(delivery.channel)

    def _notifications(self, tx: Unit, delivery: Delivery) -> Sequence[Notification]:
        ids = (
            [delivery.notification_id]
            if delivery.notification_id is not None
            else [UUID(id) for id in delivery.digest_of or ()]
        )
        query = select(Notification).where(Notification.id.in_(ids)).order_by(Notification.id)
        return tx.execute(query).scalars().all()

    def _end(
        self,
        tx: Unit,
        id: UUID,
        state: DeliveryState,
        provider_id: str | None = None,
        error: str | None = None,
    ) -> None:
        tx.lock(Delivery, [id])
        delivery = tx.get(Delivery, id)
        if state is DeliveryState.SENT and delivery.state in _HEARD:
            state = delivery.state  # the service was quicker to say more
        if state in _NOT_KNOWN and delivery.state in (DeliveryState.SENT, *_HEARD):
            return  # only its answer was lost
        delivery.state, delivery.error = state, error
        if provider_id is not None:
            delivery.provider_id = provider_id
        if state is DeliveryState.SENT:
            delivery.sent_at = tx.now
        delivery.ended_at = None if state is DeliveryState.SENDING else tx.now
        tx.session.flush()

    def _bounced(self, tx: Unit, id: UUID, address: str, said: str) -> None:
        """Send nothing to an address any more; a browser that is gone is forgotten."""
        delivery = tx.get(Delivery, id)
        if delivery.channel == Channel.PUSH:
            tx.changed(delete(PushSubscription).where(PushSubscription.id == delivery.target_id))
        else:
            self._settings.suppress(tx, delivery.channel, address, "bounced")
        self._end(tx, id, DeliveryState.BOUNCED, error=said.replace(address, masked(address)))


def _told_of(tx: Unit, id: UUID, provider_id: str) -> Delivery | None:
    """Give the delivery that a service speaks of, unless it is another than it was given."""
    tx.lock(Delivery, [id])
    delivery = tx.find(Delivery, id)
    return delivery if delivery is not None and delivery.provider_id in (None, provider_id) else None


def _is_so(tx: Unit, member: Member, notification: Notification) -> bool:
    """Say whether what is told is still so: a reminder of something that still is, and at the same time."""
    data = notification.data
    if notification.name != "reminder" or notification.subject is None:
        return True
    if "start" not in data:
        return tx.find(CalendarObject, notification.subject) is not None
    own = "reminder_id" in data
    start = parse_start(data["start"])
    return is_still_due(tx, member, notification.subject, data["occurrence"], start, own)
