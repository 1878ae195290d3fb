"""Calls, reminders and news of the demo household: a week of them that has been, and what is to come.

All numbers are those that the German, American and Australian authorities keep for films: nobody has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from kalends.engine.zones import zone
from kalends.features.calendars.models import Event
from kalends.features.calls.csv_files import read_rows
from kalends.features.calls.drafts import CallDraft, rules_of
from kalends.features.calls.models import Content
from kalends.features.identity.actor import Actor
from kalends.features.reminders.inbox import mark_all_read
from kalends.integrations.twilio.fake import Ending, Fate
from kalends.interfaces.services import Services

_GRANDMA, _HEATING, _WOOD, _BAKERY, _SURVEY = (f"+49302312500{last}" for last in range(1, 6))
_PATIENTS: Final = [f"+493023125{last}" for last in (101, 102, 103, 104, 105, 106, 107, 108)]
_MOBILE: Final = "+491713920012"  # Anna's, for messages
_AWAKE: Final = ("+493023125042", "+12025550142", "+61255501042")
"""One of these is always in a place where people may be called."""

_TABLETS = "Good evening, Grandma! It is time for your tablets. Anna will look in on you tomorrow."
_DINNER = "Grandma, dinner is at half past six. Ben fetches you with the car at six."
_CONFIRM = "This is the practice of Doctor Brunner. You have an appointment tomorrow. Is that fine with you?"


def fates() -> Mapping[str, Sequence[Fate]]:
    """Say how the calls of the week went, those to one number in their order."""
    said, unheard = Fate(lasts=38), Fate(ending=Ending.NO_ANSWER)
    machine, busy, cut = Fate(ending=Ending.MACHINE, lasts=24), Fate(ending=Ending.BUSY), Ending.FAILED
    return {
        _GRANDMA: [said, Fate(lasts=52), unheard, Fate(lasts=75), said, Fate(lasts=44), machine, said],
        _HEATING: [unheard] * 9,
        _PATIENTS[0]: [Fate(lasts=31, rings=6)],
        _PATIENTS[1]: [busy, Fate(lasts=27)],
        _PATIENTS[2]: [Fate(ending=cut)] * 3,
        _PATIENTS[3]: [machine, Fate(lasts=35, rings=9)],
        _PATIENTS[4]: [Fate(lasts=96)],
        _BAKERY: [Fate(lasts=64, rings=5)],
    }


def begin_week(services: Services, anna: Actor, family: UUID, practice: UUID) -> None:
    """Order the calls and reminders that go on all week; `family` and `practice` are calendars."""
    calls, today = services.calls, _today(services, anna)

    def schedule(phone: str, title: str, start: datetime, text: str, **rest: Any) -> UUID:
        id, _ = calls.schedule(
            anna,
            CallDraft(
                phone=phone,
                title=title,
                start=start,
                content=Content.SCRIPT,
                content_text=text,
                **{"calendar_id": family, **rest},
            ),
        )
        assert id is not None, "it was no preview"
        return id

    tablets, sunday = _at(anna, today, 19, 5), _at(anna, today + timedelta(days=6 - today.weekday()), 11)
    schedule(
        _GRANDMA,
        "Tablets for Grandma",
        tablets,
        _TABLETS,
        rules=rules_of(tablets, "daily"),
        call_type="reminder",
    )
    schedule(
        _GRANDMA, "Sunday dinner", sunday, _DINNER, rules=rules_of(sunday, "weekly"), call_type="reminder"
    )
    wood = _at(anna, today + timedelta(days=20), 10)
    paused = schedule(
        _WOOD, "Order firewood", wood, "Please bring two cubic metres of beech, as always.",
        rules=rules_of(wood, "monthly"), call_type="order", notes="Paused: there is enough until spring.",
    )  # fmt: skip
    calls.pause(anna, paused)
    schedule(
        _HEATING, "Have the heating looked at", _at(anna, today + timedelta(days=6), 13),
        "This is the Brunner family. When can you look at our heating? Please call us back.",
        call_type="request", retries={"no_answer": {"times": 9, "minutes": 24 * 60}},
    )  # fmt: skip
    schedule(
        _BAKERY, "Order Grandma's cake rolls", _at(anna, today + timedelta(days=4), 14, 20),
        "Twenty rolls for Grandma's birthday, please. Which day shall we fetch them?",
        call_type="order", record=True, calendar_id=practice,
    )  # fmt: skip
    calls.do_not_call(anna, _SURVEY, "Asked not to be called again")
    _be_reminded(services, anna)


def confirm_appointments(services: Services, anna: Actor, practice: UUID) -> None:
    """Take the practice's list: appointments that are to be confirmed on the next days, one of them wrong."""
    today = _today(services, anna)
    services.calls.batches.create(anna, read_rows("\r\n".join(_appointments(today, practice)).encode()))


