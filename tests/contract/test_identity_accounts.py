"""Coming in: accounts, workspaces and the members that accounts begin as."""

from __future__ import annotations

from typing import Any

import pytest

from identities import PASSWORD, Household
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import Account, AutoResolve, Member, Permission, Role
from kalends.features.identity.refusals import (
    AccountDisabled,
    AlreadyMember,
    InvitationRefused,
    SignInRefused,
    SignUpClosed,
    TokenRefused,
    UsernameTaken,
)
from kalends.features.identity.registration import Registration
from kalends.features.identity.settings import Rate
from kalends.features.identity.workspaces import WorkspaceChanges, change_workspace, workspace_of
from kalends.kit.errors import Forbidden, InvalidInput, NotFound, Stale, TooMany


def test_a_founder_owns_a_workspace_of_their_own(house: Household) -> None:
    ana = house.founder("Ana", zone="Europe/Vienna", email="ana@example.org")
    member = house.read(ana, lambda tx: tx.get(Member, ana.member_id))
    workspace = house.read(ana, workspace_of)
    assert (member.name, member.role, member.permission) == ("Ana", Role.PARENT, Permission.OWNER)
    assert (member.zone, member.auto_resolve, member.version) == ("Europe/Vienna", AutoResolve.FLEXIBLE, 1)
    assert (workspace.name, workspace.zone) == ("Ana's household", "Europe/Vienna")
    assert member.account_id == ana.account_id


