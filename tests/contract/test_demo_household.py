"""The demo household, whenever it is made: a week is behind it, calls were made, and nothing hangs."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from identities import CHEAP, PASSWORD
from kalends.cli.demo_household import seed
from kalends.features.calls.models import AttemptState, Call, CallAttempt, CallBatch, CallState, Outcome
from kalends.features.reminders.inbox import count_unread
from kalends.features.reminders.models import Delivery, DeliveryState
from kalends.jobs.models import Job, JobState
from kalends.kit.clock import FixedClock
from kalends.server import compose
from kalends.settings import Settings
from workspaces import KEY, at

MOMENTS = {
    "as a Monday begins": at("2026-11-23 00:05"),
    "as clocks are set back": at("2026-10-25 02:30"),
    "while a call is due": at("2026-04-01 19:05:30"),
}


@pytest.mark.parametrize("now", MOMENTS.values(), ids=list(MOMENTS))
def test_a_demo_has_a_week_behind_it(now: datetime, sqlite_template: Path, tmp_path: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "kalends.sqlite")
    settings = Settings(data_dir=tmp_path, key=KEY)
    anna = seed(settings, PASSWORD, identity=CHEAP, clock=FixedClock(now))
    services = compose(settings, clock=FixedClock(now), identity=CHEAP)
    with services.database.read(anna.workspace_id) as tx:
        calls = {call.title: call.state for call in tx.execute(select(Call)).scalars()}
        attempts = tx.execute(select(CallAttempt).order_by(CallAttempt.id)).scalars().all()
        jobs = tx.execute(select(Job)).scalars().all()
        (batch,) = tx.execute(select(CallBatch)).scalars()
        sent = {each.state for each in tx.execute(select(Delivery)).scalars()}
        unread = count_unread(tx, anna)
    services.optimiser.close()
    services.database.close()

    assert calls["Order firewood"] is CallState.PAUSED
    assert calls["Confirm: Ms Fink"] is CallState.FAILED
    assert calls["Confirm: Mr Dachs"] is CallState.COMPLETED  # whose line was busy first
    assert calls["Have the heating looked at"] is CallState.SCHEDULED
    assert {each.state for each in attempts} == {AttemptState.ENDED}
    assert {each.outcome for each in attempts} == set(Outcome) - {Outcome.CANCELLED}
    assert max(each.ended_at for each in attempts if each.ended_at) <= now
    assert [each.transcript for each in attempts if each.transcript] == ["Yes, that is fine."] * 2
    assert not any(each.recording_url for each in attempts)  # whoever kept them is gone
    assert (batch.done, batch.failed, len(batch.errors)) == (8, 1, 1)
    assert {job.state for job in jobs} == {JobState.WAITING}
    assert sent == {DeliveryState.DELIVERED}
    assert unread >= 2
