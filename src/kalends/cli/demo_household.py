"""A household to try things on: four people, a car, a kitchen, some weeks around today, and real clashes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple, cast
from uuid import UUID

from kalends.cli.demo_calls import begin_week, confirm_appointments, fates, read_news
from kalends.cli.demo_past import Past
from kalends.engine.claims import Flexibility, Priority
from kalends.engine.series import Length, Start
from kalends.engine.zones import zone
from kalends.features.calendars import service as calendars
from kalends.features.calendars.categories import list_categories
from kalends.features.calendars.models import CalendarKind, CalendarVisibility, Grant
from kalends.features.changes import Source
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import Permission, Role
from kalends.features.identity.registration import Registration
from kalends.features.identity.settings import IdentitySettings
from kalends.features.resources.models import ResourceType
from kalends.features.scheduling import EventChanges, EventDraft, Invitee, plans
from kalends.features.scheduling.constraints.keeping import create_constraint
from kalends.interfaces.services import Services
from kalends.kit.clock import Clock, SystemClock
from kalends.settings import Settings
from kalends.storage import Unit

USERNAMES = ("anna", "ben")

_ZONE = "Europe/Berlin"
_FLEXIBLE = {"flexibility": Flexibility.FLEXIBLE}
_FIXED = {"flexibility": Flexibility.FIXED}


class _Home(NamedTuple):
    """What events refer to by name."""

    calendars: dict[str, UUID]
    members: dict[str, UUID]
    categories: dict[str, UUID]
    resources: dict[str, UUID]


def seed(
    settings: Settings,
    password: str,
    *,
    identity: IdentitySettings | None = None,
    clock: Clock | None = None,
) -> Actor:
    """Make the household in an empty database, as it is after a week of being there.

    Both parents sign in with `password`. Gives Anna.
    """
    now = (clock or SystemClock()).now()
    today = now.astimezone(zone(_ZONE).tzinfo).date()
    monday = today - timedelta(days=today.weekday())

    def hour(days: int, hours: int) -> datetime:
        return _clock(today)(days, hours).astimezone(UTC)

    with Past(settings, hour(-7, 7), identity=identity) as past:
        past.expect(fates())
        services = past.services
        anna, ben, home = _move_in(services, password)
        services.scheduling.carry_out(anna, _creation(home, anna, _annas(monday)), source=Source.DEMO)
        begin_week(services, anna, home.calendars["Family"], home.calendars["Practice"])
        past.pass_until(anna.workspace_id, hour(-3, 20))
        services.scheduling.carry_out(ben, _creation(home, ben, _bens(monday)), source=Source.DEMO)
        services.database.write(anna.workspace_id, lambda tx: _ask(tx, anna, home))
        past.pass_until(anna.workspace_id, hour(-2, 16))
        confirm_appointments(services, anna, home.calendars["Practice"])
        past.pass_until(anna.workspace_id, hour(-1, 8))
        read_news(services, anna)
        past.pass_until(anna.workspace_id, hour(-1, 18))
        services.scheduling.carry_out(ben, _creation(home, ben, _for_anna(monday)))
        past.end(anna.workspace_id, now)
        services.scheduling.conflicts(anna)  # noted as first seen now, before anybody asks
    return anna


def _move_in(services: Services, password: str) -> tuple[Actor, Actor, _Home]:
    anna = services.identity.register(
        Registration(
            username="anna", password=password, name="Anna", zone=_ZONE, workspace_name="The Brunner family"
        )
    )
    invitation = services.database.write(
        anna.workspace_id,
        lambda tx: services.identity.invitations.create(
            tx, anna, name="Ben", role=Role.PARENT, permission=Permission.OWNER
        ),
    )
    ben = services.identity.register(
        Registration(username="ben", password=password, name="Ben", invitation=invitation.secret)
    )
    home = services.database.write(anna.workspace_id, lambda tx: _furnish(tx, services, anna, ben))
    return anna, ben, home


def _creation(home: _Home, actor: Actor, events: Iterable[_Event]) -> Callable[[Unit], Any]:
    drafts = [_draft(home, *event) for event in events]
    return lambda tx: plans.create(tx, actor, drafts)


def _furnish(tx: Unit, services: Services, anna: Actor, ben: Actor) -> _Home:
    members = {"Anna": anna.member_id, "Ben": ben.member_id}
    for name in ("Clara", "David"):
        child = services.identity.members.add(
            tx, anna, name=name, role=Role.CHILD, permission=Permission.VIEWER
        )
        members[name] = child.id
    garden = calendars.create_calendar(
        tx, anna, name="Garden and house", kind=CalendarKind.SHARED, visibility=CalendarVisibility.FAMILY
    )
    calendars.grant(tx, anna, garden.id, ben.member_id, Grant.WRITE)
    calendars.create_calendar(
        tx,
        anna,
        name="Practice",
        kind=CalendarKind.SHARED,
        visibility=CalendarVisibility.FAMILY,
        color="#4a6fa5",
    )
    known = {view.calendar.name: view for view in calendars.list_calendars(tx, anna)}
    family = next(view for view in known.values() if view.calendar.kind is CalendarKind.FAMILY)
    colors = {"Anna": "#7b5ea7", "Ben": "#2a7f9e", "Clara": "#c2571a", "David": "#3a7d44"}
    for name, color in colors.items():
        calendars.update_calendar(tx, anna, known[name].id, changes={"color": color})
    calendars.update_calendar(tx, anna, family.id, changes={"name": "Family", "color": "#b03a48"})
    calendars.update_calendar(tx, anna, garden.id, changes={"color": "#6b7a1e"})
    return _Home(
        calendars={**{name: view.id for name, view in known.items()}, "Family": family.id},
        members=members,
        categories={category.name: category.id for category in list_categories(tx)},
        resources=_share(tx, services, anna),
    )


def _share(tx: Unit, services: Services, anna: Actor) -> dict[str, UUID]:
    resources = services.resources
    car = resources.create(
        tx, anna, name="Car", type=ResourceType.VEHICLE, attributes={"seats": 5, "electric": True}
    )
    kitchen = resources.create(
        tx, anna, name="Kitchen", type=ResourceType.ROOM, capacity=3, attributes={"oven": True}
    )
    return {"Car": car.id, "Kitchen": kitchen.id}


def _ask(tx: Unit, anna: Actor, home: _Home) -> None:
    """Say what is asked of everybody's time, once there are events that do not do as asked."""
    for child in ("Clara", "David"):
        create_constraint(
            tx,
            anna,
            name=f"{child} is in bed",
            rule="blocked_window",
            parameters={"start": "20:30", "end": "06:30", "days": ["sun", "mon", "tue", "wed", "thu"]},
            hard=True,
            member_id=home.members[child],
        )
    create_constraint(
        tx,
        anna,
        name="Slow Sundays",
        rule="blocked_window",
        parameters={"start": "06:30", "end": "10:00", "days": ["sun"]},
        priority=7,
    )


