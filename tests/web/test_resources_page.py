"""Things: what they are, how their week is used, and reserving them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from browsing import PHONE, Visit, axe, screenshot
from wednesday import WEDNESDAY

TODAY = WEDNESDAY.now().date()
MONDAY = TODAY - timedelta(days=TODAY.weekday()) + timedelta(days=21)
FREE_DAY = MONDAY + timedelta(days=2)


@pytest.fixture
def car(page: Page) -> Page:
    page.goto("/resources")
    page.get_by_role("link", name="Car").click()
    expect(page.get_by_role("heading", name="Car", exact=True)).to_be_visible()
    return page


def reserve(page: Page, start: str, end: str, what: str) -> None:
    page.get_by_role("button", name="Reserve", exact=True).click()
    page.get_by_label("From", exact=True).fill(f"{FREE_DAY}T{start}")
    page.get_by_label("Until", exact=True).fill(f"{FREE_DAY}T{end}")
    page.get_by_label("What for").fill(what)
    page.get_by_role("button", name="Reserve", exact=True).click()


def test_things_stand_by_kind_and_a_new_one_is_made(page: Page) -> None:
    page.goto("/resources")
    expect(page.get_by_role("region", name="Vehicles").get_by_role("link", name="Car")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="New thing").first.click()
    page.get_by_label("Name", exact=True).fill("Projector")
    page.get_by_label("Kind", exact=True).select_option("Equipment")
    page.get_by_role("button", name="Add a line").click()
    page.get_by_role("textbox", name="Name").nth(1).fill("lumen")
    page.get_by_label("Kind of value").select_option("Number")
    page.get_by_label("Value", exact=True).fill("3000")
    axe(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Projector")).to_be_visible()
    expect(page.get_by_text("lumen: 3,000")).to_be_visible()


def test_the_picture_shows_the_week_and_the_table_says_it(page: Page) -> None:
    page.goto("/resources")
    page.get_by_role("link", name="Kitchen").click()
    page.get_by_role("button", name="The week after").click()
    expect(page.get_by_role("row", name="Birthday cake")).to_be_visible()
    expect(page.get_by_role("img", name="3 of 3 taken")).to_be_visible()
    expect(page.get_by_text("3 of 3 taken")).to_be_visible()
    axe(page)
    screenshot(page, "thing")


def test_a_thing_is_reserved_once_and_then_full(car: Page) -> None:
    car.goto(f"{car.url.split('?')[0]}?date={MONDAY}")
    reserve(car, "10:00", "12:00", "Fetch a table")
    expect(car.get_by_text("Car is reserved.")).to_be_visible()
    row = car.get_by_role("row", name="Fetch a table (Anna)")
    expect(row).to_be_visible()
    reserve(car, "11:00", "12:00", "Also now")
    expect(car.get_by_role("alert")).to_contain_text("Car serves 1, not 2 at once")
    car.get_by_role("button", name="Take that time").click()
    expect(car.get_by_label("From", exact=True)).to_have_value(f"{FREE_DAY}T12:00")
    car.get_by_role("button", name="Cancel", exact=True).click()
    row.get_by_role("button", name="Details").click()
    car.get_by_role("button", name="Cancel the reservation").click()
    car.get_by_role("group", name="Cancel it?").get_by_role("button", name="Cancel the reservation").click()
    expect(row).to_have_count(0)


def test_a_reservation_is_changed(car: Page) -> None:
    car.goto(f"{car.url.split('?')[0]}?date={MONDAY}")
    reserve(car, "15:00", "16:00", "To the doctor")
    car.get_by_role("row", name="To the doctor").get_by_role("button", name="Details").click()
    car.get_by_role("button", name="Change", exact=True).click()
    car.get_by_label("What for").fill("To the dentist")
    car.get_by_role("button", name="Save").click()
    expect(car.get_by_role("row", name="To the dentist (Anna)")).to_be_visible()


def test_what_is_needed_is_put_away_only_when_forced(car: Page) -> None:
    car.get_by_role("button", name="Edit").click()
    car.get_by_role("button", name="Put away").click()
    car.get_by_role("group", name="Put Car away?").get_by_role("button", name="Put away").click()
    expect(car.get_by_role("alert")).to_contain_text("Car is taken")
    car.get_by_role("button", name="Put it away all the same").click()
    expect(car.get_by_text("Car is put away.")).to_be_visible()
    car.get_by_role("button", name="Bring it back").click()
    expect(car.get_by_role("button", name="Put away")).to_be_visible()


def test_the_week_of_a_thing_fits_a_phone(visit: Visit) -> None:
    page = visit(viewport=PHONE, color_scheme="dark")
    page.goto("/resources")
    page.get_by_role("link", name="Kitchen").click()
    expect(page.get_by_role("img", name="The week of Kitchen")).to_be_visible()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
