"""The same request twice at the same instant, with one key."""

from __future__ import annotations

from racing import race
from rest_client import Api

EXAM = {"title": "Exam", "start": "2026-03-10T09:00", "duration": "PT1H"}


def test_of_two_requests_with_one_key_one_takes_effect(api: Api) -> None:
    ana = api.sign_up("Ana")
    for number in range(5):
        headers = {"Idempotency-Key": f"click-{number}"}
        answers = race(*[lambda: ana.post("/events", EXAM, headers=headers)] * 2)  # noqa: B023 awaited here
        codes = sorted((answer.status_code, answer.json().get("code")) for answer in answers)
        assert codes[0] == (201, None)
        # The other came after the answer was known, or before.
        assert codes[1] in [(201, None), (409, "already_done")]
        created = {each.json()["change_set_id"] for each in answers if each.status_code == 201}
        assert len(created) == 1
        assert ana.post("/events", EXAM, headers=headers).json()["change_set_id"] in created
    audit = ana.get("/audit", params={"kind": "event", "action": "create"}).json()["items"]
    assert len(audit) == 5


def test_of_two_requests_that_reuse_one_key_one_takes_effect(api: Api) -> None:
    ana = api.sign_up("Ana")
    headers = {"Idempotency-Key": "one"}
    answers = race(
        lambda: ana.post("/events", EXAM, headers=headers),
        lambda: ana.post("/events", {**EXAM, "title": "Choir"}, headers=headers),
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert [each.json()["code"] for each in answers if each.status_code == 409] == ["key_reused"]
