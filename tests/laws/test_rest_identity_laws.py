"""The laws of identity and of refusals, held to the API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from identities import PASSWORD
from kalends.features.identity.models import Permission
from kalends.features.identity.settings import IdentitySettings
from rest_client import Api, Log, Person
from strategies.identity import any_text, passwords, preference_changes, usernames
from strategies.rest import bodies, headers, json_values, paths
from workspaces import NOON

# One app serves all examples of a law; each example brings people of its own where it changes them.
lawful = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
REFUSALS = {400, 401, 403, 404, 405, 409, 412, 413, 415, 428, 429}
ACCESS_LIFETIME = IdentitySettings().access_lifetime
_numbers = count(1)


@pytest.fixture
def ana(quick_api: Api) -> Person:
    return quick_api.sign_up("Ana", username="ana-of-the-law")


@pytest.fixture
def owner(quick_api: Api) -> Person:
    return quick_api.sign_up("Olga")


@pytest.fixture
def guest(quick_api: Api, ana: Person) -> Person:
    return quick_api.joins(ana, "Guest", permission=Permission.VIEWER)


@pytest.fixture
def on_time(quick_api: Api) -> Iterator[None]:
    """Put the clock back, since all examples share it."""
    yield
    quick_api.clock.instant = NOON


# Requests -------------------------------------------------------------------------------------------------


@pytest.mark.law(17)
@lawful
@given(data=st.data(), body=bodies, sent=headers)
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE", "PUT"])
def test_whatever_is_asked_is_answered_or_refused_with_a_reason(
    quick_api: Api, ana: Person, guest: Person, method: str, data: st.DataObject, body: Any, sent: Any
) -> None:
    caller = data.draw(st.sampled_from([ana, guest, quick_api.anyone]), label="caller")
    path = data.draw(paths((guest.member_id, ana.workspace_id)), label="path")
    # The guest may not take themselves or each other away, on whom the other examples call.
    assume(not (method == "DELETE" and path.startswith("/members/")))
    assume(not path.startswith(("/auth/sign-out", "/auth/password-reset")))
    content = None if method == "GET" else json.dumps(body).encode()
    answer = caller.request(
        method, path, content=content, headers={"Content-Type": "application/json", **sent}
    )
    if answer.status_code < 300:
        return
    problem = answer.json()
    assert answer.status_code in REFUSALS
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["status"] == answer.status_code
    assert problem["code"].replace("_", "").isalpha()
    assert problem["detail"]
    if answer.status_code == 400:
        assert problem["field"]
        assert problem["issue"]


SECRETS = ("password", "refresh_token", "token", "invitation")


@pytest.mark.law(22)
@lawful
@given(message=st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=30), odd=json_values)
def test_an_error_leaves_its_message_trace_and_redacted_input_in_the_log(
    quick_api: Api, log: Log, message: str, odd: Any
) -> None:
    secret = f"hush:{next(_numbers)}:hush"
    body = {"username": message, **dict.fromkeys(SECRETS, secret), "odd": odd, "deep": [{"password": secret}]}
    log.clear()

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError(f"failed with {message}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quick_api.services.identity, "sign_in", fail)
        answer = quick_api.anyone.post("/auth/sign-in", {"username": message, "password": secret})
        refused = quick_api.anyone.post("/auth/sign-in", body)
    assert (answer.status_code, refused.status_code) == (500, 400)
    [record] = log.records("request_failed")
    assert f"RuntimeError: failed with {message}" in record["exception"]
    assert "Traceback" in record["exception"]
    assert record["input"]["body"] == {"username": message, "password": "[redacted]"}
    assert secret not in log.text
    assert secret not in answer.text + refused.text


# Preferences ----------------------------------------------------------------------------------------------


@pytest.mark.law(26)
@lawful
@given(changes=preference_changes())
def test_a_changed_preference_reads_back_as_set(ana: Person, changes: dict[str, Any]) -> None:
    path = f"/members/{ana.member_id}/preferences"
    before = ana.get(path).json()
    answered = ana.patch(path, changes)
    assert answered.status_code == 200, answered.text
    assert answered.json() == ana.get(path).json() == {**before, **changes}


# Names and passwords --------------------------------------------------------------------------------------


@pytest.mark.law(29)
@lawful
@given(name=usernames, data=st.data())
def test_a_username_is_taken_once(quick_api: Api, name: str, data: st.DataObject) -> None:
    name = f"{name}{next(_numbers)}"
    ana = quick_api.sign_up(username=name)
    again = data.draw(st.sampled_from([name, name.upper(), name.swapcase()]))
    body = {"username": again, "password": PASSWORD, "name": "Eva"}
    for path in ("/auth/sign-up", "/auth/session/sign-up"):
        taken = quick_api.anyone.post(path, body)
        assert (taken.status_code, taken.json()["code"]) == (409, "username_taken")
    assert quick_api.sign_in(again).member_id == ana.member_id


@pytest.mark.law(30)
@lawful
@given(drawn=st.lists(passwords, min_size=3, max_size=3, unique=True))
def test_no_password_is_logged_or_answered(quick_api: Api, owner: Person, log: Log, drawn: list[str]) -> None:
    first, second, third = (f"pässword:{text}" for text in drawn)
    log.clear()
    invitation = owner.post("/invitations", {"name": "Ana"}).json()["token"]
    ana = quick_api.sign_up(password=first, invitation=invitation)
    answers = [
        ana.post("/auth/password", {"old_password": second, "new_password": third}),  # wrong
        ana.post("/auth/password", {"old_password": first, "new_password": second}),
        quick_api.anyone.post("/auth/sign-in", {"username": ana.username, "password": first}),  # too late
        quick_api.anyone.post("/auth/sign-in", {"username": [ana.username], "password": second}),  # no name
        quick_api.anyone.post("/auth/sign-in", {"username": ana.username, "password": second}),
    ]
    reset = owner.post(f"/members/{ana.member_id}/password-reset").json()["token"]
    answers.append(quick_api.anyone.post("/auth/password/reset", {"token": reset, "new_password": third}))
    assert [answer.status_code for answer in answers] == [400, 204, 401, 400, 200, 204]
    seen = log.text + "".join(answer.text for answer in answers)
    assert "request" in log.text
    assert "pässword" not in seen
    assert json.dumps("pässword").strip('"') not in seen
    assert reset not in log.text


# Signing in -----------------------------------------------------------------------------------------------


@pytest.mark.law(31)
@lawful
@given(password=passwords)
def test_the_right_password_gives_an_access_and_a_refresh_token(quick_api: Api, password: str) -> None:
    ana = quick_api.sign_up(password=password)
    again = quick_api.sign_in(ana.username, password)
    assert again.member_id == ana.member_id
    assert again.get("/auth/verify").status_code == 200
    fresh = quick_api.anyone.post("/auth/refresh", {"refresh_token": again.tokens["refresh_token"]})
    assert fresh.status_code == 200


@pytest.mark.law(32)
@lawful
@given(name=st.sampled_from(["ana-of-the-law", "ANA-of-the-law"]) | any_text, password=passwords | any_text)
def test_a_wrong_name_or_password_answers_401_in_the_same_words(
    quick_api: Api, ana: Person, name: str, password: str
) -> None:
    assume(password != PASSWORD)
    credentials = {"username": name, "password": password}
    for path in ("/auth/sign-in", "/auth/session"):
        answer = quick_api.anyone.post(path, credentials)
        assert answer.status_code == 401
        assert answer.json() == {
            "type": "urn:kalends:problem:sign_in_refused",
            "title": "Sign in refused",
            "status": 401,
            "detail": "The username or the password is wrong.",
            "code": "sign_in_refused",
        }


@pytest.mark.law(33)
@lawful
@given(sizes=st.lists(st.integers(0, 2), min_size=2, max_size=2))
def test_an_access_token_opens_its_own_workspace_alone(quick_api: Api, sizes: list[int]) -> None:
    owners: dict[str, Person] = {}
    members: dict[str, set[str]] = {}
    for size in sizes:
        owner = quick_api.sign_up()
        added = {owner.post("/members", {"name": "M"}).json()["id"] for _ in range(size)}
        owners[owner.member_id], members[owner.member_id] = owner, added | {owner.member_id}
    for own, owner in owners.items():
        assert {each["id"] for each in owner.get("/members").json()["items"]} == members[own]
        for other in owners.keys() - {own}:
            for method, path in (
                ("GET", f"/members/{other}"),
                ("PATCH", f"/members/{other}"),
                ("DELETE", f"/members/{other}"),
                ("GET", f"/members/{other}/preferences"),
                ("GET", f"/members/{other}/export"),
            ):
                body = {"name": "X"} if method == "PATCH" else None
                answer = owner.request(method, path, json=body)
                assert (answer.status_code, other) == (404, other), path


@pytest.mark.law(33)
@lawful
@given(token=st.from_regex(r"(kal_)?[0-9a-f]{64}|[\w-]+\.[\w-]+\.[\w-]+|[!-~]{1,80}", fullmatch=True))
def test_any_other_token_opens_nothing(quick_api: Api, ana: Person, token: str) -> None:
    token = token.encode("ascii", "replace").decode()
    for sent in ({"Authorization": f"Bearer {token}"}, {"Cookie": f"kalends_session={token}"}):
        answer = quick_api.anyone.get("/members", headers=sent)
        assert answer.status_code == 401
        assert answer.json()["code"] in ("token_refused", "unauthenticated")


@pytest.mark.law(34)
@lawful
@given(seconds=st.floats(0, 10 * 86_400))
@example(seconds=ACCESS_LIFETIME.total_seconds())
@example(seconds=ACCESS_LIFETIME.total_seconds() - 1)
def test_an_expired_access_token_answers_401(
    quick_api: Api, ana: Person, on_time: None, seconds: float
) -> None:
    quick_api.clock.instant = NOON
    caller = quick_api.sign_in(ana.username)
    quick_api.clock.advance(timedelta(seconds=seconds))
    answer = caller.get("/members")
    if timedelta(seconds=seconds) < ACCESS_LIFETIME - timedelta(seconds=1):
        assert answer.status_code == 200
    elif timedelta(seconds=seconds) >= ACCESS_LIFETIME:
        assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")


@pytest.mark.law(35)
@lawful
@given(waits=st.lists(st.integers(0, 29 * 86_400), min_size=1, max_size=4))
def test_a_refresh_token_gives_a_new_access_token(
    quick_api: Api, ana: Person, on_time: None, waits: list[int]
) -> None:
    quick_api.clock.instant = NOON
    tokens = quick_api.sign_in(ana.username).tokens
    for seconds in waits:
        quick_api.clock.advance(timedelta(seconds=seconds))
        answer = quick_api.anyone.post("/auth/refresh", {"refresh_token": tokens["refresh_token"]})
        assert answer.status_code == 200
        assert answer.json()["access_token"] != tokens["access_token"]
        tokens = answer.json()
        assert quick_api.bearing(tokens["access_token"]).get("/auth/verify").status_code == 200


@pytest.mark.law(36)
@lawful
@given(rotations=st.integers(0, 3), back=st.integers(0, 3), ended=st.sampled_from([None, "out", "revoked"]))
def test_a_spent_refresh_token_answers_401_and_ends_its_family(
    quick_api: Api, ana: Person, rotations: int, back: int, ended: str | None
) -> None:
    bystander = quick_api.sign_in(ana.username)
    family = [quick_api.sign_in(ana.username).tokens]
    for _ in range(rotations):
        family.append(_refreshed(quick_api, family[-1]).json())
    if ended == "out":
        assert quick_api.bearing(family[-1]["access_token"]).post("/auth/sign-out").status_code == 204
    elif ended == "revoked":
        spent = {"refresh_token": family[max(0, rotations - back)]["refresh_token"]}
        assert quick_api.anyone.post("/auth/revoke", spent).status_code == 204
    back = min(back, rotations)
    if ended or back:
        for tokens in (family[rotations - back], *family):
            refused = _refreshed(quick_api, tokens)
            assert (refused.status_code, refused.json()["code"]) == (401, "token_refused")
            caller = quick_api.bearing(tokens["access_token"])
            assert caller.get("/auth/verify").status_code == 401
    assert _refreshed(quick_api, bystander.tokens).status_code == 200


def _refreshed(api: Api, tokens: dict[str, Any]) -> Any:
    return api.anyone.post("/auth/refresh", {"refresh_token": tokens["refresh_token"]})
