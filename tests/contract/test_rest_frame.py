"""What surrounds every request: refusals as problems, limits, headers, the log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from identities import PASSWORD
from kalends.interfaces.rest.settings import RestSettings
from kalends.kit.errors import Unavailable
from rest_client import Api, Log, Person, open_api
from workspaces import Town

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def ana(quick_api: Api) -> Person:
    return quick_api.sign_up()


# Problems -------------------------------------------------------------------------------------------------

REFUSED: list[tuple[str, dict[str, Any], int, str, str | None]] = [
    ("no JSON", {"content": b"{", "headers": JSON}, 400, "invalid", "body"),
    ("half a character", {"content": b'{"name": "\xff"}', "headers": JSON}, 400, "invalid", "body"),
    ("half a surrogate", {"content": b'{"name": "\\ud800"}', "headers": JSON}, 400, "invalid", "name"),
    ("nested too deep", {"content": b"[" * 100_000, "headers": JSON}, 400, "invalid", "body"),
    ("a list", {"json": []}, 400, "invalid", "body"),
    ("nothing", {}, 400, "invalid", "body"),
    ("an unknown field", {"json": {"nme": "X"}}, 400, "invalid", "nme"),
    ("the wrong type", {"json": {"name": 7}}, 400, "invalid", "name"),
    ("null for what must be", {"json": {"name": None}}, 400, "invalid", "name"),
    ("a zone that is none", {"json": {"zone": "Mars/Olympus"}}, 400, "unknown_zone", "zone"),
    ("a control character", {"json": {"name": "a\x00b"}}, 400, "invalid", "name"),
    ("a form", {"data": {"name": "X"}}, 415, "unsupported_media_type", None),
    (
        "JSON said to be text",
        {"content": b"{}", "headers": {"Content-Type": "text/plain"}},
        415,
        "unsup",
        None,
    ),
    ("too much", {"content": b" " * 1_000_001, "headers": JSON}, 413, "too_large", None),
]


@pytest.mark.parametrize(("what", "sent", "status", "code", "field"), REFUSED, ids=[r[0] for r in REFUSED])
def test_a_bad_body_is_refused_with_its_reason(
    quick_api: Api, ana: Person, what: str, sent: dict[str, Any], status: int, code: str, field: str | None
) -> None:
    answer = ana.request("PATCH", f"/members/{ana.member_id}", **sent)
    problem = answer.json()
    assert (answer.status_code, problem["status"]) == (status, status), what
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["code"].startswith(code)
    assert problem["type"] == f"urn:kalends:problem:{problem['code']}"
    assert problem.get("field") == field
    if field:
        assert problem["issue"]


def test_all_faults_of_a_body_are_named_at_once(quick_api: Api) -> None:
    problem = quick_api.anyone.post("/auth/sign-up", {"username": 1, "pasword": "x", "name": "A"}).json()
    assert [fault["field"] for fault in problem["errors"]] == ["username", "password", "pasword"]


def test_a_body_in_chunks_is_limited_too(ana: Person) -> None:
    chunks = (b" " * 100_000 for _ in range(11))
    answer = ana.request("PATCH", f"/members/{ana.member_id}", content=chunks, headers=JSON)
    assert (answer.status_code, answer.json()["setting"]) == (413, "max_body_bytes")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/members/", 404, "not_found"),
        ("PUT", "/members", 405, "method_not_allowed"),
        ("GET", "/members/not-an-id", 400, "invalid"),
        ("GET", "/members?limit=0", 400, "invalid"),
        ("GET", "/members?cursor=x", 400, "invalid"),
        ("GET", "/audit?since=yesterday", 400, "invalid"),
        ("GET", "/audit?since=2026-01-01T00:00:00", 400, "invalid"),
        ("GET", "/audit?subject=%00", 400, "invalid"),
    ],
)
def test_a_wrong_address_is_a_problem_too(
    ana: Person, method: str, path: str, status: int, code: str
) -> None:
    answer = ana.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


def test_nobody_is_told_how_to_sign_in(quick_api: Api) -> None:
    answer = quick_api.anyone.get("/members")
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == 'Bearer realm="kalends"'


# Limits ---------------------------------------------------------------------------------------------------


@pytest.fixture
def strict(quick_api: Api) -> Iterator[Api]:
    """The same services, where an account or address may ask five times a minute."""
    settings = RestSettings(requests_per_minute=5, trusted_proxies=("testclient",))
    strict = open_api(quick_api.home, settings)
    with strict.client:
        yield strict


def test_an_account_may_ask_so_often_in_a_minute(strict: Api, ana: Person) -> None:
    ana.client = strict.client
    statuses = [ana.get("/auth/verify").status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    refused = ana.get("/members")
    assert refused.json()["code"] == "rate_limited"
    assert 1 <= int(refused.headers["retry-after"]) <= 60


def test_who_guesses_tokens_is_stopped_by_address_and_others_are_not(strict: Api, ana: Person) -> None:
    ana.client = strict.client
    guesses = [strict.bearing(f"kal_{n:064x}").get("/members").status_code for n in range(7)]
    assert guesses == [401] * 5 + [429] * 2
    elsewhere = {"X-Forwarded-For": "198.51.100.7"}
    assert ana.get("/auth/verify", headers=elsewhere).status_code == 200
    assert ana.get("/auth/verify").status_code == 429


def test_signing_in_counts_for_the_address(strict: Api) -> None:
    wrong = {"username": "nobody", "password": "wrong password"}
    assert [strict.anyone.post("/auth/sign-in", wrong).status_code for _ in range(6)] == [401] * 5 + [429]


def test_asking_how_far_the_server_is_set_up_counts_for_the_address(strict: Api) -> None:
    assert [strict.anyone.get("/auth/setup").status_code for _ in range(6)] == [200] * 5 + [429]


def test_a_forwarded_address_counts_only_from_a_trusted_proxy(quick_api: Api) -> None:
    untrusting = open_api(quick_api.home, RestSettings(requests_per_minute=2))
    with untrusting.client:
        statuses = [
            untrusting.anyone.get("/members", headers={"X-Forwarded-For": f"198.51.100.{n}"}).status_code
            for n in range(4)
        ]
    assert statuses == [401, 401, 429, 429]


# Headers --------------------------------------------------------------------------------------------------


def test_every_answer_is_framed(quick_api: Api, ana: Person) -> None:
    for answer in (ana.get("/members"), ana.get("/nowhere"), quick_api.client.get("/healthz")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-request-id"]
        assert "server" not in answer.headers


@pytest.mark.parametrize(
    ("origins", "asking", "allowed", "with_cookies"),
    [
        ((), "https://app.example", None, None),
        (("https://app.example",), "https://app.example", "https://app.example", "true"),
        (("https://app.example",), "https://evil.example", None, "true"),
        (("*",), "https://evil.example", "*", None),
    ],
)
def test_pages_of_other_origins_call_only_as_the_settings_say(
    quick_api: Api, origins: tuple[str, ...], asking: str, allowed: str | None, with_cookies: str | None
) -> None:
    other = open_api(quick_api.home, RestSettings(cors_origins=origins))
    with other.client:
        answer = other.anyone.get("/members", headers={"Origin": asking})
    assert answer.headers.get("access-control-allow-origin") == allowed
    assert answer.headers.get("access-control-allow-credentials") == with_cookies


def test_behind_https_the_cookie_is_secure(quick_api: Api, ana: Person) -> None:
    behind = open_api(quick_api.home, RestSettings(public_url="https://home.example"))
    with behind.client:
        begun = behind.anyone.post("/auth/session", {"username": ana.username, "password": PASSWORD})
    assert "Secure" in begun.headers["set-cookie"]


# When we fail ---------------------------------------------------------------------------------------------


def test_a_failure_answers_with_an_id_that_the_log_has(
    home: Town, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = open_api(home)

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the disk is on fire")

    with api.client:
        ana = api.sign_up()
        monkeypatch.setattr(home.services.identity.members, "list", fail)
        answer = ana.get("/members")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "fire" not in answer.text
    [record] = log.records("request_failed")
    assert record["request_id"] == answer.json()["id"] == answer.headers["x-request-id"]
    assert "RuntimeError: the disk is on fire" in record["exception"]


def test_what_is_down_for_now_says_when_to_come_again(
    quick_api: Api, ana: Person, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any, **__: Any) -> None:
        raise Unavailable("The database stayed busy; please try again.", retry_after=3)

    monkeypatch.setattr(quick_api.services.identity.members, "list", busy)
    answer = ana.get("/members")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"] == "3"
    [record] = log.records("request_failed")
    assert "Unavailable" in record["exception"]


def test_the_log_of_a_request_says_who_and_where_but_no_token(quick_api: Api, ana: Person, log: Log) -> None:
    token = f"kali_{'a' * 64}"
    quick_api.client.get(f"/api/v1/members/{ana.member_id}", headers=ana.headers, params={"token": token})
    [record] = log.records("request")
    assert (record["route"], record["status"], record["member_id"]) == (
        "/members/{member_id}",
        200,
        ana.member_id,
    )
    logging.getLogger("uvicorn.error").warning("a library says %s", token)
    assert token not in log.text
    assert ana.headers["Authorization"].split()[1] not in log.text


def test_health_needs_no_sign_in(api: Api) -> None:
    answer = api.client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
