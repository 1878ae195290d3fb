"""The laws of events, held to the API."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rest_client import Api, Person
from strategies.rest import headers
from strategies.rest_calendar import SPRING, bodies, new_events, patches, requests

# One app serves all examples of a law; each example takes back what it made, where that matters to the next.
lawful = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
REFUSALS = {400, 401, 403, 404, 405, 409, 412, 413, 415, 428, 429}


@pytest.fixture
def ana(quick_api: Api) -> Person:
    return quick_api.sign_up("Ana", zone="Europe/Berlin")


def create(person: Person, body: dict[str, Any]) -> dict[str, Any]:
    answer = person.post("/events", body)
    assert answer.status_code == 201, answer.text
    event: dict[str, Any] = answer.json()["event"]
    return event


def seen(person: Person, **wanted: Any) -> list[dict[str, Any]]:
    answer = person.get("/events", params={**SPRING, **wanted})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest.mark.law(14)
@lawful
@given(body=new_events())
def test_a_valid_create_answers_201_with_the_whole_event(ana: Person, body: dict[str, Any]) -> None:
    answer = ana.post("/events", body)
    assert answer.status_code == 201, answer.text
    event = answer.json()["event"]
    for field in body.keys() - {"start", "duration", "zone", "floating"}:
        assert event[field] == body[field], field
    assert event["start"][:10] in (body["start"][:10], *_neighbours(body["start"][:10]))
    assert ana.get(f"/events/{event['id']}").json() == event
    ana.delete(f"/events/{event['id']}")


def _neighbours(day: str) -> tuple[str, ...]:
    """Give the days before and after: an offset may lead to another day on one's own clock."""
    here = date.fromisoformat(day)
    return (here - timedelta(days=1)).isoformat(), (here + timedelta(days=1)).isoformat()


@pytest.mark.law(15)
@lawful
@given(body=new_events(), patch=patches())
def test_a_valid_update_answers_with_exactly_what_is_now_stored(
    ana: Person, body: dict[str, Any], patch: dict[str, Any]
) -> None:
    path = f"/events/{create(ana, body)['id']}"
    answer = ana.patch(path, patch)
    assert answer.status_code == 200, answer.text
    event = answer.json()["event"]
    stored = ana.get(path)
    assert (stored.json(), stored.headers["ETag"]) == (event, answer.headers["ETag"])
    for field in patch.keys() - {"start", "duration", "zone", "floating"}:
        assert event[field] == patch[field], field
    ana.delete(path)


@pytest.mark.law(16)
@lawful
@given(body=new_events())
def test_a_deleted_event_is_gone_from_every_query(ana: Person, body: dict[str, Any]) -> None:
    event = create(ana, body)
    path = f"/events/{event['id']}"
    answer = ana.delete(path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert [ana.get(each).status_code for each in (path, f"{path}/ics", f"{path}/participants")] == [404] * 3
    assert event["id"] not in {item["id"] for item in seen(ana)}
    assert event["uid"] not in ana.get(f"/calendars/{event['calendar_id']}/export.ics").text
    assert event["id"] not in str(ana.get("/conflicts", params={"ignored": True}).json())


@pytest.mark.law(24)
@pytest.mark.law(25)
@settings(lawful, max_examples=100)
@given(data=st.data())
def test_filters_give_exactly_what_passes_all_and_each_event_shows_its_category(
    ana: Person, data: st.DataObject
) -> None:
    categories = {each["id"]: each for each in ana.get("/categories").json()["items"]}
    events = [
        {**body, "category_id": data.draw(st.sampled_from([None, *categories]))}
        for body in data.draw(st.lists(new_events(), min_size=1, max_size=4))
    ]
    made = ana.post("/events/batch", {"events": events})
    assert made.status_code == 201, made.text
    wanted: dict[str, Any] = data.draw(
        st.fixed_dictionaries(
            {},
            optional={
                "category": st.lists(st.sampled_from(list(categories)), min_size=1, max_size=4),
                "priority": st.lists(st.sampled_from(["low", "high"]), min_size=1),
                "status": st.lists(st.sampled_from(["confirmed", "proposed"]), min_size=1),
                "member": st.just([ana.member_id]),
                "q": st.sampled_from(["a", "A", "0"]),
            },
        )
    )

    everything = seen(ana)
    expected = [item for item in everything if _passes(item, wanted)]
    assert seen(ana, **wanted) == expected
    for item in everything:
        shown, kept = item["category"], categories[item["category"]["id"]]
        assert (shown["name"], shown["level"]) == (kept["name"], kept["level"])

    undone = ana.post(f"/change-sets/{made.json()['change_set_id']}/undo")
    assert undone.status_code == 200, undone.text


def _passes(item: dict[str, Any], wanted: dict[str, Any]) -> bool:
    text = "\n".join(item[name] or "" for name in ("title", "description", "location")).casefold()
    return (
        item["category"]["id"] in wanted.get("category", [item["category"]["id"]])
        and item["priority"] in wanted.get("priority", [item["priority"]])
        and item["status"] in wanted.get("status", [item["status"]])
        and wanted.get("q", "").casefold() in text
    )


@pytest.mark.law(21)
@lawful
@given(body=new_events(), title=st.sampled_from(["Another", "title"]))
def test_create_update_and_delete_each_leave_an_audit_entry(
    ana: Person, body: dict[str, Any], title: str
) -> None:
    event = create(ana, {**body, "title": "First"})
    path = f"/events/{event['id']}"
    ana.patch(path, {"title": title})
    ana.delete(path)
    entries = ana.get("/audit", params={"subject": event["id"]}).json()["items"]
    assert [entry["action"] for entry in entries] == ["delete", "update", "create"]
    assert {entry["actor_member_id"] for entry in entries} == {ana.member_id}
    assert all(entry["at"] for entry in entries)


@pytest.mark.law(17)
@lawful
@given(data=st.data(), body=bodies, sent=headers)
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE", "PUT"])
def test_whatever_is_asked_of_calendars_is_answered_or_refused_with_a_reason(
    quick_api: Api, ana: Person, method: str, data: st.DataObject, body: Any, sent: Any
) -> None:
    event = _standing_event(ana)
    category = ana.get("/categories").json()["items"][0]["id"]
    known = (event["id"], event["calendar_id"], ana.member_id, category)
    path, query = data.draw(requests(known))
    content = None if method == "GET" else json.dumps(body).encode()
    given = {"Content-Type": "application/json", **sent}
    answer = ana.request(method, path, params=query, headers=given, content=content)
    if answer.status_code >= 400:
        problem = answer.json()
        assert answer.status_code in REFUSALS, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert problem["code"]
        assert problem["detail"]
        if answer.status_code == 400:
            assert problem["field"]


def _standing_event(person: Person) -> dict[str, Any]:
    """Give the series of the earlier examples, or a new one where one of them took it away."""
    wanted = {"uid": "standing", "title": "X", "start": "2026-03-10T09:00", "rules": ["FREQ=DAILY;COUNT=3"]}
    standing = (found for found in seen(person) if found["uid"] == wanted["uid"])
    return next(standing, None) or create(person, wanted)
