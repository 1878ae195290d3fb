"""Edits of events and series, as people make them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from kalends.engine.series import Length
from kalends.features.calendars.models import Response, Status
from kalends.features.changes import Kind
from kalends.features.scheduling import Invitee, Scope, Target, plans
from kalends.kit.errors import Forbidden, InvalidInput, KalendsError, NotFound, Stale
from workspaces import Town, at

WEEKLY = ("FREQ=WEEKLY;COUNT=4",)
SPRING = date(2026, 3, 1), date(2026, 5, 1)


def test_an_event_keeps_what_it_was_given(home: Town) -> None:
    (ana,) = home.household("Ana")
    made = home.made(
        ana, title="Dentist", description="Bring card", location="Main St", start=at("2026-03-03 09:00")
    )
    row = home.event(ana, made).first.row
    assert (row.title, row.description, row.location) == ("Dentist", "Bring card", "Main St")
    assert row.start == "2026-03-03T09:00:00+01:00[Europe/Berlin]"
    assert (row.length_days, row.length_seconds) == (0, 3600), "an hour, unless preferred otherwise"
    assert row.status is Status.CONFIRMED


# One series: Mondays at 9 from 2026-03-23, four times, over the change to summer time on 03-29.
@pytest.mark.parametrize(
    "scope, occurrence, changes, expected",
    [
        (Scope.ALL, None, {}, ["03-23 09:00", "03-30 09:00", "04-06 09:00", "04-13 09:00"]),
        (
            Scope.ALL,
            None,
            {"start": at("2026-03-24 09:00")},
            ["03-24 09:00", "03-31 09:00", "04-07 09:00", "04-14 09:00"],
        ),
        (
            Scope.ALL,
            "2026-03-30T09:00:00",
            {"start": at("2026-03-31 10:30")},
            ["03-24 10:30", "03-31 10:30", "04-07 10:30", "04-14 10:30"],
        ),
        (
            Scope.SINGLE,
            "2026-03-30T09:00:00",
            {"start": at("2026-03-31 10:30")},
            ["03-23 09:00", "03-31 10:30", "04-06 09:00", "04-13 09:00"],
        ),
        (
            Scope.FUTURE,
            "2026-03-30T09:00:00",
            {"start": at("2026-03-31 10:30")},
            ["03-23 09:00", "03-31 10:30", "04-07 10:30", "04-14 10:30"],
        ),
        (
            Scope.FUTURE,
            "2026-03-23T09:00:00",
            {"start": at("2026-03-24 09:00")},
            ["03-24 09:00", "03-31 09:00", "04-07 09:00", "04-14 09:00"],
        ),
        (Scope.ALL, None, {"rules": ()}, ["03-23 09:00"]),
        (Scope.ALL, None, {"rules": ("FREQ=DAILY;COUNT=2",)}, ["03-23 09:00", "03-24 09:00"]),
        (
            Scope.ALL,
            None,
            {"exclusions": (at("2026-04-06 09:00"),)},
            ["03-23 09:00", "03-30 09:00", "04-13 09:00"],
        ),
        (
            Scope.ALL,
            None,
            {"additions": (at("2026-04-01 12:00"),)},
            ["03-23 09:00", "03-30 09:00", "04-01 12:00", "04-06 09:00", "04-13 09:00"],
        ),
        (
            Scope.ALL,
            "2026-04-06T09:00:00",
            {"start": date(2026, 4, 7), "end": date(2026, 4, 8)},
            ["03-24", "03-31", "04-07", "04-14"],
        ),
        (
            Scope.ALL,
            None,
            {"start": datetime(2026, 3, 23, 8), "rules": WEEKLY},
            ["03-23 08:00", "03-30 08:00", "04-06 08:00", "04-13 08:00"],
        ),
    ],
)
def test_a_weekly_series_is_edited(
    home: Town, scope: Scope, occurrence: str | None, changes: Any, expected: list[str]
) -> None:
    (ana,) = home.household("Ana")
    made = home.made(ana, title="Soccer", start=at("2026-03-23 09:00"), rules=WEEKLY)
    home.edit(ana, made, scope, occurrence, **changes)
    assert home.starts(ana, *SPRING) == expected


@pytest.mark.parametrize(
    "scope, occurrence, expected",
    [
        (Scope.ALL, None, []),
        (Scope.SINGLE, "2026-03-30T09:00:00", ["03-23 09:00", "04-06 09:00", "04-13 09:00"]),
        (Scope.SINGLE, "2026-03-23T09:00:00", ["03-30 09:00", "04-06 09:00", "04-13 09:00"]),
        (Scope.FUTURE, "2026-04-06T09:00:00", ["03-23 09:00", "03-30 09:00"]),
        (Scope.FUTURE, "2026-03-23T09:00:00", []),
    ],
)
def test_a_weekly_series_is_removed(
    home: Town, scope: Scope, occurrence: str | None, expected: list[str]
) -> None:
    (ana,) = home.household("Ana")
    made = home.made(ana, title="Soccer", start=at("2026-03-23 09:00"), rules=WEEKLY)
    home.remove(ana, made, scope, occurrence)
    assert home.starts(ana, *SPRING) == expected


def test_overrides_and_exclusions_move_with_their_series(home: Town) -> None:
    (ana,) = home.household("Ana")
    made = home.made(ana, title="Soccer", start=at("2026-03-23 09:00"), rules=WEEKLY)
    home.edit(ana, made, Scope.SINGLE, "2026-03-30T09:00:00", start=at("2026-03-30 15:00"), title="Final")
    home.remove(ana, made, Scope.SINGLE, "2026-04-06T09:00:00")
    home.edit(ana, made, start=at("2026-03-24 10:00"))
    assert home.starts(ana, *SPRING) == ["03-24 10:00", "03-31 16:00", "04-14 10:00"]
    assert [found.event.title for found in home.seen(ana, *SPRING)] == ["Soccer", "Final", "Soccer"]


def test_a_series_that_is_cut_keeps_each_change_on_its_side(home: Town) -> None:
    (ana,) = home.household("Ana")
    made = home.made(ana, title="Soccer", start=at("2026-03-23 09:00"), rules=WEEKLY)
    home.edit(ana, made, Scope.SINGLE, "2026-03-30T09:00:00", title="Second")
    home.edit(ana, made, Scope.SINGLE, "2026-04-13T09:00:00", title="Last")
    outcome = home.edit(ana, made, Scope.FUTURE, "2026-04-06T09:00:00", start=at("2026-04-07 09:00"))
    assert [op.kind for op in outcome.operations] == [Kind.UPDATED, Kind.CREATED]
    assert [(f"{found.start:%m-%d}", found.event.title) for found in home.seen(ana, *SPRING)] == [
        ("03-23", "Soccer"),
        ("03-30", "Second"),
        ("04-07", "Soccer"),
        ("04-14", "Last"),
    ]


def test_a_series_in_another_zone_keeps_its_wall_clock(home: Town) -> None:
    (ana,) = home.household("Ana")
    from kalends.engine.zones import zone

    start = datetime(2026, 3, 2, 9, tzinfo=zone("America/New_York").tzinfo)
    made = home.made(ana, title="Call", start=start, rules=("FREQ=WEEKLY;COUNT=5",))
    # New York turns its clocks on 03-08, Berlin on 03-29.
    seen = [f"{found.start.astimezone(at('2026-03-02').tzinfo):%d %H}" for found in home.seen(ana, *SPRING)]  # type: ignore[union-attr]
    assert seen == ["02 15", "09 14", "16 14", "23 14", "30 15"]
    home.edit(ana, made, start=at("2026-03-02 15:00"))
    assert home.starts(ana, *SPRING) == [f"03-{day:02} 15:00" for day in (2, 9, 16, 23, 30)]


def test_from_timed_to_all_day_and_back(home: Town) -> None:
    (ana,) = home.household("Ana")
    made = home.made(ana, title="Trip", start=at("2026-03-23 09:00"), end=at("2026-03-23 17:00"))
    home.edit(ana, made, start=date(2026, 3, 23))
    (found,) = home.seen(ana, *SPRING)
    assert (found.start, found.end) == (date(2026, 3, 23), date(2026, 3, 24))
    home.edit(ana, made, start=at("2026-03-23 10:00"), end=at("2026-03-23 12:00"))
    (found,) = home.seen(ana, *SPRING)
    assert (found.start, found.end) == (at("2026-03-23 10:00"), at("2026-03-23 12:00"))


def test_an_all_day_series_gets_a_time_by_one_of_its_days(home: Town) -> None:
    (ana,) = home.household("Ana")
    made = home.made(ana, title="Trip", start=date(2026, 3, 23), rules=WEEKLY)
    home.edit(ana, made, Scope.ALL, "2026-03-30", start=at("2026-03-31 10:00"), end=at("2026-03-31 12:00"))
    assert home.starts(ana, *SPRING) == ["03-24 10:00", "03-31 10:00", "04-07 10:00", "04-14 10:00"]


def test_a_move_keeps_length_and_category(home: Town) -> None:
    (ana,) = home.household("Ana")
    made = home.made(ana, title="Trip", start=at("2026-03-23 09:00"), end=at("2026-03-23 11:30"))
    home.edit(ana, made, start=at("2026-03-28 23:00"))
    (found,) = home.seen(ana, *SPRING)
    assert (found.start, found.end) == (at("2026-03-28 23:00"), at("2026-03-29 01:30"))
    home.edit(ana, made, start=at("2026-03-29 01:00"))
    (found,) = home.seen(ana, *SPRING)
    assert found.end == at("2026-03-29 04:30"), "two and a half hours, of which the clock skips one"


def test_a_change_that_changes_nothing_keeps_the_version(home: Town) -> None:
    (ana,) = home.household("Ana")
    made = home.made(ana, title="Soccer", start=at("2026-03-23 09:00"))
    before = home.event(ana, made).first.row.version
    outcome = home.edit(ana, made, title="Soccer", start=at("2026-03-23 09:00"))
    assert not outcome.operations
    assert home.event(ana, made).first.row.version == before


ORPHANS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:x
BEGIN:VEVENT
UID:orphan
DTSTAMP:20260301T000000Z
RECURRENCE-ID:20260323T080000Z
DTSTART:20260323T090000Z
DTEND:20260323T100000Z
SUMMARY:First
END:VEVENT
BEGIN:VEVENT
UID:orphan
DTSTAMP:20260301T000000Z
RECURRENCE-ID:20260330T080000Z
DTSTART:20260330T090000Z
DTEND:20260330T100000Z
SUMMARY:Second
END:VEVENT
END:VCALENDAR
"""


