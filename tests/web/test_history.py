"""The history: who changed what, and taking it back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browsing import axe

START = "2031-03-04T10:00:00+01:00"
LATER = "2031-03-04T15:00:00+01:00"


@pytest.fixture
def made(page: Page) -> dict[str, Any]:
    """An event that Anna just made."""
    headers = {"X-CSRF-Token": csrf(page)}
    event = {"title": "Choir", "start": START, "duration": "PT1H"}
    answer = page.context.request.post("/api/v1/events", data=event, headers=headers)
    assert answer.status == 201, answer.text()
    return dict(answer.json()["event"])


def test_a_change_is_taken_back_after_a_look_at_what_that_does(page: Page, made: dict[str, Any]) -> None:
    page.goto("/history")
    change = page.get_by_role("article").filter(has_text="Choir").first
    change.get_by_role("link").first.click()
    expect(change).to_contain_text("Anna")
    expect(change).to_contain_text("by hand")
    change.get_by_role("button", name="Take back…").click()
    asked = change.get_by_role("group", name="Take back…")
    expect(asked).to_contain_text("deleted")
    expect(asked.get_by_role("figure")).to_contain_text("Choir")
    expect(asked.get_by_role("figure")).to_contain_text("does not take place")
    axe(page)
    asked.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("status").filter(has_text="It was taken back.")).to_be_visible()
    expect(page.get_by_role("article").filter(has_text="Choir").nth(1)).to_contain_text("taken back")
    answer = page.context.request.get(f"/api/v1/events/{made['id']}")
    assert answer.status == 404

    page.get_by_role("link", name="Show what took it back").click()
    expect(page).to_have_url(re.compile("/history/[0-9a-f-]{36}$"))
    page.get_by_role("link", name="Show what it took back").click()
    expect(page.get_by_role("link", name="Show what took it back")).to_be_visible()


def test_a_later_change_stands_in_the_way_and_is_shown(page: Page, made: dict[str, Any]) -> None:
    headers = {"X-CSRF-Token": csrf(page), "If-Match": f'"{made["version"]}"'}
    moved = page.context.request.patch(f"/api/v1/events/{made['id']}", data={"start": LATER}, headers=headers)
    assert moved.ok, moved.text()
    sets = page.context.request.get("/api/v1/change-sets").json()["items"]
    making = next(
        each
        for each in sets
        if any(made["id"] == op["event_id"] and op["kind"] == "created" for op in each["operations"])
    )
    page.goto(f"/history/{making['id']}")
    page.get_by_role("button", name="Take back…").click()
    expect(page.get_by_role("alert")).to_contain_text("A later change")
    page.get_by_role("link", name="Show the later change").click()
    expect(page).to_have_url(re.compile(moved.json()["change_set_id"]))
    later = page.get_by_role("article").filter(has=page.get_by_text("Before"))
    expect(later).to_contain_text("10:00")
    expect(later).to_contain_text("15:00")


def test_changes_are_found_by_who_made_them_and_from_where(page: Page, made: dict[str, Any]) -> None:
    page.goto("/history")
    page.get_by_label("Who").select_option("Ben")
    expect(page.get_by_role("article").filter(has_text="Choir")).to_have_count(0)
    expect(page.get_by_role("article").first).to_contain_text("Ben")
    page.get_by_label("From where").select_option("imported file")
    expect(page.get_by_text("No change is like this")).to_be_visible()
    assert "source=import" in page.url


def csrf(page: Page) -> str:
    token: str = page.context.request.get("/api/v1/auth/session").json()["csrf_token"]
    return token
