"""Every page, on desktops and phones, by day and by night: anybody can use it, and nothing sticks out."""

from __future__ import annotations

import os
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from browsing import DESKTOP, PHONE, Visit, axe, screenshot

PAGES = {
    "calendar-day": "/calendar?view=day&date={monday}",
    "calendar-week": "/calendar?view=week&date={monday}",
    "calendar-month": "/calendar?view=month&date={monday}",
    "calendar-agenda": "/calendar?view=agenda&date={monday}",
    "calendar-timeline": "/calendar?view=timeline&date={monday}",
    "conflicts": "/conflicts/{conflict}",
    "optimise": "/optimise",
    "history": "/history",
    "notifications": "/notifications",
    "notifications-deliveries": "/notifications/deliveries",
    "reminders": "/reminders",
    "reminders-new": "/reminders/new",
    "calls": "/calls",
    "calls-new": "/calls/new",
    "calls-week": "/calls/week",
    "calls-dashboard": "/calls/dashboard",
    "calls-log": "/calls/log",
    "calls-batches": "/calls/batches",
    "calls-do-not-call": "/calls/do-not-call",
    "people": "/people",
    "calendars": "/calendars",
    "resources": "/resources/{car}",
    "rules": "/rules",
    "settings": "/settings",
    "settings-look": "/settings/look",
    "settings-notifications": "/settings/notifications",
    "settings-categories": "/settings/categories",
    "settings-account": "/settings/account",
    "settings-household": "/settings/household",
    "jobs": "/jobs",
    "nowhere": "/no-such-page",
}
LOOKS: dict[str, dict[str, Any]] = {
    "desktop-light": {"viewport": DESKTOP, "color_scheme": "light"},
    "phone-dark": {"viewport": PHONE, "color_scheme": "dark"},
}
PICTURED: dict[
    str, dict[str, Any]
] = {  # in the docs alone: the other two say nothing new of what anybody can use
    "desktop-dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "phone-light": {"viewport": PHONE, "color_scheme": "light"},
}
# The docs show each page once, and these in every look.
IN_EVERY_LOOK = {"calendar-week", "calendar-month", "conflicts"}
UNSHOWN = {
    "nowhere",
    "optimise",  # which has something to show once it was asked for a week
    "settings-look",
    "settings-categories",
    "settings-household",
}
if os.environ.get("KALENDS_SCREENS") == "1":
    LOOKS = {**LOOKS, **PICTURED}


@pytest.mark.parametrize("look", LOOKS)
def test_anybody_can_use_every_page(visit: Visit, look: str) -> None:
    page = visit(**LOOKS[look])
    for name, address in filled(page).items():
        open_at(page, address)
        axe(page)
        assert not sticking_out(page), name
        if name in IN_EVERY_LOOK or (look == "desktop-light" and name not in UNSHOWN):
            screenshot(page, f"{name}-{look}")


def test_pages_hold_together_in_german_and_from_right_to_left(visit: Visit) -> None:
    page = visit(viewport=PHONE)
    me = page.request.get("/api/v1/auth/session").json()
    answer = page.request.patch(
        f"/api/v1/members/{me['actor']['member_id']}/preferences",
        data={"language": "de"},
        headers={"X-CSRF-Token": me["csrf_token"]},
    )
    assert answer.ok, answer.text()
    for name, address in filled(page).items():
        open_at(page, address)
        expect(page.locator("html")).to_have_attribute("lang", "de")
        assert not sticking_out(page), name
        if name == "conflicts":
            screenshot(page, f"{name}-phone-german")
        page.evaluate("document.documentElement.dir = 'rtl'")
        assert not sticking_out(page), name


def open_at(page: Page, address: str) -> None:
    """Open a page and wait until it has all that it asks for."""
    asked: set[Request] = set()

    def ask(request: Request) -> None:
        if not request.url.endswith("/live"):  # which ends with the page
            asked.add(request)

    def answer(request: Request) -> None:
        asked.discard(request)

    listeners = [("request", ask), ("requestfinished", answer), ("requestfailed", answer)]
    for event, listener in listeners:
        page.on(event, listener)  # type: ignore[call-overload]
    page.goto(address)
    expect(page.get_by_role("heading", level=1).first).to_be_attached()
    looks_without_any = 0
    while looks_without_any < 3:  # what came may ask for more
        page.wait_for_timeout(30)
        looks_without_any = 0 if asked else looks_without_any + 1
    for event, listener in listeners:
        page.remove_listener(event, listener)
    expect(page.locator(".loading")).to_have_count(0)


def filled(page: Page) -> dict[str, str]:
    """Give the pages' addresses, with something that the demo household has where one is needed."""
    api = page.request
    known = {
        "conflict": api.get("/api/v1/conflicts").json()["items"][0]["identity"],
        "car": api.get("/api/v1/resources").json()["items"][0]["id"],
        "monday": api.get("/api/v1/conflicts").json()["items"][0]["occasion"]["start"][:10],
    }
    return {name: address.format(**known) for name, address in PAGES.items()}


def sticking_out(page: Page) -> bool:
    """Say whether the page can be scrolled sideways."""
    return bool(
        page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1")
    )
