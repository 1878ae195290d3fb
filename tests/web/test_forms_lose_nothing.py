"""A form keeps what is typed whatever becomes of its request, and loses races to nobody but others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from browsing import Faults
from identities import PASSWORD
from served import Server
from wednesday import WEDNESDAY

SILENCE = (
    r"unanswered: .*ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING)"
)
NOW = WEDNESDAY.now()
MONDAY = (NOW - timedelta(days=NOW.weekday()) + timedelta(days=14)).date()
"""The Monday of the week after next."""
EVENT = "**/api/v1/events/*"


@pytest.fixture
def walk(page: Page) -> Iterator[dict[str, Any]]:
    """An event of Anna's, which is gone again after the test."""
    made: dict[str, Any] = ask(
        page, "POST", "/events", {"title": "Walk", "start": f"{MONDAY}T12:00", "duration": "PT1H"}
    )["event"]
    yield made
    ask(page, "DELETE", f"/events/{made['id']}")


@pytest.fixture
def form(page: Page, walk: dict[str, Any]) -> Locator:
    """The form of that event, with another title and place typed in it."""
    page.goto(f"/calendar?date={MONDAY}")
    page.locator(".ec-event").filter(has_text=walk["title"]).click()
    panel = page.locator("aside.panel")
    with previewed(page):
        panel.get_by_label("Title").fill("Hike")
    panel.get_by_role("button", name="More").click()
    with previewed(page):
        panel.get_by_label("Place").fill("Lake")
    return panel


def test_a_stopped_server_keeps_what_was_typed(
    page: Page, form: Locator, walk: dict[str, Any], server: Server, faults: Faults
) -> None:
    with faults.forgiven(SILENCE):
        server.stop()
        form.get_by_role("button", name="Save").click()
        expect(form.get_by_role("alert")).to_contain_text("cannot be reached")
        expect(form.get_by_label("Title")).to_have_value("Hike")
        expect(form.get_by_label("Place")).to_have_value("Lake")
        server.start()
        form.get_by_role("button", name="Save").click()
        expect(form).to_have_count(0)
    assert stored(page, walk) == ("Hike", "Lake", 2)


def test_a_lost_answer_is_no_lost_race(
    page: Page, form: Locator, walk: dict[str, Any], faults: Faults
) -> None:
    lost = losing(page, EVENT)
    with faults.forgiven(SILENCE), page.expect_event("requestfailed"):
        form.get_by_role("button", name="Save").click()
    assert lost == [200]
    form.get_by_label("Place").fill("Lake and hills")
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    assert stored(page, walk) == ("Hike", "Lake and hills", 3)


def test_a_slow_network_changes_it_once_however_often_it_is_asked(
    page: Page, form: Locator, walk: dict[str, Any]
) -> None:
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.method == "PATCH" and "preview" not in route.request.url:
            waiting.append(route)
        else:
            route.fallback()

    page.route(EVENT, hold)
    form.get_by_role("button", name="Save").dblclick()
    expect(form.get_by_role("button", name="Save")).to_be_disabled()
    expect(form.get_by_label("Title")).to_have_value("Hike")
    assert len(waiting) == 1
    waiting[0].continue_()
    expect(form).to_have_count(0)
    assert stored(page, walk) == ("Hike", "Lake", 2)


def test_an_ended_session_is_renewed_over_the_form(page: Page, form: Locator, walk: dict[str, Any]) -> None:
    session = page.context.cookies()[0]
    ask(page, "DELETE", "/auth/session")
    page.context.add_cookies([{"name": session["name"], "value": session["value"], "url": page.url}])
    form.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(form.get_by_label("Place")).to_have_value("Lake")
    dialog.get_by_label("Username").fill("anna")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in").click()
    expect(form).to_have_count(0)
    assert stored(page, walk) == ("Hike", "Lake", 2)


def test_a_household_whose_answer_was_lost_is_saved_in_the_end(page: Page, faults: Faults) -> None:
    page.goto("/settings/household")
    name = page.get_by_label("Name", exact=True)
    before = name.input_value()
    lost = losing(page, "**/api/v1/workspace")
    name.fill("The Brunners")
    with faults.forgiven(SILENCE):
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    assert lost == [200]
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    assert ask(page, "PATCH", "/workspace", {"name": before})["version"] == 3


def previewed(page: Page) -> Any:
    """Wait until the form has been told what saving would cause: from then on it asks for nothing."""
    return page.expect_response(lambda answer: "preview=true" in answer.url)


def losing(page: Page, address: str) -> list[int]:
    """Lose the first answer to a change; gives the statuses of those that were lost."""
    lost: list[int] = []

    def lose(route: Route) -> None:
        if route.request.method != "PATCH" or "preview" in route.request.url or lost:
            route.fallback()
            return
        lost.append(route.fetch().status)
        route.abort("connectionreset")

    page.route(address, lose)
    return lost


def stored(page: Page, event: dict[str, Any]) -> tuple[str, str, int]:
    """What is stored of an event by now."""
    now = ask(page, "GET", f"/events/{event['id']}")
    return now["title"], now["location"], now["version"]


def ask(page: Page, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Ask the server beside the page."""
    request = page.context.request
    headers = {"X-CSRF-Token": request.get("/api/v1/auth/session").json()["csrf_token"]}
    answer = request.fetch(f"/api/v1{path}", method=method, data=body, headers=headers)
    assert answer.ok, answer.text()
    found: dict[str, Any] = answer.json() if answer.status != 204 else {}
    return found
