"""Conflicts that edits cause, the ways out of them, and what moves by itself."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kalends.engine.claims import Flexibility, Priority
from kalends.engine.conflicts import ConflictKind
from kalends.features.calendars.models import Calendar, CalendarKind, Grant
from kalends.features.changes import Source
from kalends.features.changes.models import ChangeSet
from kalends.features.identity.actor import Actor
from kalends.features.identity.members import MemberChanges
from kalends.features.identity.models import AutoResolve
from kalends.features.scheduling import Invitee, OptionGone, Scope
from kalends.features.scheduling import conflicts as clashes
from kalends.features.scheduling.constraints.keeping import create_constraint
from kalends.features.scheduling.models import ConflictRecord, ResolvedHow
from kalends.kit.errors import NotFound
from workspaces import Town, at

NINE = at("2026-03-23 09:00")
SPRING = date(2026, 3, 1), date(2026, 5, 1)
LOW: Any = {"priority": Priority.LOW, "flexibility": Flexibility.FLEXIBLE}
HIGH: Any = {"priority": Priority.HIGH}


def modest(home: Town, actor: Actor, mode: AutoResolve) -> None:
    members = home.services.identity.members
    changes = MemberChanges(auto_resolve=mode)
    home.write(actor, lambda tx: members.change(tx, actor, actor.member_id, changes))


def test_an_edit_tells_of_the_conflict_it_causes_and_the_next_that_it_solves(home: Town) -> None:
    (ana,) = home.household("Ana")
    home.made(ana, title="Dentist", start=NINE, end=at("2026-03-23 10:30"))
    outcome = home.plan(ana, title="Soccer", start=at("2026-03-23 09:30"))
    assert [view.sentence for view in outcome.conflicts] == [
        "Dentist overlaps Soccer by 60 minutes (09:30-10:30)"
    ]
    assert outcome.appearing == outcome.conflicts
    solved = home.edit(ana, outcome.operations[0].object_id, start=at("2026-03-23 11:00"))
    assert solved.conflicts == []
    assert solved.resolved == [outcome.conflicts[0].identity]
    record = home.read(ana, lambda tx: tx.execute(select(ConflictRecord)).scalar_one())
    assert (record.resolved_by, record.change_set_id) == (ana.member_id, solved.change_set_id)


def test_a_preview_tells_the_same_and_stores_nothing(home: Town) -> None:
    (ana,) = home.household("Ana")
    home.made(ana, title="Dentist", start=NINE)
    before = home.snapshot(ana)
    told = home.plan(ana, title="Soccer", start=NINE, preview=True)
    assert home.snapshot(ana) == before
    assert home.scheduling.conflicts(ana) == []
    done = home.plan(ana, title="Soccer", start=NINE)
    assert [view.sentence for view in told.appearing] == [view.sentence for view in done.appearing]


def test_a_copy_in_another_calendar_keeps_the_conflict_open(home: Town) -> None:
    (ana,) = home.household("Ana")
    other = home.calendar(ana)
    first = home.made(ana, title="Soccer", start=NINE, uid="same")
    home.made(ana, title="Soccer", start=NINE, uid="same", calendar_id=other)
    clash = home.plan(ana, title="Dentist", start=NINE).conflicts[0].identity
    assert home.remove(ana, first).resolved == []
    assert [view.identity for view in home.scheduling.conflicts(ana)] == [clash]


class TestIgnoring:
    def test_it_lasts_until_the_times_change(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        made = home.made(ana, title="Soccer", start=NINE)
        identity = home.plan(ana, title="Dentist", start=NINE).conflicts[0].identity
        home.scheduling.ignore(ana, identity)
        assert home.scheduling.conflicts(ana) == []
        every = clashes.ConflictFilter(ignored=True)
        assert [view.ignored for view in home.scheduling.conflicts(ana, every)] == [True]
        home.edit(ana, made, title="Football")
        assert home.scheduling.conflicts(ana) == []
        home.edit(ana, made, start=at("2026-03-23 09:15"))
        assert [view.identity for view in home.scheduling.conflicts(ana)] == [identity]

    def test_it_is_taken_back(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        home.made(ana, title="Soccer", start=NINE)
        identity = home.plan(ana, title="Dentist", start=NINE).conflicts[0].identity
        home.scheduling.ignore(ana, identity)
        assert not home.scheduling.ignore(ana, identity, ignored=False).ignored
        with pytest.raises(NotFound):
            home.scheduling.ignore(ana, "0" * 32)


class TestWaysOut:
    def test_one_is_previewed_taken_and_undone(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        modest(home, ana, AutoResolve.OFF)
        home.made(ana, title="Soccer", start=NINE, **LOW)
        identity = home.plan(ana, title="Dentist", start=NINE, **HIGH).conflicts[0].identity
        choice = home.scheduling.resolutions(ana, identity)[0]
        assert (choice.kind, choice.title, choice.allowed) == ("move", "Soccer", True)
        before = home.snapshot(ana)
        assert home.scheduling.resolve(ana, identity, choice.id, preview=True).resolved == [identity]
        assert home.snapshot(ana) == before
        taken = home.scheduling.resolve(ana, identity, choice.id)
        assert taken.resolved == [identity]
        assert home.scheduling.conflicts(ana) == []
        with pytest.raises((OptionGone, NotFound)):
            home.scheduling.resolve(ana, identity, choice.id)
        assert taken.change_set_id
        undone = home.scheduling.undo(ana, taken.change_set_id)
        assert [view.identity for view in undone.appearing] == [identity]
        assert home.snapshot(ana) == before

    def test_of_a_series_one_occurrence_moves(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        modest(home, ana, AutoResolve.OFF)
        home.made(ana, title="Soccer", start=NINE, rules=("FREQ=WEEKLY;COUNT=3",), **LOW)
        identity = home.plan(ana, title="Dentist", start=at("2026-03-30 09:00"), **HIGH).conflicts[0].identity
        choice = home.scheduling.resolutions(ana, identity)[0]
        home.scheduling.resolve(ana, identity, choice.id)
        soccer = [found for found in home.seen(ana, *SPRING) if found.event.title == "Soccer"]
        assert len(soccer) == 3
        assert soccer[0].start == NINE
        assert home.scheduling.conflicts(ana) == []

    def test_an_option_is_gone_when_the_calendar_has_changed(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        modest(home, ana, AutoResolve.OFF)
        soccer = home.made(ana, title="Soccer", start=NINE, **LOW)
        identity = home.plan(ana, title="Dentist", start=NINE, **HIGH).conflicts[0].identity
        choice = home.scheduling.resolutions(ana, identity)[0]
        home.edit(ana, soccer, title="Football")
        with pytest.raises(OptionGone):
            home.scheduling.resolve(ana, identity, choice.id)


class TestMovesByThemselves:
    @pytest.mark.parametrize(
        "mode, flexibility, priority, moves",
        [
            (AutoResolve.OFF, Flexibility.FLEXIBLE, Priority.LOW, False),
            (AutoResolve.FLEXIBLE, Flexibility.FLEXIBLE, Priority.LOW, True),
            (AutoResolve.FLEXIBLE, Flexibility.PREFERRED, Priority.LOW, False),
            (AutoResolve.FLEXIBLE, Flexibility.FIXED, Priority.LOW, False),
            (AutoResolve.FLEXIBLE, Flexibility.FLEXIBLE, Priority.HIGH, False),
            (AutoResolve.FLEXIBLE, Flexibility.FLEXIBLE, Priority.CRITICAL, False),
            (AutoResolve.MOVABLE, Flexibility.PREFERRED, Priority.LOW, True),
            (AutoResolve.MOVABLE, Flexibility.FIXED, Priority.LOW, False),
        ],
    )
    def test_the_lower_flexible_event_gives_way(
        self, home: Town, mode: AutoResolve, flexibility: Flexibility, priority: Priority, moves: bool
    ) -> None:
        (ana,) = home.household("Ana")
        modest(home, ana, mode)
        home.made(ana, title="Soccer", start=NINE, flexibility=flexibility, priority=priority)
        before = home.snapshot(ana)
        outcome = home.plan(ana, title="Exam", start=NINE, **HIGH)
        assert bool(outcome.moved) == moves
        assert bool(outcome.conflicts) != moves
        (exam,) = [found for found in home.seen(ana, *SPRING) if found.event.title == "Exam"]
        assert exam.start == NINE, "what was edited stays"
        assert outcome.change_set_id
        home.scheduling.undo(ana, outcome.change_set_id)
        assert home.snapshot(ana) == before, "and takes what moved because of it along"

    def test_what_moved_says_why_and_can_be_undone_alone(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        soccer = home.made(ana, title="Soccer", start=NINE, **LOW)
        outcome = home.plan(ana, title="Exam", start=NINE, **HIGH)
        (moving,) = outcome.auto_resolved_by
        stored = home.read(ana, lambda tx: tx.get(ChangeSet, moving))
        assert (stored.source, stored.cause_id) == (Source.AUTO_RESOLVE, outcome.change_set_id)
        assert "ranks_lower" in [reason["code"] for reason in stored.reasons]
        home.scheduling.undo(ana, moving)
        assert home.event(ana, soccer).first.row.start.startswith("2026-03-23T09:00")
        assert outcome.change_set_id
        home.scheduling.undo(ana, outcome.change_set_id)
        assert [found.event.title for found in home.seen(ana, *SPRING)] == ["Soccer"]

    def test_the_edited_event_itself_stays_however_low(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        home.made(ana, title="Exam", start=NINE, **HIGH)
        outcome = home.plan(ana, title="Soccer", start=NINE, **LOW)
        assert outcome.moved == []
        assert len(outcome.conflicts) == 1

    def test_nothing_that_the_actor_may_not_edit_moves(self, home: Town) -> None:
        ana, ben = home.household("Ana", "Ben")
        home.made(
            ben,
            title="Soccer",
            start=NINE,
            participants=[Invitee(member_id=id) for id in (ana.member_id, ben.member_id)],
            **LOW,
        )
        carol = home.joins(ana, "Carol")
        outcome = home.plan(
            carol, title="Exam", start=NINE, participants=[Invitee(member_id=ben.member_id)], **HIGH
        )
        assert outcome.moved == []
        assert len(outcome.conflicts) == 1

    def test_nothing_with_outsiders_moves(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        text = (
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\n"
            "DTSTAMP:20260301T000000Z\r\nDTSTART:20260323T080000Z\r\nDTEND:20260323T090000Z\r\nPRIORITY:9\r\n"
            "X-KALENDS-FLEXIBILITY:FLEXIBLE\r\nATTENDEE:mailto:guest@example.com\r\nSUMMARY:Visit\r\n"
            "END:VEVENT\r\nEND:VCALENDAR\r\n"
        )
        home.services.exchange.import_file(ana, home.default(ana), text.encode())
        outcome = home.plan(ana, title="Exam", start=NINE, **HIGH)
        assert outcome.moved == []
        assert len(outcome.conflicts) == 1

    def test_a_weekly_clash_moves_no_more_than_a_handful(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        for day in range(12):
            home.made(ana, title="Walk", start=NINE + timedelta(days=day), **LOW)
        outcome = home.plan(ana, title="Work", start=NINE, rules=("FREQ=DAILY;COUNT=12",), **HIGH)
        assert 0 < len(outcome.moved) <= 10
        assert len(outcome.moved) + len({view.identity for view in outcome.conflicts}) >= 12


class TestRecords:
    def test_they_are_kept_for_ninety_days(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        soccer = home.made(ana, title="Soccer", start=NINE)
        home.plan(ana, title="Dentist", start=NINE)
        home.edit(ana, soccer, start=at("2026-03-24 09:00"))
        home.clock.advance(timedelta(days=89))
        assert home.write(ana, clashes.purge) == 0
        home.clock.advance(timedelta(days=2))
        assert home.write(ana, clashes.purge) == 1

    def test_one_that_comes_back_is_new_again(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        soccer = home.made(ana, title="Soccer", start=NINE)
        first = home.plan(ana, title="Dentist", start=NINE).appearing[0].identity
        away = home.edit(ana, soccer, start=at("2026-03-24 09:00"))
        assert away.change_set_id
        home.clock.advance(timedelta(days=1))
        back = home.scheduling.undo(ana, away.change_set_id)
        assert [view.identity for view in back.appearing] == [first]
        assert back.appearing[0].first_seen_at == home.clock.now()


def test_a_dense_rule_is_refused_before_it_fills_every_answer(home: Town) -> None:
    from kalends.kit.errors import KalendsError

    ana, ben = home.household("Ana", "Ben")
    shared = home.calendar(ana, CalendarKind.SHARED, grants={ben.member_id: Grant.WRITE})
    before = home.snapshot(ana)
    with pytest.raises(KalendsError) as refused:
        home.plan(ben, calendar_id=shared, title="x", start=NINE, rules=("FREQ=SECONDLY",))
    assert refused.value.fields["field"] == "rules"
    assert home.snapshot(ana) == before
    assert home.read(ana, lambda tx: tx.get(Calendar, shared).change_number) == 0


def test_what_has_passed_clashes_with_nothing(home: Town) -> None:
    (ana,) = home.household("Ana")
    past = at("2026-02-23 09:00")
    home.made(ana, title="Soccer", start=past)
    assert home.plan(ana, title="Dentist", start=past).conflicts == ()
    assert home.scheduling.conflicts(ana) == []


def test_a_single_move_of_a_series_tells_only_of_it(home: Town) -> None:
    (ana,) = home.household("Ana")
    made = home.made(ana, title="Soccer", start=NINE, rules=("FREQ=WEEKLY;COUNT=3",))
    outcome = home.edit(ana, made, Scope.SINGLE, "2026-03-30T09:00:00", start=at("2026-03-31 09:00"))
    (op,) = outcome.operations
    assert op.recurrence_key == "2026-03-30T09:00:00"


def test_a_conflict_remembers_by_what_it_went_away(home: Town) -> None:
    (anna,) = home.household("Anna")

    def how() -> set[ResolvedHow | None]:
        with home.database.read(anna.workspace_id) as tx:
            return {
                record.resolved_how
                for record in tx.execute(select(ConflictRecord)).scalars()
                if record.resolved_at is not None
            }

    # Moved by itself: the exam drives the flexible game away.
    home.made(anna, title="Game", start=at("2026-03-09 09:00"), flexibility=Flexibility.FLEXIBLE)
    home.made(anna, title="Exam", start=at("2026-03-09 09:00"), priority=Priority.HIGH)
    assert how() == {ResolvedHow.AUTO_CONFIRM}

    # Taken from what was offered.
    home.made(anna, title="Lunch", start=at("2026-03-10 12:00"))
    home.made(anna, title="Call", start=at("2026-03-10 12:00"))
    (conflict,) = home.scheduling.conflicts(anna)
    option = home.scheduling.resolutions(anna, conflict.identity)[0]
    home.scheduling.resolve(anna, conflict.identity, option.id)
    assert how() == {ResolvedHow.AUTO_CONFIRM, ResolvedHow.AGENT_SUGGESTED}
    assert home.scheduling.conflicts(anna) == []


def test_a_wish_is_no_reason_to_move_what_somebody_has_planned(home: Town) -> None:
    (ana,) = home.household("Ana")
    wanted: Any = {"name": "Air", "rule": "min_gap_minutes", "parameters": {"minutes": 30}, "hard": False}
    home.write(ana, lambda tx: create_constraint(tx, ana, **wanted))
    home.made(ana, title="Gym", start=NINE, **LOW)
    outcome = home.plan(ana, title="Dentist", start=at("2026-03-23 10:00"), **HIGH)
    assert [view.conflict.kind for view in outcome.conflicts] == [ConflictKind.CONSTRAINT]
    assert outcome.moved == []