_Event = tuple[str, str, Start, timedelta | int, dict[str, Any]]
"""Calendar, title, start, length (or days), and the rest: names in place of ids."""


def _annas(monday: date) -> Iterator[_Event]:
    at, day = _clock(monday), _calendar_day(monday)
    school = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
    yield "Clara", "School", at(-7, 8), _hours(5), {"rules": (school,), **_FIXED, "category_id": "Study"}
    yield "David", "Kindergarten", at(-7, 8, 30), _hours(6), {"rules": (school,), **_FIXED}
    yield "Anna", "Team meeting", at(-7, 9, 30), _hours(1), {"rules": ("FREQ=WEEKLY;BYDAY=MO",), **_FIXED}
    yield (
        "Anna",
        "Pilates",
        at(-4, 18),
        _hours(1),
        {"rules": ("FREQ=WEEKLY",), "category_id": "Gym", **_FLEXIBLE},
    )
    yield "Clara", "Soccer practice", at(-6, 16), _hours(1.5), {"rules": ("FREQ=WEEKLY;BYDAY=TU,TH",)}
    # Every second week the flute lesson falls into soccer practice.
    yield (
        "Clara",
        "Flute lesson",
        at(1, 17),
        _hours(0.75),
        {"rules": ("FREQ=WEEKLY;INTERVAL=2",), **_FLEXIBLE},
    )
    yield "David", "Swimming", at(-5, 15), _hours(1), {"rules": ("FREQ=WEEKLY",), "category_id": "Gym"}
    yield (
        "David",
        "Dentist",
        at(9, 14, 30),
        _hours(1),
        {"priority": Priority.HIGH, "location": "Dr. Seidel", "reminders": (24 * 60, 60)},
    )
    yield "Anna", "Parents' evening", at(8, 19), _hours(1.5), {"with": ("Anna", "Ben"), **_FIXED}
    yield "Anna", "Book club", at(8, 19, 30), _hours(2), {"category_id": "Social", **_FLEXIBLE}
    yield "Clara", "Maths test", at(10, 9), _hours(1), {"category_id": "Exam", "transparent": True, **_FIXED}
    yield (
        "Family",
        "Family dinner",
        at(-1, 18, 30),
        _hours(2),
        {
            "rules": ("FREQ=WEEKLY;BYDAY=SU",),
            "with": ("Anna", "Ben", "Clara", "David"),
        },
    )
    yield "Family", "Grandma's birthday", day(12), 1, {"rules": ("FREQ=YEARLY",)}
    yield "Family", "Weekend at the lake", day(18), 3, {"description": "Bring the boat shoes."}
    yield "Family", "Recycling goes out", day(2), 1, {"rules": ("FREQ=MONTHLY;BYDAY=2WE,4WE",)}
    yield (
        "Garden and house",
        "Rake the leaves",
        at(12, 10),
        _hours(2),
        {"with": ("Ben", "Clara")},
    )
    # With the car, and from noon on there are three in the kitchen, which holds no fourth.
    yield "Anna", "Fetch Grandma", at(12, 12, 30), _hours(1), {"uses": ("Car",), **_FIXED}
    yield "Anna", "Birthday cake", at(12, 14), _hours(2), {"uses": ("Kitchen",)}
    yield "Clara", "Biscuits for school", at(12, 14), _hours(1.5), {"uses": ("Kitchen",)}
    yield "David", "Puppet theatre", at(12, 12, 30), _hours(1), {"priority": Priority.HIGH}


