"""Whatever happens to server, network and session, no typed text is lost and nothing is stored twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from browsing import Faults, Visit
from identities import PASSWORD
from served import Server
from wednesday import WEDNESDAY

SILENCE = (
    r"unanswered: .*ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING)"
)
EVENTS = "**/api/v1/events"


@pytest.fixture
def calendar(page: Page) -> Page:
    """Anna's calendar."""
    page.goto("/calendar")
    expect(page.get_by_text("Team meeting").first).to_be_visible()
    return page


def test_a_way_in_without_a_server_keeps_what_is_typed(visit: Visit, server: Server, faults: Faults) -> None:
    page = visit(None)
    page.goto("/")
    page.get_by_label("Username").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    with faults.forgiven(SILENCE):
        server.stop()
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
        expect(page.get_by_label("Username")).to_have_value("anna")
        expect(page.get_by_label("Password")).to_have_value(PASSWORD)
        server.start()
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Team meeting").first).to_be_visible()


def test_a_slow_way_in_is_taken_once_and_waits_quietly(visit: Visit) -> None:
    page = visit(None)
    waiting: list[Route] = []
    page.route("**/api/v1/auth/session", lambda route: hold(route, waiting))
    page.goto("/")
    page.get_by_label("Username").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").dblclick()
    expect(page.get_by_role("button", name="Sign in")).to_be_disabled()
    assert len(waiting) == 1
    waiting[0].continue_()
    expect(page.get_by_text("Team meeting").first).to_be_visible()


def test_what_comes_soon_shows_no_sign_of_waiting(page: Page) -> None:
    page.clock.install(time=0)
    page.clock.pause_at(1_000)
    waiting: list[Route] = []
    page.route("**/api/v1/members?*", lambda route: waiting.append(route))
    with page.expect_request("**/api/v1/members?*"):
        page.goto("/calendar")
    page.clock.run_for(199)
    expect(page.get_by_text("Loading")).to_have_count(0)
    page.clock.run_for(1)
    expect(page.get_by_text("Loading")).to_be_visible()


def test_a_stopped_server_keeps_what_is_typed(calendar: Page, server: Server, faults: Faults) -> None:
    line = typed(calendar, "Stopped server")
    with faults.forgiven(SILENCE):
        server.stop()
        line.press("Enter")
        expect(calendar.get_by_text("Nothing you typed is lost")).to_be_visible()
        expect(line).to_have_value("Stopped server 12:00")
        server.start()
        line.press("Enter")
        expect(line).to_have_value("")
    assert stored(calendar, "Stopped server") == 1


def test_a_lost_answer_stores_nothing_twice(calendar: Page, faults: Faults) -> None:
    lost: list[int] = []

    def lose(route: Route) -> None:
        if route.request.method != "POST" or lost:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort("connectionreset")

    calendar.route(EVENTS, lose)
    line = typed(calendar, "Lost answer")
    with faults.forgiven(SILENCE):
        line.press("Enter")
        expect(calendar.get_by_text("Nothing you typed is lost")).to_be_visible()
    assert lost == [201]
    line.press("Enter")
    expect(line).to_have_value("")
    assert stored(calendar, "Lost answer") == 1


def test_a_slow_network_stores_once_however_often_it_is_asked(calendar: Page) -> None:
    waiting: list[Route] = []
    calendar.route(EVENTS, lambda route: hold(route, waiting))
    line = typed(calendar, "Double click")
    for _ in range(3):
        line.press("Enter")
    assert len(waiting) == 1
    waiting[0].continue_()
    expect(line).to_have_value("")
    assert stored(calendar, "Double click") == 1


def test_an_ended_session_is_renewed_over_the_page(calendar: Page) -> None:
    line = typed(calendar, "Ended session")
    end_session(calendar)
    line.press("Enter")
    dialog = calendar.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(line).to_have_value("Ended session 12:00")
    dialog.get_by_label("Username").fill("anna")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in").click()
    expect(line).to_have_value("")
    assert stored(calendar, "Ended session") == 1


def test_a_session_that_ends_while_nobody_acts_is_told_calmly(calendar: Page, visit: Visit) -> None:
    line = typed(calendar, "Half a thought")
    end_session(calendar)
    add_as_ben(visit)  # whoever follows is proved with each change, and now and then
    expect(calendar.get_by_role("status").filter(has_text="Your session has ended")).to_be_visible()
    expect(calendar.get_by_role("dialog")).to_have_count(0)
    expect(line).to_have_value("Half a thought 12:00")
    calendar.get_by_role("button", name="Sign in again").click()
    expect(calendar.get_by_role("dialog")).to_be_visible()


def typed(page: Page, title: str) -> Locator:
    line = page.get_by_label("Add an event")
    line.fill(f"{title} 12:00")
    return line


def hold(route: Route, waiting: list[Route]) -> None:
    if route.request.method == "POST":
        waiting.append(route)
    else:
        route.continue_()


def stored(page: Page, title: str) -> int:
    """Count what is stored under a title."""
    today = WEDNESDAY.now().date()
    answer = page.context.request.get(
        f"/api/v1/events?start={today - timedelta(days=8)}&end={today + timedelta(days=8)}"
    )
    assert answer.ok, answer.text()
    return [each["title"] for each in answer.json()["items"]].count(title)


def add_as_ben(visit: Visit) -> None:
    ben = visit("ben").context.request
    headers = {"X-CSRF-Token": ben.get("/api/v1/auth/session").json()["csrf_token"]}
    event = {"title": "Ben's", "start": WEDNESDAY.now().isoformat(timespec="seconds")}
    assert ben.post("/api/v1/events", data=event, headers=headers).status == 201


def end_session(page: Page) -> None:
    """End the session as another device would: the browser still has its cookie."""
    request = page.context.request
    token = request.get("/api/v1/auth/session").json()["csrf_token"]
    cookie = page.context.cookies()[0]
    assert request.delete("/api/v1/auth/session", headers={"X-CSRF-Token": token}).status == 204
    page.context.add_cookies([{"name": cookie["name"], "value": cookie["value"], "url": page.url}])
