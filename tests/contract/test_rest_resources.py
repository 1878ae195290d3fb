"""Resources and reservations over REST."""

from __future__ import annotations

from typing import Any

from rest_client import Api, Person

DAY = {"start": "2026-03-10", "end": "2026-03-11"}
SCHOOL_RUN = {"title": "School run", "start": "2026-03-10T08:00", "duration": "PT1H"}


def household(api: Api, **given: Any) -> tuple[Person, str]:
    """Sign Ana up and give her a car."""
    ana = api.sign_up("Ana", zone="Europe/Berlin")
    made = ana.post("/resources", {"name": "Car", "type": "vehicle", **given})
    assert made.status_code == 201, made.text
    assert made.headers["ETag"] == '"1"'
    return ana, made.json()["id"]


def test_a_resource_is_made_changed_and_put_away(api: Api) -> None:
    ana, car = household(api, attributes={"seats": 5, "electric": True})
    assert ana.get(f"/resources/{car}").json()["attributes"] == {"seats": 5, "electric": True}
    changed = ana.patch(f"/resources/{car}", {"capacity": 2}, headers={"If-Match": '"1"'})
    assert (changed.json()["capacity"], changed.headers["ETag"]) == (2, '"2"')
    assert ana.patch(f"/resources/{car}", {"name": "Van"}, headers={"If-Match": '"1"'}).status_code == 412
    assert ana.patch(f"/resources/{car}", {"name": None}).json()["field"] == "name"
    assert ana.delete(f"/resources/{car}").json()["active"] is False
    assert ana.get("/resources").json()["items"] == []
    assert [each["id"] for each in ana.get("/resources?inactive=true").json()["items"]] == [car]
    assert ana.get("/resources?inactive=true&type=room").json()["items"] == []
    assert ana.patch(f"/resources/{car}", {"active": True}).json()["active"] is True


def test_an_event_shows_what_it_takes_and_is_refused_what_is_full(api: Api) -> None:
    ana, car = household(api)
    made = ana.post("/events", {**SCHOOL_RUN, "resources": [car]}).json()["event"]
    assert made["resources"] == [car]
    (shown,) = ana.get("/events", params=DAY).json()["items"]
    assert shown["resources"] == [car]
    refused = ana.post("/events", {**SCHOOL_RUN, "resources": [car]})
    assert (refused.status_code, refused.json()["code"]) == (409, "over_capacity")
    assert refused.json()["taken_by"][0]["event_id"] == made["id"]
    other = ana.post("/events", SCHOOL_RUN).json()["event"]["id"]
    assert ana.patch(f"/events/{other}", {"resources": [car]}).status_code == 409
    assert ana.patch(f"/events/{made['id']}", {"resources": None}).json()["event"]["resources"] == []
    assert ana.patch(f"/events/{other}", {"resources": [car]}).json()["event"]["resources"] == [car]
    needed = ana.delete(f"/resources/{car}")
    assert (needed.status_code, needed.json()["code"], needed.json()["coming"]) == (409, "resource_in_use", 1)
    assert ana.delete(f"/resources/{car}", params={"force": True}).status_code == 200
    (conflict,) = ana.get("/conflicts", params={"resource": car}).json()["items"]
    assert (conflict["kind"], conflict["subject"]["name"]) == ("resource_conflict", "Car")


def test_a_reservation_is_made_moved_and_cancelled(api: Api) -> None:
    ana, car = household(api)
    wanted = {"start": "2026-03-10T08:00", "end": "2026-03-10T09:00", "title": "Hospital"}
    made = ana.post(f"/resources/{car}/reservations", wanted)
    assert (made.status_code, made.json()["start"]) == (201, "2026-03-10T08:00:00+01:00")
    path = made.headers["Location"].removeprefix("/api/v1")
    assert ana.post(f"/resources/{car}/reservations", wanted).json()["code"] == "over_capacity"
    moved = ana.patch(path, {"end": "2026-03-10T10:00"}, headers={"If-Match": made.headers["ETag"]})
    assert moved.json()["end"] == "2026-03-10T10:00:00+01:00"
    listed = ana.get(f"/resources/{car}/reservations", params=DAY).json()["items"]
    assert [(each["reservation_id"], each["event_id"]) for each in listed] == [(made.json()["id"], None)]
    assert ana.delete(path).json()["status"] == "cancelled"
    assert ana.get(path).json()["cancelled_at"] is not None
    assert ana.get(f"/resources/{car}/reservations", params=DAY).json() == {"items": [], "next": None}


def test_what_is_left_and_who_has_it(quick_api: Api) -> None:
    ana, car = household(quick_api, capacity=2)
    ana.post("/events", {**SCHOOL_RUN, "resources": [car]})
    left = ana.get(f"/resources/{car}/availability", params=DAY).json()
    assert left == {"available": True, "current_usage": 1, "max_capacity": 2, "remaining": 1}
    steps = ana.get(f"/resources/{car}/timeline", params=DAY).json()["items"]
    assert [(each["usage"], [taken["title"] for taken in each["by"]]) for each in steps] == [
        (0, []),
        (1, ["School run"]),
        (0, []),
    ]
    too_long = {"start": "2026-03-10", "end": "2028-03-11"}
    assert ana.get(f"/resources/{car}/timeline", params=too_long).json()["field"] == "end"


def test_what_is_reserved_without_an_event_is_given_of_all_resources_at_once(quick_api: Api) -> None:
    ana, car = household(quick_api)
    hall = ana.post("/resources", {"name": "Hall", "type": "room"}).json()["id"]
    ana.post("/events", {**SCHOOL_RUN, "resources": [car]})
    for resource, hour in ((hall, 14), (car, 10), (hall, 11)):
        times = {"start": f"2026-03-10T{hour}:00", "end": f"2026-03-10T{hour + 1}:00"}
        assert ana.post(f"/resources/{resource}/reservations", times).status_code == 201
    listed = ana.get("/reservations", params=DAY).json()["items"]
    assert [each["resource_id"] for each in listed] == [car, hall, hall]
    assert {each["member_id"] for each in listed} == {ana.member_id}
    gone = ana.delete(f"/reservations/{listed[0]['id']}")
    assert gone.json()["status"] == "cancelled"
    assert [each["id"] for each in ana.get("/reservations", params=DAY).json()["items"]] == [
        each["id"] for each in listed[1:]
    ]
    years = {"start": "2026-01-01", "end": "2028-01-01"}
    assert ana.get("/reservations", params=years).json()["field"] == "end"
