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
