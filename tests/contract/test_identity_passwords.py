"""Passwords change and are reset; whoever signed in with the old one is out."""

from __future__ import annotations

import pytest

from identities import PASSWORD, Household
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import Permission
from kalends.features.identity.refusals import ResetRefused, SignInRefused, TokenRefused, WrongPassword
from kalends.features.identity.settings import Rate
from kalends.kit.errors import Forbidden, InvalidInput, NotFound, TooMany

NEW = "a new and longer password"


def test_a_change_ends_the_other_sign_ins_and_keeps_this_one(house: Household, ana: Actor) -> None:
    this, other = (house.identity.sign_in("ana", PASSWORD) for _ in range(2))
    browser = house.identity.sign_in_browser("ana", PASSWORD)
    house.identity.change_password(house.identity.verify(this.access), old=PASSWORD, new=NEW)
    house.identity.refresh(this.refresh)
    with pytest.raises(TokenRefused):
        house.identity.verify(other.access)
    with pytest.raises(TokenRefused):
        house.identity.refresh(other.refresh)
    with pytest.raises(TokenRefused):
        house.identity.verify_cookie(browser.cookie)
    with pytest.raises(SignInRefused):
        house.identity.sign_in("ana", PASSWORD)
    house.identity.sign_in("ana", NEW)


@pytest.mark.parametrize(
    "old, new, field",
    [("wrong password", NEW, "old_password"), (PASSWORD, "short", "new_password"), ("", NEW, "old_password")],
)
def test_a_refused_change_changes_nothing(
    house: Household, ana: Actor, old: str, new: str, field: str
) -> None:
    other = house.identity.sign_in("ana", PASSWORD)
    with pytest.raises(InvalidInput) as refused:
        house.identity.change_password(ana, old=old, new=new)
    assert refused.value.field == field
    house.identity.refresh(other.refresh)
    house.identity.sign_in("ana", PASSWORD)


def test_the_old_password_cannot_be_guessed_at_leisure(house: Household, ana: Actor) -> None:
    strict = house.with_settings(attempts_per_username=Rate(times=2, seconds=60))
    for _ in range(2):
        with pytest.raises(WrongPassword):
            strict.identity.change_password(ana, old="wrong password", new=NEW)
    with pytest.raises(TooMany):
        strict.identity.change_password(ana, old=PASSWORD, new=NEW)


@pytest.mark.parametrize("maker", ["owner", "administrator"])
def test_a_reset_sets_a_password_once_and_ends_every_sign_in(
    house: Household, ana: Actor, maker: str
) -> None:
    ben = house.joins(ana, "Ben")
    username = house.username(ben)
    tokens = house.identity.issue(ben)
    if maker == "owner":
        reset, second = (house.identity.reset_for_member(ana, ben.member_id) for _ in range(2))
    else:
        reset, second = (house.identity.reset_for_username(username.upper()) for _ in range(2))
    with pytest.raises(InvalidInput):
        house.identity.reset_password(reset, "short")
    house.identity.reset_password(reset, NEW)
    for spent in (reset, second):
        with pytest.raises(ResetRefused):
            house.identity.reset_password(spent, "yet another password")
    with pytest.raises(TokenRefused):
        house.identity.verify(tokens.access)
    with pytest.raises(TokenRefused):
        house.identity.refresh(tokens.refresh)
    assert house.identity.sign_in(username, NEW).actor.member_id == ben.member_id


@pytest.mark.parametrize("end", ["expired", "disabled", "password changed", "never made"])
def test_a_reset_ends_without_being_used(house: Household, ana: Actor, end: str) -> None:
    reset = house.identity.reset_for_username("ana")
    match end:
        case "expired":
            house.clock.advance(house.identity.settings.reset_lifetime)
        case "disabled":
            house.identity.set_disabled("ana", True)
        case "password changed":
            house.identity.change_password(ana, old=PASSWORD, new=NEW)
        case "never made":
            reset = "kalp_" + "0" * 64
    with pytest.raises(ResetRefused):
        house.identity.reset_password(reset, "yet another password")


def test_only_owners_make_resets_and_only_for_their_own(house: Household, ana: Actor) -> None:
    ben = house.joins(ana, "Ben")
    zoe = house.founder("Zoe")
    with pytest.raises(Forbidden):
        house.identity.reset_for_member(ben, ana.member_id)
    with pytest.raises(NotFound):
        house.identity.reset_for_member(zoe, ben.member_id)
    cleo = house.write(ana, lambda tx: house.identity.members.add(tx, ana, name="Cleo"))
    with pytest.raises(NotFound):
        house.identity.reset_for_member(ana, cleo.id)
    with pytest.raises(NotFound):
        house.identity.reset_for_username("nobody")


def test_an_owner_cannot_take_over_an_account_that_is_a_member_elsewhere(
    house: Household, ana: Actor
) -> None:
    ben = house.joins(ana, "Ben")
    before = house.identity.reset_for_member(ana, ben.member_id)
    zoe = house.founder("Zoe")
    invitation = house.write(
        zoe, lambda tx: house.identity.invitations.create(tx, zoe, permission=Permission.OWNER)
    )
    house.identity.accept_invitation(ben, invitation.secret)
    with pytest.raises(Forbidden, match="other workspaces"):
        house.identity.reset_for_member(ana, ben.member_id)
    with pytest.raises(ResetRefused):
        house.identity.reset_password(before, NEW)  # made while he was theirs alone
    house.identity.reset_password(house.identity.reset_for_username(house.username(ben)), NEW)
