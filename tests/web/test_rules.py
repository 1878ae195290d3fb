"""Rules: made by form, read in words while they are written, tried on days that were, changed and deleted."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from browsing import PHONE, Visit, axe, screenshot


@pytest.fixture
def rules(page: Page) -> Page:
    page.goto("/rules")
    expect(page.get_by_role("heading", name="Rules", exact=True)).to_be_visible()
    return page


def test_rules_read_in_words_under_whose_they_are(rules: Page) -> None:
    everybody = rules.get_by_role("region", name="Everybody")
    expect(everybody.get_by_text("Sunday: nothing from")).to_be_visible()
    clara = rules.get_by_role("region", name="Clara")
    expect(clara.get_by_text("Sunday to Thursday: nothing from")).to_be_visible()
    expect(clara.get_by_text("Must")).to_be_visible()
    axe(rules)
    screenshot(rules, "rules")


def test_a_rule_is_written_tried_kept_and_deleted(rules: Page) -> None:
    rules.get_by_role("link", name="New rule").first.click()
    form = rules.get_by_role("region", name="A new rule")
    form.get_by_label("Name").fill("One thing at a time")
    form.get_by_label("Whose time").select_option("Anna")
    form.get_by_label("What it asks").select_option("Only so many events a day")
    form.get_by_label("Events at most").fill("1")
    expect(form.get_by_text("At most one event begins on a day. (Anna)")).to_be_visible()
    form.get_by_role("button", name="The last seven days").click()
    expect(form.get_by_text("in these days.")).to_be_visible()
    form.get_by_role("button", name="Make the rule").click()
    expect(rules.get_by_text("Saved: One thing at a time")).to_be_visible()
    mine = rules.get_by_role("region", name="Anna")
    mine.get_by_role("button", name="One thing at a time").click()
    mine.get_by_role("button", name="Delete").click()
    mine.get_by_role("group", name="Delete it for good?").get_by_role("button", name="Delete").click()
    expect(rules.get_by_text("Deleted: One thing at a time")).to_be_visible()
    expect(mine).to_have_count(0)


def test_what_is_wrong_stands_at_its_field(rules: Page) -> None:
    rules.goto("/rules/new")
    form = rules.get_by_role("region", name="A new rule")
    form.get_by_label("Name").fill("Odd")
    form.get_by_label("What it asks").select_option("In an expression")
    expression = form.get_by_label("What must hold for each event")
    expression.fill('weekday == "monday"')
    form.get_by_role("button", name="Make the rule").click()
    expect(expression).to_have_attribute("aria-invalid", "true")
    expect(expression).to_have_value('weekday == "monday"')
    axe(rules)


def test_a_rule_changed_by_two_shows_both_versions(rules: Page, visit: Visit) -> None:
    other = visit("ben")
    for page in (rules, other):
        page.goto("/rules")
        page.get_by_role("button", name="Slow Sundays").click()
        expect(page.get_by_label("Until")).to_have_value("10:00")
    other.get_by_label("Until").fill("11:00")
    rules.get_by_label("Until").fill("09:00")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_text("Saved: Slow Sundays")).to_be_visible()
    rules.get_by_role("button", name="Save").click()
    versions = rules.get_by_role("row", name="Until")
    expect(versions).to_contain_text("11:00")
    expect(versions).to_contain_text("09:00")
    rules.get_by_role("button", name="Save mine").click()
    expect(rules.get_by_text("Saved: Slow Sundays")).to_be_visible()


def test_a_rule_can_be_written_on_a_phone(visit: Visit) -> None:
    page = visit(viewport=PHONE, color_scheme="dark")
    page.goto("/rules/new")
    page.get_by_label("What it asks").select_option("A thing kept for some")
    page.get_by_label("Thing", exact=True).select_option("Car")
    page.get_by_role("button", name="Ben", exact=True).click()
    page.get_by_role("button", name="Saturday", exact=True).click()
    expect(page.get_by_text("Saturday: Car is kept for Ben.")).to_be_visible()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
