"""Constraints over REST: made with a version, enforced by name, tried first; and free time inside them."""

from __future__ import annotations

from typing import Any

import pytest

from rest_client import Api, Person

QUIET = {"name": "Quiet mornings", "rule": "no_events_before", "parameters": {"time": "07:00"}, "hard": True}
GYM = {"title": "Gym", "start": "2026-03-10T06:00", "duration": "PT1H"}
FREE = {"start": "2026-03-10T08:00", "end": "2026-03-10T22:00", "step": "PT60M"}


def asked(person: Person, **wanted: Any) -> dict[str, Any]:
    answer = person.post("/constraints", {**QUIET, **wanted})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_one_is_made_read_changed_and_removed(api: Api) -> None:
    ana = api.sign_up("Ana", zone="Europe/Berlin")
    answer = ana.post("/constraints", QUIET)
    made = answer.json()
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    assert answer.headers["Location"] == f"/api/v1/constraints/{made['id']}"
    assert {name: made[name] for name in QUIET} == QUIET
    assert (made["priority"], made["active"], made["member_id"]) == (5, True, None)
    path = f"/constraints/{made['id']}"
    assert ana.get(path).json() == made
    assert ana.get("/constraints").json()["items"] == [made]
    changed = ana.patch(path, {"hard": False, "priority": 8}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    late = ana.patch(path, {"hard": True}, headers={"If-Match": '"1"'})
    assert (late.status_code, late.json()["version"]) == (412, 2)
    assert ana.delete(path, headers={"If-Match": '"1"'}).status_code == 412
    assert ana.delete(path).status_code == 204
    assert ana.get(path).status_code == 404


@pytest.mark.parametrize(
    "wrong, field",
    [
        ({"rule": "no_fun"}, "rule"),
        ({"parameters": {"time": "7"}}, "parameters.time"),
        ({"parameters": []}, "parameters"),
        ({"priority": 0}, "priority"),
        ({"hard": "very"}, "hard"),
        ({"whom": "me"}, "whom"),
        ({"member_id": "00000000-0000-7000-8000-000000000000"}, "member_id"),
    ],
)
def test_nonsense_is_refused_by_its_field(quick_api: Api, wrong: dict[str, Any], field: str) -> None:
    ana = quick_api.sign_up("Ana")
    refused = ana.post("/constraints", {**QUIET, **wrong})
    assert (refused.status_code, refused.json()["field"]) == (400, field)


def test_a_null_means_nothing_in_a_patch(quick_api: Api) -> None:
    ana = quick_api.sign_up("Ana")
    path = f"/constraints/{asked(ana)['id']}"
    for name in ("name", "rule", "parameters", "hard", "priority", "active"):
        assert ana.patch(path, {name: None}).json()["field"] == name
    assert ana.patch(path, {"member_id": ana.member_id}).json()["field"] == "member_id"


def test_an_editor_asks_something_of_themselves_alone(quick_api: Api) -> None:
    ana = quick_api.sign_up("Ana")
    bo = quick_api.joins(ana, "Bo", permission="editor")
    vic = quick_api.joins(ana, "Vic", permission="viewer")
    own = asked(bo, member_id=bo.member_id)
    assert bo.post("/constraints", QUIET).status_code == 403
    assert vic.post("/constraints", {**QUIET, "member_id": vic.member_id}).status_code == 403
    assert vic.get(f"/constraints/{own['id']}").status_code == 404
    assert ana.patch(f"/constraints/{own['id']}", {"active": False}).status_code == 200
    of_bo = ana.get("/constraints", params={"member": bo.member_id}).json()["items"]
    assert [each["id"] for each in of_bo] == [own["id"]]


def test_a_broken_one_answers_409_with_its_name_unless_forced(api: Api) -> None:
    ana = api.sign_up("Ana", zone="Europe/Berlin")
    made = asked(ana)
    refused = ana.post("/events", GYM)
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (409, "constraint_broken")
    assert (problem["constraint_id"], problem["constraint"]) == (made["id"], "Quiet mornings")
    assert problem["words"] == "Gym begins at 06:00, but Ana wants no events before 07:00 ('Quiet mornings')"
    assert [each["constraint_id"] for each in problem["broken"]] == [made["id"]]
    previewed = ana.post("/events", GYM, params={"preview": True}).json()
    assert [each["constraint"] for each in previewed["refused_by"]] == ["Quiet mornings"]
    forced = ana.post("/events", GYM, params={"force": True})
    assert forced.status_code == 201
    (conflict,) = ana.get("/conflicts", params={"kind": "constraint_violation"}).json()["items"]
    assert (conflict["sentence"], conflict["rule"]) == (problem["words"], made["id"])
    path = f"/events/{forced.json()['event']['id']}"
    assert ana.patch(path, {"title": "Run"}).status_code == 200
    earlier = {"start": "2026-03-10T05:00"}
    assert ana.patch(path, earlier).json()["code"] == "constraint_broken"
    assert ana.patch(path, earlier, params={"force": True}).status_code == 200
    batch = {"events": [GYM, {**GYM, "start": "2026-03-10T12:00"}]}
    assert ana.post("/events/batch", batch).json()["code"] == "constraint_broken"
    assert ana.post("/events/batch", batch, params={"force": True}).status_code == 201


def test_one_is_tried_before_it_is_made(api: Api) -> None:
    ana = api.sign_up("Ana", zone="Europe/Berlin")
    ana.post("/events", {**GYM, "rules": ["FREQ=DAILY;COUNT=4"]})
    week = {"start": "2026-03-09", "end": "2026-03-16"}
    draft = {"rule": "no_events_before", "parameters": {"time": "07:00"}, **week}
    tried = ana.post("/constraints/dry-run", draft).json()
    assert (tried["sentence"], tried["count"]) == ("It would block 4 events.", 4)
    assert tried["events"][0]["title"] == "Gym"
    kept = asked(ana, hard=False)
    again = ana.post("/constraints/dry-run", {"constraint_id": kept["id"], **week}).json()
    assert again == {**tried, "events": again["events"]}
    for wrong in (week, {**draft, "constraint_id": kept["id"]}, {**draft, "rule": "no_fun"}):
        assert ana.post("/constraints/dry-run", wrong).status_code == 400
    gone = {"constraint_id": "00000000-0000-7000-8000-000000000000", **week}
    assert ana.post("/constraints/dry-run", gone).status_code == 404


def test_free_time_is_inside_hard_constraints_and_ranked_by_soft_ones(api: Api) -> None:
    ana = api.sign_up("Ana", zone="Europe/Berlin")
    asked(ana, name="School", rule="blocked_window", parameters={"start": "08:00", "end": "13:00"})
    soft = {"rule": "preferred_window", "parameters": {"start": "18:00", "end": "20:00"}}
    evening = asked(ana, name="Evenings", hard=False, priority=10, **soft)
    found = ana.get("/free", params=FREE).json()["items"]
    assert found[0]["start"].startswith("2026-03-10T12:00")
    assert {"id": evening["id"], "name": "Evenings", "priority": 10} in found[0]["broken"]
    best = ana.get("/free", params={**FREE, "ranked": True}).json()["items"]
    assert best[0]["start"].startswith("2026-03-10T17:00")
    assert [each["penalty"] for each in best] == sorted(each["penalty"] for each in found)
    wanted = {"start": "2026-03-10T09:00+01:00", "end": "2026-03-10T10:00+01:00"}
    why = ana.get("/free/why", params=wanted).json()
    assert why["free"] is False
    assert "('School')" in why["reasons"][0]["words"]
    assert ana.get("/free", params={**FREE, "resource": ana.member_id}).status_code == 404
