"""Signing in, staying in and getting out: passwords, tokens, cookies and keys."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest

from identities import PASSWORD, Household
from kalends.features.identity import api_keys, sign_ins
from kalends.features.identity.actor import Actor, Scope
from kalends.features.identity.models import ApiKey, Permission
from kalends.features.identity.refusals import CsrfRefused, SignInRefused, TokenExpired, TokenRefused
from kalends.features.identity.settings import Argon2Cost, Rate
from kalends.kit.crypto import Keyring
from kalends.kit.errors import Forbidden, InvalidInput, NotFound, TooMany


def test_a_device_is_shown_as_it_called_itself(house: Household, ana: Actor) -> None:
    actor = house.identity.issue(ana, device="Ana\0s\nphone" + "!" * 1_000).actor
    (row,) = house.read(actor, lambda tx: sign_ins.list_sign_ins(tx, actor))
    assert row.device == "Ana s phone" + "!" * 189


def test_signing_in_gives_tokens_that_name_the_member(house: Household, ana: Actor) -> None:
    tokens = house.identity.sign_in("Ana", PASSWORD, device="test")
    actor = house.identity.verify(tokens.access)
    assert (actor.workspace_id, actor.member_id) == (ana.workspace_id, ana.member_id)
    assert (actor.permission, actor.scopes) == (Permission.OWNER, frozenset(Scope))
    assert tokens.expires_in == 900
    assert tokens.access not in repr(tokens)
    assert tokens.refresh not in repr(tokens)


@pytest.mark.parametrize(
    "username, password",
    [("ana", "wrong password"), ("nobody", PASSWORD), ("", ""), ("a b", PASSWORD), ("ana", PASSWORD * 1_000)],
)
def test_a_refusal_does_not_tell_what_was_wrong(
    house: Household, ana: Actor, username: str, password: str
) -> None:
    with pytest.raises(SignInRefused) as refused:
        house.identity.sign_in(username, password)
    assert str(refused.value) == "The username or the password is wrong."
    assert refused.value.fields == {}


def test_an_unknown_name_costs_a_hash_too(
    house: Household, ana: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str | None] = []
    matches = house.identity._passwords.matches

    def counted(password: str, stored: str | None) -> bool:
        checked.append(stored)
        return matches(password, stored)

    monkeypatch.setattr(house.identity._passwords, "matches", counted)
    for name in ("ana", "nobody", "not a name"):
        with pytest.raises(SignInRefused):
            house.identity.sign_in(name, "wrong password")
    assert [stored is None for stored in checked] == [False, True, True]


def test_guessing_is_slowed_by_name_and_by_address(house: Household, ana: Actor) -> None:
    strict = house.with_settings(
        attempts_per_username=Rate(times=3, seconds=60), attempts_per_address=Rate(times=5, seconds=60)
    )
    for _ in range(3):
        with pytest.raises(SignInRefused):
            strict.identity.sign_in("ana", "wrong password", address="192.0.2.1")
    for name, address in (("ana", "192.0.2.9"), ("ANA", None)):
        with pytest.raises(TooMany) as refused:
            strict.identity.sign_in(name, PASSWORD, address=address)
        assert 1 <= refused.value.fields["retry_after"] <= 60
    for name in ("other1", "other2"):
        with pytest.raises(SignInRefused):
            strict.identity.sign_in(name, "wrong password", address="192.0.2.1")
    with pytest.raises(TooMany):
        strict.identity.sign_in("other3", "wrong password", address="192.0.2.1")


def test_success_clears_the_count_of_a_name(house: Household, ana: Actor) -> None:
    strict = house.with_settings(attempts_per_username=Rate(times=2, seconds=60))
    for _ in range(4):
        with pytest.raises(SignInRefused):
            strict.identity.sign_in("ana", "wrong password")
        strict.identity.sign_in("ana", PASSWORD)


def test_an_access_token_ends_with_its_time(house: Household, ana: Actor) -> None:
    tokens = house.identity.sign_in("ana", PASSWORD)
    house.clock.advance(timedelta(seconds=tokens.expires_in - 1))
    house.identity.verify(tokens.access)
    house.clock.advance(timedelta(seconds=1))
    with pytest.raises(TokenExpired) as refused:
        house.identity.verify(tokens.access)
    assert refused.value.code == "token_expired"


def _unsigned(token: str) -> str:
    _, body, _ = token.split(".")
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).decode().rstrip("=")
    return f"{header}.{body}."


def _claims(token: str) -> dict[str, object]:
    return jwt.decode(token, options={"verify_signature": False})


def _signed(changes: dict[str, object], key: bytes, algorithm: str = "HS256") -> Callable[[str], str]:
    return lambda token: jwt.encode({**_claims(token), **changes}, key, algorithm=algorithm)


OURS = Keyring(b"k" * 32).subkey("access-token")


@pytest.mark.parametrize(
    "forge",
    [
        lambda token: "",
        lambda token: "kal_",
        lambda token: "é",
        lambda token: token[:-2],
        lambda token: token + "x",
        _unsigned,
        _signed({}, b"o" * 32),
        _signed({}, OURS * 2, "HS512"),
        _signed({"mem": "not a uuid"}, OURS),
        _signed({"mem": 7}, OURS),
        _signed({"sid": "00000000-0000-7000-8000-000000000000"}, OURS),
        _signed({"ws": "00000000-0000-7000-8000-000000000000"}, OURS),
        _signed({"exp": "soon"}, OURS),
    ],
)
def test_a_forged_access_token_opens_nothing(
    house: Household, ana: Actor, forge: Callable[[str], str]
) -> None:
    token = house.identity.sign_in("ana", PASSWORD).access
    with pytest.raises(TokenRefused):
        house.identity.verify(forge(token))
    house.identity.verify(token)


def test_refreshing_rotates_and_keeps_the_family(house: Household, ana: Actor) -> None:
    tokens = house.identity.sign_in("ana", PASSWORD)
    for _ in range(3):
        house.clock.advance(timedelta(days=29))  # each token lives 30 days: one in use never runs out
        tokens = house.identity.refresh(tokens.refresh)
        assert house.identity.verify(tokens.access).sign_in_id == tokens.actor.sign_in_id
    house.clock.advance(timedelta(days=30))
    with pytest.raises(TokenRefused):
        house.identity.refresh(tokens.refresh)


def test_a_reused_refresh_token_ends_the_whole_family_and_no_other(house: Household, ana: Actor) -> None:
    stolen, other = (house.identity.sign_in("ana", PASSWORD) for _ in range(2))
    rightful = house.identity.refresh(stolen.refresh)
    with pytest.raises(TokenRefused):
        house.identity.refresh(stolen.refresh)
    with pytest.raises(TokenRefused):
        house.identity.refresh(rightful.refresh)
    with pytest.raises(TokenRefused):
        house.identity.verify(rightful.access)
    house.identity.verify(house.identity.refresh(other.refresh).access)


@pytest.mark.parametrize(
    "forge",
    [
        lambda token: "",
        lambda token: "kalr...",
        lambda token: token[:-1] + ("0" if token[-1] != "0" else "1"),
        lambda token: token.replace(".0.", ".1."),
        lambda token: "x" + token,
        lambda token: token + ".é",
    ],
)
def test_a_forged_refresh_token_is_refused_and_harms_nobody(
    house: Household, ana: Actor, forge: Callable[[str], str]
) -> None:
    tokens = house.identity.sign_in("ana", PASSWORD)
    with pytest.raises(TokenRefused):
        house.identity.refresh(forge(tokens.refresh))
    house.identity.refresh(tokens.refresh)


@pytest.mark.parametrize("way", ["access", "refresh", "everywhere", "listed"])
def test_signing_out_ends_both_tokens(house: Household, ana: Actor, way: str) -> None:
    tokens = house.identity.sign_in("ana", PASSWORD, device="phone")
    actor = house.identity.verify(tokens.access)
    match way:
        case "access":
            house.identity.sign_out(actor)
        case "refresh":
            house.identity.sign_ins.sign_out(tokens.refresh)
        case "everywhere":
            house.identity.sign_in("ana", PASSWORD)
            assert house.identity.sign_out_everywhere(actor) == 2
        case "listed":
            (listed,) = house.read(actor, lambda tx: sign_ins.list_sign_ins(tx, actor))
            assert listed.device == "phone"
            house.write(actor, lambda tx: sign_ins.end_own(tx, actor, listed.id))
    with pytest.raises(TokenRefused):
        house.identity.verify(tokens.access)
    with pytest.raises(TokenRefused):
        house.identity.refresh(tokens.refresh)


def test_nobody_ends_the_sign_in_of_another(house: Household, ana: Actor) -> None:
    zoe = house.founder("Zoe")
    tokens = house.identity.sign_in("ana", PASSWORD)
    assert tokens.actor.sign_in_id is not None
    with pytest.raises(NotFound):
        house.write(zoe, lambda tx: sign_ins.end_own(tx, zoe, tokens.actor.sign_in_id))  # type: ignore[arg-type]
    house.identity.verify(tokens.access)


def test_a_cookie_opens_its_session_until_it_ends(house: Household, ana: Actor) -> None:
    session = house.identity.sign_in_browser("ana", PASSWORD)
    again = house.identity.verify_cookie(session.cookie)
    assert again.actor == session.actor
    assert again.csrf == session.csrf
    assert session.cookie not in repr(session)
    again.check_csrf(session.csrf)
    for wrong in (None, "", "é", session.csrf[:-1]):
        with pytest.raises(CsrfRefused):
            again.check_csrf(wrong)
    house.clock.advance(timedelta(days=29))
    house.identity.verify_cookie(session.cookie)
    house.clock.advance(timedelta(days=1))
    with pytest.raises(TokenRefused):
        house.identity.verify_cookie(session.cookie)


def test_each_session_has_its_own_csrf_token(house: Household, ana: Actor) -> None:
    one, other = (house.identity.sign_in_browser("ana", PASSWORD) for _ in range(2))
    with pytest.raises(CsrfRefused):
        one.check_csrf(other.csrf)


def test_signing_out_ends_the_cookie(house: Household, ana: Actor) -> None:
    session = house.identity.sign_in_browser("ana", PASSWORD)
    house.identity.sign_out(session.actor)
    with pytest.raises(TokenRefused):
        house.identity.verify_cookie(session.cookie)


def test_one_kind_of_secret_does_not_pass_for_another(house: Household, ana: Actor) -> None:
    tokens, session = house.identity.sign_in("ana", PASSWORD), house.identity.sign_in_browser("ana", PASSWORD)
    for call, secret in (
        (house.identity.verify, tokens.refresh),
        (house.identity.verify, session.cookie),
        (house.identity.refresh, tokens.access),
        (house.identity.verify_cookie, tokens.access),
        (house.identity.verify_cookie, session.csrf),
        (house.identity.verify, "\ud800"),  # half a character, as JSON may hold it
        (house.identity.refresh, "kalr.\ud800.\ud800"),
        (house.identity.verify_cookie, "\ud800\0"),
    ):
        with pytest.raises(TokenRefused):
            call(secret)


def test_an_account_switches_between_its_workspaces(house: Household, ana: Actor) -> None:
    zoe = house.founder("Zoe")
    invitation = house.write(zoe, lambda tx: house.identity.invitations.create(tx, zoe))
    there = house.identity.accept_invitation(ana, invitation.secret)
    here = house.identity.sign_in("ana", PASSWORD)
    assert here.actor.workspace_id == ana.workspace_id  # the one joined first
    over = house.identity.switch(here.actor, there.id)
    assert house.identity.verify(over.access).member_id == there.id
    assert house.identity.verify(here.access).member_id == ana.member_id
    direct = house.identity.sign_in("ana", PASSWORD, workspace_id=zoe.workspace_id)
    assert direct.actor.member_id == there.id
    with pytest.raises(NotFound):
        house.identity.switch(here.actor, zoe.member_id)


def test_switching_a_browser_replaces_its_cookie(house: Household, ana: Actor) -> None:
    zoe = house.founder("Zoe")
    invitation = house.write(zoe, lambda tx: house.identity.invitations.create(tx, zoe))
    there = house.identity.accept_invitation(ana, invitation.secret)
    before = house.identity.sign_in_browser("ana", PASSWORD)
    after = house.identity.switch_browser(before.actor, there.id)
    assert house.identity.verify_cookie(after.cookie).actor.member_id == there.id
    with pytest.raises(TokenRefused):
        house.identity.verify_cookie(before.cookie)


def test_nobody_signs_in_to_a_workspace_that_is_not_theirs(house: Household, ana: Actor) -> None:
    zoe = house.founder("Zoe")
    with pytest.raises(SignInRefused):
        house.identity.sign_in("ana", PASSWORD, workspace_id=zoe.workspace_id)


def test_dearer_hashes_replace_cheaper_ones_at_the_next_sign_in(house: Household, ana: Actor) -> None:
    dearer = house.with_settings(argon2=Argon2Cost(passes=2, memory_kib=16, lanes=1))
    for _ in range(2):
        assert dearer.identity.sign_in("ana", PASSWORD).actor.member_id == ana.member_id
    assert house.identity.sign_in("ana", PASSWORD).actor.member_id == ana.member_id


def _key(house: Household, actor: Actor, *scopes: Scope, **fields: Any) -> tuple[ApiKey, str]:
    issued = house.write(
        actor,
        lambda tx: api_keys.create(tx, actor, name="script", scopes=scopes, **fields),
    )
    assert issued.secret not in repr(issued)
    return issued.row, issued.secret


def test_a_key_acts_as_its_member_within_its_scopes(house: Household, ana: Actor) -> None:
    key, secret = _key(house, ana, Scope.READ)
    actor = house.identity.verify(secret)
    assert (actor.member_id, actor.scopes, actor.sign_in_id) == (ana.member_id, frozenset({"read"}), None)
    assert secret.startswith("kal_")
    assert secret.startswith(key.prefix)
    for act in (
        actor.must_write,
        actor.must_own_workspace,
        lambda: house.write(ana, lambda tx: house.identity.members.add(tx, actor, name="X")),
        lambda: _key(house, actor, Scope.READ),
        lambda: house.identity.change_password(actor, old=PASSWORD, new="another password"),
        lambda: house.identity.switch(actor, ana.member_id),
        lambda: house.identity.sign_out_everywhere(actor),
    ):
        with pytest.raises(Forbidden):
            act()
    with pytest.raises(InvalidInput):
        house.identity.sign_out(actor)


@pytest.mark.parametrize("end", ["expired", "revoked", "disabled", "removed"])
def test_a_key_ends(house: Household, ana: Actor, end: str) -> None:
    ben = house.joins(ana, "Ben")
    key, secret = _key(house, ben, Scope.READ, expires_at=house.clock.now() + timedelta(days=1))
    house.identity.verify(secret)
    match end:
        case "expired":
            house.clock.advance(timedelta(days=1))
        case "revoked":
            house.write(ben, lambda tx: api_keys.revoke(tx, ben, key.id))
        case "disabled":
            house.identity.set_disabled(house.username(ben), True)
        case "removed":
            house.write(ana, lambda tx: house.identity.members.remove(tx, ana, ben.member_id))
    with pytest.raises(TokenRefused):
        house.identity.verify(secret)


def test_a_key_tells_when_it_was_last_used(house: Household, ana: Actor) -> None:
    _, secret = _key(house, ana, Scope.READ)
    for minutes in (0, 5):
        house.clock.advance(timedelta(minutes=minutes))
        house.identity.verify(secret)
        (key,) = house.read(ana, lambda tx: api_keys.list_keys(tx, ana))
        assert key.last_used_at == house.clock.now()


@pytest.mark.parametrize("field", ["scopes", "expires_at", "name"])
def test_a_key_that_makes_no_sense_is_refused(house: Household, ana: Actor, field: str) -> None:
    wrong = {"scopes": (), "expires_at": house.clock.now(), "name": ""}
    fields: dict[str, Any] = {"name": "script", "scopes": (Scope.READ,), field: wrong[field]}
    with pytest.raises(InvalidInput) as refused:
        house.write(ana, lambda tx: api_keys.create(tx, ana, **fields))
    assert refused.value.field == field


def test_a_key_never_makes_a_stronger_one(house: Household, ana: Actor) -> None:
    _, secret = _key(house, ana, Scope.READ, Scope.ADMIN)
    with pytest.raises(InvalidInput, match="write"):
        _key(house, house.identity.verify(secret), Scope.WRITE)


def test_members_see_and_revoke_their_own_keys_and_owners_all(house: Household, ana: Actor) -> None:
    ben = house.joins(ana, "Ben")
    hers, _ = _key(house, ana, Scope.READ)
    his, _ = _key(house, ben, Scope.READ)
    with pytest.raises(Forbidden):
        house.read(ben, lambda tx: api_keys.list_keys(tx, ben, ana.member_id))
    with pytest.raises(NotFound):
        house.write(ben, lambda tx: api_keys.revoke(tx, ben, hers.id))
    assert [key.id for key in house.read(ana, lambda tx: api_keys.list_keys(tx, ana, ben.member_id))] == [
        his.id
    ]
    house.write(ana, lambda tx: api_keys.revoke(tx, ana, his.id))
    with pytest.raises(NotFound):
        house.write(ana, lambda tx: api_keys.revoke(tx, ana, his.id))


def test_what_ended_long_ago_is_purged(house: Household, ana: Actor) -> None:
    zoe = house.founder("Zoe")
    ended, live = (house.identity.sign_in("ana", PASSWORD) for _ in range(2))
    house.identity.sign_out(ended.actor)
    house.identity.reset_for_username("ana")
    house.write(zoe, lambda tx: house.identity.invitations.create(tx, zoe))
    (revoked, _), (_, kept) = _key(house, zoe, Scope.READ), _key(house, zoe, Scope.READ)
    house.write(zoe, lambda tx: api_keys.revoke(tx, zoe, revoked.id))
    house.clock.advance(timedelta(days=9))
    assert house.identity.purge(house.clock.now() - timedelta(days=1)) == 4
    house.identity.refresh(live.refresh)
    house.identity.verify(kept)
    with pytest.raises(TokenRefused):
        house.identity.refresh(ended.refresh)
