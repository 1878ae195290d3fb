"""Two writers on one event, at the same instant, through the API."""

from __future__ import annotations

from racing import race
from rest_client import Api


def test_of_two_writers_who_read_the_same_version_one_answers_412(api: Api) -> None:
    ana = api.sign_up("Ana")
    made = ana.post("/events", {"title": "Exam", "start": "2026-03-10T09:00", "duration": "PT1H"})
    path = f"/events/{made.json()['event']['id']}"

    def write(title: str) -> int:
        return ana.patch(path, {"title": title}, headers={"If-Match": '"1"'}).status_code

    answers = race(lambda: write("First"), lambda: write("Second"))
    assert sorted(answers) == [200, 412]
    stored = ana.get(path)
    assert (stored.headers["ETag"], stored.json()["title"] in ("First", "Second")) == ('"2"', True)
    audit = ana.get("/audit", params={"subject": made.json()["event"]["id"]}).json()["items"]
    assert [entry["action"] for entry in audit] == ["update", "create"]
