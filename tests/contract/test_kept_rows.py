"""Rows that are kept in memory follow what is derived anew without a new version."""

from __future__ import annotations

from datetime import date

from sqlalchemy import update

from kalends.features.calendars.models import Event
from kalends.features.calendars.rebuilding import rebuild_all
from workspaces import Town, at

MARCH = date(2026, 3, 1), date(2026, 4, 1)


def test_a_repair_is_seen_by_whoever_has_looked_before(home: Town) -> None:
    (ana,) = home.household("Ana")
    home.made(ana, title="Dentist", start=at("2026-03-23 09:00"))
    home.write(ana, lambda tx: tx.changed(update(Event).values(title="Drifted")))
    assert [found.event.title for found in home.seen(ana, *MARCH)] == ["Drifted"]
    rebuild_all(home.database)
    assert [found.event.title for found in home.seen(ana, *MARCH)] == ["Dentist"]
