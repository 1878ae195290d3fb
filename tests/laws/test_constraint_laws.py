"""What rules, free time and violations promise one another, whatever the agenda."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kalends.engine.availability import Commitment, Diary, free_slots, nearest_free, refusals
from kalends.engine.claims import Claims, EventFacts, Subject
from kalends.engine.conflicts import Which
from kalends.engine.constraints import RULES, Agenda, Constraint, Rule, parse_rule, violations
from kalends.engine.constraints.screen import Screen
from kalends.engine.spans import Span
from kalends.engine.wording import Wording
from strategies.constraints import (
    BERLIN,
    FIRST,
    HALF_HOUR,
    RULES_OF,
    agendas,
    any_rules,
    facts,
    rules,
)

WORDING = Wording(zone=UTC, title=str, name=str)
QUARTER = timedelta(minutes=15)


def has_part(rule: Rule, agenda: Agenda) -> bool:
    """Say whether the row that was put in takes part in a breach."""
    return bool((agenda.row[rule.breaches(agenda).row] == -1).any())


def test_every_rule_is_drawn() -> None:
    assert set(RULES_OF) == set(RULES)


@pytest.mark.parametrize("kind", sorted(RULES_OF))
@settings(max_examples=100)
@given(st.data(), agendas(), st.integers(1, 10), st.integers(0, 5))
def test_what_is_refused_is_what_would_be_reported(
    kind: str, data: st.DataObject, agenda: Agenda, halves: int, number: int
) -> None:
    rule, event = data.draw(rules(kind)), data.draw(facts(number))
    starts = FIRST + np.arange(-10, 5 * 48, 19) * HALF_HOUR
    refused = rule.refused(agenda, event, starts, halves * HALF_HOUR)
    reported = [has_part(rule, agenda.put(event, start, halves * HALF_HOUR)) for start in starts.tolist()]
    assert refused.tolist() == reported


@pytest.mark.parametrize("kind", sorted(RULES_OF))
@settings(max_examples=40)
@given(st.data(), agendas())
def test_every_breach_is_of_rows_in_order_and_can_be_told(
    kind: str, data: st.DataObject, agenda: Agenda
) -> None:
    rule = data.draw(rules(kind))
    found = rule.breaches(agenda)
    assert len(found.row) == found.first[-1]
    for number in range(len(found)):
        rows = found.rows(number)
        assert len(rows)
        assert (np.diff(agenda.start[rows]) >= 0).all()
        assert found.span.start[number] == agenda.start[rows[0]]
        assert found.span.end[number] <= agenda.end[rows].max()
        reason = found.explain(number)
        assert reason.code == rule.code == kind
        assert "dana" in reason.words(WORDING) or kind == "resource_priority"
    assert (np.diff(found.span.start) >= 0).all()


@given(any_rules())
def test_parameters_read_back(rule: Rule) -> None:
    assert parse_rule(rule.code, rule.parameters()) == rule


@st.composite
def screened(draw: st.DrawFn, subject: str = "dana") -> Diary:
    """A diary of a few commitments with constraints on what is put there."""
    agenda = draw(agendas())
    constraints = [
        Constraint(id=f"c{number}", name=f"C{number}", rule=rule, hard=hard, priority=number + 1)
        for number, (rule, hard) in enumerate(
            draw(st.lists(st.tuples(any_rules(), st.booleans()), max_size=3))
        )
    ]
    taken = tuple(
        Commitment(Span.of_seconds(start, end), agenda.facts(row).uid)
        for row, (start, end) in enumerate(zip(agenda.start.tolist(), agenda.end.tolist(), strict=True))
    )
    screen = Screen(agenda=agenda, constraints=constraints, event=draw(facts(draw(st.integers(0, 5)))))
    return Diary(subject=subject, commitments=taken, screen=screen)


@settings(max_examples=100)
@given(screened(), screened(), st.integers(0, 96), st.integers(1, 8))
def test_a_time_is_offered_exactly_if_nothing_stands_against_it_constraints_included(
    one: Diary, other: Diary, at: int, halves: int
) -> None:
    window = Span.of_seconds(FIRST + 12 * HALF_HOUR, FIRST + 90 * HALF_HOUR)
    candidate = Span.of_seconds(FIRST + at * HALF_HOUR, FIRST + (at + halves) * HALF_HOUR)
    for known in ([one], [one, other]):
        offered = {slot.span: slot for slot in free_slots(known, window, candidate.duration)}
        assert (candidate in offered) == (not refusals(known, window, candidate))
        if candidate in offered:
            assert offered[candidate].penalty == sum(
                diary.screen.weighed(np.array([FIRST + at * HALF_HOUR]), halves * HALF_HOUR).penalty[0]
                for diary in known
                if diary.screen
            )


@settings(max_examples=100)
@given(screened(), screened())
def test_ranked_slots_are_the_same_slots_the_least_broken_first(one: Diary, two: Diary) -> None:
    window = Span.of_seconds(FIRST + 12 * HALF_HOUR, FIRST + 90 * HALF_HOUR)
    known = [one, Diary(subject="ben", required=False, commitments=two.commitments, screen=two.screen)]
    plain = list(free_slots(known, window, timedelta(hours=1)))
    ranked = list(free_slots(known, window, timedelta(hours=1), ranked=True))
    assert sorted(ranked, key=lambda slot: slot.span) == plain
    ranks = [(slot.penalty, len(slot.missing)) for slot in ranked]
    assert ranks == sorted(ranks)
    for slot in plain:
        assert bool(slot.penalty) == bool(slot.broken)


@settings(max_examples=100)
@given(screened(), st.integers(12, 80), st.integers(1, 8))
def test_a_nearest_time_is_one_that_is_offered(diary: Diary, at: int, halves: int) -> None:
    window = Span.of_seconds(FIRST + 12 * HALF_HOUR, FIRST + 90 * HALF_HOUR)
    occupied = Span.of_seconds(FIRST + at * HALF_HOUR, FIRST + (at + halves) * HALF_HOUR)
    offered = {slot.span for slot in free_slots([diary], window, occupied.duration)}
    found = list(nearest_free([diary], window, occupied, step=QUARTER))
    assert set(found) <= offered - {occupied}
    if occupied not in offered and offered:
        distances = [abs(span.start - occupied.start) for span in offered]
        assert abs(found[0].start - occupied.start) == min(distances)


def _times_broken(rule: Rule, agenda: Agenda) -> int:
    """Count the breaches; those of the same events at the same time are one."""
    found = rule.breaches(agenda)
    return len(
        {
            (
                frozenset(agenda.event[found.rows(number)].tolist()),
                int(found.span.start[number]),
                int(found.span.end[number]),
            )
            for number in range(len(found))
        }
    )


@settings(max_examples=100)
@given(agendas(), st.lists(any_rules(), max_size=3), st.integers(0, 4 * 48))
def test_violations_are_the_breaches_gathered(agenda: Agenda, asked: list[Rule], at: int) -> None:
    claims = Claims(
        start=agenda.start,
        end=agenda.end,
        subject=np.zeros(len(agenda), dtype=np.int64),
        event=agenda.event,
        subjects=[Subject(id="dana")],
        events=agenda.events,
    )
    constraints = [
        Constraint(id=f"c{number}", name="C", rule=rule, hard=True) for number, rule in enumerate(asked)
    ]
    now = datetime.fromtimestamp(FIRST + at * HALF_HOUR, UTC)
    found = violations(constraints, claims, {"dana": BERLIN}, after=now)
    assert sum(conflict.count for conflict in found) == sum(_times_broken(rule, agenda) for rule in asked)
    assert len({conflict.identity for conflict in found}) == len(found)
    for conflict in found:
        assert (conflict.next is None) == (conflict.occasion.end <= now)
        assert conflict.sentence(WORDING)
    for uid in ("event-0", "event-1"):
        touching = violations(constraints, claims, {"dana": BERLIN}, after=now, which=Which(touching={uid}))
        assert touching == [conflict for conflict in found if uid in conflict.uids]
    assert len(violations(constraints, claims, {"dana": BERLIN}, most=1)) == min(1, len(found))


def test_an_event_that_is_put_in_again_is_judged_by_its_new_facts() -> None:
    old, new = EventFacts(uid="a", category="Gym"), EventFacts(uid="a", category="Gaming")
    rule = parse_rule("custom", {"expression": 'category == "Gym"'})
    claims = Claims(
        start=np.array([FIRST]),
        end=np.array([FIRST + 60]),
        subject=np.array([0]),
        event=np.array([0]),
        subjects=[Subject(id="dana")],
        events=[old],
    )
    agenda = Agenda.of(claims, 0, BERLIN)
    assert rule.refused(agenda, new, np.array([FIRST + 600]), 60).all()
    assert has_part(rule, agenda.put(new, FIRST + 600, 60))
