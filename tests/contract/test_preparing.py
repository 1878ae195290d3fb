"""What prepares for events: made, moved and removed with them, in one change set."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from kalends.engine.claims import Flexibility
from kalends.features.calendars.models import Category, Status
from kalends.features.changes import Kind
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import Permission
from kalends.features.scheduling import EventDraft, Invitee, Scope, plans
from kalends.features.scheduling.constraints.keeping import create_constraint
from kalends.features.scheduling.preparing import keeping
from kalends.features.scheduling.preparing.models import PreparationRule
from kalends.kit.errors import Forbidden, InvalidInput, NotFound, Stale
from workspaces import DAY, MONDAY, Town, at

EXAM = at("2026-03-20 09:00")  # a Friday
THREE_DAYS = ["03-17 09:00", "03-18 09:00", "03-19 09:00"]


def category(home: Town, actor: Actor, name: str) -> UUID:
    key = name.casefold()
    query = select(Category.id).where(Category.key == key)
    return home.read(actor, lambda tx: tx.execute(query).scalar_one())


def exam(home: Town, actor: Actor, **wanted: Any) -> Any:
    """Make an exam, and give what came of it."""
    given = {"title": "Exam", "start": EXAM, "category_id": category(home, actor, "exam"), **wanted}
    return home.plan(actor, **given)


def sessions(home: Town, actor: Actor, title: str = "Study for Exam") -> list[str]:
    """Give when the sessions are, as "03-17 09:00"."""
    found = home.seen(actor, MONDAY, MONDAY + 90 * DAY)
    return [f"{each.start:%m-%d %H:%M}" for each in found if each.event.title == title]


def ids(home: Town, actor: Actor) -> list[UUID]:
    found = home.seen(actor, MONDAY, MONDAY + 90 * DAY)
    return [each.event.row.object_id for each in found if each.event.title == "Study for Exam"]


def rule(home: Town, actor: Actor) -> PreparationRule:
    return home.read(actor, lambda tx: keeping.list_rules(tx, actor))[0]


class TestMaking:
    def test_sessions_lie_in_free_time_on_the_days_before(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        home.made(ana, title="School", start=at("2026-03-18 08:00"), end=at("2026-03-18 16:00"))
        outcome = exam(home, ana)
        assert outcome.unplaced == []
        assert sessions(home, ana) == ["03-17 09:00", "03-18 16:15", "03-19 09:00"]
        found = home.event(ana, ids(home, ana)[0]).first.row
        assert (found.flexibility, found.status) == (Flexibility.FLEXIBLE, Status.CONFIRMED)
        assert found.category_id == category(home, ana, "study")
        assert found.holder == f"preparation:{outcome.operations[0].object_id}"

    def test_one_undo_takes_all_back(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        before = home.snapshot(ana)
        outcome = exam(home, ana)
        assert len(outcome.operations) == 4
        home.scheduling.undo(ana, outcome.change_set_id)
        assert home.snapshot(ana) == before

    def test_a_preview_says_so_and_stores_nothing(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        before = home.snapshot(ana)
        assert len(exam_preview(home, ana).operations) == 4
        assert home.snapshot(ana) == before

    @pytest.mark.parametrize(
        "wanted",
        [
            {"start": at("2026-03-01 09:00")},  # is over
            {"status": Status.CANCELLED},
            {"completed": True},
            {"category_id": None},
        ],
    )
    def test_what_is_no_coming_exam_makes_none(self, home: Town, wanted: dict[str, Any]) -> None:
        (ana,) = home.household("Ana")
        assert len(exam(home, ana, **wanted).operations) == 1

    def test_an_all_day_exam_counts_from_its_day(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        exam(home, ana, start=date(2026, 3, 20))
        assert sessions(home, ana) == THREE_DAYS

    def test_a_series_is_prepared_for_once_before_its_next_occurrence(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        exam(home, ana, rules=["FREQ=WEEKLY;COUNT=3"])
        assert sessions(home, ana) == THREE_DAYS

    def test_each_member_it_claims_is_given_sessions_on_a_calendar_that_may_be_written(
        self, home: Town
    ) -> None:
        ana, bo = home.household("Ana", "Bo")
        home.hide(bo)
        people = [Invitee(member_id=each.member_id) for each in (ana, bo)]
        outcome = exam(home, ana, calendar_id=home.family(ana), participants=people)
        assert len(outcome.operations) == 7
        claimed = [
            (view.calendar.id, [taker.member_id for taker in view.claimed_members])
            for view in (home.event(ana, op.object_id).first for op in outcome.operations[1:])
        ]
        assert claimed.count((home.default(ana), [ana.member_id])) == 3
        assert claimed.count((home.family(ana), [bo.member_id])) == 3

    def test_two_exams_made_together_leave_each_other_room(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        given = {"start": EXAM, "category_id": category(home, ana, "exam")}
        drafts = [EventDraft(changes={**given, "title": title}) for title in ("One", "Two")]  # type: ignore[typeddict-item]
        school = {"title": "School", "start": at("2026-03-18 08:00"), "end": at("2026-03-18 16:00")}
        drafts.append(EventDraft(changes=school))  # type: ignore[arg-type]
        outcome = home.scheduling.carry_out(ana, lambda tx: plans.create(tx, ana, drafts))
        assert [view.sentence for view in outcome.conflicts if "Study" in view.sentence] == []
        both = sessions(home, ana, "Study for One") + sessions(home, ana, "Study for Two")
        assert len(set(both)) == 6
        assert not any("03-18 08:00" <= each < "03-18 16:00" for each in both)

    def test_hard_constraints_are_obeyed_and_what_does_not_fit_is_said(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        window = {"start": "06:00", "end": "23:00", "days": ["tue"]}
        home.write(
            ana,
            lambda tx: create_constraint(
                tx, ana, name="Club", rule="blocked_window", parameters=window, hard=True
            ),
        )
        home.made(ana, title="Camp", start=at("2026-03-18 06:00"), end=at("2026-03-18 23:00"))
        (told,) = exam(home, ana).unplaced
        assert sessions(home, ana) == ["03-19 09:00"]
        assert told.minutes == 120
        assert told.sentence.startswith("Study for Exam found no time for 2 of 3 sessions: ")
        assert "Ana has Camp" in told.sentence
        assert "'Club'" in told.sentence

    def test_an_exam_tomorrow_leaves_the_rest_of_today(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        (told,) = exam(home, ana, start=at("2026-03-03 09:00")).unplaced
        assert sessions(home, ana) == ["03-02 13:15"]
        assert [reason.code for reason in told.reasons] == ["days_over"]

    def test_a_private_exam_is_not_told_of_on_a_calendar_that_others_read(self, home: Town) -> None:
        ana, bo = home.household("Ana", "Bo")
        exam(home, ana, confidential=True)
        assert sessions(home, ana) == THREE_DAYS
        assert sessions(home, bo) == []


def exam_preview(home: Town, actor: Actor) -> Any:
    return exam(home, actor, preview=True)


class TestFollowing:
    def test_sessions_that_lie_before_it_no_more_move_with_it(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        made = exam(home, ana).operations[0].object_id
        known = set(ids(home, ana))
        before = home.snapshot(ana)
        outcome = home.edit(ana, made, start=at("2026-03-22 09:00"))
        assert outcome.change_set_id
        assert sorted(op.kind for op in outcome.operations) == [Kind.MOVED] * 3
        assert sessions(home, ana) == ["03-19 09:00", "03-20 09:00", "03-21 09:00"]
        assert set(ids(home, ana)) == known
        home.scheduling.undo(ana, outcome.change_set_id)
        assert home.snapshot(ana) == before

    def test_another_hour_of_the_same_day_moves_nothing(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        made = exam(home, ana).operations[0].object_id
        assert len(home.edit(ana, made, start=at("2026-03-20 14:00")).operations) == 1

    @pytest.mark.parametrize("how", ["deleted", "cancelled", "no exam any more"])
    def test_what_is_to_come_goes_with_it(self, home: Town, how: str) -> None:
        (ana,) = home.household("Ana")
        made = exam(home, ana).operations[0].object_id
        home.edit(ana, ids(home, ana)[0], completed=True)
        if how == "deleted":
            outcome = home.remove(ana, made)
        else:
            changes: Any = {"status": Status.CANCELLED} if how == "cancelled" else {"category_id": None}
            outcome = home.edit(ana, made, **changes)
        assert len(outcome.operations) == 3
        assert sessions(home, ana) == THREE_DAYS[:1]  # what was done stays

    def test_one_that_a_person_moved_stays_unless_it_is_after_the_exam(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        made = exam(home, ana).operations[0].object_id
        home.edit(ana, ids(home, ana)[0], start=at("2026-03-10 10:00"))
        home.edit(ana, made, start=at("2026-03-22 09:00"))
        assert sessions(home, ana) == ["03-10 10:00", "03-19 09:00", "03-21 09:00"]
        home.edit(ana, made, start=at("2026-03-08 09:00"))
        assert sessions(home, ana) == ["03-05 09:00", "03-06 09:00", "03-07 09:00"]

    def test_one_deleted_by_hand_is_not_made_again_until_the_exam_moves(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        made = exam(home, ana).operations[0].object_id
        home.remove(ana, ids(home, ana)[0])
        home.edit(ana, made, description="Bring a pen")
        assert sessions(home, ana) == THREE_DAYS[1:]
        home.edit(ana, made, start=at("2026-03-21 09:00"))
        assert len(sessions(home, ana)) == 3

    def test_a_new_title_is_theirs_too(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        made = exam(home, ana).operations[0].object_id
        home.edit(ana, ids(home, ana)[0], title="My own")
        home.edit(ana, made, title="Chemistry")
        assert sessions(home, ana, "Study for Chemistry") == THREE_DAYS[1:]

    def test_who_no_longer_takes_part_loses_their_sessions(self, home: Town) -> None:
        ana, bo = home.household("Ana", "Bo", accounts=False)
        people = [Invitee(member_id=each.member_id) for each in (ana, bo)]
        made = exam(home, ana, participants=people).operations[0].object_id
        assert len(ids(home, ana)) == 6
        home.edit(ana, made, participants=people[:1])
        assert len(ids(home, ana)) == 3

    def test_it_is_prepared_for_when_it_becomes_an_exam(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        made = home.made(ana, title="Exam", start=EXAM)
        home.edit(ana, made, category_id=category(home, ana, "exam"))
        assert sessions(home, ana) == THREE_DAYS

    def test_a_session_alone_can_be_removed_with_its_exam(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        made = exam(home, ana).operations[0].object_id
        both = [plans.Target(event_id=each) for each in (made, ids(home, ana)[0])]
        home.scheduling.carry_out(ana, lambda tx: [op for each in both for op in plans.remove(tx, ana, each)])
        assert ids(home, ana) == []

    def test_one_occurrence_that_goes_leaves_time_for_the_next(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        made = exam(home, ana, rules=["FREQ=WEEKLY;COUNT=3"]).operations[0].object_id
        home.remove(ana, made, Scope.SINGLE, "2026-03-20T09:00:00")
        assert sessions(home, ana) == ["03-24 09:00", "03-25 09:00", "03-26 09:00"]


class TestRules:
    def test_a_workspace_changes_what_makes_what(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        first = rule(home, ana)
        changes = {"sessions": 2, "minutes": 90, "days_before": 5, "title": "Revise {title}"}
        home.write(ana, lambda tx: keeping.update_rule(tx, ana, first.id, changes=changes))
        exam(home, ana)
        assert sessions(home, ana, "Revise Exam") == ["03-18 09:00", "03-19 09:00"]

    def test_one_that_is_switched_off_makes_nothing_and_leaves_what_it_made(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        first = rule(home, ana)
        made = exam(home, ana).operations[0].object_id
        home.write(ana, lambda tx: keeping.update_rule(tx, ana, first.id, changes={"active": False}))
        home.edit(ana, made, description="Bring a pen")
        assert sessions(home, ana) == THREE_DAYS
        assert len(exam(home, ana, title="Other").operations) == 1
        home.remove(ana, made)
        assert sessions(home, ana) == []

    def test_another_rule_beside_it_makes_its_own(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        pair: Any = {"category_id": category(home, ana, "exam"), "makes_id": category(home, ana, "gym")}
        home.write(
            ana, lambda tx: keeping.create_rule(tx, ana, **pair, sessions=1, minutes=30, title="Stretch")
        )
        exam(home, ana)
        assert sessions(home, ana) == THREE_DAYS
        assert len(sessions(home, ana, "Stretch")) == 1
        with pytest.raises(keeping.RuleTaken):
            home.write(ana, lambda tx: keeping.create_rule(tx, ana, **pair))

    def test_what_a_rule_makes_is_not_prepared_for_itself(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        pair: Any = {"category_id": category(home, ana, "study"), "makes_id": category(home, ana, "gym")}
        home.write(ana, lambda tx: keeping.create_rule(tx, ana, **pair))
        assert len(exam(home, ana).operations) == 4

    def test_owners_decide_and_all_may_read(self, home: Town) -> None:
        ana, bo = home.household("Ana", "Bo", permission=Permission.VIEWER)
        assert rule(home, bo).id == rule(home, ana).id
        with pytest.raises(Forbidden):
            home.write(bo, lambda tx: keeping.delete_rule(tx, bo, rule(home, ana).id))

    def test_a_lost_race_and_what_is_gone_are_told(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        first = rule(home, ana)
        with pytest.raises(Stale):
            home.write(ana, lambda tx: keeping.update_rule(tx, ana, first.id, changes={}, expected_version=2))
        home.write(ana, lambda tx: keeping.delete_rule(tx, ana, first.id))
        with pytest.raises(NotFound):
            home.read(ana, lambda tx: keeping.get_rule(tx, ana, first.id))
        assert len(exam(home, ana).operations) == 1

    @pytest.mark.parametrize(
        "changes, field",
        [
            ({"sessions": 0}, "sessions"),
            ({"minutes": 481}, "minutes"),
            ({"days_before": 61}, "days_before"),
            ({"title": "For {event}"}, "title"),
            ({"title": ""}, "title"),
        ],
    )
    def test_nonsense_is_refused_by_its_field(self, home: Town, changes: dict[str, Any], field: str) -> None:
        (ana,) = home.household("Ana")
        first = rule(home, ana)
        with pytest.raises(InvalidInput) as refused:
            home.write(ana, lambda tx: keeping.update_rule(tx, ana, first.id, changes=changes))
        assert refused.value.field == field


def test_time_that_has_come_leaves_sessions_as_they_are(home: Town) -> None:
    (ana,) = home.household("Ana")
    made = exam(home, ana).operations[0].object_id
    home.clock.instant += timedelta(days=16, hours=3)  # between the second session and the third
    home.edit(ana, made, start=at("2026-03-21 09:00"))
    assert sessions(home, ana) == ["03-17 09:00", "03-18 09:00", "03-19 09:00", "03-20 09:00"]