@pytest.mark.parametrize(
    "fields, field",
    [
        ({"username": "a b c"}, "username"),
        ({"password": "short"}, "password"),
        ({"name": " "}, "name"),
        ({"email": "nowhere"}, "email"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"workspace_name": "a\nb"}, "workspace_name"),
    ],
)
def test_nothing_is_stored_of_a_refused_registration(
    house: Household, fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        house.founder(**fields)
    assert refused.value.field == field
    with house.database.read(None) as tx:
        assert tx.session.query(Account).count() == 0


@pytest.mark.parametrize("again", ["ana", "ANA", "Ａｎａ"])
def test_a_taken_username_is_refused_in_any_spelling(house: Household, again: str) -> None:
    house.founder(username="Ana")
    with pytest.raises(UsernameTaken) as refused:
        house.founder(username=again)
    assert refused.value.code == "username_taken"


def test_other_features_hear_of_new_workspaces_and_members(house: Household) -> None:
    heard: list[str] = []
    house.identity.hooks.workspace_added.append(lambda tx, workspace: heard.append(workspace.name))
    house.identity.hooks.member_added.append(lambda tx, member: heard.append(member.name))
    ana = house.founder("Ana")
    house.joins(ana, "Ben")
    house.write(ana, lambda tx: house.identity.members.add(tx, ana, name="Cleo"))
    assert heard == ["Ana's household", "Ana", "Ben", "Cleo"]


def test_a_hook_that_fails_leaves_nothing(house: Household) -> None:
    def fail(tx: object, member: Member) -> None:
        raise InvalidInput("No.", field="name")

    house.identity.hooks.member_added.append(fail)
    with pytest.raises(InvalidInput):
        house.founder(username="ana")
    house.identity.hooks.member_added.clear()
    house.founder(username="ana")


def test_closed_sign_up_lets_in_the_invited_and_administrators(house: Household) -> None:
    closed = house.with_settings(sign_up_open=False)
    stranger = Registration(username="stranger", password=PASSWORD, name="Stranger")
    with pytest.raises(SignUpClosed):
        closed.identity.sign_up(stranger)
    ana = closed.identity.register(stranger)
    invitation = _invite(house, ana)
    guest = Registration(username="guest", password=PASSWORD, name="Guest", invitation=invitation)
    assert closed.identity.sign_up(guest).workspace_id == ana.workspace_id


def test_sign_ups_are_counted_by_address(house: Household) -> None:
    strict = house.with_settings(attempts_per_address=Rate(times=2, seconds=60))
    for n in range(2):
        strict.identity.sign_up(
            Registration(username=f"ana{n}", password=PASSWORD, name="A"), address="192.0.2.1"
        )
    third = Registration(username="ana3", password=PASSWORD, name="A")
    with pytest.raises(TooMany) as refused:
        strict.identity.sign_up(third, address="192.0.2.1")
    assert 1 <= refused.value.fields["retry_after"] <= 60
    strict.identity.sign_up(third, address="192.0.2.2")


def test_a_guest_comes_in_as_invited_under_a_name_of_their_own(house: Household) -> None:
    ana = house.founder("Ana", zone="Asia/Tokyo")
    invitation = _invite(house, ana, role=Role.CHILD, permission=Permission.VIEWER, name="Kid")
    ben = house.identity.register(
        Registration(username="ben", password=PASSWORD, name="Ben", invitation=invitation)
    )
    member = house.read(ana, lambda tx: tx.get(Member, ben.member_id))
    assert (member.name, member.role, member.permission) == ("Ben", Role.CHILD, Permission.VIEWER)
    assert (member.zone, ben.workspace_id) == ("Asia/Tokyo", ana.workspace_id)


def test_an_invitation_may_be_for_a_member_who_is_here_already(house: Household) -> None:
    ana = house.founder("Ana")
    cleo = house.write(ana, lambda tx: house.identity.members.add(tx, ana, name="Cleo", role=Role.CHILD))
    first, second = (_invite(house, ana, member_id=cleo.id) for _ in range(2))
    actor = house.identity.register(
        Registration(username="cleo", password=PASSWORD, name="Cleo", invitation=first)
    )
    assert (actor.member_id, actor.permission) == (cleo.id, Permission.EDITOR)
    with pytest.raises(AlreadyMember):
        house.identity.register(
            Registration(username="thief", password=PASSWORD, name="Thief", invitation=second)
        )
    with pytest.raises(AlreadyMember):
        _invite(house, ana, member_id=cleo.id)


@pytest.mark.parametrize("end", ["accepted", "expired", "revoked", "never made"])
def test_an_invitation_opens_once_and_for_a_while(house: Household, end: str) -> None:
    ana = house.founder("Ana")
    issued = house.write(ana, lambda tx: house.identity.invitations.create(tx, ana))
    secret = issued.secret
    match end:
        case "accepted":
            house.identity.register(
                Registration(username="first", password=PASSWORD, name="F", invitation=secret)
            )
        case "expired":
            house.clock.advance(house.identity.settings.invitation_lifetime)
        case "revoked":
            house.write(ana, lambda tx: house.identity.invitations.revoke(tx, ana, issued.row.id))
        case "never made":
            secret = "kali_" + "0" * 64
    with pytest.raises(InvitationRefused):
        house.identity.register(
            Registration(username="late", password=PASSWORD, name="Late", invitation=secret)
        )
    still_open = house.read(ana, lambda tx: house.identity.invitations.list(tx, ana)).items
    assert len(still_open) == (end == "never made")
    assert secret not in repr(issued)


def test_an_account_may_join_a_second_workspace(house: Household) -> None:
    ana, zoe = house.founder("Ana"), house.founder("Zoe")
    invitation = _invite(house, zoe, permission=Permission.VIEWER)
    joined = house.identity.accept_invitation(ana, invitation)
    assert (joined.workspace_id, joined.name) == (zoe.workspace_id, "Ana")
    assert {member.id for member in house.identity.memberships(ana)} == {ana.member_id, joined.id}
    with pytest.raises(AlreadyMember):
        house.identity.accept_invitation(ana, _invite(house, zoe))


def test_only_owners_invite(house: Household) -> None:
    ana = house.founder("Ana")
    ben = house.joins(ana, "Ben")
    with pytest.raises(Forbidden):
        _invite(house, ben)
    with pytest.raises(Forbidden):
        house.read(ben, lambda tx: house.identity.invitations.list(tx, ben))


def test_an_invitation_of_another_workspace_does_not_exist(house: Household) -> None:
    ana, zoe = house.founder("Ana"), house.founder("Zoe")
    issued = house.write(zoe, lambda tx: house.identity.invitations.create(tx, zoe))
    with pytest.raises(NotFound):
        house.write(ana, lambda tx: house.identity.invitations.revoke(tx, ana, issued.row.id))
    assert house.read(zoe, lambda tx: house.identity.invitations.list(tx, zoe)).items


def test_a_disabled_account_is_shut_out_and_let_in_again(house: Household) -> None:
    ana = house.founder("Ana", username="ana")
    tokens = house.identity.sign_in("ana", PASSWORD)
    house.identity.set_disabled("ana", True)
    with pytest.raises(TokenRefused):
        house.identity.verify(tokens.access)
    with pytest.raises(TokenRefused):
        house.identity.refresh(tokens.refresh)
    with pytest.raises(AccountDisabled):
        house.identity.sign_in("ana", PASSWORD)
    with pytest.raises(SignInRefused):
        house.identity.sign_in("ana", "wrong password")
    house.identity.set_disabled("ana", False)
    assert house.identity.sign_in("ana", PASSWORD).actor.member_id == ana.member_id
    with pytest.raises(NotFound):
        house.identity.set_disabled("nobody", True)


def test_an_owner_renames_the_workspace(house: Household) -> None:
    ana = house.founder("Ana")
    ben = house.joins(ana, "Ben")
    changes = WorkspaceChanges(name="The Lab", zone="America/New_York")
    changed = house.write(ana, lambda tx: change_workspace(tx, ana, changes))
    assert (changed.name, changed.zone) == ("The Lab", "America/New_York")
    with pytest.raises(Forbidden):
        house.write(ben, lambda tx: change_workspace(tx, ben, changes))
    with pytest.raises(Stale):
        house.write(ana, lambda tx: change_workspace(tx, ana, changes, expected_version=1))


def _invite(house: Household, owner: Actor, **fields: Any) -> str:
    return house.write(owner, lambda tx: house.identity.invitations.create(tx, owner, **fields)).secret
