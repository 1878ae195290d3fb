"""Calls on each kind of database: scheduled as events, placed once at their time, tried again, ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from call_desk import TEN, Desk
from kalends.features.calendars.models import Status
from kalends.features.calls import do_not_call
from kalends.features.calls.life import NotNow
from kalends.features.calls.models import AttemptState, Call, CallState, Missed, Outcome
from kalends.features.calls.ports import Report
from kalends.features.calls.queries import list_active
from kalends.features.changes import HeldBack
from kalends.features.scheduling import Scope
from kalends.kit.errors import InvalidInput, NotFound
from telephones import draft
from workspaces import at


class TestOnce:
    def test_a_call_is_placed_at_its_time_and_over_once_it_was_answered(self, desk: Desk) -> None:
        id = desk.made()
        desk.comes(TEN - timedelta(seconds=1))
        assert desk.placed == 0
        desk.comes(TEN)
        (line,) = desk.operator.exchange.lines
        assert (line.dial.phone, line.dial.content_text) == ("+4930901820", "Good morning.")
        assert desk.state(id) is CallState.RUNNING
        desk.operator.says(line, AttemptState.IN_PROGRESS, answered_at=TEN + timedelta(seconds=9))
        desk.operator.ends(Outcome.COMPLETED, duration_seconds=42, ended_at=TEN + timedelta(seconds=51))
        assert desk.steps(id) == [
            "scheduled created",
            "pending due",
            "running dialled",
            "completed completed",
        ]
        call, (attempt,) = desk.call(id), desk.log()
        assert (call.runs, call.next_at, call.due_at) == (1, None, None)
        assert (attempt.outcome, attempt.duration_seconds, attempt.due_at) == (Outcome.COMPLETED, 42, TEN)
        event = desk.operator.home.event(desk.ana, desk.event(id))
        assert event.first.row.completed_at is None  # whoever told of the call did not wait for that
        desk.operator.work()
        event = desk.operator.home.event(desk.ana, desk.event(id))
        assert event.first.row.completed_at is not None

    def test_what_became_of_its_event_in_between_stays_so(self, quick: Desk) -> None:
        kept, gone = quick.made(), quick.made(phone="+49 30 901821")
        quick.comes(TEN)
        for line in quick.operator.exchange.lines:
            quick.operator.says(line, AttemptState.ENDED, Outcome.COMPLETED)
        quick.calls.delete(quick.ana, gone)
        quick.operator.home.edit(quick.ana, quick.event(kept), title="Called")
        quick.operator.work()
        event = quick.operator.home.event(quick.ana, quick.event(kept)).first.row
        assert (event.title, event.completed_at is not None) == ("Called", True)
        assert quick.state(kept) is CallState.COMPLETED
        with pytest.raises(NotFound):
            quick.calls.delete(quick.ana, gone)

    def test_it_is_an_event_of_its_length_on_the_calendar(self, desk: Desk) -> None:
        _, outcome = desk.calls.schedule(desk.ana, draft(TEN, minutes=30))
        (op,) = outcome.operations
        assert op.after is not None
        assert (op.after.title, op.after.start, op.after.end) == (
            "Call the dentist",
            TEN,
            TEN + timedelta(minutes=30),
        )

    def test_a_preview_shows_what_it_collides_with_and_leaves_nothing(self, desk: Desk) -> None:
        desk.operator.home.made(desk.ana, title="Exam", start=TEN, end=TEN + timedelta(hours=1))
        id, outcome = desk.calls.schedule(desk.ana, draft(TEN), preview=True)
        assert (id, len(outcome.appearing)) == (None, 1)
        assert desk.operator.home.read(desk.ana, lambda tx: list_active(tx, desk.ana)).items == ()

    @pytest.mark.parametrize(
        "outcome, waits",
        [
            (Outcome.BUSY, [5, 5, 5]),
            (Outcome.NO_ANSWER, [30, 30]),
            (Outcome.MACHINE, [60]),
            (Outcome.FAILED, [1, 1]),
        ],
    )
    def test_what_did_not_reach_anybody_is_tried_again(
        self, quick: Desk, outcome: Outcome, waits: list[int]
    ) -> None:
        id = quick.made()
        quick.comes(TEN)
        for minutes in waits:
            quick.operator.ends(outcome)
            assert quick.state(id) is CallState.SCHEDULED
            next_at = quick.call(id).next_at
            assert next_at == quick.operator.clock.instant + timedelta(minutes=minutes)
            quick.comes(next_at)
        quick.operator.ends(outcome)
        assert quick.state(id) is CallState.FAILED
        assert [attempt.number for attempt in quick.log()] == [*range(1, len(waits) + 2)]
        assert quick.steps(id)[-1] == f"failed {outcome}"

    def test_a_call_may_have_rules_of_its_own(self, quick: Desk) -> None:
        id = quick.made(retries={"busy": {"times": 0, "minutes": 1}})
        quick.comes(TEN)
        quick.operator.ends(Outcome.BUSY)
        assert quick.state(id) is CallState.FAILED

    def test_who_is_answered_by_a_machine_has_not_been_reached(self, quick: Desk) -> None:
        quick.made()
        quick.comes(TEN)
        quick.operator.ends(Outcome.COMPLETED, answered_by="machine_end_beep")
        assert quick.log()[0].outcome is Outcome.MACHINE

    def test_without_a_telephone_it_fails_and_says_so(self, quick: Desk) -> None:
        id = quick.made()
        quick.operator.without_telephone()
        quick.comes(TEN)
        assert quick.steps(id)[-1] == "failed no_telephone"

    def test_whom_nobody_may_call_is_not_called(self, desk: Desk) -> None:
        id = desk.made()
        row = desk.calls.do_not_call(desk.bo, "+4930901820", "She asked for it.")
        desk.comes(TEN)
        assert (desk.placed, desk.steps(id)[-1]) == (0, "failed do_not_call")
        desk.operator.home.write(desk.bo, lambda tx: do_not_call.remove_number(tx, desk.bo, row.phone_hash))
        with pytest.raises(NotFound):
            desk.operator.home.write(
                desk.bo, lambda tx: do_not_call.remove_number(tx, desk.bo, row.phone_hash)
            )


class TestLimits:
    def test_quiet_hours_of_the_called_person_are_kept(self, desk: Desk) -> None:
        id = desk.made(phone="+1 212 736 5000")  # at ten in Berlin it is four in New York
        desk.comes(TEN)
        assert (desk.placed, desk.steps(id)) == (0, ["scheduled created", "scheduled quiet_hours"])
        eight = datetime(2026, 3, 3, 13, tzinfo=UTC)
        assert (desk.call(id).next_at, desk.call(id).due_at) == (eight, TEN)
        desk.comes(eight)
        assert desk.placed == 1

    def test_one_number_is_not_tried_too_often(self, desk: Desk) -> None:
        for minute in range(6):
            desk.made(TEN + timedelta(minutes=minute))
        for minute in range(6):
            desk.comes(TEN + timedelta(minutes=minute))
            if desk.placed > minute:
                desk.operator.ends()
        assert desk.placed == 5
        desk.comes(TEN + timedelta(minutes=60))
        assert desk.placed == 6

    def test_the_account_makes_so_many_calls_at_once(self, desk: Desk) -> None:
        for number in range(7):
            desk.made(phone=f"+4930901{820 + number}")
        desk.comes(TEN)
        assert desk.placed == 5
        desk.operator.ends()
        desk.comes(TEN + timedelta(seconds=5))
        assert desk.placed == 6

    def test_what_waits_for_a_line_keeps_its_history_short(self, quick: Desk) -> None:
        ids = [quick.made(phone=f"+4930901{820 + number}") for number in range(6)]
        quick.comes(TEN)
        quick.comes(TEN + timedelta(seconds=5))
        assert quick.steps(ids[-1]) == ["scheduled created"]


class TestSeries:
    def test_it_is_made_each_time_and_over_after_the_last(self, desk: Desk) -> None:
        id = desk.made(rules=("FREQ=DAILY;COUNT=2",))
        desk.comes(TEN)
        desk.operator.ends()
        call = desk.call(id)
        assert (call.state, call.due_at, call.runs) == (CallState.SCHEDULED, TEN + timedelta(days=1), 1)
        desk.comes(TEN + timedelta(days=1))
        desk.operator.ends(Outcome.CANCELLED)
        assert (desk.state(id), desk.call(id).runs) == (CallState.COMPLETED, 2)

    def test_a_run_that_fails_is_no_end(self, quick: Desk) -> None:
        id = quick.made(rules=("FREQ=WEEKLY",), retries={"busy": {"times": 0, "minutes": 1}})
        quick.comes(TEN)
        quick.operator.ends(Outcome.BUSY)
        assert quick.steps(id)[-1] == "scheduled busy"
        assert quick.call(id).due_at == TEN + timedelta(days=7)

    def test_it_keeps_its_local_time_when_the_clocks_change(self, quick: Desk) -> None:
        id = quick.made(at("2026-03-28 10:00"), rules=("FREQ=DAILY",))
        quick.comes("2026-03-28 10:00")
        quick.operator.ends()
        assert quick.call(id).due_at == datetime(2026, 3, 29, 8, tzinfo=UTC)

    @pytest.mark.parametrize(
        "missed, days", [(Missed.SKIP, [5]), (Missed.LAST, [4, 5]), (Missed.ALL, [1, 2, 3, 4, 5])]
    )
    def test_what_was_missed_while_paused_follows_its_rule(
        self, quick: Desk, missed: Missed, days: list[int]
    ) -> None:
        id = quick.made(rules=("FREQ=DAILY",), missed=missed, phone="+4930901820")
        quick.comes(TEN)
        quick.operator.ends()
        quick.calls.pause(quick.ana, id)
        quick.comes(TEN + timedelta(days=4, hours=1))
        assert quick.placed == 1
        quick.calls.resume(quick.ana, id)
        made: list[int] = []
        while (call := quick.call(id)).due_at and call.next_at and call.due_at < TEN + timedelta(days=6):
            quick.comes(max(call.next_at, quick.operator.clock.instant))
            made.append((call.due_at - TEN).days)
            quick.operator.ends()
        assert made == days

    @pytest.mark.parametrize(
        "missed, state, placed",
        [
            (Missed.SKIP, CallState.FAILED, 0),
            (Missed.LAST, CallState.RUNNING, 1),
            (Missed.ALL, CallState.RUNNING, 1),
        ],
    )
    def test_what_came_while_nobody_was_there_follows_it_too(
        self, quick: Desk, missed: Missed, state: CallState, placed: int
    ) -> None:
        id = quick.made(missed=missed)
        quick.comes(TEN + timedelta(hours=2))
        assert (quick.state(id), quick.placed) == (state, placed)

    def test_its_next_times_are_told_on_demand(self, quick: Desk) -> None:
        id = quick.made(rules=("FREQ=DAILY",))
        once = quick.made(TEN + timedelta(hours=1))
        found = quick.operator.home.read(quick.ana, lambda tx: list_active(tx, quick.ana, each=3))
        assert [
            (each.call.id, [time.astimezone(TEN.tzinfo).day for time in each.times]) for each in found.items
        ] == [
            (id, [3, 4, 5]),
            (once, [3]),
        ]


class TestItsEvent:
    def test_moving_the_event_moves_the_call(self, desk: Desk) -> None:
        id = desk.made()
        desk.operator.home.edit(desk.ana, desk.event(id), start=TEN + timedelta(hours=2), title="Call Mia")
        call = desk.call(id)
        assert (call.due_at, call.next_at, call.title) == (
            TEN + timedelta(hours=2),
            TEN + timedelta(hours=2),
            "Call Mia",
        )
        desk.comes(TEN)
        assert desk.placed == 0
        desk.comes(TEN + timedelta(hours=2))
        assert desk.placed == 1
        assert desk.steps(id)[1] == "scheduled moved"

    def test_one_occurrence_moves_alone(self, quick: Desk) -> None:
        id = quick.made(rules=("FREQ=DAILY",))
        quick.operator.home.edit(
            quick.ana, quick.event(id), Scope.SINGLE, "2026-03-03T10:00", start=TEN + timedelta(hours=1)
        )
        assert quick.call(id).due_at == TEN + timedelta(hours=1)
        quick.comes(TEN + timedelta(hours=1))
        quick.operator.ends()
        assert quick.call(id).due_at == TEN + timedelta(days=1)

    def test_leaving_an_occurrence_out_leaves_its_run_out(self, quick: Desk) -> None:
        id = quick.made(rules=("FREQ=DAILY;COUNT=2",))
        quick.operator.home.remove(quick.ana, quick.event(id), Scope.SINGLE, "2026-03-03T10:00")
        assert quick.call(id).due_at == TEN + timedelta(days=1)
        quick.operator.home.remove(quick.ana, quick.event(id), Scope.SINGLE, "2026-03-04T10:00")
        assert quick.steps(id)[-1] == "cancelled no_runs_left"

    def test_deleting_it_removes_the_call_and_undoing_brings_it_back(self, desk: Desk) -> None:
        id = desk.made()
        gone = desk.operator.home.remove(desk.ana, desk.event(id))
        with pytest.raises(NotFound):
            desk.steps(id)
        assert desk.state(id) is CallState.CANCELLED
        assert gone.change_set_id is not None
        desk.operator.home.scheduling.undo(desk.ana, gone.change_set_id)
        assert desk.steps(id) == ["scheduled created", "cancelled event_deleted", "scheduled restored"]
        desk.comes(TEN)
        assert desk.placed == 1

    def test_undoing_the_making_of_a_call_takes_it_away(self, quick: Desk) -> None:
        id, outcome = quick.calls.schedule(quick.ana, draft(TEN))
        assert id is not None
        assert outcome.change_set_id is not None
        quick.operator.home.scheduling.undo(quick.ana, outcome.change_set_id)
        quick.comes(TEN)
        assert (quick.placed, quick.state(id)) == (0, CallState.CANCELLED)

    def test_a_cancelled_event_cancels_the_call_and_the_other_way_round(self, desk: Desk) -> None:
        by_event, by_call = desk.made(), desk.made()
        desk.operator.home.edit(desk.ana, desk.event(by_event), status=Status.CANCELLED)
        assert desk.steps(by_event)[-1] == "cancelled event_cancelled"
        outcome = desk.calls.cancel(desk.ana, by_call)
        event = desk.operator.home.event(desk.ana, desk.event(by_call)).first.row
        assert (desk.steps(by_call)[-1], event.status) == ("cancelled cancelled", Status.CANCELLED)
        assert outcome.change_set_id is not None
        desk.operator.home.scheduling.undo(desk.ana, outcome.change_set_id)
        assert desk.steps(by_call)[-1] == "scheduled restored"

    def test_a_call_that_is_being_made_stays_where_it_is(self, desk: Desk) -> None:
        id = desk.made()
        desk.comes(TEN)
        for change in (
            lambda: desk.operator.home.edit(desk.ana, desk.event(id), start=TEN + timedelta(hours=1)),
            lambda: desk.operator.home.edit(desk.ana, desk.event(id), status=Status.CANCELLED),
            lambda: desk.operator.home.remove(desk.ana, desk.event(id)),
        ):
            with pytest.raises(HeldBack) as refused:
                change()
            assert refused.value.fields["reason"] == "call_under_way"
        desk.operator.home.edit(desk.ana, desk.event(id), title="Call Mia")
        assert desk.call(id).title == "Call Mia"

    @pytest.mark.parametrize(
        "rules, scope, changes, reason",
        [
            ((), Scope.ALL, {"start": TEN - timedelta(days=3)}, "call_in_past"),
            ((), Scope.ALL, {"start": TEN.date()}, "call_needs_time"),
            ((), Scope.ALL, {"start": TEN.replace(tzinfo=None)}, "call_needs_time"),
            (("FREQ=DAILY",), Scope.FUTURE, {"start": TEN + timedelta(days=2, hours=1)}, "call_whole"),
        ],
    )
    def test_what_no_call_can_be_is_refused(
        self, quick: Desk, rules: tuple[str, ...], scope: Scope, changes: Any, reason: str
    ) -> None:
        id = quick.made(rules=rules)
        key = "2026-03-05T10:00" if scope is Scope.FUTURE else None
        with pytest.raises(HeldBack) as refused:
            quick.operator.home.edit(quick.ana, quick.event(id), scope, key, **changes)
        assert refused.value.fields["reason"] == reason

    def test_one_that_is_over_is_not_woken(self, quick: Desk) -> None:
        id = quick.made()
        quick.comes(TEN)
        quick.operator.ends()
        with pytest.raises(HeldBack) as refused:
            quick.operator.home.edit(
                quick.ana, quick.event(id), start=TEN + timedelta(days=1), completed=False
            )
        assert refused.value.fields["reason"] == "call_over"
        quick.operator.home.remove(quick.ana, quick.event(id))
        assert quick.state(id) is CallState.COMPLETED


class TestStopping:
    def test_what_is_paused_is_not_made_until_it_is_resumed(self, desk: Desk) -> None:
        id = desk.made()
        desk.calls.pause(desk.ana, id)
        with pytest.raises(NotNow):
            desk.calls.pause(desk.ana, id)
        desk.comes(TEN - timedelta(hours=1))
        desk.calls.resume(desk.ana, id)
        with pytest.raises(NotNow):
            desk.calls.resume(desk.ana, id)
        desk.comes(TEN)
        assert (desk.placed, desk.steps(id)[1:3]) == (1, ["paused paused", "scheduled resumed"])

    def test_cancelling_hangs_up(self, desk: Desk) -> None:
        id = desk.made()
        desk.comes(TEN)
        desk.calls.cancel(desk.ana, id)
        desk.operator.work()
        (line,) = desk.operator.exchange.lines
        assert desk.operator.exchange.hung_up == [line.id]
        desk.operator.says(line, AttemptState.ENDED, Outcome.CANCELLED)
        assert (desk.state(id), desk.log()[0].outcome) == (CallState.CANCELLED, Outcome.CANCELLED)
        with pytest.raises(NotNow):
            desk.calls.cancel(desk.ana, id)

    def test_a_call_cancelled_while_it_is_being_placed_is_hung_up_once_its_name_is_known(
        self, desk: Desk
    ) -> None:
        id = desk.made()
        place = desk.operator.exchange.place

        def cancelled_meanwhile(dial: Any) -> Report:
            desk.calls.cancel(desk.ana, id)
            return place(dial)

        desk.operator.exchange.place = cancelled_meanwhile  # type: ignore[method-assign]
        desk.comes(TEN)
        desk.comes(TEN + timedelta(minutes=1))
        assert set(desk.operator.exchange.hung_up) == {"CA1"}

    def test_the_next_run_can_be_had_now(self, quick: Desk) -> None:
        id = quick.made(rules=("FREQ=DAILY",))
        quick.calls.call_now(quick.ana, id)
        quick.operator.work()
        assert quick.placed == 1
        quick.operator.ends()
        assert quick.call(id).due_at == TEN + timedelta(days=1)

    def test_its_event_says_when_that_was(self, desk: Desk) -> None:
        id = desk.made(minutes=20)
        now = desk.operator.clock.instant
        desk.calls.call_now(desk.ana, id)
        event = desk.operator.home.event(desk.ana, desk.event(id)).first.row
        assert (event.start, event.length_seconds) == ("2026-03-02T13:00:00+01:00[Europe/Berlin]", 20 * 60)
        assert (desk.call(id).due_at, desk.call(id).starts_at) == (now, now)
        desk.operator.work()
        desk.operator.ends(Outcome.COMPLETED)
        desk.operator.work()
        assert desk.log()[0].due_at == now
        assert desk.steps(id) == [
            *("scheduled created", "scheduled hastened", "pending due"),
            *("running dialled", "completed completed"),
        ]

    def test_of_a_series_only_that_run_comes_earlier(self, quick: Desk) -> None:
        id = quick.made(rules=("FREQ=WEEKLY;COUNT=3",))
        now = quick.operator.clock.instant
        quick.calls.call_now(quick.ana, id)
        times = (
            quick.operator.home.read(quick.ana, lambda tx: list_active(tx, quick.ana, each=5)).items[0].times
        )
        assert times == [now, TEN + timedelta(weeks=1), TEN + timedelta(weeks=2)]
        quick.operator.work()
        quick.operator.ends(Outcome.BUSY)
        quick.calls.call_now(quick.ana, id)  # it is the same run, which began when it did
        assert quick.call(id).due_at == now
        quick.operator.work()
        quick.operator.ends()
        assert quick.placed == 2
        assert quick.call(id).due_at == TEN + timedelta(weeks=1)

    def test_at_night_it_moves_to_the_morning(self, quick: Desk) -> None:
        id = quick.made()
        quick.operator.clock.instant = at("2026-03-02 23:00").astimezone(UTC)
        quick.calls.call_now(quick.ana, id)
        quick.operator.work()
        assert (quick.placed, quick.call(id).due_at) == (0, at("2026-03-03 08:00"))
        quick.comes("2026-03-03 08:00")
        assert quick.placed == 1


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        "wanted, field",
        [
            ({"phone": "hello"}, "phone"),
            ({"phone": "030 901820"}, "phone"),
            ({"phone": "+49 1"}, "phone"),
            ({"phone": "1" * 100}, "phone"),
            ({"start": at("2026-03-02 11:00")}, "start"),
            ({"rules": ("FREQ=NEVER",)}, "rules"),
            ({"callee_zone": "Mars/Base"}, "callee_zone"),
            ({"metadata": {"a": "x" * 20_000}}, "metadata"),
            ({"metadata": {"a": float("nan")}}, "metadata"),
            ({"retries": {"completed": {"times": 1, "minutes": 1}}}, "retries"),
            ({"retries": {"busy": {"times": 100, "minutes": 1}}}, "retries.busy"),
        ],
    )
    def test_a_draft_that_cannot_be(self, quick: Desk, wanted: dict[str, Any], field: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            quick.made(**{"start": TEN, **wanted})
        assert refused.value.field == field
        assert quick.operator.home.read(quick.ana, lambda tx: list_active(tx, quick.ana)).items == ()

    def test_numbers_are_kept_from_whoever_reads_the_database(self, quick: Desk) -> None:
        id = quick.made()
        call = quick.call(id)
        assert call.phone_masked == "+49 ••• ••20"
        stored = " ".join(str(getattr(call, column.name, "")) for column in Call.__table__.columns)
        assert "901820" not in stored
        assert "901820" not in quick.operator.home.text(quick.ana, quick.event(id))
