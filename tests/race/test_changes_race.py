"""Two people change calendars at the same instant: the database decides, and nothing is half done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kalends.features.calendars import categories
from kalends.features.calendars import service as calendars
from kalends.features.calendars.models import Calendar, CalendarObject, Event
from kalends.features.calendars.objects import UidTaken
from kalends.features.changes import AlreadyUndone, Operation, UndoBlocked
from kalends.features.scheduling import Scope, Target, plans
from kalends.kit.errors import KalendsError, NotFound, Stale
from kalends.storage import Unit
from racing import race, refusals
from workspaces import Town, at

NINE = at("2026-03-23 09:00")
ROUNDS = range(3)


def consistent(home: Town, actor: Any) -> None:
    """Each object has its rows, of its version, and no row is without its object."""

    def look(tx: Unit) -> None:
        versions = dict(tx.execute(select(CalendarObject.id, CalendarObject.version)).all())
        rows = tx.execute(select(Event.object_id, Event.version)).all()
        assert dict(rows) == versions

    home.read(actor, look)


@pytest.mark.parametrize("attempt", ROUNDS)
def test_of_two_writers_on_one_version_one_is_stale(home: Town, attempt: int) -> None:
    (ana,) = home.household("Ana")
    made = home.made(ana, title="a", start=NINE)
    ends = race(*(lambda title=title: home.edit(ana, made, title=title, version=1) for title in "bcd"))
    assert refusals(ends) == [Stale, Stale]
    (won,) = (end for end in ends if not isinstance(end, KalendsError))
    assert home.event(ana, made).first.title == won.operations[0].after.title
    consistent(home, ana)


@pytest.mark.parametrize("attempt", ROUNDS)
def test_a_series_is_cut_once(home: Town, attempt: int) -> None:
    (ana,) = home.household("Ana")
    made = home.made(ana, title="a", start=NINE, rules=("FREQ=WEEKLY;COUNT=4",))
    key = "2026-04-06T09:00:00"
    ends = race(
        lambda: home.edit(ana, made, Scope.FUTURE, key, title="b", version=1),
        lambda: home.remove(ana, made),
    )
    assert len(refusals(ends)) <= 1
    left = home.seen(ana, at("2026-03-01 00:00"), at("2026-05-01 00:00"))
    assert [found.event.title for found in left] in ([], ["b", "b"])
    consistent(home, ana)


def test_who_names_no_version_is_not_refused_for_what_comes_between_plan_and_lock(home: Town) -> None:
    (ana,) = home.household("Ana")
    made = home.made(ana, title="a", start=NINE)
    if home.services.database.embedded:
        pytest.skip("One writer at a time: nobody comes between.")
    between = [lambda: home.edit(ana, made, title="b")]

    def plan(tx: Unit) -> list[Operation]:
        planned = plans.remove(tx, ana, Target(event_id=made))
        while between:
            race(between.pop())
        return planned

    removed = home.scheduling.carry_out(ana, plan)
    (operation,) = removed.operations
    assert operation.before
    assert operation.before.title == "b"
    assert home.seen(ana, at("2026-03-01 00:00"), at("2026-05-01 00:00")) == []
    consistent(home, ana)


@pytest.mark.parametrize("attempt", ROUNDS)
def test_a_uid_is_taken_once(home: Town, attempt: int) -> None:
    (ana,) = home.household("Ana")
    ends = race(*(lambda: home.plan(ana, title="a", start=NINE, uid="same") for _ in range(3)))
    assert refusals(ends) == [UidTaken, UidTaken]
    consistent(home, ana)


@pytest.mark.parametrize("attempt", ROUNDS)
def test_an_undo_and_an_edit_do_not_mix(home: Town, attempt: int) -> None:
    (ana,) = home.household("Ana")
    made = home.made(ana, title="a", start=NINE)
    edit = home.edit(ana, made, title="b").change_set_id
    assert edit
    ends = race(lambda: home.scheduling.undo(ana, edit), lambda: home.edit(ana, made, title="c", version=2))
    assert refusals(ends) in ([UndoBlocked], [Stale])
    assert home.event(ana, made).first.title == ("a" if refusals(ends) == [Stale] else "c")
    consistent(home, ana)


@pytest.mark.parametrize("attempt", ROUNDS)
def test_a_set_is_undone_once(home: Town, attempt: int) -> None:
    (ana,) = home.household("Ana")
    change_set = home.plan(ana, title="a", start=NINE).change_set_id
    assert change_set
    ends = race(*[lambda: home.scheduling.undo(ana, change_set)] * 3)
    assert refusals(ends) == [AlreadyUndone, AlreadyUndone]


@pytest.mark.parametrize("attempt", ROUNDS)
def test_an_event_is_not_lost_with_a_calendar_that_was_empty(home: Town, attempt: int) -> None:
    (ana,) = home.household("Ana")
    calendar = home.calendar(ana)
    ends = race(
        lambda: home.write(ana, lambda tx: calendars.delete_calendar(tx, ana, calendar)),
        lambda: home.made(ana, calendar_id=calendar, title="a", start=NINE),
    )
    assert len(refusals(ends)) == 1
    gone = not isinstance(ends[0], KalendsError)
    assert refusals(ends) == [NotFound if gone else calendars.CalendarInUse]
    assert len(home.seen(ana, NINE, NINE + timedelta(hours=1))) == (0 if gone else 1)


@pytest.mark.parametrize("attempt", ROUNDS)
def test_settings_of_a_calendar_and_a_category_are_not_overwritten_unseen(home: Town, attempt: int) -> None:
    (ana,) = home.household("Ana")
    mine = home.default(ana)
    gym = next(c.id for c in home.read(ana, categories.list_categories) if c.name == "Gym")

    def rename(name: str) -> Any:
        return home.write(
            ana,
            lambda tx: calendars.update_calendar(tx, ana, mine, changes={"name": name}, expected_version=1),
        )

    def relevel(level: int) -> Any:
        return home.write(
            ana,
            lambda tx: categories.update_category(tx, ana, gym, changes={"level": level}, expected_version=1),
        )

    assert refusals(race(lambda: rename("b"), lambda: rename("c"))) == [Stale]
    assert refusals(race(lambda: relevel(1), lambda: relevel(2))) == [Stale]


@pytest.mark.parametrize("attempt", ROUNDS)
def test_a_category_does_not_go_from_under_an_event(home: Town, attempt: int) -> None:
    (ana,) = home.household("Ana")
    gym = next(c.id for c in home.read(ana, categories.list_categories) if c.name == "Gym")
    race(
        lambda: home.write(ana, lambda tx: categories.delete_category(tx, ana, gym)),
        lambda: home.made(ana, title="Lift", start=NINE, category_id=gym),
    )
    for found in home.seen(ana, NINE, NINE + timedelta(hours=1)):
        assert found.event.category is not None


@pytest.mark.parametrize("attempt", ROUNDS)
def test_calendars_locked_in_opposite_orders_do_not_deadlock(home: Town, attempt: int) -> None:
    (ana,) = home.household("Ana")
    places = [home.default(ana), home.calendar(ana), home.calendar(ana)]
    made = [home.made(ana, title="a", start=NINE, calendar_id=place) for place in places]

    def shift(step: int) -> Callable[[], Any]:
        def plan(tx: Unit) -> list[Operation]:
            order = list(enumerate(made))[::step]
            return [
                operation
                for index, event in order
                for operation in plans.update(
                    tx, ana, Target(event_id=event), {}, calendar_id=places[(index + step) % 3]
                )
            ]

        return lambda: home.scheduling.carry_out(ana, plan)

    ends = race(shift(1), shift(-1), shift(1))
    assert set(refusals(ends)) <= {Stale}
    numbers = home.read(ana, lambda tx: tx.execute(select(Calendar.change_number)).scalars().all())
    assert all(number >= 1 for number in numbers if number)
    consistent(home, ana)


@pytest.mark.parametrize("attempt", ROUNDS)
def test_many_writers_of_one_calendar_each_get_a_change_number(home: Town, attempt: int) -> None:
    (ana,) = home.household("Ana")
    race(*(lambda n=n: home.plan(ana, title=str(n), start=NINE + timedelta(days=n)) for n in range(4)))
    numbers = home.read(ana, lambda tx: tx.execute(select(CalendarObject.change_number)).scalars().all())
    assert sorted(numbers) == [1, 2, 3, 4]


@pytest.mark.parametrize("attempt", ROUNDS)
def test_of_two_imports_of_one_file_one_adds(home: Town, attempt: int) -> None:
    (ana,) = home.household("Ana")
    head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n"
    event = "BEGIN:VEVENT\r\nUID:{}\r\nDTSTAMP:20260301T000000Z\r\nDTSTART:20260323T090000Z\r\nEND:VEVENT\r\n"
    data = (head + "".join(event.format(n) for n in range(20)) + "END:VCALENDAR\r\n").encode()
    mine = home.default(ana)
    ends = race(*[lambda: home.services.exchange.import_file(ana, mine, data)] * 2)
    added = sorted(end.added for end in ends if not isinstance(end, KalendsError))
    assert added in ([0, 20], [20])
    assert len(home.read(ana, lambda tx: tx.execute(select(CalendarObject.id)).all())) == 20