class TestOfAnObjectWithoutItsMaster:
    @pytest.fixture
    def orphan(self, home: Town) -> Any:
        (ana,) = home.household("Ana")
        home.services.exchange.import_file(ana, home.default(ana), ORPHANS.encode())
        return ana, home.seen(ana, *SPRING)[0].event.row.object_id

    def test_one_occurrence_is_edited(self, home: Town, orphan: Any) -> None:
        ana, made = orphan
        home.edit(
            ana, made, Scope.SINGLE, "2026-03-30T08:00:00Z", title="Moved", start=at("2026-03-31 12:00")
        )
        assert home.starts(ana, *SPRING) == ["03-23 09:00", "03-31 12:00"]

    def test_all_get_a_new_title_at_once(self, home: Town, orphan: Any) -> None:
        ana, made = orphan
        home.edit(ana, made, title="Both")
        assert [found.event.title for found in home.seen(ana, *SPRING)] == ["Both", "Both"]

    def test_they_do_not_move_at_once(self, home: Town, orphan: Any) -> None:
        ana, made = orphan
        with pytest.raises(InvalidInput) as refused:
            home.edit(ana, made, start=at("2026-03-31 12:00"))
        assert refused.value.field == "occurrence"

    def test_an_occurrence_that_is_not_there_is_not_found(self, home: Town, orphan: Any) -> None:
        ana, made = orphan
        for work in (home.edit, home.remove):
            with pytest.raises(NotFound):
                work(ana, made, Scope.SINGLE, "2026-04-06T08:00:00Z")

    @pytest.mark.parametrize("scope, left", [(Scope.SINGLE, 1), (Scope.ALL, 0)])
    def test_it_is_removed(self, home: Town, orphan: Any, scope: Scope, left: int) -> None:
        ana, made = orphan
        home.remove(ana, made, scope, "2026-03-30T08:00:00Z" if scope is Scope.SINGLE else None)
        assert len(home.seen(ana, *SPRING)) == left

    def test_its_last_occurrence_takes_it_along(self, home: Town, orphan: Any) -> None:
        ana, made = orphan
        for occurrence in ("2026-03-23T08:00:00Z", "2026-03-30T08:00:00Z"):
            home.remove(ana, made, Scope.SINGLE, occurrence)
        with pytest.raises(NotFound):
            home.event(ana, made)


