"""When members and resources can be had: what they have taken, the gaps they like, the hours they keep, and
what constraints ask of them."""

from __future__ import annotations

from collections import defaultdict
from datetime import time, timedelta

import numpy as np

from kalends.engine.availability import Commitment, Diary
from kalends.engine.constraints import Agenda, Constraint
from kalends.engine.constraints.screen import Screen
from kalends.engine.hours import WeeklyHours
from kalends.engine.spans import Span
from kalends.engine.zones import zone
from kalends.features.identity.models import Member
from kalends.features.identity.preferences import Preferences
from kalends.features.scheduling.claims import Gathered

_WAKING = time(7), time(22)
_NONE = np.zeros(0, dtype=np.int64)


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
    screens = _screens(gathered)
    members = {
        id: _diary(member, tuple(taken[id]), screens[id], gaps=gaps)
        for id, member in ((str(member.id), member) for member in gathered.members.values())
    }
    things = {
        id: Diary(subject=id, commitments=tuple(taken[id]), capacity=thing.places, screen=screens[id])
        for id, thing in ((str(thing.id), thing) for thing in gathered.resources.values())
    }
    return members | things


def hours_of(member: Member) -> WeeklyHours:
    """Give the hours within which a member may be given something to do."""
    likes = Preferences.stored(member.preferences)
    earliest, latest = likes.no_events_before or _WAKING[0], likes.no_events_after or _WAKING[1]
    return WeeklyHours.every(range(7), earliest, latest, zone=zone(member.zone))


def _diary(member: Member, commitments: tuple[Commitment, ...], screen: Screen, *, gaps: bool) -> Diary:
    likes = Preferences.stored(member.preferences)
    return Diary(
        subject=str(member.id),
        commitments=commitments,
        gap=timedelta(minutes=likes.min_gap_between_events_minutes if gaps else 0),
        hours=hours_of(member),
        screen=screen,
    )


def _screens(gathered: Gathered) -> dict[str, Screen]:
    """Give what constraints ask of each member, and of each resource those that are about it."""
    asked = gathered.asked
    agendas = Agenda.all_of(gathered.claims, asked.clocks)
    of_one: dict[str, list[Constraint]] = defaultdict(list)
    of_all: list[Constraint] = []
    for constraint in asked.weighed:
        about = getattr(constraint.rule, "resource", None)
        if about is not None:
            of_one[about].append(constraint)
        (of_all if constraint.member is None else of_one[constraint.member]).append(constraint)
    return {
        id: Screen(
            agenda=agendas[id] if id in agendas else _empty(id, gathered),
            constraints=[*of_one[id], *(of_all if is_member else ())],
        )
        for ids, is_member in ((gathered.members, True), (gathered.resources, False))
        for id in map(str, ids)
    }


def _empty(id: str, gathered: Gathered) -> Agenda:
    return Agenda(
        subject=id,
        clock=gathered.asked.clocks[id],
        start=_NONE,
        end=_NONE,
        event=_NONE,
        events=gathered.claims.events,
        row=_NONE,
    )
