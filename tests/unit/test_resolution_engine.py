"""Ways out of a conflict: who gives way, where to, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, time

import pytest

from kalends.engine.availability import Commitment, Diary
from kalends.engine.claims import (
    Claim,
    Claims,
    EventFacts,
    Flexibility,
    Participant,
    Priority,
    Subject,
    SubjectKind,
)
from kalends.engine.conflicts import Conflict, collisions
from kalends.engine.hours import WeeklyHours
from kalends.engine.resolution import Cancel, Circumstances, Move, Option, resolve
from kalends.engine.resolution.ranking import MOST_YIELDING, yielding
from kalends.engine.spans import Span
from kalends.engine.wording import Wording
from kalends.engine.zones import zone
from strategies.spans import stretch

ANNA = Subject(id="anna")
WINDOW = stretch(0, 40)
WORDING = Wording(zone=UTC, title=str.title, name=str.title)


def event(uid: str, rank: int = 3, **facts: object) -> EventFacts:
    return EventFacts(uid=uid, rank=rank, participants=(Participant(id="anna"),), **facts)  # type: ignore[arg-type]


def clash(*parties: tuple[EventFacts, Span]) -> Conflict:
    claims = [Claim(event=facts, subject=ANNA, span=span) for facts, span in parties]
    (conflict,) = collisions(Claims.of(claims)).conflicts()
    return conflict


def around(conflict: Conflict, taken: Iterable[Span] = (), **settings: object) -> Circumstances:
    """Give Anna's diary with the parties and what else is taken."""
    commitments = [Commitment(claim.span, claim.event.uid) for claim in conflict.parties]
    commitments += [Commitment(span, "other") for span in taken]
    anna = Diary(subject="anna", commitments=tuple(commitments), **settings)  # type: ignore[arg-type]
    return Circumstances(diaries={"anna": anna}, window=WINDOW)


def told(option: Option) -> tuple[str, list[str]]:
    return option.change.uid, [reason.code for reason in option.reasons]


FLEXIBLE, PREFERRED, FIXED = Flexibility.FLEXIBLE, Flexibility.PREFERRED, Flexibility.FIXED


@pytest.mark.parametrize(
    ("first", "second", "kind", "expected"),
    [
        (event("exam", 5), event("gaming", 1), Move, ("gaming", ["ranks_lower", "nearest_free"])),
        (
            event("exam", 5, flexibility=FLEXIBLE),
            event("gym", 3),
            Move,
            ("gym", ["ranks_lower", "nearest_free"]),
        ),
        (
            event("gym", flexibility=FLEXIBLE),
            event("tea"),
            Move,
            ("gym", ["more_flexible", "nearest_free"]),
        ),
        (event("gym", flexibility=FIXED), event("tea"), Move, ("tea", ["more_flexible", "nearest_free"])),
        (event("exam", 5), event("gym", flexibility=FIXED), Cancel, ("gym", ["ranks_lower", "not_movable"])),
        (
            event("a", 6, priority=Priority.CRITICAL, created=1),
            event("b", 6, priority=Priority.CRITICAL, created=2),
            Cancel,
            ("b", ["created_later", "not_movable"]),
        ),
    ],
    ids=[
        "the lower rank",
        "the lower rank, however flexible the higher",
        "flexible before preferred",
        "never a fixed one",
        "a fixed lower one is shortened or cancelled, the higher stays",
        "critical ones stay: the later is proposed for cancelling",
    ],
)
def test_who_gives_way_and_why(
    first: EventFacts, second: EventFacts, kind: type, expected: tuple[str, list[str]]
) -> None:
    conflict = clash((first, stretch(10, 14)), (second, stretch(11, 15)))
    best = resolve(conflict, around(conflict))[0]
    assert told(best) == expected
    assert isinstance(best.change, kind)
    assert best.needs_person is (kind is Cancel)


def test_of_equal_moves_the_later_created_moves() -> None:
    conflict = clash((event("old", created=1), stretch(10, 14)), (event("new", created=2), stretch(10, 14)))
    best = resolve(conflict, around(conflict))[0]
    assert told(best) == ("new", ["created_later", "nearest_free"])