NINE = at("2026-03-23 09:00")


@pytest.mark.parametrize(
    "changes, field",
    [
        ({}, "start"),
        ({"start": NINE, "end": at("2026-03-23 08:00")}, "end"),
        ({"start": NINE, "end": date(2026, 3, 24)}, "end"),
        ({"start": NINE, "end": datetime(2026, 3, 23, 10)}, "end"),
        ({"start": NINE, "end": NINE, "length": Length(seconds=60)}, "end"),
        ({"start": date(2026, 3, 23), "end": date(2026, 3, 23)}, "end"),
        ({"start": NINE, "length": Length(seconds=-60)}, "length"),
        ({"start": NINE, "length": Length(days=-1)}, "length"),
        ({"start": date(2026, 3, 23), "length": Length(seconds=60)}, "length"),
        ({"start": date(2026, 3, 23), "length": Length()}, "length"),
        ({"start": NINE, "length": Length(days=4_000_000)}, "length"),
        ({"start": at("9999-12-31 23:30")}, "start"),
        ({"start": at("9998-12-31 23:30"), "length": Length(days=2)}, "length"),
        ({"start": at("0001-01-01 00:00")}, "start"),
        ({"start": NINE, "title": "x" * 501}, "title"),
        ({"start": NINE, "title": "a\x00b"}, "title"),
        ({"start": NINE, "location": "a\x07b"}, "location"),
        ({"start": NINE, "url": "http://a\r\nATTENDEE:mailto:b@c"}, "url"),
        ({"start": NINE, "url": "x" * 5_000}, "url"),
        ({"start": NINE, "rules": ("FREQ=SOMETIMES",)}, "rules"),
        ({"start": NINE, "rules": ("FREQ=DAILY;COUNT=0",)}, "rules"),
        ({"start": NINE, "rules": ("FREQ=DAILY\r\nATTENDEE:mailto:b@c",)}, "rules"),
        ({"start": NINE, "exclusions": (date(2026, 3, 23),)}, None),
        ({"start": NINE, "additions": (datetime(2026, 3, 23, 9),)}, "additions"),
    ],
)
def test_nonsense_is_refused_by_its_field(home: Town, changes: Any, field: str | None) -> None:
    (ana,) = home.household("Ana")
    if field is None:
        home.plan(ana, **changes)
        return
    with pytest.raises(InvalidInput) as refused:
        home.plan(ana, **changes)
    assert refused.value.field == field
    made = home.made(ana, title="Soccer", start=at("2026-03-23 09:00"), end=at("2026-03-23 10:00"))
    before = home.snapshot(ana)
    if "start" in changes and changes["start"] != NINE:
        with pytest.raises(KalendsError):
            home.edit(ana, made, **changes)
    assert home.snapshot(ana) == before


