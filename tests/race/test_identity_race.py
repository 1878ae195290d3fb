"""Two people at the same instant: the database decides, and exactly one of them wins."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from identities import PASSWORD, Household
from kalends.features.identity.actor import Actor
from kalends.features.identity.members import MemberChanges
from kalends.features.identity.models import Account, Member, Permission
from kalends.features.identity.refusals import (
    AlreadyMember,
    InvitationRefused,
    LastOwner,
    ResetRefused,
    SignInRefused,
    TokenRefused,
    UsernameTaken,
)
from kalends.features.identity.registration import Registration
from kalends.kit.errors import Forbidden, KalendsError, Stale
from racing import race, refusals

ROUNDS = 5


@pytest.mark.law(29)
@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_one_of_many_registrations_gets_the_username(house: Household, attempt: int) -> None:
    spellings = ("ana", "ANA", "Ana", "Ａna")
    ends = race(*(lambda name=name: house.founder(username=name) for name in spellings))
    assert refusals(ends) == [UsernameTaken] * 3
    with house.database.read(None) as tx:
        assert tx.execute(select(func.count()).select_from(Account)).scalar_one() == 1
    (won,) = (end for end in ends if isinstance(end, Actor))
    assert house.identity.sign_in("ana", PASSWORD).actor.member_id == won.member_id


@pytest.mark.law(36)
@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_of_two_refreshes_one_wins_and_the_family_ends(house: Household, attempt: int) -> None:
    house.founder(username="ana")
    tokens = house.identity.sign_in("ana", PASSWORD)
    ends = race(*[lambda: house.identity.refresh(tokens.refresh)] * 2)
    assert refusals(ends) == [TokenRefused]
    (won,) = (end for end in ends if not isinstance(end, KalendsError))
    for dead in (won.refresh, tokens.refresh):
        with pytest.raises(TokenRefused):
            house.identity.refresh(dead)
    with pytest.raises(TokenRefused):
        house.identity.verify(won.access)


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_two_owners_cannot_both_step_down(house: Household, attempt: int) -> None:
    ana, ben = _two_owners(house)
    step_down = MemberChanges(permission=Permission.EDITOR)
    change, remove = house.identity.members.change, house.identity.members.remove
    ends = race(
        lambda: house.write(ana, lambda tx: change(tx, ana, ana.member_id, step_down)),
        lambda: house.write(ben, lambda tx: remove(tx, ben, ben.member_id)),
    )
    assert refusals(ends) == [LastOwner]
    assert _owners(house, ana) == 1


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_two_owners_cannot_demote_each_other(house: Household, attempt: int) -> None:
    ana, ben = _two_owners(house)
    demote = MemberChanges(permission=Permission.EDITOR)
    change = house.identity.members.change
    ends = race(
        lambda: house.write(ana, lambda tx: change(tx, ana, ben.member_id, demote)),
        lambda: house.write(ben, lambda tx: change(tx, ben, ana.member_id, demote)),
    )
    assert len(refusals(ends)) == 1
    assert refusals(ends)[0] in (LastOwner, Forbidden)
    assert _owners(house, ana) == 1


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_of_two_writers_on_one_version_one_is_stale(house: Household, attempt: int) -> None:
    ana = house.founder()
    change = house.identity.members.change
    ends = race(
        *(
            lambda name=name: house.write(
                ana,
                lambda tx: change(tx, ana, ana.member_id, MemberChanges(name=name), expected_version=1),
            )
            for name in ("Anna", "Anita", "Ann")
        )
    )
    assert refusals(ends) == [Stale, Stale]
    (won,) = (end for end in ends if isinstance(end, Member))
    stored = house.read(ana, lambda tx: tx.get(Member, ana.member_id))
    assert (stored.name, stored.version) == (won.name, 2)


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_an_invitation_lets_one_in(house: Household, attempt: int) -> None:
    ana = house.founder()
    invitation = house.write(ana, lambda tx: house.identity.invitations.create(tx, ana)).secret
    ends = race(
        *(
            lambda name=name: house.identity.register(
                Registration(username=name, password=PASSWORD, name=name, invitation=invitation)
            )
            for name in ("first", "second", "third")
        )
    )
    assert refusals(ends) == [InvitationRefused] * 2
    with house.database.read(None) as tx:
        assert tx.execute(select(func.count()).select_from(Account)).scalar_one() == 2


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_two_invitations_make_one_member_of_an_account(house: Household, attempt: int) -> None:
    ana, zoe = house.founder(), house.founder()
    offers = [
        house.write(zoe, lambda tx: house.identity.invitations.create(tx, zoe)).secret for _ in range(2)
    ]
    ends = race(*(lambda offer=offer: house.identity.accept_invitation(ana, offer) for offer in offers))
    assert refusals(ends) == [AlreadyMember]
    assert len(house.identity.memberships(ana)) == 2


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_a_reset_is_used_once(house: Household, attempt: int) -> None:
    house.founder(username="ana")
    reset = house.identity.reset_for_username("ana")
    passwords = ("the first password", "the second password")
    ends = race(*(lambda new=new: house.identity.reset_password(reset, new) for new in passwords))
    assert refusals(ends) == [ResetRefused]
    right, wrong = passwords if ends[0] is None else reversed(passwords)
    house.identity.sign_in("ana", right)
    with pytest.raises(SignInRefused):
        house.identity.sign_in("ana", wrong)


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_no_sign_in_with_the_old_password_outlives_its_change(house: Household, attempt: int) -> None:
    ana = house.founder(username="ana")
    ends = race(
        lambda: house.identity.change_password(ana, old=PASSWORD, new="the new password"),
        lambda: house.identity.sign_in("ana", PASSWORD),
    )
    assert ends[0] is None
    if isinstance(ends[1], KalendsError):
        assert refusals(ends) == [SignInRefused]
    else:
        with pytest.raises(TokenRefused):
            house.identity.verify(ends[1].access)


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_leaving_one_workspace_while_joining_another_loses_nothing(house: Household, attempt: int) -> None:
    ana, zoe = house.founder(), house.founder()
    ben = house.joins(ana, "Ben")
    offer = house.write(zoe, lambda tx: house.identity.invitations.create(tx, zoe)).secret
    ends = race(
        lambda: house.identity.accept_invitation(ben, offer),
        lambda: house.write(ana, lambda tx: house.identity.members.remove(tx, ana, ben.member_id)),
    )
    assert ends[1] is None
    joined = isinstance(ends[0], Member)
    with house.database.read(None) as tx:
        assert (tx.session.get(Account, ben.account_id) is not None) == joined


def _two_owners(house: Household) -> tuple[Actor, Actor]:
    ana = house.founder("Ana")
    ben = house.joins(ana, "Ben", Permission.OWNER)
    return ana, ben


def _owners(house: Household, actor: Actor) -> int:
    query = select(func.count()).select_from(Member).where(Member.permission == Permission.OWNER)
    return int(house.read(actor, lambda tx: tx.execute(query).scalar_one()))
