"""What a telephone service says of calls, and what becomes of them where it says nothing or we die."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from call_desk import TEN, Desk
from kalends.features.calls.dialling import taken_by_others
from kalends.features.calls.models import AttemptState, CallState, Outcome
from kalends.features.calls.ports import Report
from kalends.jobs import Permanent, Transient
from kalends.kit.errors import NotFound
from kalends.settings import Settings
from kalends.workers import working
from telephones import Killed


class TestWhatTheServiceSays:
    def test_reports_come_twice_late_and_in_any_order(self, desk: Desk) -> None:
        desk.made()
        desk.comes(TEN)
        (line,) = desk.operator.exchange.lines
        desk.operator.ends(Outcome.COMPLETED, duration_seconds=5)
        desk.operator.says(line, AttemptState.RINGING)
        desk.operator.says(line, AttemptState.ENDED, Outcome.BUSY, recording_url="https://a.example/r")
        (attempt,) = desk.log()
        assert (attempt.state, attempt.outcome, attempt.duration_seconds, attempt.recording_url) == (
            AttemptState.ENDED,
            Outcome.COMPLETED,
            5,
            "https://a.example/r",
        )

    def test_a_call_that_we_do_not_know_makes_one_log(self, desk: Desk) -> None:
        report = Report(
            provider_id="CA99", state=AttemptState.ENDED, outcome=Outcome.BUSY, phone="+4930901820"
        )
        for _ in range(2):
            desk.calls.unknown(desk.ana.workspace_id, report)
            desk.calls.report(desk.ana.workspace_id, desk.ana.member_id, report)
        (attempt,) = desk.log()
        assert (attempt.call_id, attempt.outcome, attempt.phone_masked) == (
            None,
            Outcome.BUSY,
            "+49 ••• ••20",
        )
        assert desk.log(desk.bo) == []
        with pytest.raises(NotFound):
            desk.calls.unknown(UUID(int=5), report)

    @pytest.mark.parametrize("phone", ["sip:ana@a.example", "client:ana", "anonymous", "+", None])
    def test_so_does_one_to_what_is_no_number(self, quick: Desk, phone: str | None) -> None:
        report = Report(provider_id="CA99", state=AttemptState.RINGING, phone=phone)
        quick.calls.unknown(quick.ana.workspace_id, report)
        assert [attempt.phone_masked for attempt in quick.log()] == [""]

    def test_where_it_tells_nothing_it_is_asked(self, desk: Desk) -> None:
        id = desk.made()
        desk.comes(TEN)
        line = desk.operator.exchange.lines[0]
        desk.comes(TEN + timedelta(minutes=1))
        assert desk.state(id) is CallState.RUNNING
        line.state, line.outcome = AttemptState.ENDED, Outcome.COMPLETED
        desk.comes(TEN + timedelta(minutes=3))
        assert desk.state(id) is CallState.COMPLETED

    def test_what_it_lost_is_given_up(self, quick: Desk) -> None:
        id = quick.made()
        quick.comes(TEN)
        quick.operator.exchange.troubles = [Permanent("No such call.")]
        quick.comes(TEN + timedelta(minutes=1))
        assert (quick.state(id), quick.log()[0].error) == (CallState.FAILED, "No such call.")

    def test_what_it_never_ends_is_given_up_after_two_hours(self, quick: Desk) -> None:
        id = quick.made()
        quick.comes(TEN)
        for minutes in range(1, 200):
            quick.comes(TEN + timedelta(minutes=minutes))
        assert quick.state(id) is CallState.FAILED

    def test_what_it_refuses_for_good_fails_with_its_words(self, desk: Desk) -> None:
        id = desk.made()
        desk.operator.exchange.troubles = [Permanent("21211: Invalid 'To' Phone Number")]
        desk.comes(TEN)
        assert desk.log()[0].error == "21211: Invalid 'To' Phone Number"
        assert desk.steps(id)[1:] == ["pending due", "failed failed"]

    def test_its_wish_to_wait_is_obeyed(self, desk: Desk) -> None:
        desk.made()
        desk.operator.exchange.troubles = [Transient("Too many requests", retry_after=120)]
        desk.comes(TEN)
        desk.comes(TEN + timedelta(seconds=119))
        assert desk.placed == 0
        desk.comes(TEN + timedelta(seconds=120))
        assert (desk.placed, len(desk.log())) == (1, 1)

    def test_a_service_that_stays_down_is_given_up_and_the_call_says_why(self, quick: Desk) -> None:
        id = quick.made()
        quick.operator.exchange.troubles = [Transient("It is down.") for _ in range(100)]
        quick.operator.clock.instant = TEN
        for _ in range(40):
            quick.operator.work()
            quick.operator.wait(minutes=20)
        assert (quick.state(id), quick.log()[0].error) == (CallState.FAILED, "It is down.")


class TestCrashes:
    def test_an_attempt_that_was_placed_is_found_and_not_placed_again(self, desk: Desk) -> None:
        id = desk.made()
        desk.operator.exchange.troubles = [("after", Killed())]
        desk.operator.clock.instant = TEN
        with pytest.raises(Killed):
            desk.operator.work()
        assert desk.state(id) is CallState.PENDING
        for _ in range(3):
            desk.operator.work()
            desk.operator.wait(seconds=10)
        assert (desk.placed, desk.state(id)) == (1, CallState.RUNNING)

    def test_one_that_was_not_is_placed_then(self, desk: Desk) -> None:
        id = desk.made()
        desk.operator.exchange.troubles = [Killed()]
        desk.operator.clock.instant = TEN
        with pytest.raises(Killed):
            desk.operator.work()
        desk.operator.work()
        assert desk.placed == 0  # it may still be on its way
        desk.operator.wait(seconds=20)
        desk.operator.work()
        assert (desk.placed, desk.state(id), len(desk.log())) == (1, CallState.RUNNING, 1)

    def test_what_takes_a_while_is_loaded_before_anybody_is_called(self, quick: Desk, tmp_path: Path) -> None:
        services = quick.operator.services
        assert not quick.operator.exchange.is_ready  # the command line calls nobody
        with working(services, Settings(data_dir=tmp_path)):
            assert quick.operator.exchange.is_ready

    def test_only_calls_that_could_be_taken_for_one_are_looked_through(self, desk: Desk) -> None:
        starts = [TEN, TEN + timedelta(days=2), TEN + timedelta(days=4)]
        for start in starts:
            desk.made(start)
            desk.comes(start)
            desk.operator.ends(Outcome.COMPLETED)
        *_, last = desk.log()
        taken = desk.operator.home.read(desk.ana, lambda tx: taken_by_others(tx, last))
        assert taken == [desk.operator.exchange.lines[1].id]

    def test_a_process_that_stood_still_for_long_dials_no_more(self, quick: Desk) -> None:
        id = quick.made()
        write = quick.operator.services.database.write

        def slow(*args: Any) -> Any:
            result = write(*args)
            if quick.operator.clock.instant == TEN and quick.state(id) is CallState.PENDING:
                quick.operator.wait(seconds=6)
            return result

        quick.operator.clock.instant = TEN
        quick.operator.services.database.write = slow  # type: ignore[method-assign,assignment]
        quick.operator.work()
        assert quick.placed == 0
