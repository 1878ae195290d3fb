"""A calendar that goes out as a file comes back as it was."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from kalends.features.calendars.models import CalendarObject
from kalends.features.changes import Source
from kalends.features.scheduling import EventDraft, export_calendar, plans
from kalends.ical import Document, read, write
from strategies.calendars import events
from workspaces import Town

# What the services do by themselves, whatever the database; contract tests run on each kind.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
unknown = st.lists(
    st.sampled_from(
        (
            'X-ODD;P="a;b":v\\,w',
            "X-APPLE-TRAVEL-DURATION;VALUE=DURATION:PT45M",
            "GEO:37.386013;-122.082932",
            "COMMENT;LANGUAGE=de:Grüße " + "x" * 90,
            "RESOURCES:beamer,chairs",
            "ATTACH:https://example.com/a.pdf",
            "RELATED-TO;RELTYPE=SIBLING:another",
            "CLASS:X-SECRET",
        )
    ),
    unique=True,
    max_size=4,
)


@pytest.mark.law(40)
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(drafts=st.lists(events(), min_size=1, max_size=3), lines=unknown)
def test_export_then_import_gives_back_the_same_events(home: Town, drafts: Any, lines: list[str]) -> None:
    (ana,) = home.household("Ana")
    mine, other = home.default(ana), home.calendar(ana)
    wanted = [EventDraft(changes=draft, calendar_id=mine) for draft in drafts]
    home.write(
        ana,
        lambda tx: home.services.changes.apply(tx, ana, plans.create(tx, ana, wanted), source=Source.USER),
    )
    first = home.read(ana, lambda tx: b"".join(export_calendar(tx, ana, mine)))
    carried = first.replace(b"END:VEVENT", "\r\n".join([*lines, "END:VEVENT"]).encode())
    exchange = home.services.exchange
    assert exchange.import_file(ana, other, carried).added == len(drafts)
    second = home.read(ana, lambda tx: b"".join(export_calendar(tx, ana, other)))
    assert _events(read(second)) == _events(read(carried))
    assert _lines(second) == _lines(carried)
    again = exchange.import_file(ana, other, second)
    assert (again.added, again.updated, again.older, again.unchanged) == (0, 0, 0, len(drafts))
    texts = home.read(
        ana,
        lambda tx: (
            tx.execute(select(CalendarObject.text).where(CalendarObject.calendar_id == other)).scalars().all()
        ),
    )
    for text in texts:
        assert write(read(text)) == text.encode()


def _events(document: Document) -> dict[str, Any]:
    assert document.problems == []
    return {found.uid: found.events for found in document.objects}


def _lines(data: bytes) -> list[str]:
    """Give the unfolded lines of the events, in any order."""
    text = data.decode().replace("\r\n ", "")
    parts = text.split("BEGIN:VEVENT")[1:]
    return sorted(line for part in parts for line in part.split("END:VEVENT")[0].split("\r\n"))
