"""When people are reminded: at the minute, of what is stored then, once."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from carriers import Office
from kalends.engine.series import Length
from kalends.features.calendars.models import Response, Status
from kalends.features.identity.actor import Actor
from kalends.features.scheduling import Invitee, Scope
from workspaces import at

HOUR = Length(seconds=3600)
DAY_LONG = Length(days=1)


@pytest.fixture
def people(office: Office) -> list[Actor]:
    return office.household("Ana", "Ben")


def dentist(office: Office, actor: Actor, start: str = "2026-03-03 14:00", **more: object) -> UUID:
    return office.made(actor, title="Dentist", start=at(start), length=HOUR, **more)


def test_one_is_reminded_as_long_before_as_one_prefers(office: Office, people: list[Actor]) -> None:
    ana, ben = people
    dentist(office, ana)
    office.until(at("2026-03-03 12:59"))
    assert office.told(ana) == []
    office.until(at("2026-03-03 13:00"))
    assert office.told(ana) == ["Dentist: Tue 2026-03-03 14:00"]
    office.until(at("2026-03-05 00:00"))
    assert office.times(ana) == ["03-03 13:00", "03-03 13:45"]
    assert office.told(ben) == []
    assert office.next_due() is None


def test_an_event_s_own_minutes_are_in_place_of_the_preferred(office: Office, people: list[Actor]) -> None:
    ana, _ = people
    id = dentist(office, ana, reminders=(1440, 5))
    office.until(at("2026-03-05 00:00"))
    assert office.times(ana) == ["03-02 14:00", "03-03 13:55"]
    office.clock.instant = at("2026-03-05 00:00")
    office.edit(ana, id, start=at("2026-03-07 14:00"), reminders=())
    office.until(at("2026-03-08 00:00"))
    assert office.times(ana)[2:] == ["03-07 13:00", "03-07 13:45"]


def test_who_takes_part_is_reminded_but_not_who_declined(office: Office, people: list[Actor]) -> None:
    ana, ben = people
    cleo = office.joins(ana, "Cleo")
    invitees = [
        Invitee(member_id=ben.member_id),
        Invitee(member_id=cleo.member_id, response=Response.DECLINED),
    ]
    dentist(office, ana, participants=invitees, reminders=(10,))
    office.until(at("2026-03-04 00:00"))
    assert office.told(ana) == []
    assert office.told(ben) == ["Ana added Dentist (Tue 2026-03-03 14:00)", "Dentist: Tue 2026-03-03 14:00"]
    assert office.told(cleo) == []


def test_nobody_is_reminded_of_a_time_at_which_nothing_is_any_more(
    office: Office, people: list[Actor]
) -> None:
    ana, _ = people
    moved, cancelled, removed, done = (dentist(office, ana, reminders=(15,)) for _ in range(4))
    office.work()
    office.edit(ana, moved, start=at("2026-03-04 09:00"))
    office.edit(ana, cancelled, status=Status.CANCELLED)
    office.remove(ana, removed)
    office.edit(ana, done, completed=True)
    office.until(at("2026-03-05 00:00"))
    assert office.times(ana) == ["03-04 08:45"]
    assert office.next_due() is None


def test_of_an_endless_series_the_next_alone_is_planned(office: Office, people: list[Actor]) -> None:
    ana, _ = people
    id = dentist(office, ana, "2026-03-27 08:00", rules=("FREQ=DAILY",), reminders=(30,))
    office.until(at("2026-03-31 00:00"))
    # On the 29th the clocks of Berlin go forward: the event, and what reminds of it, keep to them.
    assert office.times(ana) == ["03-27 07:30", "03-28 07:30", "03-29 07:30", "03-30 07:30"]
    office.remove(ana, id, Scope.SINGLE, "2026-03-31T08:00:00")
    office.until(at("2026-04-01 07:30"))
    assert office.times(ana)[4:] == ["04-01 07:30"]


@pytest.mark.parametrize(
    "start, minutes, expected",
    [
        ("2026-03-29 02:30", 30, ["03-29 03:00"]),  # skipped: it is 03:30 then
        ("2026-10-25 02:30", 60, ["10-25 01:30"]),  # repeated: the first pass
        ("2028-02-29 00:10", 20, ["02-28 23:50"]),  # a leap day
    ],
)
def test_where_the_clocks_change(
    office: Office, people: list[Actor], start: str, minutes: int, expected: list[str]
) -> None:
    ana, _ = people
    dentist(office, ana, start, reminders=(minutes,))
    office.until(at(start) + timedelta(days=1))
    assert office.times(ana) == expected


def test_all_day_events_count_from_midnight_where_one_is(office: Office, people: list[Actor]) -> None:
    ana, _ = people
    far = office.joins(ana, "Cleo", zone_name="America/New_York")
    invitees = [Invitee(member_id=each.member_id) for each in (ana, far)]
    office.made(ana, title="Fair", start=date(2026, 3, 4), length=DAY_LONG, participants=invitees)
    office.until(at("2026-03-06 00:00"))
    assert office.times(ana) == ["03-03 23:00", "03-03 23:45"]
    assert office.times(far)[1:] == ["03-04 05:00", "03-04 05:45"]
    assert office.told(ana)[0] == "Fair: Wed 2026-03-04"


def test_what_is_over_when_a_worker_comes_back_is_not_told(office: Office, people: list[Actor]) -> None:
    ana, _ = people
    dentist(office, ana, "2026-03-03 14:00")
    dentist(office, ana, "2026-03-05 14:00")
    office.work()
    office.clock.instant = at("2026-03-05 13:50")  # nobody was there
    office.work()
    assert office.times(ana) == ["03-05 13:45"]  # the last of what was missed


def test_a_change_of_what_is_owed_still_tells_it(office: Office, people: list[Actor]) -> None:
    ana, _ = people
    id = dentist(office, ana, reminders=(60,))
    office.work()
    office.clock.instant = at("2026-03-03 13:10")
    office.edit(ana, id, title="Doctor")
    office.work()
    assert office.told(ana) == ["Doctor: Tue 2026-03-03 14:00"]


def test_changed_preferences_count_at_once(office: Office, people: list[Actor]) -> None:
    ana, _ = people
    dentist(office, ana)
    office.work()
    office.prefer(ana, reminder_minutes_before=[120])
    office.until(at("2026-03-04 00:00"))
    assert office.times(ana) == ["03-03 12:00"]


def test_own_reminders_come_beside_the_others(office: Office, people: list[Actor]) -> None:
    ana, _ = people
    office.prefer(ana, reminder_minutes_before=[])
    id = dentist(office, ana, "2026-03-03 14:00", rules=("FREQ=DAILY;COUNT=3",))
    office.remind(ana, event_id=id, minutes=30, message="Insurance card")
    office.remind(ana, event_id=id, occurrence="2026-03-04T14:00:00", minutes=90)
    office.remind(ana, event_id=id, at=at("2026-03-02 20:00"))
    office.remind(ana, event_id=id, cron="0 7 * * *")
    office.remind(ana, cron="0 9 * * wed", message="Bins")
    office.remind(ana, at=at("2026-03-03 10:00"), message="Call Ben")
    office.until(at("2026-03-20 00:00"))
    assert office.times(ana) == [
        *("03-02 20:00", "03-03 07:00", "03-03 10:00", "03-03 13:30"),
        *("03-04 07:00", "03-04 09:00", "03-04 12:30", "03-04 13:30"),
        *("03-05 07:00", "03-05 13:30", "03-11 09:00", "03-18 09:00"),
    ]
    assert {"Bins", "Call Ben"} < set(office.told(ana))


def test_many_events_are_planned_by_one_job(quick_office: Office) -> None:
    (ana,) = quick_office.household("Ana")
    for day in range(3, 23):
        dentist(quick_office, ana, f"2026-03-{day:02} 14:00", reminders=(10,))
    quick_office.work()
    quick_office.until(at("2026-04-01 00:00"))
    assert len(quick_office.times(ana)) == 20
