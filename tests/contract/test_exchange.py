"""Files in and out: what is new, what is newer, what is kept of everything else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from kalends.features.calendars.models import CalendarObject
from kalends.features.identity.actor import Actor
from kalends.features.scheduling import ImportReport, Scope, export_calendar
from kalends.ical import Document, NotCalendar, read
from kalends.kit.errors import Forbidden, NotFound
from workspaces import Town

SPRING = date(2026, 3, 1), date(2026, 5, 1)


def event(uid: str = "1", *lines: str, title: str = "Soccer") -> str:
    """Give a VEVENT at 9 UTC on 03-23 with further lines."""
    own = ["BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{title}"]
    if not any(line.startswith("DTSTAMP") for line in lines):
        own.append("DTSTAMP:20260301T000000Z")
    if not any(line.startswith("DTSTART") for line in lines):
        own += ["DTSTART:20260323T090000Z", "DTEND:20260323T100000Z"]
    return "\r\n".join([*own, *lines, "END:VEVENT"])


def file(*components: str) -> bytes:
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *components, "END:VCALENDAR", ""]
    ).encode()


def imported(home: Town, actor: Actor, *components: str, **options: Any) -> ImportReport:
    return home.services.exchange.import_file(actor, home.default(actor), file(*components), **options)


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.added, report.updated, report.unchanged, report.older


def titles(home: Town, actor: Actor) -> list[str]:
    return [found.event.title for found in home.seen(actor, *SPRING)]


@pytest.mark.parametrize(
    "first, second, expected, title",
    [
        ((), (), (0, 0, 1, 0), "Old"),
        (("SEQUENCE:1",), ("SEQUENCE:2",), (0, 1, 0, 0), "New"),
        (("SEQUENCE:2",), ("SEQUENCE:1",), (0, 0, 0, 1), "Old"),
        ((), ("DTSTAMP:20260302T000000Z",), (0, 1, 0, 0), "New"),
        ((), ("DTSTAMP:20260228T000000Z",), (0, 0, 0, 1), "Old"),
        (("LAST-MODIFIED:20260301T000000Z",), ("LAST-MODIFIED:20260302T000000Z",), (0, 1, 0, 0), "New"),
        # The stamp of a download says nothing where both say when they were last modified.
        (
            ("LAST-MODIFIED:20260301T000000Z",),
            ("LAST-MODIFIED:20260301T000000Z", "DTSTAMP:20260401T000000Z"),
            (0, 0, 1, 0),
            "Old",
        ),
        (("SEQUENCE:nonsense",), ("SEQUENCE:1",), (0, 1, 0, 0), "New"),
        (("SEQUENCE:1", "DTSTAMP:20260401T000000Z"), ("SEQUENCE:2",), (0, 1, 0, 0), "New"),
    ],
)
def test_the_newer_of_two_texts_wins(
    home: Town, first: Any, second: Any, expected: tuple[int, int, int, int], title: str
) -> None:
    (ana,) = home.household("Ana")
    assert counts(imported(home, ana, event("1", *first, title="Old"))) == (1, 0, 0, 0)
    assert counts(imported(home, ana, event("1", *second, title="New"))) == expected
    assert titles(home, ana) == [title]


def test_a_file_twice_changes_nothing(home: Town) -> None:
    (ana,) = home.household("Ana")
    parts = event("1"), event("2", "RRULE:FREQ=DAILY;COUNT=3"), "BEGIN:VTODO\r\nUID:3\r\nEND:VTODO"
    assert imported(home, ana, *parts).added == 3
    before = home.snapshot(ana)
    again = imported(home, ana, *parts)
    assert (again.change_set_id, counts(again)) == (None, (0, 0, 3, 0))
    assert home.snapshot(ana) == before


def test_what_was_edited_here_is_not_set_back_by_the_old_file(home: Town) -> None:
    (ana,) = home.household("Ana")
    imported(home, ana, event())
    home.edit(ana, home.seen(ana, *SPRING)[0].event.row.object_id, title="Football")
    assert counts(imported(home, ana, event())) == (0, 0, 0, 1)
    assert titles(home, ana) == ["Football"]


def test_an_export_comes_back_as_nothing_new(home: Town) -> None:
    (ana,) = home.household("Ana")
    imported(home, ana, event("1", "X-FOO;X-BAR=1:kept", "DTSTART;TZID=Europe/Berlin:20260323T090000"))
    mine = home.default(ana)
    out = home.read(ana, lambda tx: b"".join(export_calendar(tx, ana, mine)))
    assert b"X-FOO;X-BAR=1:kept" in out
    assert counts(home.services.exchange.import_file(ana, mine, out)) == (0, 0, 1, 0)


def test_an_import_is_undone_whole(home: Town) -> None:
    (ana,) = home.household("Ana")
    imported(home, ana, event("1", title="Old"))
    before = home.snapshot(ana)
    report = imported(home, ana, event("1", "SEQUENCE:1", title="New"), event("2"))
    assert report.change_set_id
    home.scheduling.undo(ana, report.change_set_id)
    assert home.snapshot(ana) == before


def test_a_preview_counts_and_stores_nothing(home: Town) -> None:
    (ana,) = home.household("Ana")
    before = home.snapshot(ana)
    told = imported(home, ana, event(), preview=True)
    assert (told.added, told.change_set_id) == (1, None)
    assert home.snapshot(ana) == before


def test_a_preview_tells_of_the_conflicts_that_would_come(home: Town) -> None:
    (ana,) = home.household("Ana")
    imported(home, ana, event("1", title="Piano"))
    before = home.snapshot(ana)
    told = imported(home, ana, event("1", title="Piano"), event("2", title="Choir"), preview=True)
    (foreseen,) = told.conflicts
    assert told.conflict_count == 1
    assert {"Piano", "Choir"} <= set(foreseen.sentence.split())
    assert home.snapshot(ana) == before
    assert home.scheduling.conflicts(ana) == []
    (came,) = imported(home, ana, event("1", title="Piano"), event("2", title="Choir")).conflicts
    assert (came.identity, came.sentence) == (foreseen.identity, foreseen.sentence)
    assert imported(home, ana, event("2", title="Choir"), preview=True).conflict_count == 0  # nothing changes


def test_broken_events_are_named_and_the_good_ones_kept(home: Town) -> None:
    (ana,) = home.household("Ana")
    report = imported(home, ana, event("1"), event("2", "DTSTART:2026xx"), event("3", "RRULE:FREQ=NEVER"))
    assert report.added == 1
    assert {problem.uid for problem in report.problems} == {"2", "3"}
    assert all(problem.line > 0 for problem in report.problems)


def test_what_is_no_calendar_is_refused(home: Town) -> None:
    (ana,) = home.household("Ana")
    for data in (b"", b"hello", b"\xff\xfe\x00"):
        with pytest.raises(NotCalendar):
            home.services.exchange.import_file(ana, home.default(ana), data)


def test_only_into_a_calendar_that_one_writes(home: Town) -> None:
    (ana, ben), (zoe,) = home.household("Ana", "Ben"), home.household("Zoe")
    for actor, refusal in ((ben, Forbidden), (zoe, NotFound)):
        with pytest.raises(refusal):
            home.services.exchange.import_file(actor, home.default(ana), file(event()))


def test_a_changed_occurrence_alone_joins_its_series(home: Town) -> None:
    (ana,) = home.household("Ana")
    imported(home, ana, event("1", "RRULE:FREQ=DAILY;COUNT=3"))
    alone = event(
        "1", "SEQUENCE:1", "RECURRENCE-ID:20260324T090000Z", "DTSTART:20260324T120000Z", title="Late"
    )
    assert counts(imported(home, ana, alone)) == (0, 1, 0, 0)
    assert titles(home, ana) == ["Soccer", "Late", "Soccer"]
    assert counts(imported(home, ana, alone)) == (0, 0, 1, 0)
    newer = alone.replace("SEQUENCE:1", "SEQUENCE:2").replace("Late", "Later")
    assert counts(imported(home, ana, newer)) == (0, 1, 0, 0)
    assert titles(home, ana) == ["Soccer", "Later", "Soccer"]


def test_the_conflicts_of_what_came_in_are_told(home: Town) -> None:
    (ana,) = home.household("Ana")
    report = imported(home, ana, event("1"), event("2", title="Dentist"))
    assert [view.sentence for view in report.conflicts] == [
        "Dentist overlaps Soccer by 60 minutes (10:00-11:00)"
    ] or [view.sentence for view in report.conflicts] == [
        "Soccer overlaps Dentist by 60 minutes (10:00-11:00)"
    ]


def test_texts_keep_every_line(home: Town) -> None:
    (ana,) = home.household("Ana")
    lines = 'X-ODD;P="a;b":v\\,w', "GEO:1;2", "RESOURCES:beamer", "COMMENT;LANGUAGE=de:Grüße"
    imported(home, ana, event("1", *lines, "RRULE:FREQ=DAILY;COUNT=2"))
    made = home.seen(ana, *SPRING)[0].event.row.object_id
    home.edit(ana, made, Scope.SINGLE, "2026-03-24T09:00:00", title="Other")
    home.edit(ana, made, title="All")
    text = home.read(ana, lambda tx: tx.execute(select(CalendarObject.text)).scalar_one())
    document: Document = read(text)
    assert document.problems == []
    for line in lines:
        assert text.count(line) == 2, "in the master and in the changed occurrence"
