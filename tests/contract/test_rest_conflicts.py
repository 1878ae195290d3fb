"""Conflicts, change sets and free time over REST."""

from __future__ import annotations

from typing import Any

from rest_client import Api, Person

DENTIST = {"title": "Dentist", "start": "2026-03-10T14:00", "duration": "PT1H", "priority": "high"}
SOCCER = {"title": "Soccer", "start": "2026-03-10T14:30", "duration": "PT1H"}


def clash(api: Api) -> tuple[Person, dict[str, Any]]:
    ana = api.sign_up("Ana", zone="Europe/Berlin")
    ana.post("/events", DENTIST)
    (conflict,) = ana.post("/events", SOCCER).json()["conflicts"]
    return ana, conflict


def test_a_conflict_is_listed_explained_and_resolved(api: Api) -> None:
    ana, conflict = clash(api)
    assert conflict["sentence"] == "Dentist overlaps Soccer by 30 minutes (14:30-15:00)"
    assert ana.get("/conflicts").json()["items"] == [conflict]
    path = f"/conflicts/{conflict['identity']}"
    best = ana.get(f"{path}/resolutions").json()["items"][0]
    assert (best["kind"], best["title"], best["allowed"]) == ("move", "Soccer", True)
    assert best["reasons"]
    previewed = ana.post(f"{path}/resolve", {"option": best["option"], "preview": True}).json()
    assert (previewed["change_set_id"], previewed["resolved"]) == (None, [conflict["identity"]])
    resolved = ana.post(f"{path}/resolve", {"option": best["option"]}).json()
    assert resolved["resolved"] == [conflict["identity"]]
    assert ana.get("/conflicts").json()["items"] == []
    gone = ana.post(f"{path}/resolve", {"option": best["option"]})
    assert gone.status_code == 404


def test_ways_out_come_best_first_and_say_what_they_take(api: Api) -> None:
    ana = api.sign_up("Ana", zone="Europe/Berlin")
    bo = api.joins(ana, "Bo")
    people = [
        {"member_id": ana.member_id, "required": False},
        {"member_id": bo.member_id},
    ]
    ana.post("/events", DENTIST)
    (conflict,) = ana.post("/events", {**SOCCER, "participants": people}).json()["conflicts"]
    path = f"/conflicts/{conflict['identity']}"
    ways = ana.get(f"{path}/resolutions").json()["items"]
    assert list(dict.fromkeys(way["kind"] for way in ways)) == [
        "move", "shorten", "drop_participant", "cancel",
    ]  # fmt: skip
    assert [way["score"] for way in ways] == sorted((way["score"] for way in ways), reverse=True)
    by_kind = {way["kind"]: way for way in reversed(ways)}
    assert {kind: way["needs_person"] for kind, way in by_kind.items()} == {
        "move": False, "shorten": True, "drop_participant": True, "cancel": True,
    }  # fmt: skip
    shorter, leaving = by_kind["shorten"], by_kind["drop_participant"]
    assert shorter["after"] == {"start": "2026-03-10T14:00:00Z", "end": shorter["before"]["end"]}
    assert (leaving["member_id"], leaving["after"]) == (ana.member_id, leaving["before"])
    assert (by_kind["cancel"]["after"], by_kind["cancel"]["resource_id"]) == (None, None)
    previewed = ana.post(f"{path}/resolve", {"option": leaving["option"], "preview": True}).json()
    assert (previewed["resolved"], previewed["appearing"]) == ([conflict["identity"]], [])
    taken = ana.post(f"{path}/resolve", {"option": leaving["option"]}).json()
    event = ana.get(f"/events/{leaving['event_id']}").json()
    assert [each["member_id"] for each in event["participants"]] == [bo.member_id]
    (logged,) = [
        each for each in ana.get("/change-sets").json()["items"] if each["id"] == taken["change_set_id"]
    ]
    assert {"need_not_come", "chosen"} <= {reason["code"] for reason in logged["reasons"]}


def test_a_conflict_may_be_lived_with(api: Api) -> None:
    ana, conflict = clash(api)
    path = f"/conflicts/{conflict['identity']}/ignore"
    assert ana.post(path).json()["ignored"] is True
    assert ana.get("/conflicts").json()["items"] == []
    assert len(ana.get("/conflicts", params={"ignored": True}).json()["items"]) == 1
    assert ana.delete(path).json()["ignored"] is False
    assert len(ana.get("/conflicts").json()["items"]) == 1


def test_conflicts_are_filtered(quick_api: Api) -> None:
    ana, conflict = clash(quick_api)
    bo = quick_api.joins(ana, "Bo")
    for wanted, found in [
        ({"member": ana.member_id}, 1),
        ({"member": bo.member_id}, 0),
        ({"kind": "time_conflict"}, 1),
        ({"kind": "resource_conflict"}, 0),
        ({"severity": conflict["severity"]}, 1),
        ({"severity": ["low", "critical"]}, 0),
    ]:
        assert len(ana.get("/conflicts", params=wanted).json()["items"]) == found, wanted


