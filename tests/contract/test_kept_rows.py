"""Rows that are kept in memory are those of the database, whoever wrote them, and are let go in time."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from kalends.engine.series import Length
from kalends.features.calendars import kept_rows
from kalends.features.calendars.models import Event
from kalends.features.calendars.rebuilding import rebuild_all
from kalends.features.scheduling import EventDraft, plans
from kalends.features.scheduling.constraints import keeping
from workspaces import Town, at, town

HOUR = Length(seconds=3_600)
MARCH = date(2026, 3, 1), date(2026, 4, 1)


def test_a_repair_is_seen_by_whoever_has_looked_before(home: Town) -> None:
    (ana,) = home.household("Ana")
    home.made(ana, title="Dentist", start=at("2026-03-23 09:00"))
    home.write(ana, lambda tx: tx.changed(update(Event).values(title="Drifted")))
    assert [found.event.title for found in home.seen(ana, *MARCH)] == ["Drifted"]
    rebuild_all(home.database)
    assert [found.event.title for found in home.seen(ana, *MARCH)] == ["Dentist"]


def test_two_servers_that_write_in_turn_see_the_same(database_url: str, tmp_path: Path) -> None:
    one = town(database_url, tmp_path)
    other = town(database_url, tmp_path)
    try:
        (ana,) = one.household("Ana")
        for number, home in enumerate((one, other, one, other)):
            home.made(ana, title=f"Talk {number}", start=at("2026-03-23 09:00"))
            seen = [[found.event.title for found in each.seen(ana, *MARCH)] for each in (one, other)]
            told = [[view.identity for view in each.scheduling.conflicts(ana)] for each in (one, other)]
            assert seen[0] == seen[1]
            assert told[0] == told[1]
            assert (len(seen[0]), len(told[0])) == (number + 1, number * (number + 1) // 2)
    finally:
        one.database.close()
        other.database.close()


def test_what_was_not_used_for_longest_is_let_go(home: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_rows, "_MOST_KEPT", 3_000)  # room for two rows
    reads, read = [], kept_rows._read

    def noted(tx: Any, marks: Any) -> Any:
        reads.append(tx.workspace_id)
        return read(tx, marks)

    monkeypatch.setattr(kept_rows, "_read", noted)
    (ana,), (ben,) = home.household("Ana"), home.household("Ben")
    for actor in (ana, ben):
        home.made(actor, title="Dentist", start=at("2026-03-23 09:00"))
        home.made(actor, title="Soccer", start=at("2026-03-23 09:30"))
    reads.clear()
    for actor in (ana, ana, ben, ben, ana):
        assert len(home.scheduling.conflicts(actor)) == 1
    assert reads == [each.workspace_id for each in (ana, ben, ana)]
    for title in ("Talk", "Fair"):
        home.made(ana, title=title, start=at("2026-03-23 09:30"))
    assert [len(home.scheduling.conflicts(actor)) for actor in (ana, ben)] == [6, 1]
    too_many = home.read(ana, kept_rows.all_rows)
    assert too_many is None, "four rows are more than may be kept: they are read anew each time"


def test_a_preview_leaves_nothing_behind(home: Town) -> None:
    (ana,) = home.household("Ana")
    home.made(ana, title="Dentist", start=at("2026-03-23 09:00"))
    assert home.scheduling.conflicts(ana) == []
    clash = [EventDraft(changes={"title": "Soccer", "start": at("2026-03-23 09:30"), "length": HOUR})]
    assert home.scheduling.carry_out(ana, lambda tx: plans.create(tx, ana, clash), preview=True).appearing
    assert home.scheduling.conflicts(ana) == []
    assert [found.event.title for found in home.seen(ana, *MARCH)] == ["Dentist"]


def test_a_cap_counts_what_the_week_has_seen_already(home: Town) -> None:
    (ana,) = home.household("Ana")
    rule: Any = {"name": "Calm", "rule": "max_events_per_week", "parameters": {"count": 1}}
    home.write(ana, lambda tx: keeping.create_constraint(tx, ana, **rule))
    today = home.clock.now()
    home.made(ana, title="Over", start=today + timedelta(hours=1))
    home.made(ana, title="To come", start=today + timedelta(hours=40))
    home.clock.advance(timedelta(hours=30))
    (view,) = home.scheduling.conflicts(ana)
    assert {party.event.title for party in view.parties} == {"Over", "To come"}
    ways = home.scheduling.resolutions(ana, view.identity)
    assert {way.title for way in ways} == {"To come"}
    home.clock.advance(timedelta(hours=30))
    assert home.scheduling.conflicts(ana) == []
