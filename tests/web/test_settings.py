"""Settings: one's days, the look, notifications, categories, the account and the household."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browsing import PHONE, Visit, axe, screenshot

SECTIONS = ["", "/look", "/notifications", "/categories", "/account", "/household"]


@pytest.mark.parametrize("section", SECTIONS)
def test_anybody_can_use_each_section(visit: Visit, section: str) -> None:
    page = visit("ben", viewport=PHONE, color_scheme="dark")
    page.goto(f"/settings{section}")
    expect(page.get_by_role("heading", level=2)).to_be_visible()
    page.wait_for_load_state("networkidle")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_days_are_kept_as_they_were_set(page: Page) -> None:
    page.goto("/settings")
    page.get_by_label("Nothing before").fill("06:30")
    page.get_by_label("Events a day at most").fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Nothing before")).to_have_value("06:30")
    expect(page.get_by_label("Events a day at most")).to_have_value("")
    screenshot(page, "settings")


def test_what_is_wrong_with_a_day_stands_at_its_field(page: Page) -> None:
    page.goto("/settings")
    page.get_by_label("From", exact=True).fill("18:30")
    page.get_by_label("Until", exact=True).fill("08:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Until", exact=True)).to_have_attribute("aria-invalid", "true")


def test_the_language_changes_at_once_and_stays(visit: Visit) -> None:
    page = visit("ben")
    page.goto("/settings/look")
    page.get_by_label("Language", exact=True).select_option("Deutsch")
    expect(page.get_by_role("heading", name="Einstellungen")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Aussehen und Sprache")).to_be_visible()
    page.get_by_label("Sprache", exact=True).select_option("English")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()


def test_the_theme_is_this_devices(page: Page) -> None:
    page.goto("/settings/look")
    page.get_by_label("Dark").check()
    expect(page.locator(":root")).to_have_attribute("data-theme", "dark")


def test_a_category_in_use_stays(page: Page) -> None:
    page.goto("/settings/categories")
    page.get_by_role("button", name="New category").click()
    page.get_by_label("Name").fill("Music")
    page.get_by_label("Level").select_option("4: rather stays")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("listitem").filter(has_text="Music")).to_contain_text("Level 4")
    page.get_by_role("button", name="Edit Gym").click()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("group", name="Delete Gym?").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("alert")).to_contain_text("Events carry the category Gym")


def test_a_colour_is_taken_from_a_category(page: Page) -> None:
    gym = category(page, "Gym")
    change(page, f"/categories/{gym['id']}", {"color": "#336699"})
    page.goto("/settings/categories")
    page.get_by_role("button", name="Edit Gym").click()
    page.get_by_role("radio", name="No colour").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
    assert category(page, "Gym")["color"] is None


def test_a_category_that_was_changed_meanwhile_is_looked_at_before_it_goes(page: Page) -> None:
    page.goto("/settings/categories")
    page.get_by_role("button", name="Edit Gaming").click()
    page.route("**/api/v1/categories", lambda route: None)  # the news of it is still on its way
    change(page, f"/categories/{category(page, 'Gaming')['id']}", {"name": "Play"})
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("group", name="Delete Gaming?").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("alert")).to_contain_text("changed this category meanwhile")
    expect(page.get_by_label("Name")).to_have_value("Play")
    assert category(page, "Play")


def test_two_who_name_the_household_see_both_names(page: Page) -> None:
    page.goto("/settings/household")
    page.get_by_label("Name", exact=True).fill("The Brunners")
    change(page, "/workspace", {"name": "Casa Brunner"})
    page.get_by_role("button", name="Save").click()
    versions = page.get_by_role("alert")
    expect(versions).to_contain_text("Casa Brunner")
    expect(versions).to_contain_text("The Brunners")
    axe(page)
    versions.get_by_role("button", name="Save mine").click()
    expect(page.get_by_role("navigation").get_by_text("The Brunners")).to_be_visible()


def test_a_key_is_shown_once_and_revoked(page: Page) -> None:
    page.goto("/settings/account")
    page.get_by_role("button", name="New key").click()
    page.get_by_label("What it is for").fill("Kitchen display")
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_label("The key Kitchen display")).to_have_value(re.compile("^kal_"))
    page.reload()
    expect(page.get_by_text("Kitchen display")).to_be_visible()
    expect(page.get_by_label("The key Kitchen display")).to_have_count(0)
    page.get_by_role("button", name="Revoke").click()
    page.get_by_role("group", name="Revoke Kitchen display?").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("Kitchen display")).to_have_count(0)


def test_a_wrong_password_is_told_at_its_field(page: Page) -> None:
    page.goto("/settings/account")
    page.get_by_label("The present one").fill("not this one")
    page.get_by_label("The new one").fill("another long one")
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_label("The present one")).to_have_attribute("aria-invalid", "true")


def test_another_device_is_signed_out(page: Page, visit: Visit) -> None:
    other = visit("anna", user_agent="Mozilla/5.0 (iPhone) Safari/604")
    other.goto("/settings/account")
    page.goto("/settings/account")
    page.get_by_role("button", name="End the sign-in of Safari on iPhone").click()
    expect(page.get_by_role("button", name="End the sign-in of Safari on iPhone")).to_have_count(0)


def test_the_account_menu_signs_out(visit: Visit) -> None:
    page = visit()
    page.goto("/settings/household")
    page.get_by_role("button", name="Anna, your account").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def category(page: Page, name: str) -> dict[str, Any]:
    """A category as it is stored."""
    found = page.context.request.get("/api/v1/categories").json()["items"]
    return next(each for each in found if each["name"] == name)


def change(page: Page, path: str, body: dict[str, Any]) -> None:
    """Change something beside the page, as somebody else would."""
    request = page.context.request
    headers = {"X-CSRF-Token": request.get("/api/v1/auth/session").json()["csrf_token"]}
    answer = request.patch(f"/api/v1{path}", data=body, headers=headers)
    assert answer.ok, answer.text()
