"""Laws of resolution, at the engine's own level."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kalends.engine.availability import Commitment, Diary, free_slots
from kalends.engine.claims import Claim, Claims, EventFacts, Participant, Subject, SubjectKind
from kalends.engine.conflicts import collisions
from kalends.engine.resolution import (
    Cancel,
    Circumstances,
    DropParticipant,
    Move,
    Resource,
    Shorten,
    Swap,
    resolve,
)
from kalends.engine.spans import Span
from strategies.spans import events, spans, stretch

ANNA = Subject(id="anna")
WINDOW = stretch(0, 40)


@pytest.mark.law(4)
@settings(max_examples=100)
@given(events(1), events(2), spans(), spans(), st.lists(spans(last=36), max_size=8))
def test_the_higher_stays_and_the_lower_moves_to_free_time_or_may_be_dropped(
    one: EventFacts, two: EventFacts, first: Span, second: Span, taken: list[Span]
) -> None:
    if not first.overlaps(second):
        second = first
    claims = [Claim(event=one, subject=ANNA, span=first), Claim(event=two, subject=ANNA, span=second)]
    (conflict,) = collisions(Claims.of(claims)).conflicts()
    commitments = [*(Commitment(c.span, c.event.uid) for c in claims), *map(Commitment, taken)]
    diaries = {"anna": Diary(subject="anna", commitments=tuple(commitments))}
    options = resolve(conflict, Circumstances(diaries=diaries, window=WINDOW))
    assert options
    kept = {"event-1": second, "event-2": first}
    ranks = {"event-1": one.rank, "event-2": two.rank}
    for option in options:
        change = option.change
        assert ranks[change.uid] == min(ranks.values())
        if isinstance(change, Move):
            assert option.event.movable
            assert change.after.duration == change.before.duration
            assert WINDOW.contains(change.after)
            assert not any(change.after.overlaps(span) for span in [*taken, kept[change.uid]])
        else:
            assert option.needs_person
        if isinstance(change, Shorten):
            assert change.before.contains(change.after)
            assert 2 * change.after.duration >= change.before.duration
            assert not change.after.overlaps(kept[change.uid])
    assert isinstance(options[-1].change, Cancel)
    if not isinstance(options[0].change, Move):
        for claim in claims:
            if claim.event.movable and ranks[claim.event.uid] == min(ranks.values()):
                free = [diaries["anna"].without(claim.event.uid, claim.span)]
                assert not list(free_slots(free, WINDOW, claim.span.duration))


VAN = Subject(id="van", kind=SubjectKind.RESOURCE)
FLEET = {id: Resource(id=id, type="vehicle", stand_ins=frozenset({"van", "car"})) for id in ("van", "car")}


@pytest.mark.law(4)
@settings(max_examples=100)
@given(
    events(1),
    events(2),
    spans(),
    spans(),
    st.lists(spans(last=36), max_size=8),
    st.lists(spans(), max_size=3),
)
def test_over_a_resource_the_higher_keeps_it_and_the_lower_moves_or_takes_another(
    one: EventFacts, two: EventFacts, first: Span, second: Span, taken: list[Span], driven: list[Span]
) -> None:
    if not first.overlaps(second):
        second = first
    trips = [replace(each, resources=("van",), participants=(Participant(id="van"),)) for each in (one, two)]
    claims = [
        Claim(event=trip, subject=VAN, span=span) for trip, span in zip(trips, (first, second), strict=True)
    ]
    (conflict,) = collisions(Claims.of(claims)).conflicts()
    commitments = [*(Commitment(c.span, c.event.uid) for c in claims), *map(Commitment, taken)]
    diaries = {
        "van": Diary(subject="van", commitments=tuple(commitments)),
        "car": Diary(subject="car", commitments=tuple(map(Commitment, driven))),
    }
    options = resolve(conflict, Circumstances(diaries=diaries, window=WINDOW, resources=FLEET))
    lowest = min(one.rank, two.rank)
    assert {option.event.rank for option in options} == {lowest}
    helped = {option.event.uid for option in options if isinstance(option.change, Swap)}
    for claim in claims:
        if claim.event.rank == lowest:
            free = not any(claim.span.overlaps(span) for span in driven)
            assert (claim.event.uid in helped) is free
    assert not (helped and options[0].needs_person)


@pytest.mark.law(4)
@settings(max_examples=100)
@given(events(1), events(2), spans(), spans(), st.booleans())
def test_who_need_not_come_to_the_lower_may_stay_away(
    one: EventFacts, two: EventFacts, first: Span, second: Span, required: bool
) -> None:
    if not first.overlaps(second):
        second = first
    guests = (Participant(id="anna", required=False), Participant(id="ben"))
    lower, higher = sorted((one, two), key=lambda each: each.rank)
    lower, higher = replace(lower, rank=2, participants=guests), replace(higher, rank=5)
    claims = [
        Claim(event=higher, subject=ANNA, span=first),
        Claim(event=lower, subject=ANNA, span=second, required=required),
    ]
    (conflict,) = collisions(Claims.of(claims)).conflicts()
    diaries = {"anna": Diary(subject="anna", commitments=(Commitment(WINDOW),))}
    options = resolve(conflict, Circumstances(diaries=diaries, window=WINDOW))
    assert all(option.change.uid == lower.uid and option.needs_person for option in options)
    assert any(isinstance(option.change, DropParticipant) for option in options) is not required
    assert isinstance(options[-1].change, Cancel)
