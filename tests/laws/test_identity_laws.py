"""The laws of identity, held to the service."""

from __future__ import annotations

import logging
import unicodedata
from datetime import timedelta
from itertools import count
from typing import Any, Literal
from uuid import UUID

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from identities import NOON, PASSWORD, Household
from kalends.features.identity.actor import Actor
from kalends.features.identity.members import MemberChanges
from kalends.features.identity.models import Account
from kalends.features.identity.preferences import Preferences
from kalends.features.identity.refusals import SignInRefused, TokenExpired, TokenRefused, UsernameTaken
from kalends.kit.errors import InvalidInput, NotFound
from kalends.storage.schema import Table
from strategies.identity import any_text, passwords, preference_changes, usernames

# One database serves all examples of a law; each example brings people of its own.
lawful = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# For laws that the code keeps by itself, whatever the database; the others run on each kind.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
_numbers = count(1)
_FIELDS = sorted(Preferences.model_fields)
_look_alikes = st.from_regex(r"(kal_)?[0-9a-f]{64}|[\w-]+\.[\w-]+\.[\w-]+|kalr(\.\w+){4}", fullmatch=True)


def _spellings(name: str) -> st.SearchStrategy[str]:
    forms = [unicodedata.normalize(form, name) for form in ("NFC", "NFD", "NFKC", "NFKD")]
    return st.sampled_from([*forms, name.upper(), name.lower(), name.swapcase(), name.title()])


@pytest.mark.law(26)
@lawful
@given(changes=st.lists(preference_changes(), min_size=1, max_size=3))
def test_a_changed_preference_reads_back_as_set(
    house: Household, ana: Actor, changes: list[dict[str, Any]]
) -> None:
    members = house.identity.members
    before = house.read(ana, lambda tx: members.preferences(tx, ana, ana.member_id)).as_json()
    for change in changes:
        answered = house.write(ana, lambda tx: members.prefer(tx, ana, ana.member_id, change))  # noqa: B023
        before = {**before, **change}
        stored = house.read(ana, lambda tx: members.preferences(tx, ana, ana.member_id))
        assert stored == answered
        assert stored.as_json() == before


@pytest.mark.law(26)
@on_sqlite
@lawful
@given(changes=st.dictionaries(st.sampled_from(_FIELDS), st.none() | st.integers() | any_text))
def test_a_refused_preference_changes_nothing(house: Household, ana: Actor, changes: dict[str, Any]) -> None:
    members = house.identity.members
    before = house.read(ana, lambda tx: members.preferences(tx, ana, ana.member_id))
    try:
        house.write(ana, lambda tx: members.prefer(tx, ana, ana.member_id, changes))
    except InvalidInput as refusal:
        assert refusal.field.split(".")[0] == "preferences"  # noqa: PT017
        assert house.read(ana, lambda tx: members.preferences(tx, ana, ana.member_id)) == before


@pytest.mark.law(29)
@lawful
@given(data=st.data(), name=usernames)
@example(data=None, name="Straße")
def test_a_username_is_taken_once_in_whatever_spelling(house: Household, data: Any, name: str) -> None:
    name = f"{name}{next(_numbers)}"
    actor = house.founder(username=name)
    again = data.draw(_spellings(name)) if data else name.upper()
    with pytest.raises(UsernameTaken):
        house.founder(username=again)
    with house.database.read(None) as tx:
        accounts = tx.execute(select(func.count()).where(Account.id == actor.account_id)).scalar_one()
    assert accounts == 1
    assert house.identity.sign_in(again, PASSWORD).actor.member_id == actor.member_id


@pytest.mark.law(30)
@lawful
@given(drawn=st.lists(passwords, min_size=3, max_size=3, unique=True))
def test_no_password_is_stored_or_logged_in_the_clear(
    house: Household, caplog: pytest.LogCaptureFixture, drawn: list[str]
) -> None:
    # Marked, so that what is found is the password and not a number that happens to look like it.
    first, second, third = (f"pässword:{text}" for text in drawn)
    caplog.clear()
    caplog.set_level(logging.INFO)
    with caplog.at_level(logging.INFO, logger="sqlalchemy.engine"):
        actor = house.founder(password=first)
        username = house.username(actor)
        house.identity.change_password(actor, old=first, new=second)
        house.identity.reset_password(house.identity.reset_for_username(username), third)
        with pytest.raises(SignInRefused) as refused:
            house.identity.sign_in(username, first)
        tokens = house.identity.sign_in(username, third)
    assert caplog.records, "the statements were not captured"
    seen = f"{_stored(house, actor)}{caplog.text}{refused.value!r}{tokens!r}{house.identity!r}"
    for password in (first, second, third):
        for form in ("NFC", "NFD"):
            assert unicodedata.normalize(form, password) not in seen
    assert "pässword:" not in unicodedata.normalize("NFC", seen)


@pytest.mark.law(31)
@on_sqlite
@lawful
@given(password=passwords, spelling=st.sampled_from(["NFC", "NFD"]))
def test_the_right_password_gives_both_tokens(
    house: Household, password: str, spelling: Literal["NFC", "NFD"]
) -> None:
    assume(unicodedata.normalize("NFC", password) == password)
    actor = house.founder(password=password)
    tokens = house.identity.sign_in(house.username(actor), unicodedata.normalize(spelling, password))
    assert house.identity.verify(tokens.access).member_id == actor.member_id
    assert house.identity.refresh(tokens.refresh).actor.member_id == actor.member_id


