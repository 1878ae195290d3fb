"""A household's week with too much in it: one car, a kitchen for three, an exam, school, and clashes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from kalends.engine.claims import Flexibility, Priority
from kalends.engine.spans import Span
from kalends.features.calendars.categories import list_categories
from kalends.features.identity.actor import Actor
from kalends.features.identity.members import MemberChanges
from kalends.features.identity.models import AutoResolve
from kalends.features.resources.models import ResourceType
from kalends.features.scheduling import EventChanges, EventDraft, Invitee, plans
from kalends.features.scheduling.constraints.keeping import create_constraint
from kalends.storage import Unit
from workspaces import Town, at

MONDAY = date(2026, 3, 9)
WEEK = Span(at("2026-03-09 00:00"), at("2026-03-16 00:00"))

_FIXED: Any = {"flexibility": Flexibility.FIXED}
_LOOSE: Any = {"flexibility": Flexibility.FLEXIBLE}
_COOKS: Any = {"uses": ("Kitchen",), **_LOOSE}
_WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
_DAYS = {
    name: timedelta(days=number)
    for number, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
}

# Who, what, when, how long in minutes, of which category, and the rest.
_Row = tuple[str, str, str, int, str, dict[str, Any]]

_EVENTS: tuple[_Row, ...] = (
    *(
        ("Clara", "School", f"{day} 08:00", 300, "Study", _FIXED)
        for day in ("mon", "tue", "wed", "thu", "fri")
    ),
    *(
        ("David", "School", f"{day} 08:15", 240, "Study", _FIXED)
        for day in ("mon", "tue", "wed", "thu", "fri")
    ),
    *(("Ben", "Office", f"{day} 09:00", 420, "General", _FIXED) for day in ("mon", "tue", "thu")),
    *(("Anna", "Clinic", f"{day} 08:30", 300, "General", _FIXED) for day in ("mon", "wed", "fri")),
    ("Clara", "Maths exam", "fri 08:30", 90, "Exam", {"transparent": True, **_FIXED}),
    ("David", "Dentist", "tue 14:30", 60, "General", {"priority": Priority.HIGH, "uses": ("Car",), **_FIXED}),
    ("Anna", "Client call", "tue 10:00", 60, "General", {"priority": Priority.HIGH, **_FIXED}),
    ("Ben", "Review", "wed 14:00", 90, "General", {"priority": Priority.HIGH, **_FIXED}),
    ("Anna", "Parents' evening", "wed 19:00", 90, "General", {"with": ("Anna", "Ben"), **_FIXED}),
    ("Anna", "Groceries", "thu 16:00", 60, "General", {"uses": ("Car",)}),
    ("Ben", "Bring bulky waste away", "sat 10:00", 90, "General", {"uses": ("Car",), **_LOOSE}),
    (
        "Anna",
        "Baking",
        "sat 14:00",
        120,
        "Social",
        {"with": ("Anna", "David"), **_COOKS},
    ),
    ("Clara", "Cookies for school", "sat 14:00", 90, "Social", _COOKS),
    ("Ben", "Chili", "sat 14:30", 60, "Social", _COOKS),
    # What follows clashes: with the above, with school and work, or with itself.
    *(("Anna", "Yoga", f"{day} 12:30", 60, "Gym", _LOOSE) for day in ("mon", "wed", "fri")),
    *(("Ben", "Run", f"{day} 15:30", 45, "Gym", _LOOSE) for day in ("mon", "tue", "thu")),
    *(("Clara", "Flute", f"{day} 12:30", 60, "General", _LOOSE) for day in ("mon", "tue", "thu")),
    *(("David", "Football", f"{day} 14:45", 75, "Gym", _LOOSE) for day in ("tue", "thu", "fri")),
    *(("David", "Reading hour", f"{day} 15:30", 60, "Study", {}) for day in ("tue", "thu", "fri")),
    ("Clara", "Violin lesson", "wed 12:45", 45, "General", {}),
    ("Clara", "Friends", "mon 13:00", 120, "Social", _LOOSE),
    ("Clara", "Games", "thu 13:15", 60, "Gaming", _LOOSE),
    ("Ben", "Gym", "wed 14:30", 60, "Gym", _LOOSE),
    ("Ben", "Book club", "wed 19:30", 90, "Social", _LOOSE),
    ("Ben", "Team lunch", "mon 12:00", 60, "Social", _LOOSE),
    ("Anna", "Write report", "tue 10:30", 90, "General", {}),
    ("Anna", "Call grandma", "tue 10:30", 30, "Social", _LOOSE),
    ("Anna", "Tax papers", "thu 16:30", 60, "General", _LOOSE),
    ("Anna", "Coffee with Eva", "wed 13:00", 60, "Social", _LOOSE),
    ("Anna", "Dinner with Ben", "fri 18:30", 90, "Social", {"with": ("Anna", "Ben")}),
    ("Ben", "Band", "fri 19:00", 120, "Social", _LOOSE),
    ("Ben", "Fix the bicycle", "sat 10:30", 60, "Social", _LOOSE),
    ("David", "Puzzle", "sat 14:30", 60, "Gaming", _LOOSE),
    ("Clara", "Film", "sat 15:00", 120, "Gaming", _LOOSE),
    ("Anna", "Garden", "sun 10:00", 120, "General", {"with": ("Anna", "Ben")}),
    ("Ben", "Long run", "sun 11:00", 90, "Gym", _LOOSE),
    ("Anna", "Family dinner", "sun 18:00", 90, "Social", {"with": ("Anna", "Ben", "Clara", "David")}),
    ("Clara", "Chat with Mia", "sun 18:30", 60, "Gaming", _LOOSE),
    ("David", "Lego club", "sun 18:30", 60, "Gaming", _LOOSE),
)


def busy_household(home: Town, monday: date = MONDAY) -> Actor:
    """Make the household with its week from `monday` on, and give Anna, who may change everything."""
    anna, *others = home.household("Anna", "Ben", "Clara", "David", accounts=False)
    people = dict(zip(("Anna", "Ben", "Clara", "David"), (anna, *others), strict=True))
    leave = MemberChanges(auto_resolve=AutoResolve.OFF)
    home.write(anna, lambda tx: home.services.identity.members.change(tx, anna, anna.member_id, leave))
    things = home.write(anna, lambda tx: _furnish(home, tx, anna, people))
    calendars = {name: home.default(person) for name, person in people.items()}
    categories = {each.name: each.id for each in home.read(anna, list_categories)}

    def plan(tx: Unit) -> Any:
        drafts = []
        for who, title, when, minutes, category, rest in _EVENTS:
            day, clock = when.split()
            changes: EventChanges = {
                "title": title,
                "start": (start := at(f"{monday + _DAYS[day]} {clock}")),
                "end": start + timedelta(minutes=minutes),
                "category_id": categories[category],
            }
            for name in ("flexibility", "priority", "transparent"):
                if name in rest:
                    changes[name] = rest[name]
            if "with" in rest:
                changes["participants"] = [Invitee(member_id=people[name].member_id) for name in rest["with"]]
            if "uses" in rest:
                changes["resources"] = [things[name] for name in rest["uses"]]
            drafts.append(EventDraft(changes=changes, calendar_id=calendars[who]))
        return plans.create(tx, anna, drafts)

    home.scheduling.carry_out(anna, plan)
    return anna


def _furnish(home: Town, tx: Unit, anna: Actor, people: dict[str, Actor]) -> dict[str, UUID]:
    resources = home.services.resources
    car = resources.create(tx, anna, name="Car", type=ResourceType.VEHICLE, capacity=1)
    kitchen = resources.create(tx, anna, name="Kitchen", type=ResourceType.ROOM, capacity=3)
    for child in ("Clara", "David"):
        create_constraint(
            tx,
            anna,
            name="School hours",
            rule="blocked_window",
            parameters={"start": "20:00", "end": "23:00", "days": ["mon", "tue", "wed", "thu", "sun"]},
            hard=True,
            member_id=people[child].member_id,
        )
    return {"Car": car.id, "Kitchen": kitchen.id}
