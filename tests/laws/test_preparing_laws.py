"""A future exam makes its study sessions, held to the API."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rest_client import Api, Person
from workspaces import NOON

lawful = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "UTC"]
QUARTER = timedelta(minutes=15)


@pytest.fixture
def ana(quick_api: Api) -> Person:
    return quick_api.sign_up("Ana", zone="Europe/Berlin")


@st.composite
def exams(draw: st.DrawFn) -> dict[str, Any]:
    """Draw an exam from four days on, over changes of the clock, in a zone of its own or as whole days."""
    day = date(2026, 3, 6) + timedelta(days=draw(st.integers(0, 700)))
    if draw(st.integers(0, 4)) == 0:
        return {"title": "Exam", "start": day.isoformat()}
    start = datetime(day.year, day.month, day.day) + draw(st.integers(0, 95)) * QUARTER
    minutes = draw(st.integers(1, 300))
    return {
        "title": "Exam",
        "start": start.isoformat(),
        "zone": draw(st.sampled_from(ZONES)),
        "duration": f"PT{minutes}M",
    }


@st.composite
def days_full(draw: st.DrawFn) -> list[tuple[int, int, int]]:
    """Draw what stands on the days around: how many days before the exam, at which quarter, how long."""
    busy = st.tuples(st.integers(-1, 5), st.integers(0, 95), st.integers(1, 12))
    return draw(st.lists(busy, max_size=6))


def own_day(text: str, zone: str) -> date:
    """Give the day on which an event as answered begins, by a member's clock."""
    if "T" not in text:
        return date.fromisoformat(text)
    return datetime.fromisoformat(text).astimezone(ZoneInfo(zone)).date()


def made(person: Person, bodies: list[dict[str, Any]]) -> dict[str, Any]:
    answer = person.post("/events/batch", {"events": bodies})
    assert answer.status_code == 201, answer.text
    outcome: dict[str, Any] = answer.json()
    return outcome


def around(person: Person, day: date) -> list[tuple[str, ...]]:
    """Give all there is in the days around one."""
    window = {"start": str(day - timedelta(days=9)), "end": str(day + timedelta(days=9)), "limit": 500}
    items = person.get("/events", params=window).json()["items"]
    return sorted((each["id"], each["title"], each["start"], each["end"]) for each in items)


@pytest.mark.law(2)
@lawful
@given(exam=exams(), busy=days_full(), zone=st.sampled_from(ZONES), together=st.booleans())
def test_a_future_exam_makes_study_sessions_in_the_two_to_three_days_before_it(
    ana: Person, exam: dict[str, Any], busy: list[tuple[int, int, int]], zone: str, together: bool
) -> None:
    assert ana.patch(f"/members/{ana.member_id}", {"zone": zone}).status_code == 200
    categories = {each["name"]: each["id"] for each in ana.get("/categories").json()["items"]}
    exam = {**exam, "category_id": categories["Exam"]}
    begins = own_day(exam["start"] if "zone" not in exam else _instant(exam), zone)
    others = [
        {
            "title": f"Busy {number}",
            "start": (_midnight(begins - timedelta(days=back)) + quarter * QUARTER).isoformat(),
            "zone": zone,
            "duration": f"PT{quarters * 15}M",
        }
        for number, (back, quarter, quarters) in enumerate(busy)
    ]
    earlier = made(ana, others)["change_set_id"] if others and not together else None
    before = around(ana, begins)
    outcome = made(ana, [exam, *others] if together else [exam])
    sessions = [op["after"] for op in outcome["operations"] if op["after"]["title"] == "Study for Exam"]
    stand = [tuple(map(datetime.fromisoformat, each[2:])) for each in before if each[1].startswith("Busy")]
    stand += [
        tuple(datetime.fromisoformat(op["after"][side]) for side in ("start", "end"))
        for op in outcome["operations"]
        if op["after"]["title"].startswith("Busy")
    ]

    days = [own_day(each["start"], zone) for each in sessions]
    assert 2 <= len(sessions) <= 3
    assert all(timedelta(days=1) <= begins - day <= timedelta(days=3) for day in days)
    assert len(set(days)) == len(days)
    assert len(sessions) == 3 or outcome["unplaced"]
    for each in sessions:
        start, end = (datetime.fromisoformat(each[side]) for side in ("start", "end"))
        assert start.astimezone(UTC) > NOON
        assert end - start == timedelta(hours=1)
        assert not any(start < other_end and other_start < end for other_start, other_end in stand)
    assert [each[1] for each in around(ana, begins)].count("Study for Exam") == len(sessions)

    for change_set in filter(None, (outcome["change_set_id"], earlier)):
        assert ana.post(f"/change-sets/{change_set}/undo").status_code == 200
        assert around(ana, begins) == (before if change_set != earlier else [])


def _instant(exam: dict[str, Any]) -> str:
    return datetime.fromisoformat(exam["start"]).replace(tzinfo=ZoneInfo(exam["zone"])).isoformat()


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)
