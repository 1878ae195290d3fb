"""Members: who sees and changes whom, who may not go, and what is left of those who do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from identities import PASSWORD, Household, household
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
def home(database_url: str) -> Iterator[Household]:
    home = household(database_url)
    yield home
    home.database.close()


@pytest.fixture
def ana(home: Household) -> Actor:
    return home.founder("Ana", username="ana")


@pytest.fixture
def ben(home: Household, ana: Actor) -> Actor:
    return home.joins(ana, "Ben")


def _added(home: Household, owner: Actor, name: str) -> UUID:
    return home.write(owner, lambda tx: home.identity.members.add(tx, owner, name=name)).id


def _change(
    home: Household, actor: Actor, member_id: UUID, version: int | None = None, **changes: Any
) -> Member:
    return home.write(
        actor,
        lambda tx: home.identity.members.change(
            tx, actor, member_id, MemberChanges(**changes), expected_version=version
        ),
    )


def test_a_member_without_an_account_is_added_with_the_workspaces_zone(home: Household) -> None:
    ana = home.founder("Ana", zone="Europe/Vienna")
    cleo = home.write(ana, lambda tx: home.identity.members.add(tx, ana, name=" Cleo ", role=Role.CHILD))
    assert (cleo.name, cleo.role, cleo.permission) == ("Cleo", Role.CHILD, Permission.EDITOR)
    assert (cleo.zone, cleo.account_id) == ("Europe/Vienna", None)


def test_members_are_listed_page_by_page(home: Household, ana: Actor) -> None:
    added = {ana.member_id}
    for n in range(4):
        home.clock.advance(timedelta(seconds=1))
        added.add(_added(home, ana, f"M{n}"))
    seen: list[UUID] = []
    cursor = None
    while True:
        page = home.read(ana, lambda tx: home.identity.members.list(tx, ana, cursor, limit=2))
        seen += [member.id for member in page.items]
        if (cursor := page.next) is None:
            break
    assert seen == sorted(added)


def test_no_member_of_another_workspace_exists(home: Household, ana: Actor) -> None:
    zoe = home.founder("Zoe")
    members = home.identity.members
    assert [m.id for m in home.read(ana, lambda tx: members.list(tx, ana)).items] == [ana.member_id]
    for act in (
        lambda: home.read(ana, lambda tx: members.get(tx, ana, zoe.member_id)),
        lambda: _change(home, ana, zoe.member_id, name="Mine"),
        lambda: home.read(ana, lambda tx: members.preferences(tx, ana, zoe.member_id)),
        lambda: home.write(ana, lambda tx: members.remove(tx, ana, zoe.member_id)),
        lambda: home.identity.reset_for_member(ana, zoe.member_id),
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
    home: Household, ana: Actor, ben: Actor, changes: dict[str, Any]
) -> None:
    before = home.read(ana, lambda tx: tx.get(Member, ben.member_id)).version
    changed = _change(home, ana, ben.member_id, **changes)
    stored = home.read(ana, lambda tx: tx.get(Member, ben.member_id))
    for field, value in changes.items():
        assert getattr(changed, field) == getattr(stored, field) == value
    assert stored.version == before + 1
    (entry,) = home.read(
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
    home: Household, ana: Actor, permission: Permission, changes: dict[str, Any], allowed: bool
) -> None:
    ben = home.joins(ana, "Ben", permission)
    if allowed:
        _change(home, ben, ben.member_id, **changes)
    else:
        with pytest.raises(Forbidden):
            _change(home, ben, ben.member_id, **changes)
        assert home.read(ana, lambda tx: tx.get(Member, ben.member_id)).name == "Ben"
    with pytest.raises(Forbidden):
        _change(home, ben, ana.member_id, **changes)


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
    home: Household, ana: Actor, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        _change(home, ana, ana.member_id, **changes)
    assert refused.value.field == field


def test_a_default_calendar_is_checked_by_whoever_knows_calendars(home: Household, ana: Actor) -> None:
    def refuse(tx: object, member: Member, calendar_id: UUID) -> None:
        raise NotFound(f"There is no calendar {calendar_id}.")

    home.identity.hooks.calendar_chosen.append(refuse)
    with pytest.raises(NotFound):
        _change(home, ana, ana.member_id, default_calendar_id=CALENDAR)
    home.identity.hooks.calendar_chosen.clear()
    assert _change(home, ana, ana.member_id, default_calendar_id=CALENDAR).default_calendar_id == CALENDAR
    home.identity.hooks.calendar_chosen.append(refuse)
    assert _change(home, ana, ana.member_id, default_calendar_id=None).default_calendar_id is None


def test_a_writer_who_read_an_old_version_is_told(home: Household, ana: Actor) -> None:
    assert _change(home, ana, ana.member_id, 1, name="Anna").version == 2
    with pytest.raises(Stale) as refused:
        _change(home, ana, ana.member_id, 1, name="Ana Maria")
    assert refused.value.fields["version"] == 2
    assert _change(home, ana, ana.member_id, 2, name="Anna").version == 2  # nothing changed


def test_an_owner_signs_in(home: Household, ana: Actor) -> None:
    with pytest.raises(InvalidInput):
        home.write(ana, lambda tx: home.identity.members.add(tx, ana, name="X", permission=Permission.OWNER))
    cleo = home.write(ana, lambda tx: home.identity.members.add(tx, ana, name="Cleo"))
    with pytest.raises(InvalidInput) as refused:
        _change(home, ana, cleo.id, permission=Permission.OWNER)
    assert refused.value.field == "permission"


def test_the_last_owner_stays(home: Household, ana: Actor, ben: Actor) -> None:
    for permission in (Permission.EDITOR, Permission.VIEWER):
        with pytest.raises(LastOwner) as refused:
            _change(home, ana, ana.member_id, permission=permission)
        assert refused.value.code == "last_owner"
    with pytest.raises(LastOwner):
        home.write(ana, lambda tx: home.identity.members.remove(tx, ana, ana.member_id))
    _change(home, ana, ben.member_id, permission=Permission.OWNER)
    _change(home, ana, ana.member_id, permission=Permission.EDITOR)
    with pytest.raises(Forbidden):
        _change(home, home.now(ana), ana.member_id, permission=Permission.OWNER)
    with pytest.raises(LastOwner):
        _change(home, home.now(ben), ben.member_id, permission=Permission.EDITOR)


def test_a_permission_takes_effect_on_tokens_that_are_out(home: Household, ana: Actor, ben: Actor) -> None:
    tokens = home.identity.issue(ben)
    _change(home, ana, ben.member_id, permission=Permission.VIEWER)
    assert home.identity.verify(tokens.access).permission is Permission.VIEWER


def test_preferences_are_ones_own_and_the_owners_affair(home: Household, ana: Actor, ben: Actor) -> None:
    members = home.identity.members
    prefer = lambda actor, whom, changes: home.write(  # noqa: E731
        actor, lambda tx: members.prefer(tx, actor, whom, changes)
    )
    prefer(ben, ben.member_id, {"max_events_per_day": 3})
    assert prefer(ana, ben.member_id, {"email_enabled": False}).max_events_per_day == 3
    for act in (
        lambda: prefer(ben, ana.member_id, {}),
        lambda: home.read(ben, lambda tx: members.preferences(tx, ben, ana.member_id)),
    ):
        with pytest.raises(Forbidden):
            act()
    version = home.read(ana, lambda tx: tx.get(Member, ben.member_id)).version
    with pytest.raises(Stale):
        home.write(ben, lambda tx: members.prefer(tx, ben, ben.member_id, {}, expected_version=version - 1))
    prefer(ben, ben.member_id, {"max_events_per_day": 3})
    assert home.read(ana, lambda tx: tx.get(Member, ben.member_id)).version == version


def test_who_is_removed_leaves_nothing_that_signs_in(home: Household, ana: Actor, ben: Actor) -> None:
    username = home.username(ben)
    tokens, session = home.identity.issue(ben), home.identity.issue_browser(ben)
    home.write(ben, lambda tx: api_keys.create(tx, ben, name="k", scopes=[Scope.READ]))
    heard: list[str] = []
    home.identity.hooks.member_removed.append(lambda tx, member: heard.append(member.name))
    home.write(ana, lambda tx: home.identity.members.remove(tx, ana, ben.member_id))
    assert heard == ["Ben"]
    with pytest.raises(TokenRefused):
        home.identity.verify(tokens.access)
    with pytest.raises(TokenRefused):
        home.identity.verify_cookie(session.cookie)
    with home.database.read(None) as tx:
        assert tx.session.get(Account, ben.account_id) is None
        assert tx.execute(select(func.count()).select_from(SignIn)).scalar_one() == 0
    assert home.read(ana, lambda tx: tx.execute(select(ApiKey)).first()) is None
    home.founder("Other Ben", username=username)  # the name is free again


def test_an_account_that_is_a_member_elsewhere_stays(home: Household, ana: Actor, ben: Actor) -> None:
    zoe = home.founder("Zoe")
    invitation = home.write(zoe, lambda tx: home.identity.invitations.create(tx, zoe))
    there = home.identity.accept_invitation(ben, invitation.secret)
    username = home.username(ben)
    home.write(ana, lambda tx: home.identity.members.remove(tx, ana, ben.member_id))
    assert home.identity.sign_in(username, PASSWORD).actor.member_id == there.id


def test_members_may_leave_but_not_show_others_out(home: Household, ana: Actor, ben: Actor) -> None:
    with pytest.raises(Forbidden):
        home.write(ben, lambda tx: home.identity.members.remove(tx, ben, ana.member_id))
    home.write(ben, lambda tx: home.identity.members.remove(tx, ben, ben.member_id))
    assert home.read(ana, lambda tx: tx.find(Member, ben.member_id)) is None


def test_the_invitations_of_an_owner_who_left_are_void(home: Household, ana: Actor, ben: Actor) -> None:
    _change(home, ana, ben.member_id, permission=Permission.OWNER)
    ben = home.now(ben)
    issued = home.write(ben, lambda tx: home.identity.invitations.create(tx, ben))
    home.write(ana, lambda tx: home.identity.members.remove(tx, ana, ben.member_id))
    zoe = home.founder("Zoe")
    with pytest.raises(InvitationRefused):
        home.identity.accept_invitation(zoe, issued.secret)


def test_an_export_holds_what_is_known_and_nothing_that_signs_in(home: Household) -> None:
    ana = home.founder("Ana", username="ana", email="ana@example.org")
    tokens = home.identity.issue(ana, device="phone")
    key = home.write(ana, lambda tx: api_keys.create(tx, ana, name="script", scopes=[Scope.READ]))
    home.write(
        ana, lambda tx: home.identity.members.prefer(tx, ana, ana.member_id, {"custom": {"theme": "dark"}})
    )
    exported = home.read(ana, lambda tx: home.identity.export(tx, ana.member_id))
    assert exported["account"]["email"] == "ana@example.org"
    assert exported["member"]["name"] == "Ana"
    assert exported["preferences"]["custom"] == {"theme": "dark"}
    assert [row["device"] for row in exported["sign_ins"]] == ["phone"]
    assert [row["name"] for row in exported["api_keys"]] == ["script"]
    assert "api_key.created" in {row["action"] for row in exported["actions"]}
    text = str(exported)
    for secret in (PASSWORD, tokens.access, tokens.refresh, key.secret, "argon2", key.row.key_hash):
        assert secret not in text
