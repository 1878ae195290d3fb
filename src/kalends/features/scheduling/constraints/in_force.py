"""What is asked of members right now: the constraints that were made, and what they like, as the engine
reads them."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from kalends.engine.constraints import Clock, Constraint, Rule, parse_rule
from kalends.engine.constraints.preferences import preferences
from kalends.engine.zones import zone
from kalends.features.identity.models import Member
from kalends.features.identity.preferences import Preferences
from kalends.features.scheduling.constraints.models import StoredConstraint
from kalends.storage import Unit

_WEEK_STARTS = {"monday": 0, "saturday": 5, "sunday": 6}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of members and by whose clocks.

    A member of whom nobody set anything is presumed to like days from nine to six, a quarter of an hour
    between events, and five of them at most. That weighs where a time is chosen, but is no reason to complain
    of a calendar that somebody chose to keep otherwise.
    """

    kept: tuple[Constraint, ...]  # those that somebody made
    liked: tuple[Constraint, ...]  # what members set for themselves, soft
    presumed: tuple[Constraint, ...]  # `liked`, with what is presumed beside it
    clocks: Mapping[str, Clock]  # of each member and resource, by id

    @property
    def reported(self) -> tuple[Constraint, ...]:
        """Give those whose breach is a conflict."""
        return (*self.kept, *self.liked)

    @property
    def weighed(self) -> tuple[Constraint, ...]:
        """Give those that count where a time is chosen."""
        return (*self.kept, *self.presumed)

    @property
    def hard(self) -> tuple[Constraint, ...]:
        """Give those that refuse what breaks them."""
        return tuple(each for each in self.kept if each.hard)


def asked_of(tx: Unit, members: Iterable[Member], resources: Iterable[UUID] = (), *, home: str) -> Asked:
    """Give what is asked of these members; resources live by the workspace's zone, `home`."""
    people = sorted(members, key=lambda member: member.id)
    things = Clock(zone=zone(home))
    return Asked(
        kept=_kept(tx),
        liked=tuple(like for member in people for like in _likes_of(member).set_by_them),
        presumed=tuple(like for member in people for like in _likes_of(member).presumed),
        clocks={**clocks_of(people), **{str(id): things for id in resources}},
    )


def constraints_of(tx: Unit) -> tuple[Constraint, ...]:
    """Give all that counts where a time is chosen: the active constraints, and as soft ones what each member
    likes or is presumed to like."""
    members = tx.execute(select(Member).order_by(Member.id)).scalars().all()
    return (*_kept(tx), *(like for member in members for like in _likes_of(member).presumed))


def hard_constraints(tx: Unit) -> tuple[Constraint, ...]:
    """Give the active constraints that refuse what breaks them."""
    return tuple(each for each in _kept(tx) if each.hard)


def clocks_of(members: Iterable[Member]) -> dict[str, Clock]:
    """Give each member's clock by id: their zone, and the weekday on which their week begins."""
    return {str(member.id): _likes_of(member).clock for member in members}


def engine_constraint(row: StoredConstraint) -> Constraint:
    """Give a kept constraint as the engine reads it."""
    return Constraint(
        id=str(row.id),
        name=row.name,
        rule=_rule(row.rule, json.dumps(row.parameters)),
        hard=row.hard,
        priority=row.priority,
        member=None if row.member_id is None else str(row.member_id),
    )


def _kept(tx: Unit) -> tuple[Constraint, ...]:
    rows = tx.execute(
        select(StoredConstraint).where(StoredConstraint.active).order_by(StoredConstraint.id)
    ).scalars()
    return tuple(map(engine_constraint, rows))


class _Likes(NamedTuple):
    """What one member likes."""

    clock: Clock
    set_by_them: tuple[Constraint, ...]
    presumed: tuple[Constraint, ...]  # with what they have set


def _likes_of(member: Member) -> _Likes:
    return _likes(str(member.id), member.zone, json.dumps(member.preferences))


@lru_cache(maxsize=1_000)
def _rule(kind: str, parameters: str) -> Rule:
    return parse_rule(kind, json.loads(parameters))


@lru_cache(maxsize=1_000)
def _likes(member: str, zone_name: str, stored: str) -> _Likes:
    set_by_them = json.loads(stored)
    likes = Preferences.stored(set_by_them)
    return _Likes(
        clock=Clock(zone=zone(zone_name), week_start=_WEEK_STARTS[likes.week_start]),
        set_by_them=_as_constraints(member, likes, set_by_them),
        presumed=_as_constraints(member, likes, Preferences.model_fields),
    )


def _as_constraints(member: str, likes: Preferences, named: Container[str]) -> tuple[Constraint, ...]:
    def like(name: str) -> Any:
        return getattr(likes, name) if name in named else None

    return preferences(
        member,
        no_events_before=like("no_events_before"),
        no_events_after=like("no_events_after"),
        preferred_start=like("preferred_start_time"),
        preferred_end=like("preferred_end_time"),
        min_gap_minutes=like("min_gap_between_events_minutes") or 0,
        max_events_per_day=like("max_events_per_day"),
    )
