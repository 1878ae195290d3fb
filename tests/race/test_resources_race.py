"""Several take the last places of a resource at the same instant, each in another way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from kalends.engine.series import Length
from kalends.engine.spans import Span
from kalends.features.identity.actor import Actor
from kalends.features.resources import availability as looking
from kalends.features.resources.capacity import OverCapacity
from kalends.features.resources.models import ResourceType
from kalends.features.resources.service import ResourceInUse
from kalends.kit.errors import KalendsError
from racing import race, refusals
from workspaces import Town, at

NINE = at("2026-03-23 09:00")
HOUR = timedelta(hours=1)
ROUNDS = range(3)


def peak(home: Town, actor: Actor, car: UUID) -> int:
    span = Span(NINE - timedelta(days=1), NINE + timedelta(days=30))
    events = home.services.resources.events
    return home.read(actor, lambda tx: looking.availability(tx, events, car, span)).current_usage


@pytest.mark.parametrize("capacity", [1, 2])
@pytest.mark.parametrize("attempt", ROUNDS)
def test_however_it_is_taken_no_more_have_it_than_it_serves(home: Town, attempt: int, capacity: int) -> None:
    """Law 37: by events, series, a move, a reservation that stands alone, and undo, all at once."""
    ana, ben = home.household("Ana", "Ben")
    resources = home.services.resources
    car = home.write(
        ana,
        lambda tx: resources.create(tx, ana, name="Car", type=ResourceType.VEHICLE, capacity=capacity).id,
    )
    given: dict[str, Any] = {"title": "x", "start": NINE, "end": NINE + HOUR, "resources": [car]}
    removed = home.remove(ana, home.made(ana, **given)).change_set_id
    later = home.made(ben, **{**given, "start": NINE + 3 * HOUR, "end": NINE + 4 * HOUR})
    assert removed is not None
    ends = race(
        lambda: home.plan(ana, title="once", start=NINE, end=NINE + HOUR, resources=[car]),
        lambda: home.plan(
            ben,
            title="daily",
            start=NINE - timedelta(days=5, minutes=30),
            length=Length(seconds=3600),
            rules=("FREQ=DAILY",),
            resources=[car],
        ),
        lambda: home.edit(ben, later, start=NINE + HOUR / 2),
        lambda: home.write(ben, lambda tx: resources.reserve(tx, ben, car, start=NINE, end=NINE + 2 * HOUR)),
        lambda: home.scheduling.undo(ana, removed),
    )
    assert set(refusals(ends)) == {OverCapacity}
    assert peak(home, ana, car) == capacity


@pytest.mark.parametrize("attempt", ROUNDS)
def test_a_capacity_is_lowered_or_the_place_is_taken(home: Town, attempt: int) -> None:
    ana, ben = home.household("Ana", "Ben")
    resources = home.services.resources
    car = home.write(
        ana, lambda tx: resources.create(tx, ana, name="Car", type=ResourceType.VEHICLE, capacity=1).id
    )
    lower, taken = race(
        lambda: home.write(ana, lambda tx: resources.update(tx, ana, car, changes={"capacity": 0})),
        lambda: home.plan(ben, title="x", start=NINE, end=NINE + HOUR, resources=[car]),
    )
    assert isinstance(lower, OverCapacity) != isinstance(taken, OverCapacity)
    assert peak(home, ana, car) == (0 if isinstance(taken, KalendsError) else 1)


@pytest.mark.parametrize("attempt", ROUNDS)
def test_a_resource_goes_or_is_reserved(home: Town, attempt: int) -> None:
    (ana,) = home.household("Ana")
    resources = home.services.resources
    car = home.write(ana, lambda tx: resources.create(tx, ana, name="Car", type=ResourceType.VEHICLE).id)
    gone, reserved = race(
        lambda: home.write(ana, lambda tx: resources.remove(tx, ana, car)),
        lambda: home.write(ana, lambda tx: resources.reserve(tx, ana, car, start=NINE, end=NINE + HOUR)),
    )
    assert isinstance(gone, ResourceInUse) != isinstance(reserved, OverCapacity)