def test_two_events_of_one_uid_are_refused_in_one_command(home: Town) -> None:
    (ana,) = home.household("Ana")
    from kalends.features.calendars.objects import UidTaken
    from kalends.features.scheduling import EventDraft

    drafts = [EventDraft(changes={"title": "a", "start": NINE}, uid="same") for _ in range(2)]
    with pytest.raises(UidTaken):
        home.scheduling.carry_out(ana, lambda tx: plans.create(tx, ana, drafts))


@pytest.mark.parametrize("occurrence", ["2026-03-24T09:00:00", "2026-03-23", "2027-01-01T09:00:00"])
def test_an_occurrence_that_is_not_there_is_not_found(home: Town, occurrence: str) -> None:
    (ana,) = home.household("Ana")
    made = home.made(ana, title="Soccer", start=NINE, rules=WEEKLY)
    for scope in Scope:
        with pytest.raises(NotFound):
            home.edit(ana, made, scope, occurrence, title="x")


def test_the_occurrence_of_a_series_must_be_named(home: Town) -> None:
    (ana,) = home.household("Ana")
    made = home.made(ana, title="Soccer", start=NINE, rules=WEEKLY)
    for work in (home.edit, home.remove):
        with pytest.raises(InvalidInput) as refused:
            work(ana, made, Scope.SINGLE)
        assert refused.value.field == "occurrence"


