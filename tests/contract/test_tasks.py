"""Tasks and blocks find their own time, keep it where they can, and say what does not fit."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from kalends.daily import fill
from kalends.engine.claims import Priority
from kalends.features.changes import Kind
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import Permission
from kalends.features.scheduling.constraints.keeping import create_constraint
from kalends.features.scheduling.tasks import block_keeping, keeping
from kalends.features.scheduling.tasks.models import Block, BlockKind, Task, TaskState
from kalends.features.scheduling.tasks.planner import NotOpen
from kalends.features.scheduling.tasks.progress import progress_of
from kalends.features.scheduling.tasks.wants import cuts
from kalends.kit.errors import Forbidden, InvalidInput, NotFound, Stale
from racing import race
from workspaces import DAY, MONDAY, Town, at

FRIDAY = at("2026-03-06 18:00")
WEEK = MONDAY, MONDAY + 7 * DAY


def task(home: Town, actor: Actor, title: str = "Report", minutes: int = 120, **wanted: Any) -> Task:
    given = {"deadline": FRIDAY, **wanted}
    return home.write(actor, lambda tx: keeping.create_task(tx, actor, title=title, minutes=minutes, **given))


def block(home: Town, actor: Actor, title: str = "Deep work", times: int = 3, **wanted: Any) -> Block:
    given = {"minutes": 60, "since": time(9), "until": time(12), **wanted}
    return home.write(
        actor, lambda tx: block_keeping.create_block(tx, actor, title=title, times_a_week=times, **given)
    )


def pieces(home: Town, actor: Actor, title: str = "Report") -> list[str]:
    """Give when the pieces are, as "03-02 13:15-14:15"."""
    return [
        f"{found.start:%m-%d %H:%M}-{found.end:%H:%M}"
        for found in home.seen(actor, MONDAY, MONDAY + 70 * DAY)
        if found.event.title == title
    ]


def ids(home: Town, actor: Actor, title: str = "Report") -> list[UUID]:
    found = home.seen(actor, MONDAY, MONDAY + 70 * DAY)
    return [each.event.row.object_id for each in found if each.event.title == title]


class TestPlanningATask:
    def test_it_finds_the_soonest_time_that_breaks_no_wish(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        home.made(ana, title="Meeting", start=at("2026-03-02 13:00"), end=at("2026-03-02 17:30"))
        wanted = task(home, ana)
        outcome = home.services.planner.plan_task(ana, wanted.id)
        assert outcome.unplaced == []
        assert pieces(home, ana) == ["03-03 09:00-11:00"]
        assert [view.sentence for view in outcome.conflicts] == []

    def test_it_is_split_where_it_may_be_and_must(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        for day in range(2, 7):
            home.made(ana, title="School", start=at(f"2026-03-0{day} 07:00"), end=at(f"2026-03-0{day} 20:30"))
        wanted = task(home, ana, minutes=180, least_minutes=45, most_minutes=180)
        outcome = home.services.planner.plan_task(ana, wanted.id)
        assert outcome.unplaced == []
        assert pieces(home, ana) == ["03-02 20:30-22:00", "03-03 20:30-22:00"]

    def test_what_does_not_fit_is_said_with_what_stands_in_its_way(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        home.made(ana, title="Camp", start=at("2026-03-02 07:00"), end=at("2026-03-06 20:00"))
        wanted = task(home, ana)
        (told,) = home.services.planner.plan_task(ana, wanted.id).unplaced
        assert told.sentence.startswith("Report found no time for 120 of 120 minutes: ")
        assert "Ana has Camp" in told.sentence
        assert pieces(home, ana) == []

    def test_one_that_is_late_says_so_and_gives_its_coming_pieces_up(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        wanted = task(home, ana)
        home.services.planner.plan_task(ana, wanted.id)
        home.clock.instant = FRIDAY.astimezone(UTC) + timedelta(days=1)
        (told,) = home.services.planner.plan_task(ana, wanted.id).unplaced
        assert told.sentence == "Report found no time for 120 of 120 minutes: its deadline is over"

    def test_who_plans_the_same_at_the_same_instant_plans_it_once(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        wanted = task(home, ana, minutes=180, least_minutes=60, most_minutes=60)
        race(*[lambda: home.services.planner.plan_task(ana, wanted.id)] * 3)
        assert len(pieces(home, ana)) == 3

    def test_a_preview_stores_nothing_and_one_undo_takes_all_back(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        wanted = task(home, ana, minutes=240, least_minutes=60, most_minutes=60)
        before = home.snapshot(ana)
        told = home.services.planner.plan_task(ana, wanted.id, preview=True)
        assert (told.change_set_id, len(told.operations)) == (None, 4)
        assert home.snapshot(ana) == before
        done = home.services.planner.plan_task(ana, wanted.id)
        assert len(pieces(home, ana)) == 4
        assert done.change_set_id
        home.scheduling.undo(ana, done.change_set_id)
        assert home.snapshot(ana) == before

    def test_planning_again_changes_nothing_that_still_fits(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        wanted = task(home, ana, minutes=180, least_minutes=60, most_minutes=60)
        home.services.planner.plan_task(ana, wanted.id)
        first = pieces(home, ana)
        assert home.services.planner.plan_task(ana, wanted.id).change_set_id is None
        start = datetime.strptime(f"2026-{first[1][:11]}", "%Y-%m-%d %H:%M")
        home.made(ana, title="Dentist", start=at(f"{start:%Y-%m-%d %H:%M}"), priority=Priority.CRITICAL)
        home.edit(ana, ids(home, ana)[1], start=at(f"{start:%Y-%m-%d %H:%M}"))  # back under the dentist
        outcome = home.services.planner.plan_task(ana, wanted.id)
        assert [operation.kind for operation in outcome.operations] == [Kind.MOVED]
        assert {first[0], first[2]} < set(pieces(home, ana))
        assert len(pieces(home, ana)) == 3

    def test_completed_pieces_count_and_missed_ones_are_planned_anew(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        wanted = task(home, ana, minutes=180, least_minutes=60, most_minutes=60)
        home.services.planner.plan_task(ana, wanted.id)
        home.edit(ana, ids(home, ana)[0], completed=True)
        home.clock.instant = at("2026-03-03 07:00").astimezone(UTC)  # the others of Monday were missed
        told = home.read(ana, lambda tx: progress_of(tx, ana, [wanted])[wanted.id])
        assert told.done_minutes == 60
        home.services.planner.plan_task(ana, wanted.id)
        told = home.read(ana, lambda tx: progress_of(tx, ana, [wanted])[wanted.id])
        assert (told.done_minutes, told.planned_minutes) == (60, 120)

    def test_fewer_minutes_take_the_last_pieces_away(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        wanted = task(home, ana, minutes=180, least_minutes=60, most_minutes=60)
        home.services.planner.plan_task(ana, wanted.id)
        first = pieces(home, ana)
        home.services.planner.update_task(ana, wanted.id, {"minutes": 60, "title": "Essay"})
        home.services.planner.plan_task(ana, wanted.id)
        assert pieces(home, ana, "Essay") == first[:1]

    def test_a_hard_constraint_is_obeyed(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        window = {"start": "06:00", "end": "23:00", "days": ["mon", "tue", "wed", "thu"]}
        home.write(
            ana,
            lambda tx: create_constraint(
                tx, ana, name="Work", rule="blocked_window", parameters=window, hard=True
            ),
        )
        wanted = task(home, ana)
        home.services.planner.plan_task(ana, wanted.id)
        assert pieces(home, ana) == ["03-06 09:00-11:00"]

    def test_a_time_for_another_who_signs_in_is_proposed(self, home: Town) -> None:
        ana, bo = home.household("Ana", "Bo")
        family = home.family(ana)
        wanted = task(home, ana, member_id=bo.member_id, calendar_id=family)
        home.services.planner.plan_task(ana, wanted.id)
        (found,) = ids(home, ana)
        assert [taker.member_id for taker in home.event(ana, found).first.participants] == [bo.member_id]


class TestPlanningAll:
    def test_the_sooner_deadline_comes_first_and_then_the_higher_rank(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        home.made(ana, title="Camp", start=at("2026-03-02 07:00"), end=at("2026-03-06 13:00"))
        task(home, ana, "Later", 60, deadline=at("2026-03-06 17:30"))
        task(home, ana, "Low", 60, priority=Priority.LOW)
        task(home, ana, "High", 60, priority=Priority.HIGH)
        task(home, ana, "Sooner", 60, deadline=at("2026-03-06 14:00"))
        outcome = home.services.planner.plan_all(ana)
        assert outcome.unplaced == []
        found = {name: pieces(home, ana, name)[0][6:11] for name in ("Sooner", "Later", "High", "Low")}
        assert found["Sooner"] == "13:00"
        assert sorted(found, key=lambda name: found[name]) == ["Sooner", "Later", "High", "Low"]
        assert home.services.planner.plan_all(ana).change_set_id is None


class TestTheLifeOfATask:
    @pytest.mark.parametrize("state", [TaskState.DONE, TaskState.CANCELLED])
    def test_done_or_cancelled_its_coming_pieces_go_in_one_set(self, home: Town, state: TaskState) -> None:
        (ana,) = home.household("Ana")
        wanted = task(home, ana, minutes=180, least_minutes=60, most_minutes=60)
        home.services.planner.plan_task(ana, wanted.id)
        outcome = home.services.planner.settle_task(ana, wanted.id, state)
        assert [operation.kind for operation in outcome.operations] == [Kind.DELETED] * 3
        assert pieces(home, ana) == []
        with pytest.raises(NotOpen):
            home.services.planner.plan_task(ana, wanted.id)
        home.services.planner.settle_task(ana, wanted.id, TaskState.OPEN)
        home.services.planner.plan_task(ana, wanted.id)
        assert len(pieces(home, ana)) == 3

    def test_a_deleted_task_takes_what_is_to_come_and_leaves_what_was_done(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        wanted = task(home, ana, minutes=120, least_minutes=60, most_minutes=60)
        home.services.planner.plan_task(ana, wanted.id)
        home.edit(ana, ids(home, ana)[0], completed=True)
        home.services.planner.delete_task(ana, wanted.id)
        assert len(pieces(home, ana)) == 1
        with pytest.raises(NotFound):
            home.read(ana, lambda tx: keeping.get_task(tx, ana, wanted.id))

    def test_others_know_of_it_what_its_calendar_tells(self, home: Town) -> None:
        ana, bo = home.household("Ana", "Bo")
        home.hide(ana)
        wanted = task(home, ana)
        with pytest.raises(NotFound):
            home.read(bo, lambda tx: keeping.get_task(tx, bo, wanted.id))
        shared = task(home, ana, "Shared", calendar_id=home.family(ana))
        assert [each.id for each in home.read(bo, lambda tx: keeping.list_tasks(tx, bo))] == [shared.id]

    def test_a_viewer_makes_none_and_nobody_makes_one_where_they_may_not_write(self, home: Town) -> None:
        ana, vic = home.household("Ana", "Vic", permission=Permission.VIEWER)
        with pytest.raises(Forbidden):
            task(home, vic)
        home.hide(ana)
        bo = home.joins(ana, "Bo")
        with pytest.raises(Forbidden):
            task(home, bo, member_id=ana.member_id)

    @pytest.mark.parametrize(
        "wanted, field",
        [
            ({"minutes": 4}, "minutes"),
            ({"minutes": 10_001}, "minutes"),
            ({"minutes": 721}, "least_minutes"),
            ({"least_minutes": 30}, "most_minutes"),
            ({"most_minutes": 30}, "least_minutes"),
            ({"least_minutes": 60, "most_minutes": 30}, "least_minutes"),
            ({"minutes": 100, "least_minutes": 60, "most_minutes": 90}, "least_minutes"),
            ({"deadline": at("2026-03-02 12:00")}, "deadline"),
            ({"not_before": FRIDAY}, "not_before"),
            ({"title": " "}, "title"),
            ({"category_id": UUID(int=1)}, "category_id"),
            ({"member_id": UUID(int=1)}, "member_id"),
        ],
    )
    def test_what_makes_no_sense_is_refused_by_its_field(
        self, home: Town, wanted: dict[str, Any], field: str
    ) -> None:
        (ana,) = home.household("Ana")
        with pytest.raises(InvalidInput) as refused:
            task(home, ana, **wanted)
        assert refused.value.field == field

    def test_a_lost_race_is_told(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        wanted = task(home, ana)
        home.services.planner.update_task(ana, wanted.id, {"minutes": 60}, 1)
        with pytest.raises(Stale):
            home.services.planner.update_task(ana, wanted.id, {"minutes": 90}, 1)


class TestBlocks:
    def test_it_is_placed_so_often_a_week_within_its_window_once_a_day(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        wanted = block(home, ana, kind=BlockKind.FOCUS)
        outcome = home.services.planner.plan_block(ana, wanted.id)
        found = pieces(home, ana, "Deep work")
        assert outcome.unplaced == []
        assert len(found) == 12
        weeks = [datetime.strptime(f"2026-{each[:5]}", "%Y-%m-%d").isocalendar().week for each in found]
        assert sorted({week: weeks.count(week) for week in weeks}.values()) == [3, 3, 3, 3]
        assert len({each[:5] for each in found}) == 12
        assert all("09:00" <= each[6:11] <= "11:00" for each in found)

    def test_planning_again_adds_what_lacks_and_removes_what_is_too_much(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        wanted = block(home, ana)
        home.services.planner.plan_block(ana, wanted.id)
        assert home.services.planner.plan_block(ana, wanted.id).change_set_id is None
        home.remove(ana, ids(home, ana, "Deep work")[0])
        again = home.services.planner.plan_block(ana, wanted.id)
        assert [operation.kind for operation in again.operations] == [Kind.CREATED]
        home.services.planner.update_block(ana, wanted.id, {"times_a_week": 2})
        fewer = home.services.planner.plan_block(ana, wanted.id)
        assert {operation.kind for operation in fewer.operations} == {Kind.DELETED}
        assert len(ids(home, ana, "Deep work")) == 8

    def test_another_window_moves_what_lies_outside_of_it(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        wanted = block(home, ana, times=1)
        home.services.planner.plan_block(ana, wanted.id)
        home.services.planner.update_block(ana, wanted.id, {"since": time(14), "until": time(16)})
        outcome = home.services.planner.plan_block(ana, wanted.id)
        assert {operation.kind for operation in outcome.operations} == {Kind.MOVED}
        assert {each[6:11] for each in pieces(home, ana, "Deep work")} == {"14:00"}

    def test_a_week_without_room_is_told(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        home.made(ana, title="Camp", start=at("2026-03-08 20:00"), end=at("2026-03-15 20:00"))
        wanted = block(home, ana)
        told = home.services.planner.plan_block(ana, wanted.id).unplaced
        assert [each.minutes for each in told] == [180]
        assert told[0].sentence.startswith(
            "Deep work found no time for 3 of 3 times in the week of 2026-03-09: "
        )

    def test_switched_off_or_deleted_it_goes_from_the_weeks_to_come(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        wanted = block(home, ana)
        home.services.planner.plan_block(ana, wanted.id)
        home.services.planner.update_block(ana, wanted.id, {"active": False})
        assert pieces(home, ana, "Deep work") == []
        home.services.planner.update_block(ana, wanted.id, {"active": True})
        home.services.planner.plan_block(ana, wanted.id)
        home.services.planner.delete_block(ana, wanted.id)
        assert pieces(home, ana, "Deep work") == []

    def test_it_is_kept_filled_but_what_somebody_removed_is_not_made_again(self, home: Town) -> None:
        (ana,) = home.household("Ana")
        wanted = block(home, ana, times=1)
        assert fill(home.services) == 1
        assert len(ids(home, ana, "Deep work")) == 4
        assert home.services.planner.fill_blocks(ana.workspace_id) == 0
        home.remove(ana, ids(home, ana, "Deep work")[1])
        home.clock.instant += timedelta(weeks=1)
        assert home.services.planner.fill_blocks(ana.workspace_id) == 1
        assert len(ids(home, ana, "Deep work")) == 4  # of which one is past, and one new
        assert home.services.planner.plan_block(ana, wanted.id).change_set_id

    @pytest.mark.parametrize(
        "wanted, field",
        [
            ({"times": 6}, "times_a_week"),
            ({"times": 0}, "times_a_week"),
            ({"days": []}, "days"),
            ({"days": ["monday"]}, "days"),
            ({"minutes": 181}, "until"),
            ({"minutes": 1}, "minutes"),
            ({"until": time(8)}, "until"),
        ],
    )
    def test_what_makes_no_sense_is_refused_by_its_field(
        self, home: Town, wanted: dict[str, Any], field: str
    ) -> None:
        (ana,) = home.household("Ana")
        with pytest.raises(InvalidInput) as refused:
            block(home, ana, **wanted)
        assert refused.value.field == field


@pytest.mark.parametrize(
    "minutes, least, most, ways",
    [
        (60, None, None, [(60,)]),
        (0, 30, 60, []),
        (20, 30, 60, [(20,)]),
        (180, 60, 60, [(60, 60, 60)]),
        (100, 30, 60, [(50, 50), (35, 35, 30)]),
        (62, 30, 60, [(30, 32)]),
    ],
)
def test_minutes_are_cut_into_even_pieces(
    minutes: int, least: int | None, most: int | None, ways: list[tuple[int, ...]]
) -> None:
    assert list(cuts(minutes, least, most)) == ways
