"""What a preview computes is forgotten with it: versions that never came to be shape no later answer."""

from __future__ import annotations

from rest_client import Api


def test_a_series_is_where_it_was_moved_to_and_not_where_a_preview_would_have_moved_it(api: Api) -> None:
    ana = api.sign_up(zone="Europe/Berlin")
    made = ana.post(
        "/events",
        {"title": "Choir", "start": "2026-03-03T18:00", "duration": "PT1H", "rules": ["FREQ=DAILY;COUNT=9"]},
    )
    event_id = made.json()["event"]["id"]
    ana.patch(f"/events/{event_id}", {"start": "2026-03-03T08:00"}, params={"preview": True})

    ana.patch(f"/events/{event_id}", {"start": "2026-03-03T20:00"})

    found = ana.get("/events", params={"start": "2026-03-05", "end": "2026-03-06"}).json()["items"]
    assert [item["start"] for item in found] == ["2026-03-05T20:00:00+01:00"]
