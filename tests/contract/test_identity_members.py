"""Members: who sees and changes whom, who may not go, and what is left of those who do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from identities import PASSWORD, Household
from kalends.features.identity import api_keys, audit
from kalends.features.identity.actor import Actor, Scope
from kalends.features.identity.audit import AuditFilter
from kalends.features.identity.members import MemberChanges
from kalends.features.identity.models import (
    Account,
    ApiKey,
    AutoResolve,
    Member,
    Permission,
    Role,
    SignIn,
)
from kalends.features.identity.refusals import InvitationRefused, LastOwner, TokenRefused
from kalends.kit.errors import Forbidden, InvalidInput, NotFound, Stale

CALENDAR = UUID(int=9)


@pytest.fixture
def ben(house: Household, ana: Actor) -> Actor:
    return house.joins(ana, "Ben")


def _added(house: Household, owner: Actor, name: str) -> UUID:
    return house.write(owner, lambda tx: house.identity.members.add(tx, owner, name=name)).id


def _change(
    house: Household, actor: Actor, member_id: UUID, version: int | None = None, **changes: Any
) -> Member:
    return house.write(
        actor,
        lambda tx: house.identity.members.change(
            tx, actor, member_id, MemberChanges(**changes), expected_version=version
        ),
    )


def test_a_member_without_an_account_is_added_with_the_workspaces_zone(house: Household) -> None:
    ana = house.founder("Ana", zone="Europe/Vienna")
    cleo = house.write(ana, lambda tx: house.identity.members.add(tx, ana, name=" Cleo ", role=Role.CHILD))
    assert (cleo.name, cleo.role, cleo.permission) == ("Cleo", Role.CHILD, Permission.EDITOR)
    assert (cleo.zone, cleo.account_id) == ("Europe/Vienna", None)


def test_members_are_listed_page_by_page(house: Household, ana: Actor) -> None:
    added = {ana.member_id}
    for n in range(4):
        house.clock.advance(timedelta(seconds=1))
        added.add(_added(house, ana, f"M{n}"))
    seen: list[UUID] = []
    cursor = None
    while True:
        page = house.read(ana, lambda tx: house.identity.members.list(tx, ana, cursor, limit=2))
        seen += [member.id for member in page.items]
        if (cursor := page.next) is None:
            break
    assert seen == sorted(added)


def test_no_member_of_another_workspace_exists(house: Household, ana: Actor) -> None:
    zoe = house.founder("Zoe")
    members = house.identity.members
    assert [m.id for m in house.read(ana, lambda tx: members.list(tx, ana)).items] == [ana.member_id]
    for act in (
        lambda: house.read(ana, lambda tx: members.get(tx, ana, zoe.member_id)),
        lambda: _change(house, ana, zoe.member_id, name="Mine"),
        lambda: house.read(ana, lambda tx: members.preferences(tx, ana, zoe.member_id)),
        lambda: house.write(ana, lambda tx: members.remove(tx, ana, zoe.member_id)),
        lambda: house.identity.reset_for_member(ana, zoe.member_id),
    ):
        with pytest.raises(NotFound):
            act()


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Benjamin"},
        {"zone": "Asia/Tokyo"},
        {"auto_resolve": AutoResolve.OFF},
        {"default_calendar_id": CALENDAR},
        {"role": Role.PARENT},
        {"permission": Permission.VIEWER},
        {"permission": Permission.OWNER},
    ],
)
def test_an_owner_changes_anything_of_anyone(
    house: Household, ana: Actor, ben: Actor, changes: dict[str, Any]
) -> None:
    before = house.read(ana, lambda tx: tx.get(Member, ben.member_id)).version
    changed = _change(house, ana, ben.member_id, **changes)
    stored = house.read(ana, lambda tx: tx.get(Member, ben.member_id))
    for field, value in changes.items():
        assert getattr(changed, field) == getattr(stored, field) == value
    assert stored.version == before + 1
    (entry,) = house.read(
        ana, lambda tx: audit.list_entries(tx, ana, AuditFilter(action="member.changed"))
    ).items
    assert (entry.actor_member_id, entry.subject) == (ana.member_id, str(ben.member_id))
    assert entry.detail == {"fields": sorted(changes)}


@pytest.mark.parametrize(
    "changes, allowed",
    [
        ({"name": "Benjamin"}, True),
        ({"zone": "Asia/Tokyo"}, True),
        ({"auto_resolve": AutoResolve.MOVABLE}, True),
        ({"role": Role.PARENT}, False),
        ({"permission": Permission.OWNER}, False),
        ({"name": "Benjamin", "permission": Permission.OWNER}, False),
    ],
)
@pytest.mark.parametrize("permission", [Permission.EDITOR, Permission.VIEWER])
def test_a_member_changes_their_own_affairs(
    house: Household, ana: Actor, permission: Permission, changes: dict[str, Any], allowed: bool
) -> None:
    ben = house.joins(ana, "Ben", permission)
    if allowed:
        _change(house, ben, ben.member_id, **changes)
    else:
        with pytest.raises(Forbidden):
            _change(house, ben, ben.member_id, **changes)
        assert house.read(ana, lambda tx: tx.get(Member, ben.member_id)).name == "Ben"
    with pytest.raises(Forbidden):
        _change(house, ben, ana.member_id, **changes)


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"zone": "Nowhere"}, "zone"),
        ({"role": None}, "role"),
        ({"auto_resolve": None}, "auto_resolve"),
    ],
)
def test_a_change_that_makes_no_sense_names_the_field(
    house: Household, ana: Actor, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        _change(house, ana, ana.member_id, **changes)
    assert refused.value.field == field


def test_a_default_calendar_is_checked_by_whoever_knows_calendars(house: Household, ana: Actor) -> None:
    def refuse(tx: object, member: Member, calendar_id: UUID) -> None:
        raise NotFound(f"There is no calendar {calendar_id}.")

    house.identity.hooks.calendar_chosen.append(refuse)
    with pytest.raises(NotFound):
        _change(house, ana, ana.member_id, default_calendar_id=CALENDAR)
    house.identity.hooks.calendar_chosen.clear()
    assert _change(house, ana, ana.member_id, default_calendar_id=CALENDAR).default_calendar_id == CALENDAR
    house.identity.hooks.calendar_chosen.append(refuse)
    assert _change(house, ana, ana.member_id, default_calendar_id=None).default_calendar_id is None


def test_a_writer_who_read_an_old_version_is_told(house: Household, ana: Actor) -> None:
    assert _change(house, ana, ana.member_id, 1, name="Anna").version == 2
    with pytest.raises(Stale) as refused:
        _change(house, ana, ana.member_id, 1, name="Ana Maria")
    assert refused.value.fields["version"] == 2
    assert _change(house, ana, ana.member_id, 2, name="Anna").version == 2  # nothing changed


def test_an_owner_signs_in(house: Household, ana: Actor) -> None:
    with pytest.raises(InvalidInput):
        house.write(
            ana, lambda tx: house.identity.members.add(tx, ana, name="X", permission=Permission.OWNER)
        )
    cleo = house.write(ana, lambda tx: house.identity.members.add(tx, ana, name="Cleo"))
    with pytest.raises(InvalidInput) as refused:
        _change(house, ana, cleo.id, permission=Permission.OWNER)
    assert refused.value.field == "permission"


def test_the_last_owner_stays(house: Household, ana: Actor, ben: Actor) -> None:
    for permission in (Permission.EDITOR, Permission.VIEWER):
        with pytest.raises(LastOwner) as refused:
            _change(house, ana, ana.member_id, permission=permission)
        assert refused.value.code == "last_owner"
    with pytest.raises(LastOwner):
        house.write(ana, lambda tx: house.identity.members.remove(tx, ana, ana.member_id))
    _change(house, ana, ben.member_id, permission=Permission.OWNER)
    _change(house, ana, ana.member_id, permission=Permission.EDITOR)
    with pytest.raises(Forbidden):
        _change(house, house.now(ana), ana.member_id, permission=Permission.OWNER)
    with pytest.raises(LastOwner):
        _change(house, house.now(ben), ben.member_id, permission=Permission.EDITOR)


def test_a_permission_takes_effect_on_tokens_that_are_out(house: Household, ana: Actor, ben: Actor) -> None:
    tokens = house.identity.issue(ben)
    _change(house, ana, ben.member_id, permission=Permission.VIEWER)
    assert house.identity.verify(tokens.access).permission is Permission.VIEWER


def test_preferences_are_ones_own_and_the_owners_affair(house: Household, ana: Actor, ben: Actor) -> None:
    members = house.identity.members
    prefer = lambda actor, whom, changes: house.write(  # noqa: E731
        actor, lambda tx: members.prefer(tx, actor, whom, changes)
    )
    prefer(ben, ben.member_id, {"max_events_per_day": 3})
    assert prefer(ana, ben.member_id, {"email_enabled": False}).max_events_per_day == 3
    for act in (
        lambda: prefer(ben, ana.member_id, {}),
        lambda: house.read(ben, lambda tx: members.preferences(tx, ben, ana.member_id)),
    ):
        with pytest.raises(Forbidden):
            act()
    version = house.read(ana, lambda tx: tx.get(Member, ben.member_id)).version
    with pytest.raises(Stale):
        house.write(ben, lambda tx: members.prefer(tx, ben, ben.member_id, {}, expected_version=version - 1))
    prefer(ben, ben.member_id, {"max_events_per_day": 3})
    assert house.read(ana, lambda tx: tx.get(Member, ben.member_id)).version == version


def test_who_is_removed_leaves_nothing_that_signs_in(house: Household, ana: Actor, ben: Actor) -> None:
    username = house.username(ben)
    tokens, session = house.identity.issue(ben), house.identity.issue_browser(ben)
    house.write(ben, lambda tx: api_keys.create(tx, ben, name="k", scopes=[Scope.READ]))
    heard: list[str] = []
    house.identity.hooks.member_removed.append(lambda tx, member: heard.append(member.name))
    house.write(ana, lambda tx: house.identity.members.remove(tx, ana, ben.member_id))
    assert heard == ["Ben"]
    with pytest.raises(TokenRefused):
        house.identity.verify(tokens.access)
    with pytest.raises(TokenRefused):
        house.identity.verify_cookie(session.cookie)
    with house.database.read(None) as tx:
        assert tx.session.get(Account, ben.account_id) is None
        assert tx.execute(select(func.count()).select_from(SignIn)).scalar_one() == 0
    assert house.read(ana, lambda tx: tx.execute(select(ApiKey)).first()) is None
    house.founder("Other Ben", username=username)  # the name is free again


def test_an_account_that_is_a_member_elsewhere_stays(house: Household, ana: Actor, ben: Actor) -> None:
    zoe = house.founder("Zoe")
    invitation = house.write(zoe, lambda tx: house.identity.invitations.create(tx, zoe))
    there = house.identity.accept_invitation(ben, invitation.secret)
    username = house.username(ben)
    house.write(ana, lambda tx: house.identity.members.remove(tx, ana, ben.member_id))
    assert house.identity.sign_in(username, PASSWORD).actor.member_id == there.id


def test_members_may_leave_but_not_show_others_out(house: Household, ana: Actor, ben: Actor) -> None:
    with pytest.raises(Forbidden):
        house.write(ben, lambda tx: house.identity.members.remove(tx, ben, ana.member_id))
    house.write(ben, lambda tx: house.identity.members.remove(tx, ben, ben.member_id))
    assert house.read(ana, lambda tx: tx.find(Member, ben.member_id)) is None


def test_the_invitations_of_an_owner_who_left_are_void(house: Household, ana: Actor, ben: Actor) -> None:
    _change(house, ana, ben.member_id, permission=Permission.OWNER)
    ben = house.now(ben)
    issued = house.write(ben, lambda tx: house.identity.invitations.create(tx, ben))
    house.write(ana, lambda tx: house.identity.members.remove(tx, ana, ben.member_id))
    zoe = house.founder("Zoe")
    with pytest.raises(InvitationRefused):
        house.identity.accept_invitation(zoe, issued.secret)


def test_an_export_holds_what_is_known_and_nothing_that_signs_in(house: Household) -> None:
    ana = house.founder("Ana", username="ana", email="ana@example.org")
    tokens = house.identity.issue(ana, device="phone")
    key = house.write(ana, lambda tx: api_keys.create(tx, ana, name="script", scopes=[Scope.READ]))
    house.write(
        ana, lambda tx: house.identity.members.prefer(tx, ana, ana.member_id, {"custom": {"theme": "dark"}})
    )
    exported = house.read(ana, lambda tx: house.identity.export(tx, ana.member_id))
    assert exported["account"]["email"] == "ana@example.org"
    assert exported["member"]["name"] == "Ana"
    assert exported["preferences"]["custom"] == {"theme": "dark"}
    assert [row["device"] for row in exported["sign_ins"]] == ["phone"]
    assert [row["name"] for row in exported["api_keys"]] == ["script"]
    assert "api_key.created" in {row["action"] for row in exported["actions"]}
    text = str(exported)
    for secret in (PASSWORD, tokens.access, tokens.refresh, key.secret, "argon2", key.row.key_hash):
        assert secret not in text