@pytest.mark.law(32)
@on_sqlite
@lawful
@given(name=st.sampled_from(["ana", "ANA"]) | usernames | any_text, password=passwords | any_text)
def test_a_wrong_name_or_password_is_refused_in_the_same_words(
    house: Household, ana: Actor, name: str, password: str
) -> None:
    assume(password != PASSWORD)
    hashed: list[str] = []
    hasher = house.identity._passwords._hasher
    verify = hasher.verify

    def counting(given: str, stored: str) -> bool:
        hashed.append("once")
        return verify(given, stored)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hasher, "verify", counting)
        with pytest.raises(SignInRefused) as refused:
            house.identity.sign_in(name, password)
    assert (refused.value.code, str(refused.value), dict(refused.value.fields)) == (
        "sign_in_refused",
        "The username or the password is wrong.",
        {},
    )
    assert hashed == ["once"]


@pytest.mark.law(33)
@on_sqlite
@lawful
@given(sizes=st.lists(st.integers(0, 2), min_size=2, max_size=2))
def test_an_access_token_opens_its_own_workspace_alone(house: Household, sizes: list[int]) -> None:
    people: dict[Actor, set[UUID]] = {}
    for size in sizes:
        owner = house.founder()
        people[owner] = {owner.member_id, *(_added(house, owner) for _ in range(size))}
    for owner, ids in people.items():
        actor = house.identity.verify(house.identity.issue(owner).access)
        assert _seen(house, actor) == ids
        for other in people.keys() - {owner}:
            for touch in (_get, _rename):
                with pytest.raises(NotFound):
                    touch(house, actor, other.member_id)


@pytest.mark.law(33)
@on_sqlite
@lawful
@given(token=any_text | _look_alikes)
def test_any_other_text_opens_nothing(house: Household, ana: Actor, token: str) -> None:
    for call in (house.identity.verify, house.identity.verify_cookie, house.identity.refresh):
        with pytest.raises(TokenRefused):
            call(token)


@pytest.mark.law(34)
@on_sqlite
@lawful
@given(seconds=st.floats(0, 10 * 86_400))
@example(seconds=899.0)
@example(seconds=900.0)
def test_an_access_token_ends_on_time(house: Household, ana: Actor, seconds: float) -> None:
    tokens = house.identity.issue(ana)
    began, lifetime = house.clock.now(), house.identity.settings.access_lifetime
    house.clock.advance(timedelta(seconds=seconds))
    if house.clock.now() - began < lifetime - timedelta(seconds=1):
        house.identity.verify(tokens.access)
    elif house.clock.now() - began >= lifetime:
        with pytest.raises(TokenExpired):
            house.identity.verify(tokens.access)
    house.clock.instant = NOON


@pytest.mark.law(35)
@on_sqlite
@lawful
@given(waits=st.lists(st.integers(0, 30 * 86_400 - 1), min_size=1, max_size=4))
def test_a_refresh_token_gives_the_next_access_token(house: Household, ana: Actor, waits: list[int]) -> None:
    tokens = house.identity.issue(ana)
    for seconds in waits:
        house.clock.advance(timedelta(seconds=seconds))
        fresh = house.identity.refresh(tokens.refresh)
        assert fresh.access != tokens.access
        assert house.identity.verify(fresh.access).member_id == ana.member_id
        tokens = fresh
    house.clock.instant = NOON


@pytest.mark.law(36)
@lawful
@given(rotations=st.integers(0, 4), back=st.integers(0, 4), signed_out=st.booleans())
def test_a_spent_refresh_token_is_refused_and_ends_its_family(
    house: Household, ana: Actor, rotations: int, back: int, signed_out: bool
) -> None:
    bystander = house.identity.issue(ana)
    family = [house.identity.issue(ana)]
    for _ in range(rotations):
        family.append(house.identity.refresh(family[-1].refresh))
    if signed_out:
        house.identity.sign_out(family[-1].actor)
    spent = family[max(0, rotations - back)]
    if signed_out or spent is not family[-1]:
        with pytest.raises(TokenRefused):
            house.identity.refresh(spent.refresh)
        for tokens in family:
            with pytest.raises(TokenRefused):
                house.identity.refresh(tokens.refresh)
            with pytest.raises(TokenRefused):
                house.identity.verify(tokens.access)
    else:
        house.identity.refresh(spent.refresh)
    house.identity.refresh(bystander.refresh)


def _added(house: Household, owner: Actor) -> UUID:
    return house.write(owner, lambda tx: house.identity.members.add(tx, owner, name="M")).id


def _seen(house: Household, actor: Actor) -> set[UUID]:
    return {
        member.id for member in house.read(actor, lambda tx: house.identity.members.list(tx, actor)).items
    }


def _get(house: Household, actor: Actor, member_id: UUID) -> None:
    house.read(actor, lambda tx: house.identity.members.get(tx, actor, member_id))


def _rename(house: Household, actor: Actor, member_id: UUID) -> None:
    changes = MemberChanges(name="X")
    house.write(actor, lambda tx: house.identity.members.change(tx, actor, member_id, changes))


def _stored(house: Household, actor: Actor) -> str:
    """Give all that the database holds of this person, as text."""
    found: list[str] = []
    with house.database.engine.connect() as connection:
        for table in Table.metadata.sorted_tables:
            query = select(table)
            for column, value in (("workspace_id", actor.workspace_id), ("account_id", actor.account_id)):
                if column in table.c:
                    query = query.where(table.c[column] == value)
                    break
            found += [str(tuple(row)) for row in connection.execute(query)]
    assert any(str(actor.member_id) in row for row in found)
    return "\n".join(found)
