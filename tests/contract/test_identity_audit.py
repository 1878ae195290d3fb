"""The audit log."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from identities import NOON, Household
from kalends.features.identity import audit
from kalends.features.identity.actor import Actor
from kalends.features.identity.audit import AuditFilter
from kalends.kit.errors import Forbidden, InvalidInput
from kalends.storage import Unit


@pytest.fixture
def ana(house: Household) -> Actor:
    """An owner whose workspace has five entries, an hour apart, about two kinds of things."""
    ana = house.founder("Ana")
    house.write(ana, lambda tx: audit.purge(tx, NOON + timedelta(days=1)))

    def record(tx: Unit, n: int) -> None:
        kind, actor = ("event", ana) if n % 2 else ("member", None)
        audit.record(tx, actor, f"{kind}.changed", kind=kind, subject=f"s{n}", number=n)

    for n in range(5):
        house.clock.advance(timedelta(hours=1))
        house.write(ana, partial(record, n=n))
    return ana


@pytest.mark.parametrize(
    "filters, numbers",
    [
        ({}, [4, 3, 2, 1, 0]),
        ({"kind": "event"}, [3, 1]),
        ({"action": "member.changed"}, [4, 2, 0]),
        ({"subject": "s2"}, [2]),
        ({"since": NOON + timedelta(hours=3)}, [4, 3, 2]),
        ({"until": NOON + timedelta(hours=3)}, [1, 0]),
        ({"since": NOON + timedelta(hours=2), "until": NOON + timedelta(hours=5), "kind": "event"}, [3, 1]),
        ({"kind": "nothing"}, []),
    ],
)
def test_filters_pass_entries_that_match_them_all(
    house: Household, ana: Actor, filters: dict[str, Any], numbers: list[int]
) -> None:
    page = house.read(ana, lambda tx: audit.list_entries(tx, ana, AuditFilter(**filters)))
    assert [entry.detail["number"] for entry in page.items] == numbers


def test_entries_say_who(house: Household, ana: Actor) -> None:
    hers = AuditFilter(actor_member_id=ana.member_id)
    page = house.read(ana, lambda tx: audit.list_entries(tx, ana, hers))
    assert [entry.detail["number"] for entry in page.items] == [3, 1]


def test_entries_come_page_by_page(house: Household, ana: Actor) -> None:
    numbers: list[int] = []
    cursor = None
    for _ in range(3):
        page = house.read(ana, lambda tx: audit.list_entries(tx, ana, cursor=cursor, limit=2))  # noqa: B023
        numbers += [entry.detail["number"] for entry in page.items]
        cursor = page.next
    assert numbers == [4, 3, 2, 1, 0]
    assert cursor is None


def test_only_owners_read_and_only_their_own_log(house: Household, ana: Actor) -> None:
    ben, zoe = house.joins(ana, "Ben"), house.founder("Zoe")
    with pytest.raises(Forbidden):
        house.read(ben, lambda tx: audit.list_entries(tx, ben))
    theirs = house.read(zoe, lambda tx: audit.list_entries(tx, zoe)).items
    assert {entry.workspace_id for entry in theirs} == {zoe.workspace_id}


def test_old_entries_of_this_workspace_are_purged(house: Household, ana: Actor) -> None:
    zoe = house.founder("Zoe")
    house.clock.advance(timedelta(days=30))
    assert house.write(ana, lambda tx: audit.purge(tx, NOON + timedelta(hours=3))) == 2
    assert len(house.read(ana, lambda tx: audit.list_entries(tx, ana)).items) == 3
    assert house.read(zoe, lambda tx: audit.list_entries(tx, zoe)).items


@pytest.mark.parametrize("filters", [{"kind": "a\0"}, {"subject": "\ud800"}, {"action": "\n"}])
def test_a_filter_that_nothing_can_match_is_refused(
    house: Household, ana: Actor, filters: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        house.read(ana, lambda tx: audit.list_entries(tx, ana, AuditFilter(**filters)))
    assert refused.value.field in filters


@pytest.mark.parametrize("name", ["password", "new_password", "token", "key_hash", "secret"])
def test_secrets_are_kept_out_by_name(house: Household, ana: Actor, name: str) -> None:
    with pytest.raises(ValueError, match="must not hold"):
        house.write(ana, lambda tx: audit.record(tx, ana, "x.y", kind="x", **{name: "v"}))
