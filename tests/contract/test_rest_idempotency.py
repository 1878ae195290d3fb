"""A change that comes again with its key does nothing twice, and is answered as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select

from kalends.daily import tidy
from kalends.interfaces.rest import idempotency as rest
from kalends.interfaces.rest.settings import RestSettings
from kalends.settings import Settings
from kalends.storage import Unit, idempotency
from kalends.storage.idempotency import IdempotencyKey, KeyedRequest
from rest_client import Api, Caller, Person, open_api

KEY = {"Idempotency-Key": "7f9c2ba4-e88f-4d3c-9d0a-3b1e7d5c6a11"}
EXAM = {"title": "Exam", "start": "2026-03-10T09:00", "duration": "PT1H"}
ICS = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:one\r\n"
    "DTSTAMP:20260101T000000Z\r\nDTSTART:20260310T090000Z\r\nDTEND:20260310T100000Z\r\nSUMMARY:Exam\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)


def titles(who: Person) -> list[str]:
    window = {"start": "2026-03-01T00:00:00Z", "end": "2026-04-01T00:00:00Z"}
    return [each["title"] for each in who.get("/events", params=window).json()["items"]]


def keys(api: Api, who: Person) -> int:
    with api.services.database.read(
        api.services.identity.verify(who.tokens["access_token"]).workspace_id
    ) as tx:
        return tx.execute(select(func.count()).select_from(IdempotencyKey)).scalar_one()


def forget_answers(api: Api, who: Person) -> None:
    """Leave the keys as a process leaves them that died before it had answered."""

    def forget(tx: Unit) -> None:
        for row in tx.execute(select(IdempotencyKey)).scalars():
            row.status = row.headers = row.body = None
        tx.session.flush()

    api.services.database.write(UUID(who.workspace_id), forget)


def same(first: httpx.Response, again: httpx.Response) -> bool:
    names = ("content-type", "location", "etag")
    return (first.status_code, first.content, *(first.headers.get(name) for name in names)) == (
        again.status_code,
        again.content,
        *(again.headers.get(name) for name in names),
    )


def test_what_comes_again_is_answered_as_it_was_and_stored_once(api: Api) -> None:
    ana = api.sign_up("Ana")
    first, again = (ana.post("/events", EXAM, headers=KEY) for _ in range(2))
    assert first.status_code == 201
    assert same(first, again)
    assert first.headers["Location"]
    assert first.headers["ETag"] == '"1"'
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert titles(ana) == ["Exam"]
    [entry] = ana.get("/audit", params={"kind": "event"}).json()["items"]
    assert entry["action"] == "create"


def test_without_a_key_what_comes_again_is_another(quick_api: Api) -> None:
    ana = quick_api.sign_up("Ana")
    for _ in range(2):
        assert ana.post("/events", EXAM).status_code == 201
    assert titles(ana) == ["Exam", "Exam"]
    assert keys(quick_api, ana) == 0


WRITES: list[tuple[str, Callable[[Person], tuple[str, Any]]]] = [
    ("calendar", lambda _: ("/calendars", {"name": "Choir", "kind": "shared"})),
    ("category", lambda _: ("/categories", {"name": "Choir", "level": 2, "color": "#336699"})),
    ("resource", lambda _: ("/resources", {"name": "Car", "type": "vehicle"})),
    ("member", lambda _: ("/members", {"name": "Bo", "role": "child"})),
    ("batch", lambda _: ("/events/batch", {"events": [EXAM, {**EXAM, "title": "Choir"}]})),
]


@pytest.mark.parametrize(("kind", "asked"), WRITES, ids=[each[0] for each in WRITES])
def test_everything_that_is_made_by_post_is_made_once(
    quick_api: Api, kind: str, asked: Callable[[Person], tuple[str, Any]]
) -> None:
    ana = quick_api.sign_up("Ana")
    path, body = asked(ana)
    first, again = (ana.post(path, body, headers=KEY) for _ in range(2))
    assert first.status_code == 201, first.text
    assert same(first, again)


def test_an_import_that_comes_again_is_not_read_twice(quick_api: Api) -> None:
    ana = quick_api.sign_up("Ana")
    calendar = ana.get("/calendars").json()["items"][0]["id"]
    headers = {**KEY, "Content-Type": "text/calendar"}
    first, again = (
        ana.request("POST", f"/calendars/{calendar}/import", content=ICS, headers=headers) for _ in range(2)
    )
    assert first.status_code == 200, first.text
    assert same(first, again)
    assert again.headers["idempotency-replayed"] == "true"
    other = ana.request(
        "POST", f"/calendars/{calendar}/import", content=ICS.replace("UID:one", "UID:two"), headers=headers
    )
    assert other.json()["code"] == "key_reused"


def test_what_can_be_done_once_only_is_answered_as_it_was_too(api: Api) -> None:
    """Undoing again is refused before anything is written: the refusal is of the request's own making."""
    ana = api.sign_up("Ana")
    made = ana.post("/events", EXAM).json()["change_set_id"]
    first, again = (ana.post(f"/change-sets/{made}/undo", headers=KEY) for _ in range(2))
    assert first.status_code == 200
    assert same(first, again)
    assert ana.post(f"/change-sets/{made}/undo").status_code == 409


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/events", {**EXAM, "title": "Choir"}),
        ("/events?force=true", EXAM),
        ("/categories", {"name": "Choir", "level": 2, "color": "#336699"}),
    ],
)
def test_a_key_is_good_for_one_request(quick_api: Api, path: str, body: dict[str, Any]) -> None:
    ana = quick_api.sign_up("Ana")
    ana.post("/events", EXAM, headers=KEY)
    answer = ana.post(path, body, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (409, "key_reused")
    assert titles(ana) == ["Exam"]


def test_a_change_is_not_refused_for_its_own_sake(api: Api) -> None:
    """The version that it was made from is no longer the stored one, because it was made."""
    ana = api.sign_up("Ana")
    made = ana.post("/categories", {"name": "Choir", "level": 2}).json()
    path = f"/categories/{made['id']}"
    headers = {**KEY, "If-Match": '"1"'}
    first, again = (ana.patch(path, {"name": "Singing"}, headers=headers) for _ in range(2))
    assert (first.status_code, first.headers["ETag"]) == (200, '"2"')
    assert same(first, again)
    assert again.headers["idempotency-replayed"] == "true"
    other = ana.patch(path, {"level": 3}, headers={"If-Match": '"1"', "Idempotency-Key": "another"})
    assert (other.status_code, other.json()["code"]) == (412, "stale_version")


def test_a_deletion_is_answered_as_it_was_although_nothing_is_there(api: Api) -> None:
    ana = api.sign_up("Ana")
    made = ana.post("/events", EXAM)
    path = f"/events/{made.json()['event']['id']}"
    headers = {**KEY, "If-Match": made.headers["ETag"]}
    first, again = (ana.delete(path, headers=headers) for _ in range(2))
    assert first.status_code == 204
    assert same(first, again)
    assert first.headers["Kalends-Change-Set"] == again.headers["Kalends-Change-Set"]
    assert ana.delete(path).status_code == 404


def test_what_is_put_again_does_not_undo_what_came_after(quick_api: Api) -> None:
    ana = quick_api.sign_up("Ana")
    ben = quick_api.joins(ana, "Ben")
    calendar = ana.post("/calendars", {"name": "Choir", "kind": "shared"}).json()["id"]
    path = f"/calendars/{calendar}/grants/{ben.member_id}"
    ana.put(path, {"access": "read"}, headers=KEY)
    ana.put(path, {"access": "write"})
    again = ana.put(path, {"access": "read"}, headers=KEY)
    assert again.headers["idempotency-replayed"] == "true"
    assert {each["access"] for each in ana.get(f"/calendars/{calendar}/grants").json()["items"]} == {"write"}


def test_who_leaves_is_gone_and_so_are_their_keys(quick_api: Api) -> None:
    ana = quick_api.sign_up("Ana")
    ben = quick_api.joins(ana, "Ben")
    path = f"/members/{ben.member_id}"
    assert [ben.delete(path, headers=KEY).status_code for _ in range(2)] == [204, 401]
    assert keys(quick_api, ana) == 0


def test_what_took_effect_without_an_answer_says_so(api: Api) -> None:
    ana = api.sign_up("Ana")
    made = ana.post("/events", EXAM, headers=KEY).json()["change_set_id"]
    other = {"Idempotency-Key": "another"}
    ana.post(f"/change-sets/{made}/undo", headers=other)
    forget_answers(api, ana)
    for answer in (
        ana.post("/events", EXAM, headers=KEY),
        ana.post(f"/change-sets/{made}/undo", headers=other),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "already_done")
    assert titles(ana) == []


def test_an_answer_that_could_not_be_kept_is_still_given(
    quick_api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the disk is on fire")

    ana = quick_api.sign_up("Ana")
    monkeypatch.setattr(idempotency, "keep_answer", fail)
    assert ana.post("/events", EXAM, headers=KEY).status_code == 201
    assert ana.post("/events", EXAM, headers=KEY).json()["code"] == "already_done"


def test_an_answer_is_kept_sealed_and_none_where_the_master_key_is_another(quick_api: Api) -> None:
    ana = quick_api.sign_up("Ana")
    ana.post("/events", EXAM, headers=KEY)

    def body(tx: Unit) -> bytes | None:
        return tx.execute(select(IdempotencyKey.body)).scalar_one()

    sealed = quick_api.services.database.write(UUID(ana.workspace_id), body)
    assert sealed is not None
    assert b"Exam" not in sealed

    def spoil(tx: Unit) -> None:
        for row in tx.execute(select(IdempotencyKey)).scalars():
            row.body = b"AQ" + sealed[2:][::-1]
        tx.session.flush()

    quick_api.services.database.write(UUID(ana.workspace_id), spoil)
    again = ana.post("/events", EXAM, headers=KEY)
    assert (again.status_code, again.json()["code"]) == (409, "already_done")


def test_an_answer_that_is_too_long_is_not_kept(quick_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = quick_api.sign_up("Ana")
    monkeypatch.setattr(rest, "LARGEST_ANSWER", 10)
    assert ana.post("/events", EXAM, headers=KEY).status_code == 201
    assert ana.post("/events", EXAM, headers=KEY).json()["code"] == "already_done"


def test_previews_and_refusals_keep_nothing(quick_api: Api) -> None:
    ana = quick_api.sign_up("Ana")
    assert ana.post("/events?preview=true", EXAM, headers=KEY).status_code == 200
    assert ana.post("/events", {**EXAM, "start": "soon"}, headers=KEY).status_code == 400
    unknown = {**EXAM, "calendar_id": "01a40000-0000-7000-8000-000000000000"}
    assert ana.post("/events", unknown, headers=KEY).status_code == 404
    assert keys(quick_api, ana) == 0
    assert ana.post("/events", EXAM, headers=KEY).status_code == 201


def test_a_key_belongs_to_its_member(quick_api: Api) -> None:
    ana = quick_api.sign_up("Ana")
    ben, zoe = quick_api.joins(ana, "Ben"), quick_api.sign_up("Zoe")
    answers = [who.post("/events", EXAM, headers=KEY) for who in (ana, ben, zoe)]
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.json()["change_set_id"] for answer in answers}) == 3


def test_who_may_not_write_is_not_answered_in_place_of_who_may(quick_api: Api) -> None:
    ana = quick_api.sign_up("Ana")
    ana.post("/events", EXAM, headers=KEY)
    key = ana.post("/api-keys", {"name": "Screen", "scopes": ["read"]}).json()["token"]
    answer = quick_api.bearing(key).post("/events", EXAM, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (409, "key_reused")
    assert Caller(quick_api.client).post("/events", EXAM, headers=KEY).status_code == 401


def test_a_secret_that_is_shown_once_is_never_stored(api: Api) -> None:
    ana = api.sign_up("Ana")
    calendar = ana.get("/calendars").json()["items"][0]["id"]
    ben = api.joins(ana, "Ben")
    for number, (path, body) in enumerate(
        [
            ("/api-keys", {"name": "Script", "scopes": ["read"]}),
            ("/invitations", {"name": "Eva"}),
            (f"/calendars/{calendar}/feeds", {"name": "Wall"}),
            (f"/members/{ben.member_id}/password-reset", None),
        ]
    ):
        headers = {"Idempotency-Key": str(number)}
        assert ana.post(path, body, headers=headers).status_code == 201
        again = ana.post(path, body, headers=headers)
        assert (again.status_code, again.json()["code"]) == (409, "already_done")
    assert len(ana.get("/api-keys").json()["items"]) == 1


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 201])
def test_what_is_no_key_is_refused(quick_api: Api, key: str) -> None:
    ana = quick_api.sign_up("Ana")
    answer = ana.post("/events", EXAM, headers={b"Idempotency-Key": key.encode()})
    assert (answer.status_code, answer.json()["field"]) == (400, "Idempotency-Key")
    assert titles(ana) == []


