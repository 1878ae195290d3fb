"""Conflicts: what collides, how gravely, under which name, and in which words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pytest

from kalends.engine.claims import Claim, Claims, EventFacts, Flexibility, Priority, Subject, SubjectKind, rank
from kalends.engine.conflicts import (
    Conflict,
    ConflictKind,
    Severity,
    Weight,
    Which,
    collisions,
    in_time,
    overlapping_pairs,
)
from kalends.engine.span_columns import SpanColumns
from kalends.engine.wording import Wording
from kalends.engine.zones import zone
from kalends.kit.errors import InvalidInput, TooLarge
from strategies.spans import at, stretch

ANNA = Subject(id="anna")
CAR = Subject(id="car", kind=SubjectKind.RESOURCE)
HALL = Subject(id="hall", kind=SubjectKind.RESOURCE, capacity=2)
GONE = Subject(id="gone", kind=SubjectKind.RESOURCE, capacity=0)
WORDING = Wording(zone=zone("Europe/Paris").tzinfo, title=str.capitalize, name=str.title)

Row = tuple[str, Subject, int, int]


def table(rows: Sequence[Row], **facts: EventFacts) -> Claims:
    """Make claims of (uid, subject, first quarter, last quarter)."""
    return Claims.of(
        [
            Claim(event=facts.get(uid, EventFacts(uid=uid)), subject=subject, span=stretch(start, end))
            for uid, subject, start, end in rows
        ]
    )


def found(rows: Sequence[Row]) -> list[tuple[str, tuple[str, ...], int]]:
    return [(c.subject.id, c.uids, c.count) for c in collisions(table(rows)).conflicts()]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("a", ANNA, 0, 4), ("b", ANNA, 4, 8)], []),
        ([("a", ANNA, 0, 4), ("b", ANNA, 3, 8)], [("anna", ("a", "b"), 1)]),
        ([("a", ANNA, 0, 4), ("b", CAR, 0, 4)], []),
        ([("a", ANNA, 0, 4), ("a", ANNA, 3, 8)], []),
        ([("a", CAR, 0, 4), ("a", CAR, 3, 8)], [("car", ("a",), 1)]),
        ([("a", CAR, 0, 4), ("b", CAR, 3, 8)], [("car", ("a", "b"), 1)]),
        ([("a", HALL, 0, 4), ("b", HALL, 3, 8)], []),
        ([("a", HALL, 0, 9), ("b", HALL, 1, 3), ("c", HALL, 3, 5)], []),
        ([("a", HALL, 0, 9), ("b", HALL, 1, 4), ("c", HALL, 3, 5)], [("hall", ("a", "b", "c"), 1)]),
        ([("a", GONE, 0, 4)], [("gone", ("a",), 1)]),
        (
            [("a", ANNA, 0, 4), ("b", ANNA, 1, 2), ("a", ANNA, 9, 12), ("b", ANNA, 9, 10)],
            [("anna", ("a", "b"), 2)],
        ),
        ([], []),
    ],
    ids=[
        "touching",
        "a member twice",
        "different subjects",
        "an event does not conflict with itself",
        "but cannot use a resource twice",
        "a resource twice",
        "room for two",
        "never three at once, though one overlaps two",
        "three at once",
        "no place at all",
        "two series make one conflict",
        "nothing claimed",
    ],
)
def test_what_collides(rows: list[Row], expected: list[tuple[str, tuple[str, ...], int]]) -> None:
    assert found(rows) == expected


def test_a_claim_without_length_claims_nothing() -> None:
    start = np.array([0, 0, 5], dtype=np.int64)
    claims = Claims(
        start=start,
        end=np.array([10, 0, 5], dtype=np.int64),
        subject=np.zeros(3, dtype=np.int64),
        event=np.arange(3),
        subjects=(ANNA,),
        events=tuple(EventFacts(uid=str(n)) for n in range(3)),
    )
    assert len(collisions(claims)) == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"end": np.array([5, 0])}, "end"),
        ({"end": np.array([5])}, "end"),
        ({"subject": np.array([0, 1])}, "subject"),
        ({"event": np.array([-1, 0])}, "event"),
        ({"required": np.array([True])}, "required"),
    ],
)
def test_columns_that_do_not_fit_are_refused(change: dict[str, object], field: str) -> None:
    columns = {"start": np.array([0, 2]), "end": np.array([5, 6]), "subject": np.zeros(2, int)}
    columns["event"] = np.zeros(2, int)
    with pytest.raises(InvalidInput) as refusal:
        Claims(**{**columns, **change}, subjects=(ANNA,), events=(EventFacts(uid="a"),))  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_one_long_claim_over_many_short_ones_costs_only_its_answers() -> None:
    many = 100_000
    short = np.arange(many, dtype=np.int64) * 10
    columns = SpanColumns(np.append(short, 0), np.append(short + 10, 10 * many))
    pairs = overlapping_pairs(np.zeros(many + 1, dtype=np.int64), columns)
    assert len(pairs.left) == many
    assert set(pairs.left.tolist()) | set(pairs.right.tolist()) == set(range(many + 1))


def test_more_pairs_than_allowed_are_refused() -> None:
    columns = SpanColumns(np.zeros(100, dtype=np.int64), np.ones(100, dtype=np.int64))
    assert len(overlapping_pairs(np.zeros(100, dtype=np.int64), columns).left) == 4950
    with pytest.raises(TooLarge, match="shorter time"):
        overlapping_pairs(np.zeros(100, dtype=np.int64), columns, most=4949)


def test_groups_may_be_numbered_far_apart() -> None:
    group = np.array([1 << 60, 7, 1 << 60, 7, -5], dtype=np.int64)
    columns = SpanColumns(np.array([0, 0, 3, 5, 0]), np.array([5, 5, 9, 9, 9]))
    pairs = overlapping_pairs(group, columns)
    assert (pairs.left.tolist(), pairs.right.tolist()) == ([0], [2])


def test_pairs_are_index_pairs_with_lazy_values() -> None:
    claims = table(
        [("a", HALL, 0, 4), ("b", HALL, 1, 8), ("c", HALL, 2, 3), ("d", ANNA, 0, 9), ("e", ANNA, 1, 2)]
    )
    hits = collisions(claims)
    assert sorted(zip(hits.left.tolist(), hits.right.tolist(), strict=True)) == [
        (0, 1),
        (0, 2),
        (1, 2),
        (3, 4),
    ]
    by_subject = {hits[k].subject.id: hits[k] for k in range(len(hits))}
    assert by_subject["anna"].kind is ConflictKind.TIME
    assert by_subject["hall"].kind is ConflictKind.RESOURCE
    assert by_subject["hall"].uids == ("a", "b", "c")
    assert (by_subject["hall"].use, by_subject["hall"].first) == (3, stretch(2, 3))


def only(claims: Claims, **asked: object) -> Conflict:
    (conflict,) = collisions(claims).conflicts(**asked)  # type: ignore[arg-type]
    return conflict


@pytest.mark.parametrize(
    ("subject", "rows", "expected"),
    [
        (
            ANNA,
            [("soccer practice", 57, 62), ("dentist", 58, 66)],
            "Soccer practice overlaps Dentist by 60 minutes (14:30-15:30)",
        ),
        (
            CAR,
            [("soccer practice", 56, 60), ("dentist", 58, 66)],
            "Car is wanted by 2 at once but serves 1 (14:30-15:00): Soccer practice and Dentist",
        ),
        (
            ANNA,
            [("a", 4, 8), ("b", 5, 6), ("a", 100, 104), ("b", 101, 102)],
            "A overlaps B by 15 minutes (00:15-00:30), 2 times in all",
        ),
        (
            ANNA,
            [("a", 2, 8), ("b", 3, 8)],
            "A overlaps B by 75 minutes (2025-03-29 23:45 to 2025-03-30 01:00)",
        ),
        (ANNA, [("a", 8, 16), ("b", 8, 16)], "A overlaps B by 120 minutes (01:00-04:00)"),
    ],
    ids=["a member", "a resource", "series", "over midnight", "over the gap"],
)
def test_the_sentence_speaks_by_the_viewers_clock(
    subject: Subject, rows: list[tuple[str, int, int]], expected: str
) -> None:
    conflict = only(table([(uid, subject, start, end) for uid, start, end in rows]))
    assert conflict.sentence(WORDING) == expected


def test_the_sentence_says_no_more_than_the_viewer_may_know() -> None:
    conflict = only(table([("soccer practice", ANNA, 56, 60), ("affair", ANNA, 58, 66)]))
    shy = Wording(zone=WORDING.zone, title=lambda uid: "an event" if uid == "affair" else uid, name=str.title)
    assert conflict.sentence(shy) == "Soccer practice overlaps an event by 30 minutes (14:30-15:00)"


def test_a_series_speaks_of_its_next_clash() -> None:
    claims = table([("a", ANNA, 0, 4), ("b", ANNA, 1, 2), ("a", ANNA, 9, 12), ("b", ANNA, 9, 10)])
    conflict = only(claims, after=at(2))
    assert (conflict.first, conflict.next, conflict.occasion) == (
        stretch(1, 2),
        stretch(9, 10),
        stretch(9, 10),
    )
    assert [claim.span for claim in conflict.parties] == [stretch(9, 12), stretch(9, 10)]
    over = only(claims, after=at(10))
    assert (over.next, over.occasion) == (None, stretch(1, 2))


def test_an_edit_may_ask_for_its_own_conflicts_alone() -> None:
    rows: list[Row] = [("a", ANNA, 0, 4), ("b", ANNA, 1, 2), ("c", ANNA, 3, 6)]
    rows += [(uid, HALL, start, start + 3) for uid, start in [("b", 0), ("c", 1), ("d", 2)]]
    hits = collisions(table(rows))
    assert [c.uids for c in hits.conflicts()] == [("a", "b"), ("b", "c", "d"), ("a", "c")]
    assert [c.uids for c in hits.conflicts(which=Which(touching={"b"}))] == [("a", "b"), ("b", "c", "d")]
    assert [c.uids for c in hits.conflicts(which=Which(touching={"d", "gone"}))] == [("b", "c", "d")]
    assert [c.uids for c in hits.conflicts(which=Which(touching={"b"}, beside={"a", "gone"}))] == [("a", "b")]
    assert [c.uids for c in hits.conflicts(which=Which(within={"a", "b", "c"}))] == [("a", "b"), ("a", "c")]
    first, count = hits.first(1, which=Which(touching={"b"}))
    assert ([c.uids for c in first], count) == ([("a", "b")], 2)


@pytest.mark.parametrize("after", [None, at(2), at(9)])
def test_conflicts_are_in_order_before_they_are_made(after: datetime | None) -> None:
    starts = [(number * 7) % 5 for number in range(40)]
    rows: list[Row] = [
        (f"e{number % 11}", (ANNA, CAR, HALL)[number % 3], start, start + 1 + number % 4)
        for number, start in enumerate([*starts, *(start + 9 for start in starts)])
    ]
    facts = {f"e{number}": EventFacts(uid=f"e{number}", created=number % 3) for number in range(11)}
    conflicts = collisions(table(rows, **facts)).conflicts(after=after)
    assert len(conflicts) > 40
    assert conflicts == sorted(conflicts, key=in_time)


@pytest.mark.parametrize(("kind", "capacity"), [(SubjectKind.MEMBER, 2), (SubjectKind.RESOURCE, -1)])
def test_a_capacity_that_cannot_be_is_refused(kind: SubjectKind, capacity: int) -> None:
    with pytest.raises(InvalidInput, match="capacity"):
        Subject(id="anna", kind=kind, capacity=capacity)


def test_identity_outlives_new_times_and_the_fingerprint_does_not() -> None:
    rows: list[Row] = [("a", ANNA, 0, 4), ("b", ANNA, 1, 2)]
    conflict = only(table(rows, a=EventFacts(uid="a", timing="mondays")))
    swapped = only(table([("b", ANNA, 0, 4), ("a", ANNA, 1, 2)], a=EventFacts(uid="a", timing="mondays")))
    moved = only(table(rows, a=EventFacts(uid="a", timing="tuesdays")))
    elsewhere = only(table([("a", Subject(id="ben"), 0, 4), ("b", Subject(id="ben"), 1, 2)]))
    assert conflict.identity == swapped.identity == moved.identity != elsewhere.identity
    assert conflict.fingerprint == swapped.fingerprint != moved.fingerprint
    assert conflict.identity == "a6745157f4c1bdf52f59a3d91f41ca48"  # stored by servers: must never change


def test_those_exceed_who_rank_lowest_or_came_last() -> None:
    facts = {
        uid: EventFacts(uid=uid, rank=n, created=c) for uid, n, c in [("a", 3, 1), ("b", 3, 2), ("c", 5, 3)]
    }
    conflict = only(table([("a", HALL, 0, 4), ("b", HALL, 0, 4), ("c", HALL, 0, 4)], **facts))
    assert [claim.event.uid for claim in conflict.exceeding] == ["b"]


@pytest.mark.parametrize(
    ("weight", "severity"),
    [
        (Weight(lower_rank=3, higher_rank=3), Severity.MEDIUM),
        (Weight(lower_rank=1, higher_rank=2), Severity.LOW),
        (Weight(lower_rank=2, higher_rank=2), Severity.LOW),
        (Weight(lower_rank=1, higher_rank=5), Severity.MEDIUM),
        (Weight(lower_rank=4, higher_rank=4), Severity.HIGH),
        (Weight(lower_rank=5, higher_rank=5), Severity.CRITICAL),
        (Weight(lower_rank=3, higher_rank=3, fixed=True), Severity.HIGH),
        (Weight(lower_rank=3, higher_rank=3, flexible=True), Severity.LOW),
        (Weight(lower_rank=4, higher_rank=4, optional=True), Severity.MEDIUM),
        (Weight(lower_rank=4, higher_rank=4, tentative=True), Severity.MEDIUM),
        (Weight(lower_rank=1, higher_rank=1, tentative=True), Severity.LOW),
        (Weight(lower_rank=6, higher_rank=6, fixed=True), Severity.CRITICAL),
    ],
)
def test_severity_weighs_what_is_at_stake(weight: Weight, severity: Severity) -> None:
    assert weight.severity is severity


def test_a_weight_is_read_off_the_claims() -> None:
    hard = EventFacts(uid="a", rank=6, priority=Priority.CRITICAL, flexibility=Flexibility.FLEXIBLE)
    soft = EventFacts(uid="b", flexibility=Flexibility.FLEXIBLE)
    fixed = EventFacts(uid="c", flexibility=Flexibility.FIXED)
    assert Weight.of([hard, soft], optional=False, tentative=True) == Weight(
        lower_rank=3, higher_rank=6, flexible=True, tentative=True
    )
    assert Weight.of([hard, fixed], optional=False, tentative=False).fixed
    proposed = Claim(event=soft, subject=ANNA, span=stretch(0, 4), tentative=True)
    optional = Claim(event=fixed, subject=ANNA, span=stretch(0, 4), required=False)
    weight = only(Claims.of([proposed, optional])).weight
    assert (weight.tentative, weight.optional) == (True, True)


@pytest.mark.parametrize(
    ("priority", "level", "expected"),
    [(None, 1, 1), (None, 5, 5), (Priority.LOW, 5, 2), (Priority.CRITICAL, 1, 6)],
)
def test_a_priority_outranks_the_category(priority: Priority | None, level: int, expected: int) -> None:
    assert rank(priority, level) == expected


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (timedelta(minutes=1), "1 minute"),
        (timedelta(hours=2), "120 minutes"),
        (timedelta(hours=2, minutes=30), "2 hours 30 minutes"),
        (timedelta(days=3), "3 days"),
        (timedelta(seconds=90), "1 minute 30 seconds"),
        (timedelta(0), "0 minutes"),
    ],
)
def test_lengths_in_words(duration: timedelta, words: str) -> None:
    assert WORDING.length(duration) == words


def test_lists_in_words() -> None:
    assert [WORDING.listed(list("abc"[:n])) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
