"""Every way out of a conflict, taken on stored events: what it changes, and what it leaves."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from kalends.engine.claims import Priority
from kalends.engine.resolution import Way
from kalends.engine.series import Length
from kalends.features.calendars.models import Category, Status
from kalends.features.calendars.queries import Instance
from kalends.features.identity.actor import Actor
from kalends.features.identity.members import MemberChanges
from kalends.features.identity.models import AutoResolve
from kalends.features.resources.models import Resource, ResourceType
from kalends.features.scheduling import ChoiceView, Invitee
from kalends.features.scheduling.constraints import keeping
from kalends.storage import Unit
from workspaces import DAY, Town, at

NINE = at("2026-03-23 09:00")
SPRING = date(2026, 3, 1), date(2026, 5, 1)
HIGH: Any = {"priority": Priority.HIGH}
TWO_HOURS: Any = {"length": Length(seconds=7200)}
THRICE: Any = {"rules": ("FREQ=DAILY;COUNT=3",)}
LOW: Any = {"priority": Priority.LOW}


@pytest.fixture
def ana(home: Town) -> Actor:
    """Found a household of one, for whom nothing moves by itself."""
    (ana,) = home.household("Ana")
    prefer(home, ana, AutoResolve.OFF)
    return ana


def prefer(home: Town, actor: Actor, mode: AutoResolve) -> None:
    members, changes = home.services.identity.members, MemberChanges(auto_resolve=mode)
    home.write(actor, lambda tx: members.change(tx, actor, actor.member_id, changes))


def thing(
    home: Town, actor: Actor, name: str, type: ResourceType = ResourceType.VEHICLE, *, capacity: int = 1
) -> UUID:
    def make(tx: Unit) -> UUID:
        values = {"name": name, "type": type, "capacity": capacity, "created_at": tx.now}
        return tx.add(Resource(id=tx.new_id(), **values, attributes={"seats": 5}, active=True, version=1)).id

    return home.write(actor, make)


def becomes(home: Town, actor: Actor, resource: UUID, **values: Any) -> None:
    """Change a resource under its reservations, as no service would."""

    def change(tx: Unit) -> None:
        row = tx.get(Resource, resource)
        for name, value in values.items():
            setattr(row, name, value)

    home.write(actor, change)


def offered(home: Town, actor: Actor) -> list[ChoiceView]:
    """Give the ways out of the only conflict."""
    (conflict,) = home.scheduling.conflicts(actor)
    return home.scheduling.resolutions(actor, conflict.identity)


def take(home: Town, actor: Actor, way: Way) -> tuple[ChoiceView, UUID]:
    """Take the best way of a kind out of the only conflict, after a preview that says the same; give it, and
    the change set."""
    (conflict,) = home.scheduling.conflicts(actor)
    choice = next(each for each in offered(home, actor) if each.kind is way)
    before = home.snapshot(actor)
    previewed = home.scheduling.resolve(actor, conflict.identity, choice.id, preview=True)
    assert home.snapshot(actor) == before
    taken = home.scheduling.resolve(actor, conflict.identity, choice.id)
    assert previewed.resolved == taken.resolved == [conflict.identity]
    assert taken.operations == previewed.operations
    assert home.scheduling.conflicts(actor) == []
    assert taken.change_set_id
    return choice, taken.change_set_id


def found(home: Town, actor: Actor, title: str) -> list[Instance]:
    return [each for each in home.seen(actor, *SPRING) if each.event.title == title]


class TestShortening:
    @pytest.mark.parametrize(
        ("dentist", "start", "minutes"),
        [(timedelta(minutes=-30), timedelta(minutes=30), 90), (timedelta(minutes=90), timedelta(), 90)],
        ids=["at its start", "at its end"],
    )
    def test_one_occurrence_is_cut(
        self, home: Town, ana: Actor, dentist: timedelta, start: timedelta, minutes: int
    ) -> None:
        home.made(ana, title="Soccer", start=NINE, **TWO_HOURS, **THRICE, **LOW)
        home.made(ana, title="Dentist", start=NINE + DAY + dentist, **HIGH)
        choice, _ = take(home, ana, Way.SHORTEN)
        assert (choice.needs_person, choice.title) == (True, "Soccer")
        assert choice.after
        times = [(each.start, each.end - each.start) for each in found(home, ana, "Soccer")]  # type: ignore[operator]
        assert times == [
            (NINE, timedelta(hours=2)),
            (NINE + DAY + start, timedelta(minutes=minutes)),
            (NINE + 2 * DAY, timedelta(hours=2)),
        ]

    def test_what_takes_whole_days_is_neither_cut_nor_moved(self, home: Town, ana: Actor) -> None:
        day = date(2026, 3, 23)
        home.made(ana, title="Fair", start=day, end=day + 4 * DAY, transparent=False, **LOW)
        home.made(ana, title="Dentist", start=NINE, **HIGH)
        assert [each.kind for each in offered(home, ana)] == [Way.CANCEL]


class TestLeavingOut:
    def test_one_occurrence_takes_place_without_them(self, home: Town, ana: Actor) -> None:
        ben = home.joins(ana, "Ben")
        guests = [Invitee(member_id=ana.member_id, required=False), Invitee(member_id=ben.member_id)]
        made = home.made(
            ana, title="Tea", start=NINE, rules=("FREQ=DAILY;COUNT=2",), participants=guests, **LOW
        )
        home.made(ana, title="Dentist", start=NINE, **HIGH)
        choice, change_set = take(home, ana, Way.DROP_PARTICIPANT)
        assert (choice.member_id, choice.after) == (ana.member_id, choice.before)
        detail = home.event(ana, made)
        assert [len(each.participants) for each in (detail.first, *detail.overrides)] == [2, 1]
        home.scheduling.undo(ana, change_set)
        assert len(home.scheduling.conflicts(ana)) == 1


class TestCancelling:
    def test_one_occurrence_is_cancelled(self, home: Town, ana: Actor) -> None:
        home.made(ana, title="Soccer", start=NINE, rules=("FREQ=DAILY;COUNT=2",), **LOW)
        home.made(ana, title="Dentist", start=NINE, **HIGH)
        choice, _ = take(home, ana, Way.CANCEL)
        assert (choice.kind, choice.after) == (Way.CANCEL, None)
        assert [each.event.row.status for each in found(home, ana, "Soccer")] == [
            Status.CANCELLED,
            Status.CONFIRMED,
        ]


class TestSwapping:
    def trips(self, home: Town, ana: Actor) -> tuple[UUID, UUID]:
        """Let two want the van that then has one place only; the bus and a room are there too."""
        van, bus = thing(home, ana, "Van", capacity=2), thing(home, ana, "Bus")
        thing(home, ana, "Hall", ResourceType.ROOM)
        cid = Invitee(member_id=home.joins(ana, "Cid").member_id)
        home.made(ana, title="Market", start=NINE, resources=[van], **HIGH)
        home.made(ana, title="Tour", start=NINE, resources=[van], participants=[cid], **LOW)
        becomes(home, ana, van, capacity=1)
        return van, bus

    def test_another_of_its_type_is_taken(self, home: Town, ana: Actor) -> None:
        _, bus = self.trips(home, ana)
        choice, _ = take(home, ana, Way.SWAP_RESOURCE)
        assert (choice.resource_id, choice.title, choice.needs_person) == (bus, "Tour", False)
        assert choice.sentence == (
            "Take Bus instead of Van for Tour (09:00-10:00): "
            "it ranks below Market (2 against 4); Bus is a vehicle too, and free then"
        )

    def test_not_one_that_somebody_has(self, home: Town, ana: Actor) -> None:
        _, bus = self.trips(home, ana)
        home.made(ana, title="Ride", start=at("2026-03-23 09:30"), resources=[bus], participants=[])
        (conflict,) = [each for each in home.scheduling.conflicts(ana) if "Van" in each.sentence]
        ways = home.scheduling.resolutions(ana, conflict.identity)
        assert Way.SWAP_RESOURCE not in [each.kind for each in ways]
        moved = [each.after for each in ways if each.kind is Way.MOVE]
        assert moved
        assert all(after and not after.overlaps(ways[0].before) for after in moved)

    def test_of_what_is_out_of_service(self, home: Town, ana: Actor) -> None:
        van, bus = thing(home, ana, "Van"), thing(home, ana, "Bus")
        home.made(ana, title="Market", start=NINE, resources=[van])
        becomes(home, ana, van, active=False)
        assert [each.kind for each in offered(home, ana)] == [Way.SWAP_RESOURCE, Way.CANCEL]
        assert take(home, ana, Way.SWAP_RESOURCE)[0].resource_id == bus

    def test_it_happens_by_itself_where_moving_may(self, home: Town, ana: Actor) -> None:
        self.trips(home, ana)
        prefer(home, ana, AutoResolve.FLEXIBLE)
        (market,) = found(home, ana, "Market")
        outcome = home.edit(ana, market.event.row.object_id, title="Fair")
        assert [op.after.title for op in outcome.moved if op.after] == ["Tour"]
        assert outcome.conflicts == []


class TestRules:
    def test_the_way_out_of_a_broken_rule_keeps_it(self, home: Town, ana: Actor) -> None:
        home.made(ana, title="Run", start=at("2026-03-23 06:30"), end=at("2026-03-23 07:30"))
        home.write(
            ana,
            lambda tx: keeping.create_constraint(
                tx, ana, name="Quiet", rule="no_events_before", parameters={"time": "07:00"}, hard=False
            ),
        )
        ways = offered(home, ana)
        assert [each.kind for each in ways if each.needs_person] == [Way.SHORTEN, Way.CANCEL]
        assert ways[0].sentence == (
            "Move Run from 06:30-07:30 to 07:00-08:00, 30 minutes later: "
            "it breaks 'Quiet'; this is its nearest free time"
        )
        take(home, ana, Way.MOVE)


class TestHabits:
    def test_what_was_mostly_chosen_weighs_and_is_told(self, home: Town, ana: Actor) -> None:
        gym = home.read(
            ana, lambda tx: tx.execute(select(Category.id).where(Category.name == "Gym")).scalar_one()
        )
        sets = []
        for week in range(2):
            start = NINE + week * timedelta(days=7)
            home.made(ana, title="Squats", start=start, **TWO_HOURS, category_id=gym)
            home.made(ana, title="Dentist", start=start + timedelta(minutes=90), **HIGH)
            assert "mostly" not in str(offered(home, ana))
            sets.append(take(home, ana, Way.SHORTEN)[1])
        home.made(ana, title="Squats", start=NINE + DAY, **TWO_HOURS, category_id=gym)
        home.made(ana, title="Dentist", start=NINE + DAY + timedelta(minutes=90), **HIGH)
        told = {each.kind: each for each in offered(home, ana)}
        assert told[Way.SHORTEN].sentence.endswith("you mostly shorten Gym when it clashes (2 of 2)")
        assert "mostly" not in told[Way.CANCEL].sentence
        (conflict,) = home.scheduling.conflicts(ana)
        home.scheduling.undo(ana, sets[0])
        plain = {each.kind: each for each in home.scheduling.resolutions(ana, conflict.identity)}
        assert "mostly" not in str(plain)
        assert 0 < told[Way.SHORTEN].score - plain[Way.SHORTEN].score < 0.1
        assert told[Way.CANCEL].score == plain[Way.CANCEL].score