def _appointments(today: date, practice: UUID) -> Iterator[str]:
    yield "phone,start,title,script,call_type,record,calendar_id,metadata.patient"
    people = ["Ms Amsel", "Mr Dachs", "Ms Fink", "Mr Hase", "Ms Igel", "Mr Kranich", "Ms Luchs", "Mr Marder"]
    for number, (phone, person) in enumerate(zip(_PATIENTS, people, strict=True)):
        day = today + timedelta(days=1 if number < 5 else 3)
        start = datetime.combine(day, time(10 + number % 5 // 2, 30 * (number % 5 % 2)))
        phone = "030 / 23" if person == "Mr Marder" else phone
        record = "true" if person == "Ms Igel" else "false"
        yield (
            f'{phone},{start:%Y-%m-%dT%H:%M},Confirm: {person},"{_CONFIRM}",confirmation,{record},'
            f"{practice},P-{1041 + number}"
        )


def ring_soon(services: Services, anna: Actor) -> None:
    """Have a call made within the first minute, for whoever looks on."""
    now, quiet = services.database.clock.now(), services.calls.settings.quiet_hours
    awake = (phone for phone in _AWAKE if not (quiet and quiet.over_at(now, _zone_of(phone))))
    start = (now + timedelta(seconds=40)).astimezone(zone(anna.zone).tzinfo)
    services.calls.schedule(
        anna,
        CallDraft(
            phone=next(awake, _AWAKE[0]),
            title="Thank Aunt Vera",
            start=start.replace(microsecond=0),
            content=Content.SCRIPT,
            content_text="Dear Vera, the parcel has come. Thank you so much! We call you on Sunday.",
            call_type="personal",
            record=True,
        ),
    )


def _zone_of(phone: str) -> str:
    zones = {"+49": "Europe/Berlin", "+12": "America/New_York", "+61": "Australia/Sydney"}
    return zones[phone[:3]]


def _be_reminded(services: Services, anna: Actor) -> None:
    """Say how Anna is told of what, and of what she wants to be reminded beside."""
    notifications = services.notifications
    sms = {
        "channels": {"call_failed": ["in_app", "sms"], "event": ["in_app", "sms"]},
        "addresses": {"sms": _MOBILE},
        "quiet_hours": {"since": "22:00", "until": "07:00"},
    }
    today = _today(services, anna)
    with_sms = ["in_app", "sms"]

    def add(tx: Any) -> None:
        notifications.settings.change(tx, anna, anna.member_id, sms)
        reminders = notifications.reminders
        reminders.add(tx, anna, cron="30 7 * * mon,thu", message="Put the bins out", channels=with_sms)
        reminders.add(tx, anna, cron="0 20 * * sun", message="Plan the week with Ben")
        reminders.add(tx, anna, at=_at(anna, today + timedelta(days=9), 17), message="Wrap Grandma's present")
        for title, minutes in (("Parents' evening", 120), ("Dentist", 24 * 60)):
            found = tx.execute(select(Event.object_id).where(Event.title == title)).scalars().first()
            reminders.add(tx, anna, event_id=found, minutes=minutes)

    services.database.write(anna.workspace_id, add)


def read_news(services: Services, anna: Actor) -> None:
    """Have Anna read what she was told so far."""
    services.database.write(anna.workspace_id, lambda tx: mark_all_read(tx, anna))


def _today(services: Services, anna: Actor) -> date:
    return services.database.clock.now().astimezone(zone(anna.zone).tzinfo).date()


def _at(anna: Actor, day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute)).replace(tzinfo=zone(anna.zone).tzinfo)
