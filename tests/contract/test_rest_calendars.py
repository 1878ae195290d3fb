"""Calendars, categories, files and feeds over REST."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from kalends.interfaces.feeds import feed_routes
from kalends.interfaces.rest.app import create_app
from rest_client import ROOMY, Api, Person

FILE = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Somebody//EN\r\n"
    b"BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260310T090000Z\r\nDURATION:PT1H\r\n"
    b"SUMMARY:Secret meeting\r\nX-COLOUR:teal\r\nEND:VEVENT\r\n"
    b"BEGIN:VEVENT\r\nUID:2\r\nDTSTART:2026xx\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
ICALENDAR = {"Content-Type": "text/calendar"}


def personal(person: Person) -> dict[str, Any]:
    found = person.get("/calendars").json()["items"]
    return next(each for each in found if each["owner_member_id"] == person.member_id)


def imports(person: Person, calendar_id: str, data: bytes = FILE, **wanted: Any) -> Any:
    headers = wanted.pop("headers", ICALENDAR)
    return person.request("POST", f"/calendars/{calendar_id}/import", content=data, headers=headers, **wanted)


def test_a_calendar_is_made_changed_and_removed(api: Api) -> None:
    ana = api.sign_up("Ana")
    made = ana.post("/calendars", {"name": "School", "color": "#3B82F6"})
    path = f"/calendars/{made.json()['id']}"
    assert (made.status_code, made.headers["Location"]) == (201, f"/api/v1{path}")
    assert made.json()["color"] == "#3b82f6"
    changed = ana.patch(path, {"visibility": "public", "color": None}, headers={"If-Match": '"1"'})
    assert (changed.headers["ETag"], changed.json()["visibility"], changed.json()["color"]) == (
        '"2"',
        "public",
        None,
    )
    assert ana.patch(path, {"name": "X"}, headers={"If-Match": '"1"'}).status_code == 412
    assert ana.patch(path, {"name": None}).json()["field"] == "name"
    assert ana.get(path).json() == changed.json()
    assert ana.delete(path).status_code == 204
    assert ana.get(path).status_code == 404


def test_a_calendar_with_events_goes_only_when_told_so(api: Api) -> None:
    ana = api.sign_up("Ana")
    calendar = ana.post("/calendars", {"name": "School"}).json()["id"]
    ana.post("/events", {"title": "X", "start": "2026-03-10", "calendar_id": calendar})
    refused = ana.delete(f"/calendars/{calendar}")
    assert (refused.status_code, refused.json()["code"]) == (409, "calendar_in_use")
    assert ana.delete(f"/calendars/{calendar}", params={"with_events": True}).status_code == 204


def test_a_grant_lets_somebody_write(api: Api) -> None:
    ana = api.sign_up("Ana")
    bo = api.joins(ana, "Bo")
    calendar = bo.post("/calendars", {"name": "Diary"}).json()["id"]
    draft = {"title": "X", "start": "2026-03-10", "calendar_id": calendar}
    assert ana.post("/events", draft).status_code == 403
    grant = f"/calendars/{calendar}/grants/{ana.member_id}"
    assert bo.put(grant, {"access": "write"}).json() == {"member_id": ana.member_id, "access": "write"}
    assert bo.get(f"/calendars/{calendar}/grants").json()["items"] == [
        {"member_id": ana.member_id, "access": "write"}
    ]
    assert ana.post("/events", draft).status_code == 201
    assert bo.delete(grant).status_code == 204
    assert ana.post("/events", draft).status_code == 403


def test_a_category_is_made_renamed_and_kept_while_events_carry_it(api: Api) -> None:
    ana = api.sign_up("Ana")
    made = ana.post("/categories", {"name": "Music", "level": 4})
    category = made.json()
    path = f"/categories/{category['id']}"
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    event = ana.post(
        "/events", {"title": "Choir", "start": "2026-03-10", "category_id": category["id"]}
    ).json()["event"]
    renamed = ana.patch(path, {"name": "Singing", "level": 5}, headers={"If-Match": '"1"'})
    assert renamed.status_code == 200
    shown = ana.get(f"/events/{event['id']}").json()
    assert (shown["category"]["name"], shown["rank"]) == ("Singing", 5)
    (listed,) = ana.get("/events", params={"start": "2026-03-10", "end": "2026-03-11"}).json()["items"]
    assert listed["category"] == shown["category"]
    assert ana.delete(path).json()["code"] == "category_in_use"
    assert ana.post("/categories", {"name": "SINGING", "level": 1}).json()["code"] == "category_taken"
    ana.delete(f"/events/{event['id']}")
    assert ana.delete(path, headers={"If-Match": '"1"'}).json()["code"] == "stale_version"
    assert ana.delete(path, headers={"If-Match": '"2"'}).status_code == 204


def test_the_colour_of_a_category_is_given_and_taken_away(quick_api: Api) -> None:
    ana = quick_api.sign_up("Ana")
    made = ana.post("/categories", {"name": "Music", "level": 4, "color": "#336699"}).json()
    path = f"/categories/{made['id']}"
    assert ana.patch(path, {"color": None}).json()["color"] is None
    assert ana.get(path).json()["color"] is None


def test_a_file_comes_in_once_and_goes_out_as_it_came(api: Api) -> None:
    ana = api.sign_up("Ana")
    calendar = personal(ana)["id"]
    assert imports(ana, calendar, params={"preview": True}).json()["added"] == 1
    report = imports(ana, calendar).json()
    assert (report["added"], [each["code"] for each in report["problems"]]) == (1, ["bad_time"])
    again = imports(ana, calendar).json()
    assert (again["added"], again["unchanged"], again["change_set_id"]) == (0, 1, None)
    answer = ana.get(f"/calendars/{calendar}/export.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert b"X-COLOUR:teal\r\n" in answer.content
    kept = "attachment; filename=\"Ana.ics\"; filename*=UTF-8''Ana.ics"
    assert answer.headers["content-disposition"] == kept


@pytest.mark.parametrize(
    ("data", "headers", "status", "code"),
    [
        (b"hello", ICALENDAR, 400, "not_icalendar"),
        (b"", ICALENDAR, 400, "not_icalendar"),
        (FILE, {"Content-Type": "application/json"}, 415, "unsupported_media_type"),
        (FILE + b"x" * 3_000, ICALENDAR, 413, "too_large"),
    ],
)
def test_what_is_no_calendar_file_is_refused(
    quick_api: Api, data: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    ana = quick_api.sign_up("Ana")
    quick_api.client.app.state.settings = type(ROOMY)(ical_max_bytes=2_000)  # type: ignore[attr-defined]
    answer = imports(ana, personal(ana)["id"], data, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_feed_is_read_without_signing_in_until_it_is_revoked(api: Api) -> None:
    ana = api.sign_up("Ana")
    calendar = personal(ana)["id"]
    imports(ana, calendar)
    app = create_app(api.services, ROOMY, beside=[feed_routes(api.services)])
    feed = ana.post(f"/calendars/{calendar}/feeds", {"name": "Phone"}).json()
    with TestClient(app) as client:
        first = client.get(feed["url"])
        assert first.status_code == 200, first.text
        text = first.text.replace("\r\n ", "")
        assert "SUMMARY:Secret meeting\r\n" in text
        assert f"SOURCE;VALUE=URI:{feed['url']}\r\n" in text
        assert "REFRESH-INTERVAL;VALUE=DURATION:PT15M\r\n" in text
        for header in ("ETag", "Last-Modified"):
            asked = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}[header]
            unchanged = client.get(feed["url"], headers={asked: first.headers[header]})
            assert (unchanged.status_code, unchanged.content) == (304, b"")
        assert client.head(feed["url"]).status_code == 200
        ana.post("/events", {"title": "New", "start": "2026-03-12"})
        assert client.get(feed["url"], headers={"If-None-Match": first.headers["ETag"]}).status_code == 200
        listed = ana.get(f"/calendars/{calendar}/feeds").json()["items"]
        assert [each["name"] for each in listed] == ["Phone"]
        assert feed["url"].split("/")[-1].removesuffix(".ics") not in str(listed)
        assert ana.delete(f"/calendars/{calendar}/feeds/{feed['id']}").status_code == 204
        assert client.get(feed["url"]).status_code == 404


def test_a_busy_feed_tells_when_and_not_what(api: Api) -> None:
    ana = api.sign_up("Ana")
    calendar = personal(ana)["id"]
    imports(ana, calendar)
    app = create_app(api.services, ROOMY, beside=[feed_routes(api.services)])
    feed = ana.post(f"/calendars/{calendar}/feeds", {"busy_only": True}).json()
    with TestClient(app) as client:
        text = client.get(feed["url"]).text
    assert "DTSTART:20260310T090000Z" in text
    assert "Secret" not in text
    assert "X-COLOUR" not in text
