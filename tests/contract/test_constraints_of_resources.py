"""Constraints about resources, and free time that needs them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from kalends.engine.spans import Span
from kalends.features.identity.actor import Actor
from kalends.features.resources.models import ResourceType
from kalends.features.scheduling import Invitee
from kalends.features.scheduling.constraints import keeping
from kalends.features.scheduling.constraints.models import StoredConstraint
from kalends.features.scheduling.constraints.refusing import ConstraintBroken
from kalends.features.scheduling.free_time import Company, find_free, why_not
from workspaces import Town, at

EIGHT = at("2026-03-23 08:00")
HOUR = timedelta(hours=1)


def car_of(home: Town, actor: Actor) -> UUID:
    make = home.services.resources.create
    return home.write(actor, lambda tx: make(tx, actor, name="Car", type=ResourceType.VEHICLE)).id


def kept_for(home: Town, owner: Actor, car: UUID, *members: Actor, **more: Any) -> StoredConstraint:
    parameters = {"resource": str(car), "members": [str(each.member_id) for each in members], **more}
    rule: Any = {"name": "School run", "rule": "resource_priority", "parameters": parameters, "hard": True}
    return home.write(owner, lambda tx: keeping.create_constraint(tx, owner, **rule))


def test_a_resource_is_kept_for_those_who_come_first(home: Town) -> None:
    ana, ben = home.household("Ana", "Ben")
    car = car_of(home, ana)
    kept_for(home, ana, car, ana, start="07:00", end="09:00")
    with pytest.raises(ConstraintBroken) as refused:
        home.plan(ben, title="Tennis", start=EIGHT, resources=[car])
    assert refused.value.fields["words"] == (
        "Tennis uses Car, which is kept for Ana (07:00-09:00) ('School run')"
    )
    assert len(refused.value.fields["broken"]) == 1
    shared = [Invitee(member_id=ana.member_id), Invitee(member_id=ben.member_id)]
    ride = home.made(ben, title="School", start=EIGHT, participants=shared, resources=[car])
    with pytest.raises(ConstraintBroken):
        home.edit(ben, ride, participants=shared[1:])
    home.plan(ben, title="Tennis", start=EIGHT + HOUR, resources=[car])


def test_it_is_struck_of_who_leaves_and_goes_with_the_last(home: Town) -> None:
    ana, ben, cleo = home.household("Ana", "Ben", "Cleo")
    row = kept_for(home, ana, car_of(home, ana), ben, cleo)
    remove = home.services.identity.members.remove
    home.write(ben, lambda tx: remove(tx, ben, ben.member_id))
    stored = home.read(ana, lambda tx: keeping.get_constraint(tx, ana, row.id))
    assert (stored.parameters["members"], stored.version) == ([str(cleo.member_id)], 2)
    home.write(cleo, lambda tx: remove(tx, cleo, cleo.member_id))
    assert home.read(ana, lambda tx: keeping.list_constraints(tx, ana)) == []


def test_free_time_needs_the_resource_too_and_keeps_what_is_asked_of_it(home: Town) -> None:
    ana, ben = home.household("Ana", "Ben")
    car = car_of(home, ana)
    home.made(ana, title="Trip", start=EIGHT + HOUR, resources=[car])
    window = Span(EIGHT, EIGHT + 4 * HOUR)

    def starts(*members: Actor) -> list[int]:
        company = Company(required=[each.member_id for each in members], resources=[car])
        found = home.read(ben, lambda tx: find_free(tx, company, window, HOUR, step=HOUR))
        return [each.slot.span.start.astimezone(EIGHT.tzinfo).hour for each in found]

    assert starts(ben) == [8, 10, 11]
    kept_for(home, ana, car, ana, start="07:00", end="09:00")
    assert starts(ben) == [10, 11]
    alone = Company(required=[ben.member_id], resources=[car])
    why = home.read(ben, lambda tx: why_not(tx, ben, alone, Span(EIGHT, EIGHT + HOUR)))
    assert [each.code for each in why] == ["constraint"]
    assert "Car, which is kept for Ana" in why[0].words
    taken = home.read(ben, lambda tx: why_not(tx, ben, alone, Span(EIGHT + HOUR, EIGHT + 2 * HOUR)))
    assert "Trip" in taken[0].words