def _for_anna(monday: date) -> Iterator[_Event]:
    """Give what Ben enters for Anna, who is told of it."""
    at = _clock(monday)
    yield "Garden and house", "Chimney sweep", at(10, 8), _hours(1), {"with": ("Anna",), **_FIXED}


def _bens(monday: date) -> Iterator[_Event]:
    at, day = _clock(monday), _calendar_day(monday)
    yield "Ben", "Stand-up", at(-7, 9), _hours(0.25), {"rules": ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",)}
    yield "Ben", "Review with the client", at(10, 14), _hours(1.5), {"priority": Priority.HIGH, **_FIXED}
    # It overlaps the review, and weighs less.
    yield "Ben", "Gym", at(-4, 15), _hours(1), {"rules": ("FREQ=WEEKLY",), "category_id": "Gym", **_FLEXIBLE}
    yield "Ben", "Games night", at(11, 20), _hours(3), {"category_id": "Gaming", **_FLEXIBLE}
    yield "Ben", "Train to Hamburg", at(15, 6, 54), _hours(3.4), {"priority": Priority.HIGH, **_FIXED}
    yield "Ben", "In Hamburg", day(15), 2, {"location": "Hamburg"}
    yield "Ben", "Fix the bicycle", at(12, 11), _hours(1), {"category_id": "Social", **_FLEXIBLE}
    yield "Ben", "Surprise for Anna", at(12, 12), _hours(1), {"confidential": True}
    yield "Ben", "Chili for ten", at(12, 14), _hours(1.5), {"uses": ("Kitchen",)}
    # He rakes leaves then; later Anna has the car, and then he cooks.
    yield "Ben", "Old sofa to the dump", at(12, 11), _hours(1), {"uses": ("Car",), **_FLEXIBLE}
    # After the puppet theatre the kitchen is full.
    dough = {"uses": ("Kitchen",), "category_id": "Gaming", **_FLEXIBLE}
    yield "David", "Salt dough", at(12, 13), _hours(1), dough
    # Where she studies for the test, and later than she may be up.
    yield "Clara", "Skating with Mia", at(8, 13, 30), _hours(1.5), {"category_id": "Social", **_FLEXIBLE}
    yield "Clara", "Film at Mia's", at(9, 19), _hours(2), {"category_id": "Social", **_FLEXIBLE}


def _draft(
    home: _Home, calendar: str, title: str, start: Start, lasts: timedelta | int, rest: dict[str, Any]
) -> EventDraft:
    changes = {**rest, "title": title, "start": start}
    changes["length"] = (
        Length(days=lasts) if isinstance(lasts, int) else Length(seconds=int(lasts.total_seconds()))
    )
    if "category_id" in rest:
        changes["category_id"] = home.categories[rest["category_id"]]
    if "with" in rest:
        changes["participants"] = [Invitee(member_id=home.members[name]) for name in changes.pop("with")]
    if "uses" in rest:
        changes["resources"] = [home.resources[name] for name in changes.pop("uses")]
    return EventDraft(changes=cast(EventChanges, changes), calendar_id=home.calendars[calendar])


def _calendar_day(monday: date) -> Callable[[int], date]:
    return lambda days: monday + timedelta(days=days)


def _clock(monday: date) -> Callable[..., datetime]:
    """Give times by the number of days after this week's Monday."""

    def at(days: int, hour: int, minute: int = 0) -> datetime:
        local = datetime.combine(monday + timedelta(days=days), time(hour, minute))
        return local.replace(tzinfo=zone(_ZONE).tzinfo)

    return at


def _hours(number: float) -> timedelta:
    return timedelta(hours=number)
