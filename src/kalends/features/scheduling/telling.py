"""What is known of events by name alone, for words about them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, cast
from uuid import UUID

from sqlalchemy import select

from kalends.engine.wording import Reason
from kalends.features.calendars.event_rows import Rows, load_rows
from kalends.features.calendars.models import Event
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import Member
from kalends.features.resources.models import Reservation, Resource
from kalends.features.resources.reservations import reservations_named
from kalends.features.scheduling.conflicts import Eyes
from kalends.storage import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Events, members and resources that words are about."""

    rows: Rows
    members: Mapping[UUID, Member]
    resources: Mapping[UUID, Resource]
    reservations: Mapping[str, Reservation]

    def name_of(self, subject: str) -> str | None:
        """Give the name of a member or resource; None for one that is gone."""
        known = self.members.get(UUID(subject)) or self.resources.get(UUID(subject))
        return known.name if known else None


def eyes_on(tx: Unit, actor: Actor, uids: Collection[str]) -> Eyes:
    """Look at events, wherever and whenever they are, as the actor."""
    known = Named(
        rows=load_rows(tx, Event.uid.in_(uids)),
        members={each.id: each for each in tx.execute(select(Member)).scalars()},
        resources={each.id: each for each in tx.execute(select(Resource)).scalars()},
        reservations={each.uid: each for each in reservations_named(tx, uids)},
    )
    return Eyes.of(tx, actor, known)


def about(reasons: Iterable[Reason]) -> set[str]:
    """Give the UIDs of the events that reasons speak of."""
    found: set[str] = set()
    for reason in reasons:
        inner = getattr(reason, "reason", None)
        if inner is not None:
            found |= about([inner])
        for part in fields(cast(Any, reason)):
            value = getattr(reason, part.name)
            if part.name in ("uid", "other", "next") and value:
                found.add(value)
            elif part.name == "uids":
                found.update(value)
    return found