def test_signing_in_takes_no_keys(quick_api: Api) -> None:
    ana = quick_api.sign_up("Ana")
    switch = {"member_id": ana.member_id}
    first, again = (ana.post("/auth/switch", switch, headers=KEY).json() for _ in range(2))
    assert first["refresh_token"] != again["refresh_token"]
    assert keys(quick_api, ana) == 0


def test_keys_go_after_a_day(api: Api, tmp_path: Path) -> None:
    ana = api.sign_up("Ana")
    ana.post("/events", EXAM, headers=KEY)
    for hours, kept in ((23, 1), (2, 0)):
        api.clock.advance(timedelta(hours=hours))
        tidied = tidy(api.services, Settings(data_dir=tmp_path))
        assert tidied.requests == 1 - kept
        with api.services.database.read(None) as tx:
            query = select(func.count()).select_from(IdempotencyKey)
            assert tx.execute(query, across_workspaces="a test counts").scalar() == kept


def test_keys_of_a_member_go_with_them(api: Api) -> None:
    ana = api.sign_up("Ana")
    ben = api.joins(ana, "Ben")
    ben.post("/events", EXAM, headers=KEY)
    assert keys(api, ana) == 1
    assert ana.delete(f"/members/{ben.member_id}").status_code == 204
    assert keys(api, ana) == 0


def test_who_went_meanwhile_changes_nothing(api: Api) -> None:
    ana = api.sign_up("Ana")
    workspace_id = UUID(ana.workspace_id)
    gone = KeyedRequest(member_id=workspace_id, key_hash="0", fingerprint="0")
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        api.services.database.write(workspace_id, lambda tx: idempotency.claim(tx, gone))


def test_everything_that_stores_declares_the_header_once(quick_api: Api) -> None:
    document = quick_api.anyone.get("/openapi.json").json()
    assert document["components"]["parameters"]["IdempotencyKey"]["name"] == "Idempotency-Key"
    reference = {"$ref": "#/components/parameters/IdempotencyKey"}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            declared = operation.get("parameters", []).count(reference)
            assert declared == int(method != "get" and "/auth/" not in path), (method, path)


def test_pages_of_other_origins_may_send_a_key(quick_api: Api) -> None:
    other = open_api(quick_api.home, RestSettings(cors_origins=("https://app.example",)))
    asking = {
        "Origin": "https://app.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "idempotency-key",
    }
    with other.client:
        answer = other.anyone.request("OPTIONS", "/events", headers=asking)
    assert answer.status_code == 200
    assert "Idempotency-Key" in answer.headers["access-control-allow-headers"]
