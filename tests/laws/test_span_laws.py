"""Laws of spans and collisions, against plain counting over every quarter of an hour."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings

from kalends.engine import span_columns
from kalends.engine.claims import Claims, SubjectKind
from kalends.engine.conflicts import collisions
from kalends.engine.span_columns import SpanColumns
from kalends.engine.spans import Span, gaps, intersection, over_capacity, peak_use, subtraction, union
from strategies.spans import ORIGIN, QUARTER, at, claims, span_lists, stretch


def covered(spans: list[Span]) -> Counter[int]:
    """Count the spans over each quarter of an hour."""
    return Counter(
        quarter
        for span in spans
        for quarter in range((span.start - ORIGIN) // QUARTER, -((ORIGIN - span.end) // QUARTER))
    )


def is_canonical(spans: list[Span]) -> bool:
    return all(before.end < after.start for before, after in pairwise(spans))


@settings(max_examples=100)
@given(span_lists(), span_lists())
def test_set_operations_on_spans_are_those_on_their_instants(left: list[Span], right: list[Span]) -> None:
    ours, theirs = set(covered(left)), set(covered(right))
    for result, expected in [
        (union(left + right), ours | theirs),
        (intersection(left, right), ours & theirs),
        (subtraction(left, right), ours - theirs),
        (gaps(left, stretch(0, 32)), set(range(32)) - ours),
    ]:
        assert set(covered(result)) == expected
        assert is_canonical(result)


@pytest.mark.law(37)
@settings(max_examples=100)
@given(span_lists())
def test_peak_use_is_the_largest_use_of_any_instant(spans: list[Span]) -> None:
    counts = covered(spans)
    assert peak_use(spans) == max(counts.values(), default=0)
    for capacity in range(4):
        over = over_capacity(spans, capacity)
        assert set(covered(over)) == {quarter for quarter, count in counts.items() if count > capacity}
        assert is_canonical(over)


@settings(max_examples=100)
@given(span_lists(), span_lists())
def test_columns_of_seconds_agree_with_lists_of_spans(left: list[Span], right: list[Span]) -> None:
    def columns(spans: list[Span]) -> SpanColumns:
        table = np.array([(s.start.timestamp(), s.end.timestamp()) for s in spans]).reshape(-1, 2)
        return SpanColumns(table[:, 0].astype(np.int64), table[:, 1].astype(np.int64))

    left_over = span_columns.subtraction(columns(left), columns(right))
    pairs = zip(*left_over, strict=True)
    assert [Span.of_seconds(start, end) for start, end in pairs] == subtraction(left, right)


def use_of(given_claims: Claims, subject: int) -> Counter[int]:
    rows = [row for row in range(len(given_claims)) if given_claims.subject[row] == subject]
    real = [row for row in rows if given_claims.end[row] > given_claims.start[row]]
    return covered([given_claims[row].span for row in real])


@pytest.mark.law(7)
@settings(max_examples=150)
@given(claims())
def test_every_overlapping_pair_is_detected_and_none_that_merely_touches(given_claims: Claims) -> None:
    found = collisions(given_claims)
    pairs = {(int(a), int(b)) for a, b in np.sort(np.stack((found.left, found.right), axis=1), axis=1)}
    real = [row for row in range(len(given_claims)) if given_claims.end[row] > given_claims.start[row]]
    uses = {subject: use_of(given_claims, subject) for subject in range(len(given_claims.subjects))}
    expected = set()
    for one, other in combinations(real, 2):
        a, b = given_claims[one], given_claims[other]
        if a.subject.id != b.subject.id or not a.span.overlaps(b.span):
            continue
        if a.subject.kind is SubjectKind.MEMBER:
            collide = a.event.uid != b.event.uid
        else:
            shared = set(covered([a.span])) & set(covered([b.span]))
            use = uses[int(given_claims.subject[one])]
            collide = any(use[quarter] > a.subject.capacity for quarter in shared)
        if collide:
            expected.add((one, other))
    assert pairs == expected


@pytest.mark.law(37)
@settings(max_examples=100)
@given(claims())
def test_every_overload_is_found_with_its_peak_and_all_who_take_part(given_claims: Claims) -> None:
    over = collisions(given_claims).overloads
    found: dict[int, Counter[int]] = {}
    for index, subject in enumerate(over.subject.tolist()):
        span = Span.of_seconds(over.span.start[index], over.span.end[index])
        use = use_of(given_claims, subject)
        inside = set(covered([span]))
        assert int(over.peak[index]) == max(use[quarter] for quarter in inside)
        taking_part = set(over.taking_part(index).tolist())
        assert taking_part == {
            row
            for row in range(len(given_claims))
            if given_claims.subject[row] == subject
            and given_claims.end[row] > given_claims.start[row]
            and given_claims[row].span.overlaps(span)
        }
        found.setdefault(subject, Counter()).update(inside)
    for subject, capacity in enumerate(s.capacity for s in given_claims.subjects):
        if given_claims.subjects[subject].kind is SubjectKind.RESOURCE:
            use = use_of(given_claims, subject)
            expected = {quarter for quarter, count in use.items() if count > capacity}
            assert set(found.get(subject, Counter())) == expected


@settings(max_examples=100)
@given(claims())
def test_conflicts_gather_each_collision_once(given_claims: Claims) -> None:
    found = collisions(given_claims)
    conflicts = found.conflicts()
    assert len({conflict.identity for conflict in conflicts}) == len(conflicts)
    members = [c for c in conflicts if c.subject.kind is SubjectKind.MEMBER]
    pairs = [found[k] for k in range(len(found)) if found[k].subject.kind is SubjectKind.MEMBER]
    assert sum(conflict.count for conflict in members) == len(pairs)
    assert {conflict.identity for conflict in pairs} == {conflict.identity for conflict in members}
    for conflict in conflicts:
        assert conflict.next == conflict.first
        assert all(claim.span.overlaps(conflict.first) for claim in conflict.parties)
        assert conflict.exceeding
    later = {c.identity: c for c in found.conflicts(after=at(12))}
    for conflict in conflicts:
        after = later[conflict.identity]
        assert after.first == conflict.first
        assert after.next is None or after.next.end > at(12)
