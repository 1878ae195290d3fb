"""Constraints: who may make them, what they refuse, what they report, and what they would have blocked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from kalends.engine.claims import Flexibility, Priority
from kalends.engine.conflicts import ConflictKind, Severity
from kalends.engine.spans import Span
from kalends.features.calendars.models import Response
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import AuditEntry, Permission
from kalends.features.scheduling import ConflictFilter, ConflictView, Invitee, Scope, Target, plans
from kalends.features.scheduling.constraints import keeping
from kalends.features.scheduling.constraints.in_force import constraints_of
from kalends.features.scheduling.constraints.models import StoredConstraint
from kalends.features.scheduling.constraints.refusing import ConstraintBroken
from kalends.features.scheduling.constraints.trying import Draft, Trial, dry_run
from kalends.features.scheduling.models import ConflictRecord
from kalends.features.scheduling.personal_data import export_member
from kalends.kit.errors import Forbidden, InvalidInput, NotFound, Stale
from workspaces import DAY, Town, at

SIX = at("2026-03-23 06:00")
NINE = at("2026-03-23 09:00")
QUIET: Any = {"name": "Quiet mornings", "rule": "no_events_before", "parameters": {"time": "07:00"}}
FULL: Any = {"name": "Enough", "rule": "max_events_per_day", "parameters": {"count": 2}}


def made(home: Town, actor: Actor, **wanted: Any) -> StoredConstraint:
    """Make a constraint, hard unless told otherwise."""
    values = {"hard": True, **wanted}
    return home.write(actor, lambda tx: keeping.create_constraint(tx, actor, **values))


def changed(home: Town, actor: Actor, id: UUID, **changes: Any) -> StoredConstraint:
    return home.write(actor, lambda tx: keeping.update_constraint(tx, actor, id, changes=changes))


def listed(home: Town, actor: Actor, member_id: UUID | None = None) -> list[str]:
    found = home.read(actor, lambda tx: keeping.list_constraints(tx, actor, member_id=member_id))
    return [row.name for row in found]


def violated(home: Town, actor: Actor) -> list[ConflictView]:
    wanted = ConflictFilter(kinds=[ConflictKind.CONSTRAINT])
    return home.scheduling.conflicts(actor, wanted)


def prefers(home: Town, actor: Actor, **likes: Any) -> None:
    members = home.services.identity.members
    home.write(actor, lambda tx: members.prefer(tx, actor, actor.member_id, likes))


class TestKeeping:
    def test_one_is_made_read_changed_and_removed_and_each_leaves_an_entry(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        row = made(home, ana, **QUIET)
        assert (row.hard, row.priority, row.active, row.member_id, row.version) == (True, 5, True, None, 1)
        assert row.parameters == {"time": "07:00"}
        home.clock.advance(timedelta(hours=1))
        later = changed(home, ana, row.id, parameters={"time": "08:00"}, hard=False, priority=9)
        assert (later.parameters, later.hard, later.priority, later.version) == (
            {"time": "08:00"},
            False,
            9,
            2,
        )
        assert later.updated_at > later.created_at
        home.write(ana, lambda tx: keeping.delete_constraint(tx, ana, row.id))
        with pytest.raises(NotFound):
            home.read(ana, lambda tx: keeping.get_constraint(tx, ana, row.id))
        entries = home.read(
            ana, lambda tx: tx.execute(select(AuditEntry).order_by(AuditEntry.id)).scalars().all()
        )
        actions = [entry.action for entry in entries if entry.kind == "constraint"]
        assert actions == ["create", "update", "delete"]

    def test_a_version_that_is_not_expected_is_refused(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        row = made(home, ana, **QUIET)
        changed(home, ana, row.id, priority=3)
        for work in (
            lambda tx: keeping.update_constraint(
                tx, ana, row.id, changes={"hard": False}, expected_version=1
            ),
            lambda tx: keeping.delete_constraint(tx, ana, row.id, expected_version=1),
        ):
            with pytest.raises(Stale):
                home.write(ana, work)

    @pytest.mark.parametrize(
        "wrong, field",
        [
            ({"rule": "no_fun"}, "rule"),
            ({"parameters": {}}, "parameters.time"),
            ({"parameters": {"time": "25:00"}}, "parameters.time"),
            ({"parameters": {"time": "07:00", "day": "mon"}}, "parameters.day"),
            ({"name": " "}, "name"),
            ({"priority": 11}, "priority"),
            ({"rule": "custom", "parameters": {"expression": "1 +"}}, "parameters.expression"),
            (
                {"rule": "resource_priority", "parameters": {"resource": "x", "members": ["y"]}},
                "parameters.resource",
            ),
        ],
    )
    def test_nonsense_is_refused_by_its_field(self, home: Town, wrong: dict[str, Any], field: str) -> None:
        (ana,) = home.household("Ana")
        with pytest.raises(InvalidInput) as refused:
            made(home, ana, **{**QUIET, **wrong})
        assert refused.value.field == field

    def test_a_workspace_keeps_so_many(self, home: Town, monkeypatch: pytest.MonkeyPatch) -> None:
        (ana,) = home.household("Ana")
        monkeypatch.setattr(keeping, "MOST", 1)
        made(home, ana, **QUIET)
        with pytest.raises(keeping.TooManyConstraints):
            made(home, ana, **QUIET)


class TestWhoMay:
    def test_owners_ask_anything_editors_something_of_themselves_viewers_nothing(self, home: Town) -> None:
        ana, ben = home.household("Ana", "Ben")
        vic = home.joins(ana, "Vic")
        viewer = _as(vic, Permission.VIEWER)
        made(home, ana, **QUIET, member_id=ben.member_id)
        own = made(home, ben, **{**QUIET, "name": "Ben's own"}, member_id=ben.member_id)
        everybody = made(home, ana, **FULL)
        for actor, member_id in ((ben, None), (ben, ana.member_id), (viewer, vic.member_id)):
            with pytest.raises(Forbidden):
                made(home, actor, **QUIET, member_id=member_id)
        changed(home, ana, own.id, active=False)
        for refused in (ben, viewer):
            with pytest.raises(Forbidden):
                changed(home, refused, everybody.id, active=False)
        with pytest.raises(Forbidden):
            home.write(ben, lambda tx: keeping.delete_constraint(tx, ben, everybody.id))

    def test_each_reads_their_own_and_everybodys_and_an_owner_all(self, home: Town) -> None:
        ana, ben, cleo = home.household("Ana", "Ben", "Cleo")
        row = made(home, ana, **QUIET, member_id=ben.member_id)
        made(home, ana, **FULL)
        assert listed(home, ana) == listed(home, ben) == ["Quiet mornings", "Enough"]
        assert listed(home, cleo) == ["Enough"]
        assert listed(home, ana, cleo.member_id) == ["Enough"]
        with pytest.raises(NotFound):
            home.read(cleo, lambda tx: keeping.get_constraint(tx, cleo, row.id))
        with pytest.raises(NotFound):
            changed(home, cleo, row.id, active=False)


class TestRefusal:
    def test_an_edit_that_breaks_one_is_refused_by_its_name_and_may_be_forced(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        row = made(home, ana, **QUIET)
        with pytest.raises(ConstraintBroken) as refused:
            home.plan(ana, title="Gym", start=SIX)
        fields = refused.value.fields
        assert (fields["constraint_id"], fields["constraint"]) == (str(row.id), "Quiet mornings")
        assert (fields["title"], fields["start"]) == ("Gym", "2026-03-23T05:00:00+00:00")
        assert fields["words"] == (
            "Gym begins at 06:00, but Ana wants no events before 07:00 ('Quiet mornings')"
        )
        assert home.seen(ana, date(2026, 3, 1), date(2026, 5, 1)) == []
        home.plan(ana, title="Gym", start=SIX, force=True)
        assert [view.sentence for view in violated(home, ana)] == [fields["words"]]

    def test_a_preview_says_what_would_be_refused(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        made(home, ana, **QUIET)
        told = home.plan(ana, title="Gym", start=SIX, preview=True)
        assert [each.constraint for each in told.refused_by] == ["Quiet mornings"]
        assert home.plan(ana, title="Gym", start=SIX, preview=True, force=True).refused_by == []
        assert home.plan(ana, title="Gym", start=NINE, preview=True).refused_by == []

    def test_a_soft_one_and_one_that_is_off_refuse_nothing(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        made(home, ana, **QUIET, hard=False)
        made(home, ana, **QUIET, active=False)
        assert len(home.plan(ana, title="Gym", start=SIX).conflicts) == 1

    def test_what_was_broken_before_does_not_refuse_an_edit_of_something_else(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        gym = home.made(ana, title="Gym", start=SIX, rules=("FREQ=DAILY;COUNT=5",))
        made(home, ana, **QUIET)
        home.edit(ana, gym, title="Run")
        home.edit(ana, gym, Scope.FUTURE, "2026-03-25T06:00:00", title="Swim")
        with pytest.raises(ConstraintBroken):
            home.edit(ana, gym, start=at("2026-03-23 05:30"))
        home.edit(ana, gym, start=NINE)

    def test_what_is_over_refuses_nothing(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        made(home, ana, **QUIET)
        home.plan(ana, title="Gym", start=at("2026-02-23 06:00"))

    def test_one_occurrence_far_ahead_is_enough(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        made(home, ana, **FULL)
        for title in ("Dentist", "Visit"):
            home.made(
                ana, title=title, start=at("2027-03-22 12:00" if title == "Visit" else "2027-03-22 15:00")
            )
        with pytest.raises(ConstraintBroken) as refused:
            home.plan(ana, title="Soccer", start=NINE, rules=("FREQ=WEEKLY",))
        assert refused.value.fields["start"] == "2027-03-22T08:00:00+00:00"

    def test_of_a_full_day_an_event_may_move_within_it_or_away_but_none_may_come(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        ids = [
            home.made(ana, title=title, start=NINE + n * timedelta(hours=2)) for n, title in enumerate("abc")
        ]
        made(home, ana, **FULL)
        home.edit(ana, ids[0], start=NINE - timedelta(hours=1))
        with pytest.raises(ConstraintBroken):
            home.plan(ana, title="d", start=NINE + timedelta(hours=8))
        home.edit(ana, ids[0], start=NINE + DAY)
        with pytest.raises(ConstraintBroken):
            home.edit(ana, ids[0], start=NINE)

    def test_a_day_counts_what_is_over_of_it(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        made(home, ana, **FULL)
        for hour in (9, 10):
            home.made(
                ana, title="Done", start=at(f"2026-03-02 {hour:02}:00"), end=at(f"2026-03-02 {hour:02}:30")
            )
        with pytest.raises(ConstraintBroken):
            home.plan(ana, title="More", start=at("2026-03-02 18:00"))

    def test_it_is_the_time_of_those_who_take_part(self, home: Town) -> None:
        ana, ben = home.household("Ana", "Ben")
        made(home, ana, **QUIET, member_id=ben.member_id)
        gym = home.made(ana, title="Gym", start=SIX)
        with pytest.raises(ConstraintBroken):
            home.edit(ana, gym, participants=[Invitee(member_id=ben.member_id)])
        declined = [
            Invitee(member_id=ana.member_id),
            Invitee(member_id=ben.member_id, response=Response.DECLINED),
        ]
        home.edit(ana, gym, participants=declined)
        accept = Target(event_id=gym)
        with pytest.raises(ConstraintBroken):
            home.scheduling.carry_out(
                ben, lambda tx: plans.respond(tx, ben, accept, Response.ACCEPTED), own_part_only=True
            )

    def test_undo_is_never_refused_for_it(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        gym = home.made(ana, title="Gym", start=SIX)
        moved = home.edit(ana, gym, start=NINE)
        made(home, ana, **QUIET)
        assert moved.change_set_id
        home.scheduling.undo(ana, moved.change_set_id)
        assert home.starts(ana, date(2026, 3, 1), date(2026, 5, 1)) == ["03-23 06:00"]

    def test_an_import_is_stored_and_told(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        gym = home.made(ana, title="Gym", start=SIX)
        text = home.text(ana, gym)
        home.remove(ana, gym)
        made(home, ana, **QUIET)
        report = home.services.exchange.import_file(ana, home.default(ana), text.encode())
        assert [view.conflict.kind for view in report.conflicts] == [ConflictKind.CONSTRAINT]

    def test_a_title_that_may_not_be_seen_is_not_told(self, home: Town) -> None:
        ana, ben = home.household("Ana", "Ben")
        home.hide(ben)
        home.made(ben, title="Therapy", start=NINE)
        made(home, ana, name="Air", rule="min_gap_minutes", parameters={"minutes": 30})
        with pytest.raises(ConstraintBroken) as refused:
            home.plan(
                ana,
                title="Lunch",
                start=NINE + timedelta(hours=1),
                participants=[Invitee(member_id=ben.member_id)],
            )
        assert "Therapy" not in str(refused.value.fields) + refused.value.message


class TestConflicts:
    def test_what_breaks_one_is_told_and_goes_when_it_is_mended(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        gym = home.made(ana, title="Gym", start=SIX, rules=("FREQ=DAILY;COUNT=5",))
        row = made(home, ana, **QUIET)
        (view,) = violated(home, ana)
        assert view.sentence == (
            "Gym begins at 06:00, but Ana wants no events before 07:00 ('Quiet mornings'), 5 times in all"
        )
        assert (view.conflict.severity, view.conflict.count) == (Severity.HIGH, 5)
        record = home.read(ana, lambda tx: tx.execute(select(ConflictRecord)).scalar_one())
        assert record.rule == str(row.id)
        assert home.edit(ana, gym, start=NINE).resolved == [view.identity]

    def test_one_that_is_off_or_gone_leaves_no_conflict_behind(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        home.made(ana, title="Gym", start=SIX)
        row = made(home, ana, **QUIET)
        for _ in range(2):
            assert len(violated(home, ana)) == 1
            changed(home, ana, row.id, active=False)
            assert violated(home, ana) == []
            assert home.read(ana, lambda tx: tx.execute(select(ConflictRecord)).all()) == []
            changed(home, ana, row.id, active=True)
        home.write(ana, lambda tx: keeping.delete_constraint(tx, ana, row.id))
        assert home.scheduling.conflicts(ana) == []

    @pytest.mark.parametrize(
        "likes, found",
        [
            ({}, []),
            ({"week_start": "sunday"}, []),
            ({"min_gap_between_events_minutes": 15}, ["preference:min_gap_minutes"]),
            ({"no_events_before": "09:30"}, ["preference:no_events_before"]),
            ({"preferred_start_time": "09:30"}, ["preference:preferred_window"]),
            ({"max_events_per_day": 1}, ["preference:max_events_per_day"]),
            ({"max_events_per_day": None}, []),
        ],
    )
    def test_what_a_member_likes_is_told_if_they_said_so(
        self, home: Town, likes: dict[str, Any], found: list[str]
    ) -> None:
        (ana,) = home.household("Ana")
        home.made(ana, title="Visit", start=NINE)
        home.made(ana, title="Lunch", start=NINE + timedelta(hours=1))
        prefers(home, ana, **likes)
        views = violated(home, ana)
        assert [view.conflict.rule for view in views] == found
        assert {view.conflict.severity for view in views} <= {Severity.LOW}

    def test_what_is_only_presumed_still_weighs(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        codes = {each.id.partition(":")[2] for each in home.read(ana, constraints_of)}
        assert codes == {"min_gap_minutes", "preferred_window", "max_events_per_day"}

    def test_a_way_out_keeps_every_hard_constraint(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        home.made(ana, title="Gym", start=SIX)
        made(home, ana, **QUIET)
        made(home, ana, name="School", rule="blocked_window", parameters={"start": "07:00", "end": "13:00"})
        (view,) = violated(home, ana)
        best = home.scheduling.resolutions(ana, view.identity)[0]
        assert best.after is not None
        assert best.after.start.astimezone(SIX.tzinfo).hour >= 13
        assert home.scheduling.resolve(ana, view.identity, best.id).resolved == [view.identity]
        assert violated(home, ana) == []

    def test_nothing_moves_by_itself_into_a_hard_constraint(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        loose: Any = {"priority": Priority.LOW, "flexibility": Flexibility.FLEXIBLE}
        walk = home.made(ana, title="Walk", start=NINE, **loose)
        made(home, ana, name="Family", rule="blocked_window", parameters={"start": "10:00", "end": "09:00"})
        outcome = home.plan(ana, title="Exam", start=NINE, priority=Priority.HIGH)
        assert [each.object_id for each in outcome.moved] == [walk]
        assert home.starts(ana, date(2026, 3, 1), date(2026, 5, 1)) == ["03-23 09:00", "03-24 09:00"]

    def test_a_removed_member_leaves_the_rules_that_named_them(self, home: Town) -> None:
        ana, ben = home.household("Ana", "Ben")
        made(home, ana, **QUIET, member_id=ben.member_id)
        told = home.write(ben, lambda tx: export_member(tx, ben, ben.member_id))
        assert [each["name"] for each in told["constraints"]] == ["Quiet mornings"]
        home.write(ben, lambda tx: home.services.identity.members.remove(tx, ben, ben.member_id))
        assert listed(home, ana) == []


class TestDryRun:
    def test_it_says_which_events_it_would_have_blocked(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        home.made(ana, title="Gym", start=at("2026-02-16 06:00"), rules=("FREQ=DAILY;COUNT=4",))
        home.made(ana, title="Visit", start=at("2026-02-17 09:00"))
        trial = tried(home, ana, Draft(rule="no_events_before", parameters={"time": "07:00"}))
        assert (trial.sentence, trial.count) == ("It would have blocked 4 events.", 4)
        assert [each.start.astimezone(NINE.tzinfo).day for each in trial.blocked] == [16, 17, 18, 19]
        assert trial.blocked[0].words == "Gym begins at 06:00, but Ana wants no events before 07:00"

    def test_of_too_many_it_is_those_that_came_last(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        for hour in (15, 9, 12):
            home.made(ana, title=f"At {hour}", start=at(f"2026-02-16 {hour:02}:00"))
            home.clock.advance(timedelta(minutes=1))
        trial = tried(home, ana, Draft(rule="max_events_per_day", parameters={"count": 2}))
        assert [each.title for each in trial.blocked] == ["At 12"]

    def test_one_that_is_kept_is_tried_whether_it_is_on_or_not(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        home.made(ana, title="Gym", start=at("2026-02-16 06:00"))
        row = made(home, ana, **QUIET, active=False)
        assert tried(home, ana, row).count == 1
        changed(home, ana, row.id, parameters={"time": "06:00"})
        stored = home.read(ana, lambda tx: keeping.get_constraint(tx, ana, row.id))
        assert tried(home, ana, stored).sentence == "It would have blocked nothing."

    def test_what_is_to_come_and_what_is_done_count_and_a_meeting_of_several_once(self, home: Town) -> None:
        ana, ben = home.household("Ana", "Ben")
        both = [Invitee(member_id=ana.member_id), Invitee(member_id=ben.member_id)]
        home.made(ana, title="Gym", start=at("2026-03-23 06:00"), participants=both)
        home.made(ana, title="Swim", start=at("2026-03-24 06:00"), completed=True)
        draft = Draft(rule="no_events_before", parameters={"time": "07:00"})
        trial = tried(home, ana, draft, "2026-03-23", "2026-03-30")
        assert trial.sentence == "It would block 2 events."

    def test_what_may_not_be_seen_is_neither_named_nor_counted(self, home: Town) -> None:
        ana, ben = home.household("Ana", "Ben")
        home.hide(ben)
        home.made(ben, title="Therapy", start=at("2026-02-16 06:00"))
        draft = Draft(rule="custom", parameters={"expression": "title != 'Therapy'"})
        assert tried(home, ana, draft).count == 0
        assert tried(home, ben, draft).count == 1

    @pytest.mark.parametrize(
        "draft, until, field",
        [
            (Draft(rule="no_fun"), "2026-02-23", "rule"),
            (Draft(rule="no_events_before"), "2026-02-23", "parameters.time"),
            (Draft(rule="no_events_before", parameters={"time": "07:00"}), "2027-02-23", "end"),
            (
                Draft(rule="no_events_before", parameters={"time": "07:00"}, member_id=UUID(int=1)),
                "2026-02-23",
                "member_id",
            ),
        ],
    )
    def test_nonsense_is_refused_by_its_field(self, home: Town, draft: Draft, until: str, field: str) -> None:
        (ana,) = home.household("Ana")
        with pytest.raises(InvalidInput) as refused:
            tried(home, ana, draft, "2026-02-16", until)
        assert refused.value.field == field


def tried(
    home: Town,
    actor: Actor,
    what: StoredConstraint | Draft,
    start: str = "2026-02-16",
    end: str = "2026-02-23",
) -> Trial:
    window = Span(at(start), at(end))
    return home.read(actor, lambda tx: dry_run(tx, actor, what, window))


def _as(actor: Actor, permission: Permission) -> Actor:
    return replace(actor, permission=permission)
