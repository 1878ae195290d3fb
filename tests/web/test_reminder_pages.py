"""Reminders of one's own: before an event, at a time, again and again; and those that events have."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from browsing import PHONE, Visit, axe


@pytest.fixture
def reminders(visit: Visit) -> Page:
    """The reminders of Ben, who has none yet."""
    page = visit("ben")
    page.goto("/reminders")
    expect(page.get_by_role("heading", name="Reminders", exact=True)).to_be_visible()
    return page


def test_a_pattern_is_made_of_plain_choices(reminders: Page) -> None:
    expect(reminders.get_by_role("heading", name="No reminders of your own")).to_be_visible()
    axe(reminders)
    reminders.get_by_role("link", name="New reminder").first.click()
    form = reminders.get_by_role("region", name="A new reminder")
    form.get_by_label("Again and again").check()
    form.get_by_role("button", name="Monday").click()
    form.get_by_label("Time", exact=True).fill("07:30")
    form.get_by_label("Time", exact=True).blur()
    form.get_by_label("And again at").select_option("19:30")
    expect(form.get_by_role("list", name="It comes next").get_by_role("listitem")).to_have_count(5)
    form.get_by_text("As a cron pattern").click()
    expect(form.get_by_label("Pattern")).to_have_value("30 7,19 * * tue,wed,thu,fri")
    form.get_by_label("What it says").fill("Vitamins")
    axe(reminders)
    form.get_by_role("button", name="Make the reminder").click()
    row = reminders.get_by_role("button", name="Vitamins")
    expect(row).to_contain_text("Tuesday, Wednesday, Thursday and Friday at 07:30 and 19:30")
    row.click()
    pattern = reminders.get_by_label("Pattern")
    reminders.get_by_text("As a cron pattern").click()
    pattern.fill("0 25 * * *")
    reminders.get_by_role("button", name="Save").click()
    expect(pattern).to_have_attribute("aria-invalid", "true")
    pattern.fill("0 9 1 * *")
    expect(reminders.get_by_text("more than plain choices can")).to_be_visible()
    reminders.get_by_label("Switched on").uncheck()
    reminders.get_by_role("button", name="Save").click()
    expect(reminders.get_by_role("region", name="Over or off").get_by_text("Off", exact=True)).to_be_visible()
    row.click()
    reminders.get_by_role("button", name="Delete").click()
    reminders.get_by_role("group", name="Delete it for good?").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)


def test_one_comes_before_an_event_that_was_looked_for(visit: Visit) -> None:
    page = visit(viewport=PHONE, color_scheme="dark")
    page.goto("/reminders/new")
    page.get_by_label("Before an event").check()
    page.get_by_label("Which event").fill("soccer")
    page.get_by_role("button", name=re.compile("^Soccer practice")).first.click()
    page.get_by_label("Which time").select_option("Each time")
    page.get_by_label("How long before").fill("2")
    page.get_by_label("Unit").select_option("hours")
    axe(page)
    page.get_by_role("button", name="Make the reminder").click()
    row = page.get_by_role("button", name=re.compile("Soccer practice"))
    expect(row).to_contain_text("2 hrs before")
    expect(row).to_contain_text(re.compile(r"\d{4}, "))  # when it comes next


def test_one_stands_at_a_time_for_a_child(reminders: Page) -> None:
    reminders.get_by_label("Whose reminders").select_option("Clara")
    reminders.get_by_role("link", name="New reminder").first.click()
    reminders.get_by_label("Day", exact=True).fill("2027-06-01")
    reminders.get_by_label("What it says").fill("Pack the swimming bag")
    reminders.get_by_role("button", name="Make the reminder").click()
    expect(reminders.get_by_role("button", name="Pack the swimming bag")).to_contain_text("1 Jun 2027")
    reminders.get_by_label("Whose reminders").select_option("Ben")
    expect(reminders.get_by_role("button", name="Pack the swimming bag")).to_have_count(0)


def test_an_event_reminds_all_and_me(visit: Visit) -> None:
    page = visit("ben")
    me = page.request.get("/api/v1/auth/session").json()
    answer = page.request.post(
        "/api/v1/events",
        data={"title": "Boat trip", "start": "2027-05-03T10:00:00", "duration": "PT2H"},
        headers={"X-CSRF-Token": me["csrf_token"]},
    )
    event = answer.json()["event"]["id"]
    page.goto(f"/calendar?event={event}")
    panel = page.get_by_role("complementary", name="Event")
    panel.get_by_text("Remind me", exact=True).click()
    mine = panel.get_by_role("group", name="Remind me")
    mine.get_by_role("button", name="1 day before").click()
    expect(mine.get_by_role("button", name="1 day before")).to_have_attribute("aria-pressed", "true")
    panel.get_by_role("button", name="More: place").click()
    panel.get_by_role("group", name="Remind before").get_by_role("button", name="30 mins before").click()
    axe(page)
    panel.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved: Boat trip")).to_be_visible()
    assert page.request.get(f"/api/v1/events/{event}").json()["reminders"] == [30]
    page.goto("/reminders")
    row = page.get_by_role("button", name=re.compile("^Boat trip"))
    expect(row).to_contain_text("1 day before")
    expect(row).to_contain_text("2 May 2027")
