"""Two people at the same instant: the database decides, and exactly one of them wins."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from identities import PASSWORD, Household, household
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


@pytest.fixture
def home(database_url: str) -> Iterator[Household]:
    home = household(database_url)
    yield home
    home.database.close()


@pytest.mark.law(29)
@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_one_of_many_registrations_gets_the_username(home: Household, attempt: int) -> None:
    spellings = ("ana", "ANA", "Ana", "Ａna")
    ends = race(*(lambda name=name: home.founder(username=name) for name in spellings))
    assert refusals(ends) == [UsernameTaken] * 3
    with home.database.read(None) as tx:
        assert tx.execute(select(func.count()).select_from(Account)).scalar_one() == 1
    (won,) = (end for end in ends if isinstance(end, Actor))
    assert home.identity.sign_in("ana", PASSWORD).actor.member_id == won.member_id


@pytest.mark.law(36)
@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_of_two_refreshes_one_wins_and_the_family_ends(home: Household, attempt: int) -> None:
    home.founder(username="ana")
    tokens = home.identity.sign_in("ana", PASSWORD)
    ends = race(*[lambda: home.identity.refresh(tokens.refresh)] * 2)
    assert refusals(ends) == [TokenRefused]
    (won,) = (end for end in ends if not isinstance(end, KalendsError))
    for dead in (won.refresh, tokens.refresh):
        with pytest.raises(TokenRefused):
            home.identity.refresh(dead)
    with pytest.raises(TokenRefused):
        home.identity.verify(won.access)


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_two_owners_cannot_both_step_down(home: Household, attempt: int) -> None:
    ana, ben = _two_owners(home)
    step_down = MemberChanges(permission=Permission.EDITOR)
    change, remove = home.identity.members.change, home.identity.members.remove
    ends = race(
        lambda: home.write(ana, lambda tx: change(tx, ana, ana.member_id, step_down)),
        lambda: home.write(ben, lambda tx: remove(tx, ben, ben.member_id)),
    )
    assert refusals(ends) == [LastOwner]
    assert _owners(home, ana) == 1


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_two_owners_cannot_demote_each_other(home: Household, attempt: int) -> None:
    ana, ben = _two_owners(home)
    demote = MemberChanges(permission=Permission.EDITOR)
    change = home.identity.members.change
    ends = race(
        lambda: home.write(ana, lambda tx: change(tx, ana, ben.member_id, demote)),
        lambda: home.write(ben, lambda tx: change(tx, ben, ana.member_id, demote)),
    )
    assert len(refusals(ends)) == 1
    assert refusals(ends)[0] in (LastOwner, Forbidden)
    assert _owners(home, ana) == 1


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_of_two_writers_on_one_version_one_is_stale(home: Household, attempt: int) -> None:
    ana = home.founder()
    change = home.identity.members.change
    ends = race(
        *(
            lambda name=name: home.write(
                ana,
                lambda tx: change(tx, ana, ana.member_id, MemberChanges(name=name), expected_version=1),
            )
            for name in ("Anna", "Anita", "Ann")
        )
    )
    assert refusals(ends) == [Stale, Stale]
    (won,) = (end for end in ends if isinstance(end, Member))
    stored = home.read(ana, lambda tx: tx.get(Member, ana.member_id))
    assert (stored.name, stored.version) == (won.name, 2)


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_an_invitation_lets_one_in(home: Household, attempt: int) -> None:
    ana = home.founder()
    invitation = home.write(ana, lambda tx: home.identity.invitations.create(tx, ana)).secret
    ends = race(
        *(
            lambda name=name: home.identity.register(
                Registration(username=name, password=PASSWORD, name=name, invitation=invitation)
            )
            for name in ("first", "second", "third")
        )
    )
    assert refusals(ends) == [InvitationRefused] * 2
    with home.database.read(None) as tx:
        assert tx.execute(select(func.count()).select_from(Account)).scalar_one() == 2


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_two_invitations_make_one_member_of_an_account(home: Household, attempt: int) -> None:
    ana, zoe = home.founder(), home.founder()
    offers = [home.write(zoe, lambda tx: home.identity.invitations.create(tx, zoe)).secret for _ in range(2)]
    ends = race(*(lambda offer=offer: home.identity.accept_invitation(ana, offer) for offer in offers))
    assert refusals(ends) == [AlreadyMember]
    assert len(home.identity.memberships(ana)) == 2


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_a_reset_is_used_once(home: Household, attempt: int) -> None:
    home.founder(username="ana")
    reset = home.identity.reset_for_username("ana")
    passwords = ("the first password", "the second password")
    ends = race(*(lambda new=new: home.identity.reset_password(reset, new) for new in passwords))
    assert refusals(ends) == [ResetRefused]
    right, wrong = passwords if ends[0] is None else reversed(passwords)
    home.identity.sign_in("ana", right)
    with pytest.raises(SignInRefused):
        home.identity.sign_in("ana", wrong)


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_no_sign_in_with_the_old_password_outlives_its_change(home: Household, attempt: int) -> None:
    ana = home.founder(username="ana")
    ends = race(
        lambda: home.identity.change_password(ana, old=PASSWORD, new="the new password"),
        lambda: home.identity.sign_in("ana", PASSWORD),
    )
    assert ends[0] is None
    if isinstance(ends[1], KalendsError):
        assert refusals(ends) == [SignInRefused]
    else:
        with pytest.raises(TokenRefused):
            home.identity.verify(ends[1].access)


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_leaving_one_workspace_while_joining_another_loses_nothing(home: Household, attempt: int) -> None:
    ana, zoe = home.founder(), home.founder()
    ben = home.joins(ana, "Ben")
    offer = home.write(zoe, lambda tx: home.identity.invitations.create(tx, zoe)).secret
    ends = race(
        lambda: home.identity.accept_invitation(ben, offer),
        lambda: home.write(ana, lambda tx: home.identity.members.remove(tx, ana, ben.member_id)),
    )
    assert ends[1] is None
    joined = isinstance(ends[0], Member)
    with home.database.read(None) as tx:
        assert (tx.session.get(Account, ben.account_id) is not None) == joined


def _two_owners(home: Household) -> tuple[Actor, Actor]:
    ana = home.founder("Ana")
    ben = home.joins(ana, "Ben", Permission.OWNER)
    return ana, ben


def _owners(home: Household, actor: Actor) -> int:
    query = select(func.count()).select_from(Member).where(Member.permission == Permission.OWNER)
    return int(home.read(actor, lambda tx: tx.execute(query).scalar_one()))