def test_an_old_version_is_stale(home: Town) -> None:
    (ana,) = home.household("Ana")
    made = home.made(ana, title="Soccer", start=NINE)
    home.edit(ana, made, title="Football", version=1)
    with pytest.raises(Stale) as refused:
        home.edit(ana, made, title="Tennis", version=1)
    assert refused.value.fields["version"] == 2


class TestAnswers:
    @staticmethod
    def _respond(home: Town, actor: Any, event_id: Any, response: Response, **target: Any) -> Any:
        aim = Target(event_id=event_id, **target)
        return home.scheduling.carry_out(
            actor, lambda tx: plans.respond(tx, actor, aim, response), own_part_only=True
        )

    @staticmethod
    def _responses(home: Town, actor: Any, event_id: Any) -> list[tuple[str, str]]:
        detail = home.event(actor, event_id)
        views = [view for view in (detail.master, *detail.overrides) if view]
        return [(view.row.recurrence_key, taker.response) for view in views for taker in view.participants]

    def test_a_participant_answers_without_access_to_the_calendar(self, home: Town) -> None:
        ana, ben = home.household("Ana", "Ben")
        home.hide(ana)
        made = home.made(ana, title="Party", start=NINE, participants=[Invitee(member_id=ben.member_id)])
        self._respond(home, ben, made, Response.DECLINED)
        assert self._responses(home, ana, made) == [("", "declined")]
        with pytest.raises(Forbidden):
            home.edit(ben, made, title="Mine now")

    def test_an_answer_to_all_is_one_to_changed_occurrences_too(self, home: Town) -> None:
        ana, ben = home.household("Ana", "Ben")
        made = home.made(
            ana, title="Party", start=NINE, rules=WEEKLY, participants=[Invitee(member_id=ben.member_id)]
        )
        home.edit(ana, made, Scope.SINGLE, "2026-03-30T09:00:00", title="Big party")
        self._respond(home, ben, made, Response.DECLINED)
        assert {response for _, response in self._responses(home, ana, made)} == {"declined"}

    def test_one_who_takes_part_in_one_occurrence_answers_for_it(self, home: Town) -> None:
        ana, ben = home.household("Ana", "Ben")
        home.hide(ana)
        made = home.made(ana, title="Soccer", start=NINE, rules=WEEKLY)
        key = "2026-03-30T09:00:00"
        home.edit(ana, made, Scope.SINGLE, key, participants=[Invitee(member_id=ben.member_id)])
        self._respond(home, ben, made, Response.TENTATIVE, scope=Scope.SINGLE, occurrence=key)
        assert self._responses(home, ana, made) == [(key, "tentative")]

    def test_strangers_among_the_attendees_are_in_nobodys_way(self, home: Town) -> None:
        ana, ben = home.household("Ana", "Ben")
        text = (
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260301T000000Z\r\n"
            "DTSTART:20260323T090000Z\r\nSUMMARY:Party\r\n"
            "ATTENDEE;CN=Who:urn:uuid:00000000-0000-7000-8000-000000000000\r\n"
            f"ATTENDEE:urn:uuid:{ben.member_id}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
        home.services.exchange.import_file(ana, home.default(ana), text.encode())
        made = home.seen(ana, *SPRING)[0].event.row.object_id
        self._respond(home, ben, made, Response.DECLINED)
        assert self._responses(home, ana, made) == [("", "declined")]
        assert "urn:uuid:00000000-0000-7000" in home.text(ana, made).replace("\r\n ", "")

    def test_only_a_participant_answers(self, home: Town) -> None:
        ana, ben = home.household("Ana", "Ben")
        made = home.made(ana, title="Party", start=NINE)
        with pytest.raises(Forbidden):
            self._respond(home, ben, made, Response.ACCEPTED)

    def test_a_key_that_only_reads_does_not_answer(self, home: Town) -> None:
        from dataclasses import replace

        ana, ben = home.household("Ana", "Ben")
        made = home.made(ana, title="Party", start=NINE, participants=[Invitee(member_id=ben.member_id)])
        with pytest.raises(Forbidden):
            self._respond(home, replace(ben, scopes=frozenset({"read"})), made, Response.DECLINED)
