"""Reminders and notifications over REST."""

from __future__ import annotations

from rest_client import Api


def test_a_reminder_is_made_read_changed_and_forgotten(api: Api) -> None:
    ana = api.sign_up()
    made = ana.post("/reminders", {"cron": "0 8 * * mon-fri", "message": "Vitamins"})
    assert made.status_code == 201, made.text
    where = made.headers["Location"].removeprefix("/api/v1")
    assert ana.get(where).json() == made.json()
    assert ana.get("/reminders").json()["items"] == [made.json()]
    patched = ana.patch(where, {"message": "Tea"}, headers={"If-Match": made.headers["ETag"]})
    assert (patched.json()["message"], patched.json()["version"]) == ("Tea", 2)
    assert ana.patch(where, {"message": "No"}, headers={"If-Match": '"1"'}).status_code == 412
    assert ana.delete(where).status_code == 204
    assert ana.get(where).status_code == 404


def test_reminders_say_what_they_are_about_and_when_they_come(api: Api) -> None:
    ana = api.sign_up()
    weekly = {"title": "Choir", "start": "2026-03-03T19:00:00", "rules": ["FREQ=WEEKLY"]}
    choir = ana.post("/events", weekly).json()["event"]["id"]
    once = ana.post("/events", {"title": "Gone", "start": "2026-01-03T19:00:00"}).json()["event"]["id"]
    given: list[dict[str, object]] = [
        {"event_id": choir, "minutes": 30},
        {"event_id": choir, "minutes": 30, "occurrence": "2026-03-17T19:00:00"},
        {"event_id": once, "minutes": 30},
        {"event_id": choir, "cron": "0 8 * * tue", "message": "Warm up"},
        {"at": "2026-03-04T08:00:00Z", "message": "Post the letter"},
    ]
    for each in given:
        answer = ana.post("/reminders", each)
        assert answer.status_code == 201, answer.text
    found = ana.get("/reminders").json()["items"]
    assert [(each["title"], each["next_at"]) for each in found] == [
        ("Choir", "2026-03-03T18:30:00Z"),
        ("Choir", "2026-03-17T18:30:00Z"),
        ("Gone", None),
        ("Choir", "2026-03-03T08:00:00Z"),
        (None, "2026-03-04T08:00:00Z"),
    ]
    off = ana.patch(f"/reminders/{found[0]['id']}", {"active": False}).json()
    assert off["next_at"] is None


def test_a_pattern_is_foretold_on_one_s_clock(api: Api) -> None:
    ana = api.sign_up()
    times = ana.get("/reminders/times?cron=0 8 * * mon-fri").json()["times"]
    assert [each[:16] for each in times] == [f"2026-03-{day}T08:00" for day in ("03", "04", "05", "06", "09")]
    refused = ana.get("/reminders/times?cron=0 25 * * *")
    assert (refused.status_code, refused.json()["field"]) == (400, "cron")
