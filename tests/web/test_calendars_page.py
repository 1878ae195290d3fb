"""Calendars: how they look, who sees what of them, and their addresses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from browsing import DESKTOP, PHONE, Visit, axe, screenshot

LOOKS: dict[str, dict[str, Any]] = {
    "desktop-light": {"viewport": DESKTOP, "color_scheme": "light"},
    "phone-dark": {"viewport": PHONE, "color_scheme": "dark"},
}


def test_a_calendar_is_made_shared_and_deleted_with_its_events(page: Page) -> None:
    page.goto("/calendars")
    page.get_by_role("button", name="New calendar").click()
    page.get_by_label("Name").fill("Choir")
    page.get_by_label("Orange").check(force=True)
    page.get_by_role("radio", name=re.compile("^Private")).check()
    axe(page)
    page.get_by_role("button", name="Make it").click()
    row = row_of(page, "Choir")
    row.get_by_label("Ben").select_option("read")
    expect(row.get_by_label("Ben")).to_be_enabled()

    calendar = next(each for each in calendars(page) if each["name"] == "Choir")
    assert (calendar["color"], calendar["visibility"]) == ("#c2571a", "private")
    grants = page.context.request.get(f"/api/v1/calendars/{calendar['id']}/grants").json()["items"]
    assert [each["access"] for each in grants] == ["read"]
    event = {
        "title": "Rehearsal",
        "calendar_id": calendar["id"],
        "start": "2031-03-04T18:00:00Z",
        "end": "2031-03-04T19:00:00Z",
    }
    stored = page.context.request.post("/api/v1/events", data=event, headers=csrf(page))
    assert stored.status == 201, stored.text()

    row.get_by_role("button", name="Delete", exact=True).click()
    row.get_by_role("group", name="Delete Choir for good?").get_by_role("button", name="Delete").click()
    expect(row.get_by_role("alert")).to_contain_text("It holds 1 event")
    axe(page)
    row.get_by_role("button", name="Delete all of it").click()
    expect(page.get_by_role("main").get_by_role("button", name=re.compile("^Choir"))).to_have_count(0)


def test_its_settings_change_and_a_lost_race_shows_both_versions(page: Page) -> None:
    page.goto("/calendars")
    page.get_by_role("main").get_by_role("button", name=re.compile("^Garden and house")).click()
    row = row_of(page, "Garden and house")
    row.get_by_label("Name").fill("Garden")
    garden = next(each for each in calendars(page) if each["name"] == "Garden and house")
    changed = page.context.request.patch(
        f"/api/v1/calendars/{garden['id']}", data={"name": "Grounds"}, headers=csrf(page)
    )
    assert changed.ok
    form = page.get_by_role("listitem").filter(has=page.get_by_label("Name"))
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_contain_text("Grounds")
    axe(page)
    form.get_by_role("button", name="Save mine").click()
    expect(
        page.get_by_role("main").get_by_role("button", name=re.compile("^Garden Everybody"))
    ).to_be_visible()


def test_a_feed_shows_its_address_once_and_ends_at_once(page: Page) -> None:
    page.goto("/calendars")
    page.get_by_role("main").get_by_role("button", name=re.compile("^Anna")).click()
    row = row_of(page, "Anna")
    row.get_by_label("What for").fill("Phone")
    row.get_by_label("Only when it is busy").check()
    row.get_by_role("button", name="Make an address").click()
    address = row.get_by_label("Address “Phone”").input_value()
    axe(page)
    feed = page.context.request.get(address).text()
    assert feed.startswith("BEGIN:VCALENDAR")
    assert "Team meeting" not in feed

    row.get_by_role("button", name="Done").click()
    expect(row.get_by_label("Address “Phone”")).to_have_count(0)
    row.get_by_role("button", name="Revoke").click()
    row.get_by_role("group", name=re.compile("at once")).get_by_role("button", name="Revoke").click()
    expect(row.get_by_role("button", name="Revoke")).to_have_count(0)
    assert page.context.request.get(address).status == 404


def test_a_calendar_goes_into_a_file(page: Page, tmp_path: Path) -> None:
    page.goto("/calendars")
    page.get_by_role("main").get_by_role("button", name=re.compile("^Family")).click()
    with page.expect_download() as coming:
        row_of(page, "Family").get_by_role("link", name="Download as a file").click()
    coming.value.save_as(tmp_path / "family.ics")
    assert coming.value.suggested_filename.endswith(".ics")
    assert (tmp_path / "family.ics").read_text().startswith("BEGIN:VCALENDAR")


def test_new_events_go_where_they_are_told(page: Page) -> None:
    page.goto("/calendars")
    page.get_by_role("main").get_by_role("button", name=re.compile("^Family")).click()
    row_of(page, "Family").get_by_role("button", name="Put my new events here").click()
    expect(
        page.get_by_role("main").get_by_role("button", name=re.compile("^Family Your new events"))
    ).to_be_visible()


def test_anybody_can_use_the_page(visit: Visit) -> None:
    for name, look in LOOKS.items():
        page = visit(**look)
        page.goto("/calendars")
        page.get_by_role("main").get_by_role("button", name=re.compile("^Clara")).click()
        expect(page.get_by_role("heading", name="More for single people")).to_be_visible()
        axe(page)
        screenshot(page, f"calendars-{name}")


def row_of(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_role("button", name=re.compile(f"^{name}")))


def calendars(page: Page) -> list[dict[str, str]]:
    found: list[dict[str, str]] = page.context.request.get("/api/v1/calendars").json()["items"]
    return found


def csrf(page: Page) -> dict[str, str]:
    return {"X-CSRF-Token": page.context.request.get("/api/v1/auth/session").json()["csrf_token"]}
