"""Passwords change and are reset; whoever signed in with the old one is out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from identities import PASSWORD, Household, household
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import Permission
from kalends.features.identity.refusals import ResetRefused, SignInRefused, TokenRefused, WrongPassword
from kalends.features.identity.settings import Rate
from kalends.kit.errors import Forbidden, InvalidInput, NotFound, TooMany

NEW = "a new and longer password"


@pytest.fixture
def home(database_url: str) -> Iterator[Household]:
    home = household(database_url)
    yield home
    home.database.close()


@pytest.fixture
def ana(home: Household) -> Actor:
    return home.founder("Ana", username="ana")


def test_a_change_ends_the_other_sign_ins_and_keeps_this_one(home: Household, ana: Actor) -> None:
    this, other = (home.identity.sign_in("ana", PASSWORD) for _ in range(2))
    browser = home.identity.sign_in_browser("ana", PASSWORD)
    home.identity.change_password(home.identity.verify(this.access), old=PASSWORD, new=NEW)
    home.identity.refresh(this.refresh)
    with pytest.raises(TokenRefused):
        home.identity.verify(other.access)
    with pytest.raises(TokenRefused):
        home.identity.refresh(other.refresh)
    with pytest.raises(TokenRefused):
        home.identity.verify_cookie(browser.cookie)
    with pytest.raises(SignInRefused):
        home.identity.sign_in("ana", PASSWORD)
    home.identity.sign_in("ana", NEW)


@pytest.mark.parametrize(
    "old, new, field",
    [("wrong password", NEW, "old_password"), (PASSWORD, "short", "new_password"), ("", NEW, "old_password")],
)
def test_a_refused_change_changes_nothing(
    home: Household, ana: Actor, old: str, new: str, field: str
) -> None:
    other = home.identity.sign_in("ana", PASSWORD)
    with pytest.raises(InvalidInput) as refused:
        home.identity.change_password(ana, old=old, new=new)
    assert refused.value.field == field
    home.identity.refresh(other.refresh)
    home.identity.sign_in("ana", PASSWORD)


def test_the_old_password_cannot_be_guessed_at_leisure(home: Household, ana: Actor) -> None:
    strict = home.with_settings(attempts_per_username=Rate(times=2, seconds=60))
    for _ in range(2):
        with pytest.raises(WrongPassword):
            strict.identity.change_password(ana, old="wrong password", new=NEW)
    with pytest.raises(TooMany):
        strict.identity.change_password(ana, old=PASSWORD, new=NEW)


@pytest.mark.parametrize("maker", ["owner", "administrator"])
def test_a_reset_sets_a_password_once_and_ends_every_sign_in(home: Household, ana: Actor, maker: str) -> None:
    ben = home.joins(ana, "Ben")
    username = home.username(ben)
    tokens = home.identity.issue(ben)
    if maker == "owner":
        reset, second = (home.identity.reset_for_member(ana, ben.member_id) for _ in range(2))
    else:
        reset, second = (home.identity.reset_for_username(username.upper()) for _ in range(2))
    with pytest.raises(InvalidInput):
        home.identity.reset_password(reset, "short")
    home.identity.reset_password(reset, NEW)
    for spent in (reset, second):
        with pytest.raises(ResetRefused):
            home.identity.reset_password(spent, "yet another password")
    with pytest.raises(TokenRefused):
        home.identity.verify(tokens.access)
    with pytest.raises(TokenRefused):
        home.identity.refresh(tokens.refresh)
    assert home.identity.sign_in(username, NEW).actor.member_id == ben.member_id


@pytest.mark.parametrize("end", ["expired", "disabled", "password changed", "never made"])
def test_a_reset_ends_without_being_used(home: Household, ana: Actor, end: str) -> None:
    reset = home.identity.reset_for_username("ana")
    match end:
        case "expired":
            home.clock.advance(home.identity.settings.reset_lifetime)
        case "disabled":
            home.identity.set_disabled("ana", True)
        case "password changed":
            home.identity.change_password(ana, old=PASSWORD, new=NEW)
        case "never made":
            reset = "kalp_" + "0" * 64
    with pytest.raises(ResetRefused):
        home.identity.reset_password(reset, "yet another password")


def test_only_owners_make_resets_and_only_for_their_own(home: Household, ana: Actor) -> None:
    ben = home.joins(ana, "Ben")
    zoe = home.founder("Zoe")
    with pytest.raises(Forbidden):
        home.identity.reset_for_member(ben, ana.member_id)
    with pytest.raises(NotFound):
        home.identity.reset_for_member(zoe, ben.member_id)
    cleo = home.write(ana, lambda tx: home.identity.members.add(tx, ana, name="Cleo"))
    with pytest.raises(NotFound):
        home.identity.reset_for_member(ana, cleo.id)
    with pytest.raises(NotFound):
        home.identity.reset_for_username("nobody")


def test_an_owner_cannot_take_over_an_account_that_is_a_member_elsewhere(home: Household, ana: Actor) -> None:
    ben = home.joins(ana, "Ben")
    before = home.identity.reset_for_member(ana, ben.member_id)
    zoe = home.founder("Zoe")
    invitation = home.write(
        zoe, lambda tx: home.identity.invitations.create(tx, zoe, permission=Permission.OWNER)
    )
    home.identity.accept_invitation(ben, invitation.secret)
    with pytest.raises(Forbidden, match="other workspaces"):
        home.identity.reset_for_member(ana, ben.member_id)
    with pytest.raises(ResetRefused):
        home.identity.reset_password(before, NEW)  # made while he was theirs alone
    home.identity.reset_password(home.identity.reset_for_username(home.username(ben)), NEW)
