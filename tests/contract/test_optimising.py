"""A better week: what is proposed, why, and what taking it does."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from kalends.engine.claims import Flexibility, Priority
from kalends.engine.spans import Span
from kalends.features.calendars.categories import list_categories
from kalends.features.identity.actor import Actor
from kalends.features.identity.members import MemberChanges
from kalends.features.identity.models import AutoResolve
from kalends.features.resources.models import ResourceType
from kalends.features.scheduling.constraints.keeping import create_constraint
from kalends.features.scheduling.optimising import NoLongerTrue, NothingChosen, RunState, RunView
from kalends.kit.errors import NotFound
from workspaces import Town, at

_MARCH = date(2026, 3, 1), date(2026, 4, 1)
WEEK = Span(at("2026-03-09 00:00"), at("2026-03-16 00:00"))
LOW: Any = {"priority": Priority.LOW, "flexibility": Flexibility.FLEXIBLE}
HIGH: Any = {"priority": Priority.HIGH}


def proposed(home: Town, actor: Actor, window: Span = WEEK) -> RunView:
    run = home.optimiser.start(actor, window, patience=timedelta(seconds=60))
    assert run.state is RunState.DONE, run.failure
    return home.optimiser.present(actor, run)


def test_the_lower_of_two_moves_to_the_nearest_time_and_says_why(home: Town) -> None:
    (ana,) = home.household("Ana")
    home.made(ana, title="Dentist", start=at("2026-03-10 09:00"), end=at("2026-03-10 10:00"), **HIGH)
    home.made(ana, title="Gym", start=at("2026-03-10 09:30"), end=at("2026-03-10 10:30"), **LOW)
    view = proposed(home, ana)
    assert [each.sentence for each in view.moves] == [
        "Move Gym from Tue 2026-03-10 09:30-10:30 to 10:15-11:15, 45 minutes later: "
        "it ranks below Dentist (2 against 4); 1 nearer time would serve less well"
    ]
    assert view.sentence == "1 move; 1 conflict goes away; nothing better exists."
    assert view.unplaced == []


def test_taking_all_is_one_change_set_and_one_undo(home: Town) -> None:
    (ana,) = home.household("Ana")
    for day in (10, 11, 12):
        home.made(ana, title="Work", start=at(f"2026-03-{day} 09:00"), end=at(f"2026-03-{day} 12:00"), **HIGH)
        home.made(ana, title="Gym", start=at(f"2026-03-{day} 11:00"), end=at(f"2026-03-{day} 12:30"), **LOW)
    before = home.snapshot(ana)
    view = proposed(home, ana)
    assert len(view.moves) == 3
    told = home.optimiser.take(ana, view.run.id, preview=True)
    assert home.snapshot(ana) == before
    assert len(told.resolved) == 3
    done = home.optimiser.take(ana, view.run.id)
    assert len(done.operations) == 3
    assert home.scheduling.conflicts(ana) == []
    assert done.change_set_id is not None
    home.scheduling.undo(ana, done.change_set_id)
    assert home.snapshot(ana) == before


def test_some_moves_are_taken_and_others_left(home: Town) -> None:
    (ana,) = home.household("Ana")
    for day in (10, 11):
        home.made(ana, title="Work", start=at(f"2026-03-{day} 09:00"), **HIGH)
        home.made(ana, title="Gym", start=at(f"2026-03-{day} 09:00"), **LOW)
    view = proposed(home, ana)
    first, second = view.moves
    home.optimiser.take(ana, view.run.id, [first.move.id])
    left = home.scheduling.conflicts(ana)
    assert [each.conflict.occasion.start for each in left] == [second.move.before.start]
    with pytest.raises(NothingChosen):
        home.optimiser.take(ana, view.run.id, ["nonsense"])


def test_occurrences_of_a_series_move_one_by_one(home: Town) -> None:
    (ana,) = home.household("Ana")
    home.made(ana, title="Dinner", start=at("2026-03-10 18:00"), **HIGH)
    home.made(ana, title="Concert", start=at("2026-03-12 18:30"), end=at("2026-03-12 21:00"), **HIGH)
    gym = home.made(ana, title="Gym", start=at("2026-03-09 18:00"), rules=["FREQ=DAILY"], **LOW)
    view = proposed(home, ana)
    keys = [each.move.target.occurrence for each in view.moves]
    assert keys == ["2026-03-10T18:00:00", "2026-03-12T18:00:00"]
    done = home.optimiser.take(ana, view.run.id)
    assert [each.object_id for each in done.operations] == [gym]
    assert home.scheduling.conflicts(ana) == []


def test_a_proposal_is_refused_where_the_calendar_has_changed(home: Town) -> None:
    (ana,) = home.household("Ana")
    home.made(ana, title="Work", start=at("2026-03-10 09:00"), **HIGH)
    gym = home.made(ana, title="Gym", start=at("2026-03-10 09:00"), **LOW)
    view = proposed(home, ana)
    (move,) = view.moves
    taken = home.made(ana, title="Dentist", start=move.move.after.start, **HIGH)
    with pytest.raises(NoLongerTrue) as refused:
        home.optimiser.take(ana, view.run.id)
    assert refused.value.fields["changed"] == [str(taken)]
    home.remove(ana, taken)
    home.edit(ana, gym, title="Swimming")
    with pytest.raises(NoLongerTrue) as refused:
        home.optimiser.take(ana, view.run.id)
    assert refused.value.fields["changed"] == [str(gym)]


def test_what_cannot_be_placed_stays_and_says_what_stands_in_its_way(home: Town) -> None:
    (ana,) = home.household("Ana")
    window = Span(at("2026-03-10 08:00"), at("2026-03-10 12:00"))
    home.made(ana, title="Exam", start=window.start, end=window.end, priority=Priority.CRITICAL)
    home.made(ana, title="Gym", start=at("2026-03-10 09:00"), **LOW)
    view = proposed(home, ana, window)
    assert view.moves == []
    assert [each.sentence for each in view.unplaced] == [
        "Gym stays at Tue 2026-03-10 09:00-10:00: it ranks below Exam (2 against 6); "
        "all its times within 08:00-12:00 are taken; Ana has Exam"
    ]
    with pytest.raises(NothingChosen):
        home.optimiser.take(ana, view.run.id)


def test_a_run_of_somebody_else_is_not_there(home: Town) -> None:
    ana, ben = home.household("Ana", "Ben")
    run = home.optimiser.start(ana, WEEK, patience=timedelta(seconds=60))
    with pytest.raises(NotFound):
        home.optimiser.get(ben, run.id)
    assert home.optimiser.runs(ben) == []
    assert [each.id for each in home.optimiser.runs(ana)] == [run.id]


def test_what_the_actor_may_not_write_stays(home: Town) -> None:
    ana, ben = home.household("Ana", "Ben")
    home.hide(ben)
    home.made(ben, title="Work", start=at("2026-03-10 09:00"), **HIGH)
    home.made(ben, title="Gym", start=at("2026-03-10 09:00"), **LOW)
    assert proposed(home, ana).moves == []
    assert len(proposed(home, ben).moves) == 1


def constrain(home: Town, actor: Actor, rule: str, hard: bool = True, **parameters: Any) -> None:
    """Ask something of everybody."""
    wanted: Any = {"name": rule.replace("_", " "), "rule": rule, "parameters": parameters, "hard": hard}
    home.write(actor, lambda tx: create_constraint(tx, actor, **wanted))


def test_contradictory_constraints_leave_no_time_and_are_named(home: Town) -> None:
    (ana,) = home.household("Ana")
    home.made(ana, title="Work", start=at("2026-03-10 09:00"), **HIGH)
    home.made(ana, title="Gym", start=at("2026-03-10 09:00"), **LOW)
    constrain(home, ana, "no_events_before", time="18:00")
    constrain(home, ana, "no_events_after", time="12:00")
    view = proposed(home, ana)
    assert view.moves == []
    gym = next(each for each in view.unplaced if each.title == "Gym")
    assert [reason.code for reason in gym.reasons][-3:] == ["no_time_allowed", "rules_out", "rules_out"]


def test_what_breaks_a_hard_constraint_moves_to_where_it_does_not(home: Town) -> None:
    (ana,) = home.household("Ana")
    home.made(ana, title="Gym", start=at("2026-03-10 07:00"), **LOW)
    constrain(home, ana, "no_events_before", time="08:30")
    (move,) = proposed(home, ana).moves
    assert move.move.after.start == at("2026-03-10 08:30")
    assert move.reasons[0].code == "constraint"


def test_a_day_with_too_many_events_gives_some_to_other_days(home: Town) -> None:
    (ana,) = home.household("Ana")
    for hour in ("09", "11", "13", "15"):
        home.made(ana, title=f"At {hour}", start=at(f"2026-03-10 {hour}:00"), **LOW)
    constrain(home, ana, "max_events_per_day", count=3)
    view = proposed(home, ana)
    assert [each.reasons[0].code for each in view.moves] == ["one_too_many"]
    home.optimiser.take(ana, view.run.id)
    assert home.scheduling.conflicts(ana) == []


def test_a_rule_that_counts_others_is_kept_too(home: Town) -> None:
    (ana,) = home.household("Ana")
    home.made(ana, title="Work", start=at("2026-03-10 09:00"), **HIGH)
    home.made(ana, title="Gym", start=at("2026-03-10 09:00"), **LOW)
    constrain(home, ana, "custom", expression='title != "Gym" or events_that_day < 2')
    view = proposed(home, ana)
    for each in view.moves:
        assert each.move.after.start.date() != at("2026-03-10 09:00").date()


def test_the_resource_of_a_moved_event_is_free_there(home: Town) -> None:
    ana, ben = home.household("Ana", "Ben")
    make = home.services.resources.create
    car = home.write(ana, lambda tx: make(tx, ana, name="Car", type=ResourceType.VEHICLE)).id
    home.made(ben, title="Trip", start=at("2026-03-10 10:00"), end=at("2026-03-10 12:00"), resources=[car])
    home.made(ana, title="Work", start=at("2026-03-10 09:00"), **HIGH)
    gym = home.made(ana, title="Shopping", start=at("2026-03-10 09:00"), resources=[car], **LOW)
    (move,) = proposed(home, ana).moves
    assert move.move.target.event_id == gym
    assert not move.move.after.overlaps(Span(at("2026-03-10 10:00"), at("2026-03-10 12:00")))


def test_another_resource_stands_in_where_that_moves_nothing(home: Town) -> None:
    ana, ben = home.household("Ana", "Ben")
    make = home.services.resources.create

    def room(name: str, seats: int) -> Any:
        return home.write(
            ana,
            lambda tx: make(tx, ana, name=name, type=ResourceType.ROOM, attributes={"seats": seats}).id,
        )

    small, large = room("Small", 4), room("Large", 8)
    home.made(ana, title="Talk", start=at("2026-03-10 10:00"), resources=[small], **HIGH)
    lesson = home.made(ben, title="Lesson", start=at("2026-03-10 12:00"), resources=[small], **LOW)
    remove = home.services.resources.remove
    home.write(ana, lambda tx: remove(tx, ana, small, force=True))
    view = proposed(home, ana)
    assert {each.move.resources for each in view.moves} == {(large,)}
    assert [each.move.start for each in view.moves] == [None, None]
    assert view.moves[0].sentence.startswith("Talk (Tue 2026-03-10 10:00-11:00) takes another resource: ")
    home.optimiser.take(ana, view.run.id)
    assert home.scheduling.conflicts(ana) == []
    assert [each for each in view.moves if each.move.target.event_id == lesson]


def test_what_is_prepared_for_stays_and_its_sessions_keep_to_their_days(home: Town) -> None:
    (ana,) = home.household("Ana")
    category = {each.name: each.id for each in home.read(ana, list_categories)}
    home.made(ana, title="Exam", start=at("2026-03-13 09:00"), category_id=category["Exam"])
    sessions = [each for each in home.seen(ana, *_MARCH) if each.event.row.holder]
    assert len(sessions) == 3
    leave = MemberChanges(auto_resolve=AutoResolve.OFF)
    home.write(ana, lambda tx: home.services.identity.members.change(tx, ana, ana.member_id, leave))
    for start in (*(each.start for each in sessions), at("2026-03-13 09:00")):
        home.made(ana, title="Alarm", start=start, priority=Priority.CRITICAL)
    view = proposed(home, ana)
    moved = {each.move.target.event_id: each.move for each in view.moves}
    assert moved.keys() == {each.event.row.object_id for each in sessions}
    assert all(move.after.start.date() == move.before.start.date() for move in moved.values())


def test_what_makes_way_by_itself_keeps_to_its_day_too(home: Town) -> None:
    (ana,) = home.household("Ana")
    category = {each.name: each.id for each in home.read(ana, list_categories)}
    home.made(ana, title="Exam", start=at("2026-03-13 09:00"), category_id=category["Exam"])
    for each in [each for each in home.seen(ana, *_MARCH) if each.event.row.holder]:
        outcome = home.plan(ana, title="Alarm", start=each.start, priority=Priority.CRITICAL)
        (moved,) = outcome.moved
        assert isinstance(each.start, datetime)
        assert moved.after is not None
        assert isinstance(moved.after.start, datetime)
        assert moved.after.start.date() == each.start.date()
        assert moved.after.start != each.start


def test_a_resource_that_was_taken_meanwhile_is_named(home: Town) -> None:
    ana, ben = home.household("Ana", "Ben")
    make = home.services.resources.create
    car = home.write(ana, lambda tx: make(tx, ana, name="Car", type=ResourceType.VEHICLE)).id
    home.made(ana, title="Work", start=at("2026-03-10 09:00"), **HIGH)
    home.made(ana, title="Shopping", start=at("2026-03-10 09:00"), resources=[car], **LOW)
    view = proposed(home, ana)
    (move,) = view.moves
    trip = home.made(ben, title="Trip", start=move.move.after.start, resources=[car])
    with pytest.raises(NoLongerTrue) as refused:
        home.optimiser.take(ana, view.run.id)
    assert refused.value.fields["changed"] == [str(trip)]
    assert refused.value.fields["moved"] == [str(move.move.target.event_id)]


def test_what_is_only_presumed_of_people_does_not_pull_their_evenings_into_the_day(home: Town) -> None:
    (ana,) = home.household("Ana")
    home.made(ana, title="Concert", start=at("2026-03-10 19:00"), **HIGH)
    home.made(ana, title="Book club", start=at("2026-03-10 19:30"), **LOW)
    (move,) = proposed(home, ana).moves
    assert move.move.after.start == at("2026-03-10 20:15")
