"""When members and resources can be had: what they have taken, the gaps they like, the hours they keep."""

from __future__ import annotations

from collections import defaultdict
from datetime import time, timedelta

from kalends.engine.availability import Commitment, Diary
from kalends.engine.hours import WeeklyHours
from kalends.engine.spans import Span
from kalends.engine.zones import zone
from kalends.features.identity.models import Member
from kalends.features.identity.preferences import Preferences
from kalends.features.scheduling.claims import Gathered

_WAKING = time(7), time(22)


def diaries_of(gathered: Gathered, *, gaps: bool = True) -> dict[str, Diary]:
    """Give every member's and resource's diary by id, with or without the gaps that members like."""
    claims = gathered.claims
    taken: dict[str, list[Commitment]] = defaultdict(list)
    for subject, event, start, end in zip(
        claims.subject.tolist(),
        claims.event.tolist(),
        claims.start.tolist(),
        claims.end.tolist(),
        strict=True,
    ):
        if end > start:
            span = Span.of_seconds(start, end)
            taken[claims.subjects[subject].id].append(Commitment(span, claims.events[event].uid))
    members = {
        str(member.id): _diary(member, tuple(taken[str(member.id)]), gaps=gaps)
        for member in gathered.members.values()
    }
    things = {
        str(thing.id): Diary(
            subject=str(thing.id), commitments=tuple(taken[str(thing.id)]), capacity=thing.places
        )
        for thing in gathered.resources.values()
    }
    return members | things


def hours_of(member: Member) -> WeeklyHours:
    """Give the hours within which a member may be given something to do."""
    likes = Preferences.stored(member.preferences)
    earliest, latest = likes.no_events_before or _WAKING[0], likes.no_events_after or _WAKING[1]
    return WeeklyHours.every(range(7), earliest, latest, zone=zone(member.zone))


def _diary(member: Member, commitments: tuple[Commitment, ...], *, gaps: bool) -> Diary:
    likes = Preferences.stored(member.preferences)
    return Diary(
        subject=str(member.id),
        commitments=commitments,
        gap=timedelta(minutes=likes.min_gap_between_events_minutes if gaps else 0),
        hours=hours_of(member),
    )
