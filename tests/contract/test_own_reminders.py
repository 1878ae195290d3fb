"""What becomes of members' own reminders when their events are divided, moved, deleted and brought back."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from carriers import Office
from kalends.daily import tidy
from kalends.engine.series import Length
from kalends.features.identity.actor import Actor
from kalends.features.reminders.models import DeliveryState, Reminder
from kalends.features.scheduling import Outcome, Scope
from kalends.kit.errors import NotFound
from kalends.settings import Settings
from workspaces import at

HOUR = Length(seconds=3600)
CUT = "2026-03-05T14:00:00"


@pytest.fixture
def ana(quick_office: Office) -> Actor:
    (ana,) = quick_office.household("Ana")
    quick_office.prefer(ana, reminder_minutes_before=[])
    return ana


def dentist(office: Office, ana: Actor, rule: str | None = None, start: str = "2026-03-03 14:00") -> UUID:
    rules = (rule,) if rule else ()
    return office.made(ana, title="Dentist", start=at(start), length=HOUR, rules=rules)


def divide(office: Office, ana: Actor, id: UUID, start: str = "2026-03-05 15:00") -> Outcome:
    """Have all from the third on begin at another time, as an event of their own."""
    return office.edit(ana, id, Scope.FUTURE, CUT, start=at(start))


def undo(office: Office, ana: Actor, outcome: Outcome) -> Outcome:
    assert outcome.change_set_id is not None
    return office.scheduling.undo(ana, outcome.change_set_id)


def listed(office: Office, ana: Actor, event_id: UUID | None = None) -> list[Reminder]:
    reminders = office.services.notifications.reminders
    return list(office.read(ana, lambda tx: reminders.list(tx, ana, event_id=event_id)).items)


def test_they_go_on_after_a_series_is_divided(office: Office) -> None:
    (ana,) = office.household("Ana")
    office.prefer(ana, reminder_minutes_before=[])
    id = dentist(office, ana, "FREQ=DAILY;COUNT=4")
    office.remind(ana, event_id=id, minutes=30, message="Insurance card", channels=["in_app"])
    divide(office, ana, id)
    office.until(at("2026-03-20 00:00"))
    assert office.times(ana) == ["03-03 13:30", "03-04 13:30", "03-05 14:30", "03-06 14:30"]
    first, second = listed(office, ana)
    assert (first.message, first.channels) == (second.message, second.channels) == (
        "Insurance card",
        ["in_app"],
    )  # fmt: skip


def test_what_is_about_one_occurrence_follows_it(quick_office: Office, ana: Actor) -> None:
    id = dentist(quick_office, ana, "FREQ=DAILY;COUNT=5")
    quick_office.remind(ana, event_id=id, occurrence="2026-03-04T14:00:00", minutes=10)
    follows = quick_office.remind(ana, event_id=id, occurrence="2026-03-06T14:00:00", minutes=20)
    outcome = divide(quick_office, ana, id)
    (moved,) = [each for each in listed(quick_office, ana) if each.id == follows]
    assert (moved.occurrence, moved.version) == ("2026-03-06T15:00:00", 2)
    assert moved.event_id != id
    quick_office.work()
    undo(quick_office, ana, outcome)
    assert {each.occurrence for each in listed(quick_office, ana, id)} == {
        "2026-03-04T14:00:00",
        "2026-03-06T14:00:00",
    }
    quick_office.until(at("2026-03-20 00:00"))
    assert quick_office.times(ana) == ["03-04 13:50", "03-06 13:40"]


def test_patterns_and_instants_are_told_once_however_often_a_series_is_divided(
    quick_office: Office, ana: Actor
) -> None:
    id = dentist(quick_office, ana, "FREQ=DAILY;COUNT=4")
    quick_office.remind(ana, event_id=id, cron="0 7 * * *")
    quick_office.remind(ana, event_id=id, at=at("2026-03-05 20:00"))
    quick_office.remind(ana, event_id=id, at=at("2026-03-04 20:00"))
    divide(quick_office, ana, id)
    assert len(listed(quick_office, ana)) == 3
    quick_office.until(at("2026-03-20 00:00"))
    assert quick_office.times(ana) == [
        *("03-03 07:00", "03-04 07:00", "03-04 20:00", "03-05 07:00", "03-05 20:00", "03-06 07:00"),
    ]


def test_a_division_that_is_undone_and_done_again_leaves_none_twice(quick_office: Office, ana: Actor) -> None:
    id = dentist(quick_office, ana, "FREQ=DAILY;COUNT=4")
    quick_office.remind(ana, event_id=id, minutes=30)
    quick_office.remind(ana, event_id=id, cron="0 7 * * *")
    undone = undo(quick_office, ana, divide(quick_office, ana, id))
    assert [each.event_id for each in listed(quick_office, ana)] == [id, id]
    undo(quick_office, ana, undone)
    assert len(listed(quick_office, ana)) == 3
    quick_office.until(at("2026-03-06 00:00"))
    assert quick_office.times(ana) == [
        *("03-03 07:00", "03-03 13:30", "03-04 07:00", "03-04 13:30", "03-05 07:00", "03-05 14:30"),
    ]


@pytest.mark.parametrize(
    "start, occurrence, expected",
    [
        ("2026-03-03 15:00", "2026-03-10T14:00:00", "2026-03-10T15:00:00"),
        ("2026-03-04 14:00", "2026-03-10T14:00:00", "2026-03-11T14:00:00"),
        ("2026-03-03 15:00", "2026-03-31T14:00:00", "2026-03-31T15:00:00"),  # beyond a change of the clocks
    ],
)
def test_a_series_that_moves_takes_along_what_is_about_one_of_it(
    quick_office: Office, ana: Actor, start: str, occurrence: str, expected: str
) -> None:
    id = dentist(quick_office, ana, "FREQ=WEEKLY")
    quick_office.remind(ana, event_id=id, occurrence=occurrence, minutes=20)
    outcome = quick_office.edit(ana, id, start=at(start))
    assert [each.occurrence for each in listed(quick_office, ana)] == [expected]
    undo(quick_office, ana, outcome)
    assert [each.occurrence for each in listed(quick_office, ana)] == [occurrence]


def test_they_are_away_with_their_event_and_come_back_with_it(office: Office) -> None:
    (ana,) = office.household("Ana")
    office.prefer(ana, reminder_minutes_before=[])
    id = dentist(office, ana)
    reminder = office.remind(ana, event_id=id, minutes=30)
    office.work()
    gone = office.remove(ana, id)
    assert listed(office, ana) == []
    with pytest.raises(NotFound):
        office.read(ana, lambda tx: office.services.notifications.reminders.get(tx, ana, reminder))
    office.work()
    assert office.next_due() is None
    undo(office, ana, gone)
    assert [each.id for each in listed(office, ana, id)] == [reminder]
    office.until(at("2026-03-20 00:00"))
    assert office.times(ana) == ["03-03 13:30"]


def test_nothing_waits_to_be_told_of_what_was_deleted(quick_office: Office, ana: Actor) -> None:
    id = dentist(quick_office, ana)
    quick_office.mail_of(ana, "ana@example.org")
    quick_office.settle(ana, quiet_hours={"since": "22:00", "until": "07:00"})
    quick_office.remind(ana, event_id=id, at=at("2026-03-02 23:00"), channels=["email"])
    quick_office.until(at("2026-03-03 01:00"))
    quick_office.remove(ana, id)
    quick_office.until(at("2026-03-04 00:00"))
    assert [each.state for each in quick_office.deliveries(ana)] == [DeliveryState.DROPPED]


def test_they_go_for_good_when_the_deletion_can_no_longer_be_undone(quick_office: Office, ana: Actor) -> None:
    kept = dentist(quick_office, ana)
    for id in (kept, dentist(quick_office, ana)):
        quick_office.remind(ana, event_id=id, minutes=30)
    quick_office.remind(ana, cron="0 7 * * *", message="Bins")
    quick_office.remove(ana, id)
    settings = Settings(trash_days=30)
    assert tidy(quick_office.services, settings).reminders == 0
    quick_office.clock.instant += timedelta(days=31)
    assert tidy(quick_office.services, settings).reminders == 1
    assert [each.event_id for each in listed(quick_office, ana)] == [kept, None]
