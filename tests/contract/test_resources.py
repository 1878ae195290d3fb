"""Resources: who can take them, when they are full, and what stands on them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from kalends.engine.claims import SubjectKind
from kalends.engine.spans import Span
from kalends.features.calendars.models import Status
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import Permission
from kalends.features.resources import availability as looking
from kalends.features.resources.capacity import OverCapacity
from kalends.features.resources.models import Reservation, ReservationStatus, Resource, ResourceType
from kalends.features.resources.service import ReservationChanges, ResourceInUse
from kalends.features.scheduling import ConflictFilter, Invitee, Scope
from kalends.features.scheduling.personal_data import export_member
from kalends.ical import ObjectText
from kalends.kit.errors import Forbidden, InvalidInput, NotFound, Stale
from workspaces import Town, at

HOUR = timedelta(hours=1)
DAILY = ("FREQ=DAILY",)


def thing(
    home: Town,
    actor: Actor,
    name: str = "Car",
    *,
    capacity: int = 1,
    type: ResourceType = ResourceType.VEHICLE,
    **given: Any,
) -> UUID:
    resources = home.services.resources
    return home.write(
        actor, lambda tx: resources.create(tx, actor, name=name, type=type, capacity=capacity, **given).id
    )


def take(home: Town, actor: Actor, car: UUID, start: str = "2026-03-30 09:00", **wanted: Any) -> UUID:
    """Make an event of an hour that takes a resource."""
    given = {"title": "School run", "start": at(start), "end": at(start) + HOUR, "resources": [car], **wanted}
    return home.made(actor, **given)


def reserve(
    home: Town, actor: Actor, car: UUID, time: str = "2026-03-30 09:00", **wanted: Any
) -> Reservation:
    given = {"start": at(time), "end": at(time) + HOUR, **wanted}
    return home.write(actor, lambda tx: home.services.resources.reserve(tx, actor, car, **given))


def change(home: Town, actor: Actor, car: UUID, version: int | None = None, **changes: Any) -> Resource:
    resources = home.services.resources
    return home.write(
        actor, lambda tx: resources.update(tx, actor, car, changes=changes, expected_version=version)
    )


def rearrange(
    home: Town, actor: Actor, id: UUID, changes: ReservationChanges, version: int | None = None
) -> Reservation:
    resources = home.services.resources
    return home.write(
        actor,
        lambda tx: resources.change_reservation(tx, actor, id, changes=changes, expected_version=version),
    )


def taken(home: Town, actor: Actor, car: UUID, day: str = "2026-03-30") -> list[tuple[str, str]]:
    """Give when on a day a resource is taken, and by what."""
    span = Span(at(f"{day} 00:00"), at(f"{day} 00:00") + 24 * HOUR)
    events = home.services.resources.events
    found = home.read(actor, lambda tx: looking.reservations(tx, events, actor, car, span))
    return [
        (f"{each.span.start.astimezone(at('2026-01-01 00:00').tzinfo):%H:%M}", each.taken.title)
        for each in found.items
    ]


# What an event takes ---------------------------------------------------------------------------------------


def test_an_event_takes_a_resource_in_its_text(home: Town) -> None:
    (ana,) = home.household("Ana")
    car = thing(home, ana)
    room = thing(home, ana, "Attic", type=ResourceType.ROOM)
    event = take(home, ana, car, resources=[car, room])
    attendees = ObjectText.parse(home.text(ana, event)).event().attendees
    assert [(each.kind, each.name, each.response, each.address) for each in attendees] == [
        ("resource", "Car", "accepted", f"urn:uuid:{car}"),
        ("room", "Attic", "accepted", f"urn:uuid:{room}"),
    ]
    shown = home.event(ana, event).first
    assert set(shown.resources) == {car, room}
    assert not shown.row.has_outsiders
    assert not shown.row.has_participants


def test_participants_and_resources_do_not_displace_each_other(home: Town) -> None:
    ana, ben = home.household("Ana", "Ben")
    car = thing(home, ana)
    event = take(home, ana, car, participants=[Invitee(member_id=ben.member_id)])
    home.edit(ana, event, participants=[Invitee(member_id=ana.member_id)])
    shown = home.event(ana, event).first
    assert ([each.member_id for each in shown.participants], list(shown.resources)) == (
        [ana.member_id],
        [car],
    )
    home.edit(ana, event, resources=[])
    shown = home.event(ana, event).first
    assert ([each.member_id for each in shown.participants], list(shown.resources)) == ([ana.member_id], [])


@pytest.mark.parametrize("wanted", ["twice", "unknown", "put away"])
def test_what_cannot_be_taken_is_refused_by_field(home: Town, wanted: str) -> None:
    (ana,) = home.household("Ana")
    car = thing(home, ana)
    asked = {"twice": [car, car], "unknown": [ana.member_id], "put away": [car]}[wanted]
    if wanted == "put away":
        home.write(ana, lambda tx: home.services.resources.remove(tx, ana, car))
    with pytest.raises(InvalidInput) as refused:
        take(home, ana, car, resources=asked)
    assert refused.value.fields["field"] == "resources"


def test_an_all_day_event_that_takes_a_resource_keeps_it_by_the_workspaces_clock(home: Town) -> None:
    (ana,) = home.household("Ana")
    car = thing(home, ana)
    home.made(ana, title="Workshop", start=date(2026, 3, 30), resources=[car])
    take(home, ana, car, "2026-03-29 23:00")
    take(home, ana, car, "2026-03-31 00:00")
    with pytest.raises(OverCapacity):
        take(home, ana, car, "2026-03-30 23:00")


# Capacity --------------------------------------------------------------------------------------------------


def test_the_refusal_says_what_is_full_when_and_who_has_it(home: Town) -> None:
    ana, ben = home.household("Ana", "Ben")
    home.hide(ana)
    car = thing(home, ana)
    event = take(home, ana, car)
    with pytest.raises(OverCapacity) as refused:
        take(home, ana, car, "2026-03-30 09:30")
    assert refused.value.message == (
        "Car serves 1, not 2 at once (2026-03-30 09:30-10:00), beside School run."
    )
    assert refused.value.fields["taken_by"] == [
        {"title": "School run", "event_id": str(event), "reservation_id": None}
    ]
    with pytest.raises(OverCapacity) as refused:
        take(home, ben, car, "2026-03-30 09:30")
    assert refused.value.fields["taken_by"] == [{"title": "Busy", "event_id": None, "reservation_id": None}]


@pytest.mark.parametrize(
    "capacity, others, fits",
    [
        (1, ["10:00"], True),  # it merely touches
        (1, ["08:30"], False),
        (2, ["08:30", "09:30"], True),  # in turn: never more than two at once
        (2, ["08:30", "09:15"], False),
        (0, [], False),
    ],
)
def test_what_decides_is_peak_use(home: Town, capacity: int, others: list[str], fits: bool) -> None:
    (ana,) = home.household("Ana")
    car = thing(home, ana, capacity=capacity)
    for start in others:
        take(home, ana, car, f"2026-03-30 {start}")
    if fits:
        take(home, ana, car)
    else:
        with pytest.raises(OverCapacity):
            take(home, ana, car)


def test_a_series_fits_as_a_whole_or_not_at_all(home: Town) -> None:
    (ana,) = home.household("Ana")
    car = thing(home, ana)
    take(home, ana, car, "2027-11-05 09:00")
    with pytest.raises(OverCapacity):
        take(home, ana, car, rules=DAILY)
    series = take(home, ana, car, "2026-03-30 11:00", rules=DAILY)
    with pytest.raises(OverCapacity):
        take(home, ana, car, "2027-12-24 11:30")
    home.edit(ana, series, Scope.SINGLE, "2027-12-24T11:00:00", resources=[])
    take(home, ana, car, "2027-12-24 11:30")
    with pytest.raises(OverCapacity):  # the override may not have it back
        home.edit(ana, series, Scope.SINGLE, "2027-12-24T11:00:00", resources=[car])


def test_what_is_over_or_beyond_the_horizon_stands_in_nobodys_way(home: Town) -> None:
    (ana,) = home.household("Ana")
    car = thing(home, ana)
    for start in ("2026-03-02 09:00", "2029-03-02 09:00"):
        take(home, ana, car, start)
        take(home, ana, car, start)


@pytest.mark.parametrize("status", [Status.PROPOSED, Status.CONFIRMED, Status.CANCELLED])
def test_a_reservation_has_its_events_status(home: Town, status: Status) -> None:
    (ana,) = home.household("Ana")
    car = thing(home, ana)
    event = take(home, ana, car, status=status)
    if status is Status.CANCELLED:
        take(home, ana, car)
        with pytest.raises(OverCapacity):
            home.edit(ana, event, status=Status.CONFIRMED)
    else:
        with pytest.raises(OverCapacity):
            take(home, ana, car)


def test_to_leave_or_to_shrink_is_always_allowed(home: Town) -> None:
    (ana,) = home.household("Ana")
    car = thing(home, ana, capacity=2)
    first, second = take(home, ana, car), take(home, ana, car)
    home.write(ana, lambda tx: home.services.resources.remove(tx, ana, car, force=True))
    home.edit(ana, first, title="Another name")
    home.edit(ana, first, end=at("2026-03-30 09:30"))
    with pytest.raises(OverCapacity, match="put away"):
        home.edit(ana, first, start=at("2026-03-30 12:00"))
    home.remove(ana, second)


def test_undo_is_refused_where_the_place_is_taken_by_now(home: Town) -> None:
    (ana,) = home.household("Ana")
    car = thing(home, ana)
    removed = home.remove(ana, take(home, ana, car))
    assert removed.change_set_id is not None
    second = take(home, ana, car)
    with pytest.raises(OverCapacity):
        home.scheduling.undo(ana, removed.change_set_id)
    home.remove(ana, second)
    home.scheduling.undo(ana, removed.change_set_id)
    assert taken(home, ana, car) == [("09:00", "School run")]


def test_an_import_stores_what_does_not_fit_without_its_resource(home: Town) -> None:
    (ana,) = home.household("Ana")
    car = thing(home, ana)
    take(home, ana, car)
    lines = [
        line
        for uid, hour in (("a", "07"), ("b", "08"), ("c", "08"))
        for line in (
            "BEGIN:VEVENT",
            f"UID:{uid}",
            "DTSTAMP:20260301T000000Z",
            f"DTSTART:20260330T{hour}0000Z",
            "DURATION:PT1H",
            f"ATTENDEE;CUTYPE=RESOURCE;PARTSTAT=ACCEPTED:urn:uuid:{car}",
            "END:VEVENT",
        )
    ]
    file = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR", ""]).encode()
    import_file = home.services.exchange.import_file
    for preview in (True, False):
        report = import_file(ana, home.default(ana), file, preview=preview)
        assert report.added == 3
        assert [(each.uid, each.resource, each.wanted) for each in report.declined] == [
            ("a", "Car", 2),
            ("c", "Car", 2),
        ]
    assert [start for start, _ in taken(home, ana, car)] == ["09:00", "10:00"]
    again = import_file(ana, home.default(ana), file)
    assert (again.unchanged, again.declined) == (3, [])


# Reservations that stand alone -----------------------------------------------------------------------------


def test_a_reservation_stands_alone_until_it_is_cancelled(home: Town) -> None:
    ana, ben = home.household("Ana", "Ben")
    car = thing(home, ana)
    alone = reserve(home, ben, car, title="Hospital", notes="Ward 3")
    with pytest.raises(OverCapacity, match=r"beside Hospital \(Ben\)"):
        take(home, ana, car)
    with pytest.raises(OverCapacity):
        reserve(home, ana, car, "2026-03-30 09:30")
    with pytest.raises(Forbidden):
        rearrange(home, home.joins(ana, "Cleo"), alone.id, {"title": "Mine"})
    with pytest.raises(Stale):
        rearrange(home, ben, alone.id, {"title": "Late"}, version=7)
    cancelled = rearrange(home, ben, alone.id, {"status": ReservationStatus.CANCELLED}, version=1)
    assert (cancelled.version, cancelled.cancelled_at) == (2, home.clock.now())
    take(home, ana, car)
    with pytest.raises(OverCapacity):
        rearrange(home, ben, alone.id, {"status": ReservationStatus.CONFIRMED})


@pytest.mark.parametrize(
    "start, end, first, last",
    [
        (date(2026, 3, 30), date(2026, 3, 31), "2026-03-30 00:00", "2026-03-31 00:00"),
        (
            at("2026-03-30 09:00").replace(tzinfo=None),
            at("2026-03-30 10:00"),
            "2026-03-30 09:00",
            "2026-03-30 10:00",
        ),
    ],
)
def test_times_without_a_zone_are_by_the_workspaces_clock(
    home: Town, start: Any, end: Any, first: str, last: str
) -> None:
    (ana,) = home.household("Ana")
    found = reserve(home, ana, thing(home, ana), start=start, end=end)
    assert (found.since_utc, found.until_utc) == (at(first).timestamp(), at(last).timestamp())


@pytest.mark.parametrize(
    "wanted, field",
    [
        ({"end": at("2026-03-30 09:00")}, "end"),
        ({"end": at("2026-03-30 08:00")}, "end"),
        ({"start": date(1, 1, 1)}, "start"),
        ({"title": "x" * 501}, "title"),
        ({"status": ReservationStatus.CANCELLED}, "status"),
    ],
)
def test_a_reservation_that_cannot_be_is_refused_by_field(
    home: Town, wanted: dict[str, Any], field: str
) -> None:
    (ana,) = home.household("Ana")
    car = thing(home, ana)
    with pytest.raises(InvalidInput) as refused:
        reserve(home, ana, car, **wanted)
    assert refused.value.fields["field"] == field
    assert taken(home, ana, car) == []


def test_one_reserves_for_oneself_and_an_owner_for_all(home: Town) -> None:
    ana, ben = home.household("Ana", "Ben")
    car = thing(home, ana, capacity=2)
    assert reserve(home, ana, car, member_id=ben.member_id).member_id == ben.member_id
    with pytest.raises(Forbidden):
        reserve(home, ben, car, member_id=ana.member_id)


# Resources themselves --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wanted, field",
    [
        ({"name": " "}, "name"),
        ({"capacity": -1}, "capacity"),
        ({"capacity": 10_001}, "capacity"),
        ({"attributes": {"seats": [5]}}, "attributes.seats"),
        ({"attributes": {str(n): 1 for n in range(51)}}, "attributes"),
        ({"location": "x" * 501}, "location"),
    ],
)
def test_a_resource_that_cannot_be_is_refused_by_field(
    home: Town, wanted: dict[str, Any], field: str
) -> None:
    (ana,) = home.household("Ana")
    with pytest.raises(InvalidInput) as refused:
        thing(home, ana, **wanted)
    assert refused.value.fields["field"] == field


def test_a_viewer_changes_nothing(home: Town) -> None:
    ana, ben = home.household("Ana", "Ben", permission=Permission.VIEWER)
    car = thing(home, ana)
    for attempt in (
        lambda: thing(home, ben),
        lambda: change(home, ben, car, name="Bus"),
        lambda: home.write(ben, lambda tx: home.services.resources.remove(tx, ben, car)),
        lambda: reserve(home, ben, car),
    ):
        with pytest.raises(Forbidden):
            attempt()


def test_changes_of_a_resource_ask_for_its_version(home: Town) -> None:
    (ana,) = home.household("Ana")
    car = thing(home, ana, attributes={"seats": 5})
    changed = change(home, ana, car, 1, name="Van", attributes={"seats": 9}, location="Garage")
    assert (changed.version, changed.name, changed.attributes, changed.location) == (
        2,
        "Van",
        {"seats": 9},
        "Garage",
    )
    with pytest.raises(Stale):
        change(home, ana, car, 1, name="Bus")


def test_a_capacity_below_what_is_promised_is_refused(home: Town) -> None:
    (ana,) = home.household("Ana")
    car = thing(home, ana, capacity=3)
    take(home, ana, car, "2026-04-02 09:00")
    reserve(home, ana, car, "2026-04-02 09:30")
    with pytest.raises(OverCapacity, match=r"taken by 2 at once \(2026-04-02 09:30-10:00\)") as refused:
        change(home, ana, car, capacity=1)
    assert (refused.value.fields["capacity"], refused.value.fields["wanted"]) == (1, 2)
    assert change(home, ana, car, capacity=2).capacity == 2


@pytest.mark.parametrize("by", ["remove", "update"])
def test_a_resource_that_is_needed_goes_only_when_forced(home: Town, by: str) -> None:
    (ana,) = home.household("Ana")
    car = thing(home, ana)
    take(home, ana, car, rules=("FREQ=DAILY;COUNT=3",))
    resources = home.services.resources
    attempt = {
        "remove": lambda: home.write(ana, lambda tx: resources.remove(tx, ana, car)),
        "update": lambda: change(home, ana, car, active=False),
    }[by]
    with pytest.raises(ResourceInUse, match="taken 3 times, next at 2026-03-30 09:00") as refused:
        attempt()
    assert refused.value.fields["coming"] == 3
    alone = reserve(home, ana, car, "2026-04-30 09:00", title="Hospital")
    home.write(ana, lambda tx: resources.remove(tx, ana, car, force=True))
    found = home.scheduling.conflicts(ana, ConflictFilter(resources=[car]))
    assert [each.sentence for each in found] == [
        "Car is wanted by 1 at once but serves 0 (09:00-10:00): School run, 3 times in all",
        "Car is wanted by 1 at once but serves 0 (09:00-10:00): Hospital",
    ]
    assert {each.conflict.subject.kind for each in found} == {SubjectKind.RESOURCE}
    assert [len(each.reservations) for each in found] == [0, 1]
    assert home.scheduling.resolutions(ana, found[1].identity) == []
    for each in found:
        assert home.scheduling.ignore(ana, each.identity).ignored
    assert home.scheduling.conflicts(ana, ConflictFilter(members=[ana.member_id])) == []
    with pytest.raises(OverCapacity):
        reserve(home, ana, car, "2026-05-01 09:00")
    rearrange(home, ana, alone.id, {"status": ReservationStatus.CANCELLED})
    change(home, ana, car, active=True)
    assert home.scheduling.conflicts(ana) == []


def test_a_resource_that_is_not_there_is_not_found(home: Town) -> None:
    ana, stranger = home.household("Ana")[0], home.household("Zoe")[0]
    car = thing(home, stranger)
    with pytest.raises(NotFound):
        reserve(home, ana, car)
    with pytest.raises(NotFound):
        change(home, ana, car, name="Mine")


# Looking ---------------------------------------------------------------------------------------------------


def test_availability_is_the_peak_not_the_number(home: Town) -> None:
    (ana,) = home.household("Ana")
    car = thing(home, ana, capacity=3)
    take(home, ana, car, "2026-03-30 09:00")
    take(home, ana, car, "2026-03-30 09:30")
    reserve(home, ana, car, "2026-03-30 10:00")
    events = home.services.resources.events
    span = Span(at("2026-03-30 08:00"), at("2026-03-30 12:00"))
    found = home.read(ana, lambda tx: looking.availability(tx, events, car, span))
    assert (found.available, found.current_usage, found.max_capacity, found.remaining) == (True, 2, 3, 1)
    steps = home.read(ana, lambda tx: looking.timeline(tx, events, ana, car, span))
    zone = span.start.tzinfo
    assert [
        (f"{step.span.start.astimezone(zone):%H:%M}", step.usage, [each.title for each in step.by])
        for step in steps
    ] == [
        ("08:00", 0, []),
        ("09:00", 1, ["School run"]),
        ("09:30", 2, ["School run", "School run"]),
        ("10:00", 2, ["School run", "Ana"]),
        ("10:30", 1, ["Ana"]),
        ("11:00", 0, []),
    ]


def test_a_long_list_comes_in_pages(home: Town) -> None:
    (ana,) = home.household("Ana")
    car = thing(home, ana, capacity=2)
    take(home, ana, car, rules=("FREQ=DAILY;COUNT=5",))
    reserve(home, ana, car, "2026-04-01 09:00")
    events = home.services.resources.events
    at_car: Any = {"resource_id": car, "span": Span(at("2026-03-30 00:00"), at("2026-04-30 00:00"))}
    seen: list[tuple[int, bool]] = []
    cursor = None
    for _ in range(3):
        page = home.read(
            ana, partial(looking.reservations, events=events, actor=ana, cursor=cursor, limit=2, **at_car)
        )
        seen += [(each.span.start.day, each.taken.event_id is None) for each in page.items]
        cursor = page.next
    assert cursor is None
    assert sorted(seen) == [(1, False), (1, True), (2, False), (3, False), (30, False), (31, False)]


def test_a_members_reservations_are_given_out_and_go_with_them(home: Town) -> None:
    ana, ben = home.household("Ana", "Ben")
    car = thing(home, ana)
    reserve(home, ben, car, title="Hospital")
    given = home.write(ben, lambda tx: export_member(tx, ben, ben.member_id))
    assert [(each["resource"], each["title"]) for each in given["reservations"]] == [("Car", "Hospital")]
    home.write(ana, lambda tx: home.services.identity.members.remove(tx, ana, ben.member_id))
    assert taken(home, ana, car) == []