def test_an_option_that_is_none_and_a_conflict_that_is_none_are_refused(quick_api: Api) -> None:
    ana, conflict = clash(quick_api)
    gone = ana.post(f"/conflicts/{conflict['identity']}/resolve", {"option": "x"})
    assert (gone.status_code, gone.json()["code"]) == (409, "option_gone")
    assert ana.get(f"/conflicts/{'0' * 32}/resolutions").status_code == 404
    assert ana.get("/conflicts/nothing/resolutions").json()["field"] == "identity"


def test_change_sets_are_listed_in_pages_and_undone_once(api: Api) -> None:
    ana, _ = clash(api)
    first = ana.get("/change-sets", params={"limit": 1}).json()
    second = ana.get("/change-sets", params={"limit": 1, "cursor": first["next"]}).json()
    titles = [page["items"][0]["operations"][0]["after"]["title"] for page in (first, second)]
    assert titles == ["Soccer", "Dentist"]
    path = f"/change-sets/{second['items'][0]['id']}/undo"
    previewed = ana.post(path, params={"preview": True}).json()
    assert previewed["change_set_id"] is None
    undone = ana.post(path).json()
    assert [each["kind"] for each in undone["operations"]] == ["deleted"]
    again = ana.post(path)
    assert (again.status_code, again.json()["code"]) == (409, "already_undone")


def test_an_undo_that_a_later_change_blocks_names_it(api: Api) -> None:
    ana = api.sign_up("Ana")
    made = ana.post("/events", SOCCER).json()
    later = ana.patch(f"/events/{made['event']['id']}", {"title": "Football"}).json()
    blocked = ana.post(f"/change-sets/{made['change_set_id']}/undo")
    assert (blocked.status_code, blocked.json()["code"]) == (409, "undo_blocked")
    assert blocked.json()["later"] == later["change_set_id"]


def test_free_time_keeps_off_what_is_taken_and_the_gaps_beside_it(api: Api) -> None:
    ana = api.sign_up("Ana", zone="Europe/Berlin")
    ana.post("/events", DENTIST)
    wanted = {"start": "2026-03-10T13:00", "end": "2026-03-10T17:00", "duration": "PT30M", "step": "PT30M"}
    found = ana.get("/free", params=wanted).json()["items"]
    assert [item["start"][11:16] for item in found] == ["12:00", "14:30", "15:00", "15:30"]


def test_why_a_time_is_taken_is_told_without_what_may_not_be_seen(api: Api) -> None:
    ana = api.sign_up("Ana", zone="Europe/Berlin")
    bo = api.joins(ana, "Bo")
    diary = ana.post("/calendars", {"name": "Diary", "visibility": "private"}).json()["id"]
    ana.post("/events", {**DENTIST, "title": "Therapy", "calendar_id": diary})
    wanted = {"start": "2026-03-10T14:15+01:00", "end": "2026-03-10T14:45+01:00", "member": ana.member_id}
    told = {who: each.get("/free/why", params=wanted).json() for who, each in (("ana", ana), ("bo", bo))}
    assert [reason["code"] for reason in told["ana"]["reasons"]] == ["busy"]
    assert "Therapy" in told["ana"]["reasons"][0]["words"]
    assert told["bo"]["free"] is False
    assert "Therapy" not in str(told["bo"])
    later = {**wanted, "start": "2026-03-10T18:00+01:00", "end": "2026-03-10T19:00+01:00"}
    assert ana.get("/free/why", params=later).json() == {"free": True, "reasons": []}


def test_pages_of_conflicts_join_without_gap_though_events_come_and_go(api: Api) -> None:
    ana = api.sign_up("Ana", zone="Europe/Berlin")
    for day in range(10, 16):
        for minute in ("00", "30"):
            ana.post("/events", {**SOCCER, "start": f"2026-03-{day}T14:{minute}"})
    everything = ana.get("/conflicts").json()["items"]
    assert len(everything) == 6
    page = ana.get("/conflicts", params={"limit": 2}).json()
    assert page["items"] == everything[:2]
    first = everything[0]["parties"][0]["event_id"]
    # What was told goes; something comes in before it and something after.
    ana.delete(f"/events/{first}", headers={"If-Match": "*"}).raise_for_status()
    ana.post("/events", {**SOCCER, "start": "2026-03-09T14:00"})
    ana.post("/events", {**SOCCER, "start": "2026-03-15T15:15"})
    rest = []
    while page["next"]:
        page = ana.get("/conflicts", params={"limit": 2, "cursor": page["next"]}).json()
        rest += [item["identity"] for item in page["items"]]
    told_before = [item["identity"] for item in everything[2:]]
    assert [identity for identity in rest if identity in told_before] == told_before
    assert len(rest) == len(set(rest)) == len(told_before) + 1
    assert ana.get("/conflicts", params={"cursor": "no cursor"}).status_code == 400
    assert ana.get("/conflicts", params={"limit": 0}).status_code == 400
