"""Categories: names with a level, which events carry in their text."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kalends.features.calendars import categories
from kalends.features.calendars.categories import BEGINNING, CategoryInUse, CategoryTaken
from kalends.features.calendars.models import Category
from kalends.features.calendars.rebuilding import rebuild_all
from kalends.features.identity.actor import Actor
from kalends.kit.errors import InvalidInput, NotFound, Stale
from workspaces import Town, at

NINE = at("2026-03-23 09:00")
SPRING = date(2026, 3, 1), date(2026, 5, 1)


def named(home: Town, actor: Actor, name: str) -> Category:
    return next(found for found in home.read(actor, categories.list_categories) if found.name == name)


def shown(home: Town, actor: Actor) -> list[tuple[str, int] | None]:
    views = [found.event for found in home.seen(actor, *SPRING)]
    return [(view.category.name, view.category.level) if view.category else None for view in views]


def test_a_workspace_begins_with_six(home: Town) -> None:
    (ana,) = home.household("Ana")
    found = home.read(ana, categories.list_categories)
    assert {category.name: category.level for category in found} == BEGINNING
    assert [category.level for category in found] == sorted(BEGINNING.values(), reverse=True)


@pytest.mark.law(25)
def test_an_event_shows_its_category_or_general(home: Town) -> None:
    (ana,) = home.household("Ana")
    home.made(ana, title="a", start=NINE)
    home.made(ana, title="b", start=NINE, category_id=named(home, ana, "Study").id)
    assert sorted(filter(None, shown(home, ana))) == [("General", 3), ("Study", 4)]


@pytest.mark.law(25)
def test_a_renamed_category_keeps_its_events_and_they_their_other_labels(home: Town) -> None:
    (ana,) = home.household("Ana")
    text = _file("CATEGORIES:Travel\\, far,gym,Other")
    home.services.exchange.import_file(ana, home.default(ana), text)
    gym = named(home, ana, "Gym")
    change: Any = {"name": "Sport, indoors", "level": 4}
    home.write(ana, lambda tx: categories.update_category(tx, ana, gym.id, changes=change))
    assert shown(home, ana) == [("Sport, indoors", 4)]
    (found,) = home.seen(ana, *SPRING)
    assert "CATEGORIES:Travel\\, far,Sport\\, indoors,Other" in home.text(ana, found.event.row.object_id)


@pytest.mark.law(25)
def test_a_new_category_takes_in_the_events_labelled_so(home: Town) -> None:
    (ana,) = home.household("Ana")
    home.services.exchange.import_file(
        ana, home.default(ana), _file("CATEGORIES:" + "x" * 70 + ",Ré\\,union")
    )
    assert shown(home, ana) == [("General", 3)]
    home.write(ana, lambda tx: categories.create_category(tx, ana, name="RÉ,UNION", level=2))
    assert shown(home, ana) == [("RÉ,UNION", 2)]
    assert all(rebuilt.changed == [] for rebuilt in rebuild_all(home.database, rehearse=True))


def test_a_name_is_taken_once(home: Town) -> None:
    (ana,) = home.household("Ana")
    gym = named(home, ana, "Gym")
    for work in (
        lambda tx: categories.create_category(tx, ana, name="gYM", level=1),
        lambda tx: categories.update_category(tx, ana, gym.id, changes={"name": "EXAM"}),
    ):
        with pytest.raises(CategoryTaken):
            home.write(ana, work)
    home.write(ana, lambda tx: categories.update_category(tx, ana, gym.id, changes={"name": "GYM"}))


def test_one_in_use_stays_and_so_does_general(home: Town) -> None:
    ana, ben = home.household("Ana", "Ben")
    home.hide(ana)
    gym, general = named(home, ana, "Gym"), named(home, ana, "General")
    made = home.made(ana, title="Lift", start=NINE, category_id=gym.id)
    for found in (gym, general):
        with pytest.raises(CategoryInUse) as refused:
            home.write(ben, lambda tx, id=found.id: categories.delete_category(tx, ben, id))  # type: ignore[misc]
        assert "Lift" not in str(refused.value)
    with pytest.raises(CategoryInUse):
        home.write(ana, lambda tx: categories.update_category(tx, ana, general.id, changes={"name": "Any"}))
    home.remove(ana, made)
    home.write(ben, lambda tx: categories.delete_category(tx, ben, gym.id))
    with pytest.raises(NotFound):
        home.write(ben, lambda tx: categories.delete_category(tx, ben, gym.id))


@pytest.mark.parametrize("level", [0, 6, -1])
def test_a_level_is_one_to_five(home: Town, level: int) -> None:
    (ana,) = home.household("Ana")
    with pytest.raises(InvalidInput) as refused:
        home.write(ana, lambda tx: categories.create_category(tx, ana, name="x", level=level))
    assert refused.value.field == "level"


def test_an_old_version_is_stale(home: Town) -> None:
    (ana,) = home.household("Ana")
    gym = named(home, ana, "Gym")

    def change() -> Category:
        return home.write(
            ana,
            lambda tx: categories.update_category(tx, ana, gym.id, changes={"level": 5}, expected_version=1),
        )

    assert change().version == 2
    with pytest.raises(Stale):
        change()


def test_an_event_of_a_category_that_is_not_there_is_refused(home: Town) -> None:
    (ana,), (zoe,) = home.household("Ana"), home.household("Zoe")
    with pytest.raises(InvalidInput) as refused:
        home.made(ana, title="a", start=NINE, category_id=named(home, zoe, "Gym").id)
    assert refused.value.field == "category_id"


def _file(line: str) -> bytes:
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260301T000000Z\r\n"
        f"DTSTART:20260323T090000Z\r\nSUMMARY:Lift\r\n{line}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()
