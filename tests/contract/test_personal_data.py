"""A member's data: given out whole, and gone without a trace."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kalends.features.calendars import feeds
from kalends.features.calendars import service as calendars
from kalends.features.calendars.models import CalendarKind, Grant, Response
from kalends.features.scheduling import Invitee, Target, plans
from kalends.features.scheduling.personal_data import export_member
from kalends.kit.errors import Forbidden, NotFound
from kalends.storage.schema import Table
from workspaces import Town, at

NINE = at("2026-03-23 09:00")
SPRING = date(2026, 3, 1), date(2026, 5, 1)
NAME = "Ottilie"


def test_an_export_holds_everything_of_the_member(home: Town) -> None:
    ana, otti = home.household("Ana", NAME)
    home.made(otti, title="Diary", start=NINE)
    party = home.made(
        ana,
        title="Party",
        start=NINE,
        participants=[Invitee(member_id=otti.member_id, response=Response.TENTATIVE)],
    )
    told = home.write(otti, lambda tx: export_member(tx, otti, otti.member_id))
    assert json.loads(json.dumps(told)) == told
    assert told["member"]["name"] == NAME
    assert "SUMMARY:Diary" in told["calendars"][0]["icalendar"]
    assert [(part["event_id"], part["title"], part["response"]) for part in told["takes_part"]] == [
        (str(party), "Party", "tentative")
    ]


def test_nobody_exports_somebody_who_signs_in(home: Town) -> None:
    ana, otti = home.household("Ana", NAME)
    for actor, other in ((ana, otti), (otti, ana)):
        with pytest.raises(Forbidden):
            home.write(actor, lambda tx, a=actor, o=other: export_member(tx, a, o.member_id))  # type: ignore[misc]
    tot = home.joins(ana, "Tot", account=False)
    assert home.write(ana, lambda tx: export_member(tx, ana, tot.member_id))["member"]["name"] == "Tot"


def test_one_who_is_removed_leaves_no_trace_and_others_keep_their_events(home: Town) -> None:
    ana, ben = home.household("Ana", "Ben")
    otti = home.joins(ana, NAME)
    _lead_a_life(home, ana, ben, otti)
    assert _traces(home)
    home.write(otti, lambda tx: home.services.identity.members.remove(tx, otti, otti.member_id))
    assert _traces(home) == []
    assert [found.event.title for found in home.seen(ana, *SPRING)] == ["Party", "Exam"]
    (party, _) = home.seen(ana, *SPRING)
    assert [taker.member_id for taker in party.event.participants] == [ben.member_id]


def test_a_calendar_that_only_they_shared_goes_and_one_that_others_read_is_theirs(home: Town) -> None:
    ana, ben = home.household("Ana", "Ben")
    otti = home.joins(ana, NAME)
    alone = home.calendar(otti, CalendarKind.SHARED)
    read = home.calendar(otti, CalendarKind.SHARED, grants={ben.member_id: Grant.READ})
    home.made(otti, calendar_id=read, title="Choir", start=NINE)
    home.write(otti, lambda tx: home.services.identity.members.remove(tx, otti, otti.member_id))
    with pytest.raises(NotFound):
        home.read(ben, lambda tx: calendars.get_calendar(tx, ben, alone))
    home.write(ben, lambda tx: calendars.update_calendar(tx, ben, read, changes={"name": "Choir"}))
    assert [found.event.title for found in home.seen(ben, *SPRING)] == ["Choir"]


def _lead_a_life(home: Town, ana: Any, ben: Any, otti: Any) -> None:
    people = [Invitee(member_id=otti.member_id), Invitee(member_id=ben.member_id)]
    party = home.made(ana, calendar_id=home.family(ana), title="Party", start=NINE, participants=people)
    home.clock.advance(timedelta(seconds=1))
    aim = Target(event_id=party)
    home.scheduling.carry_out(
        otti, lambda tx: plans.respond(tx, otti, aim, Response.TENTATIVE), own_part_only=True
    )
    home.made(ben, title="Exam", start=NINE + timedelta(hours=2))
    home.made(otti, title=f"{NAME}'s diary", start=NINE)
    gone = home.made(otti, title=f"{NAME}'s secret", start=NINE)
    home.remove(otti, gone)
    left = home.made(ana, title="Former", start=NINE + timedelta(days=3), participants=people)
    home.remove(ana, left)
    for view in home.scheduling.conflicts(otti):
        home.scheduling.ignore(otti, view.identity)
    assert home.scheduling.conflicts(otti) == []

    def more(tx: Any) -> None:
        made = calendars.create_calendar(tx, otti, name=f"{NAME}'s plans")
        feeds.create_feed(tx, otti, made.id, name=f"For {NAME}'s phone")
        calendars.grant(tx, otti, made.id, ben.member_id, Grant.READ)
        home.services.identity.members.prefer(tx, otti, otti.member_id, {"custom": {"motto": NAME}})

    home.write(otti, more)
    home.services.exchange.import_file(
        otti,
        home.default(otti),
        (
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260301T000000Z\r\n"
            f"DTSTART:20260323T090000Z\r\nSUMMARY:{NAME} again\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        ).encode(),
    )


def _traces(home: Town) -> list[str]:
    """Give where the name stands, in any column of any table."""
    found = []
    with home.database.engine.connect() as connection:
        for table in Table.metadata.sorted_tables:
            every = select(table).execution_options(across_workspaces="looks for traces")
            found += [
                f"{table.name}: {row}"
                for row in connection.execute(every)
                if NAME in str(row).replace("\\r\\n ", "").replace("\r\n ", "")
            ]
    return found