def test_of_equals_the_one_with_the_shorter_move_moves() -> None:
    conflict = clash((event("old", created=1), stretch(10, 14)), (event("new", created=2), stretch(12, 15)))
    best = resolve(conflict, around(conflict, [stretch(14, 20)]))[0]
    assert told(best) == ("old", ["shorter_move", "nearest_free"])
    assert best.words(WORDING).startswith(
        "Move Old from 00:30-01:30 to 00:00-01:00, 30 minutes earlier: "
        "it is equal to New, but moves by 30 minutes where that would move by 75 minutes"
    )


def test_the_options_are_ranked_and_told_in_words() -> None:
    conflict = clash((event("exam", 5), stretch(10, 14)), (event("gaming", 1), stretch(12, 16)))
    options = resolve(conflict, around(conflict))
    assert [option.score for option in options] == sorted((o.score for o in options), reverse=True)
    assert [option.words(WORDING) for option in options] == [
        "Move Gaming from 01:00-02:00 to 01:30-02:30, 30 minutes later: "
        "it ranks below Exam (1 against 5); this is its nearest free time",
        "Move Gaming from 01:00-02:00 to 2025-03-29 23:30 to 2025-03-30 00:30, 90 minutes earlier: "
        "it ranks below Exam (1 against 5); it is free then too",
        "Shorten Gaming by 30 minutes, from 01:00-02:00 to 01:30-02:00: "
        "it ranks below Exam (1 against 5); it keeps 30 minutes of 60 minutes, at one end",
        "Cancel Gaming (01:00-02:00): it ranks below Exam (1 against 5); if nothing else suits",
    ]


def test_a_move_keeps_to_hours_and_gaps_and_other_diaries() -> None:
    gym = EventFacts(
        uid="gym",
        rank=2,
        participants=(Participant(id="anna"), Participant(id="ben"), Participant(id="cleo", required=False)),
    )
    conflict = clash((event("exam", 5), stretch(10, 14)), (gym, stretch(12, 16)))
    hours = WeeklyHours.every(range(7), time(0), time(6), zone=zone("Etc/UTC"))  # quarters 8 to 32
    circumstances = around(conflict, [stretch(22, 24)], hours=hours)
    ben = Diary(subject="ben", commitments=(Commitment(stretch(12, 16), "gym"), Commitment(stretch(14, 17))))
    cleo = Diary(subject="cleo", commitments=(Commitment(WINDOW),))
    anna = circumstances.diaries["anna"]
    shared = Circumstances(diaries={"anna": anna, "ben": ben, "cleo": cleo}, window=WINDOW)
    moves = [option.change for option in resolve(conflict, shared)]
    assert [move.after for move in moves if isinstance(move, Move)] == [stretch(17, 21), stretch(24, 28)]


def test_where_nothing_else_helps_cancelling_is_proposed() -> None:
    conflict = clash((event("exam", 5), stretch(10, 14)), (event("gaming", 1), stretch(11, 13)))
    (option,) = resolve(conflict, around(conflict, [stretch(0, 10), stretch(14, 39)]))
    assert option.words(WORDING) == (
        "Cancel Gaming (00:45-01:15): it ranks below Exam (1 against 5); "
        "no other way was found within 2025-03-29 22:00 to 2025-03-30 08:00"
    )


def test_what_cannot_be_changed_never_gives_way() -> None:
    conflict = clash((event("exam", 5), stretch(10, 14)), (event("gaming", 1), stretch(12, 16)))
    circumstances = around(conflict)
    held = replace(circumstances, untouchable={"gaming"})
    assert {option.change.uid for option in resolve(conflict, held)} == {"exam"}
    assert resolve(conflict, replace(circumstances, untouchable={"gaming", "exam"})) == []


def test_of_a_crowd_those_that_move_most_easily_then_the_latest_may_give_way() -> None:
    hall = Subject(id="hall", kind=SubjectKind.RESOURCE)
    claims = [
        Claim(
            event=EventFacts(uid=f"e{number}", created=number, flexibility=FLEXIBLE if number < 3 else FIXED),
            subject=replace(hall, capacity=2),
            span=stretch(10, 14),
        )
        for number in range(MOST_YIELDING + 9)
    ]
    (conflict,) = collisions(Claims.of(claims)).conflicts()
    parties = yielding(conflict, Circumstances(diaries={}, window=WINDOW))
    kept = [0, 1, 2, *range(12, MOST_YIELDING + 9)]
    assert sorted(party.claim.event.created for party in parties) == kept
    assert {len(party.others) for party in parties} == {len(claims) - 1}
