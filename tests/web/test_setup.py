"""From an empty server to a calendar, and the ways in for those who were given a link."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, Route, expect

from browsing import PHONE, Faults, Visit, axe
from identities import PASSWORD
from served import Server, served

SCHOOL = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//school//EN
BEGIN:VEVENT
UID:evening@school
DTSTAMP:20260101T100000Z
DTSTART:20300401T170000Z
DTEND:20300401T180000Z
SUMMARY:Parents' evening
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def server(sqlite_template: Path, tmp_path: Path) -> Iterator[Server]:
    """A server that nobody has used yet."""
    shutil.copy(sqlite_template, tmp_path / "kalends.sqlite")
    with served(tmp_path) as server:
        yield server


def test_a_household_is_set_up_in_four_steps(visit: Visit, server: Server) -> None:
    page = visit(None, viewport=PHONE)
    asked: list[tuple[str, str]] = []
    page.on("request", lambda request: asked.append((request.method, request.url)))
    page.goto("/")
    expect(page.get_by_role("heading", name="Welcome to Kalends")).to_be_visible()
    axe(page)
    page.get_by_label("Name", exact=True).fill("Ana")
    page.get_by_label("Username").fill("ana")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").dblclick()

    household = page.get_by_label("Name of the household or team")
    expect(household).to_have_value("Ana's household")
    posted = [url for method, url in asked if method == "POST"]
    assert posted == [f"{server.address}/api/v1/auth/session/sign-up"]  # however often it was pressed
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Berlin")
    axe(page)
    household.fill("The Silvas")
    page.reload()  # interrupted: it goes on where it was, with what was typed
    expect(household).to_have_value("The Silvas")
    page.get_by_role("button", name="Continue").click()

    name = page.get_by_label("Name", exact=True)
    name.fill("Rui")
    page.get_by_label("Role").select_option("child")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("listitem").filter(has_text="Rui")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Back").click()
    expect(household).to_have_value("The Silvas")
    page.get_by_role("button", name="Continue").click()
    name.fill("Eva")  # not added, and not lost either
    page.get_by_role("button", name="Continue").click()

    file: FilePayload = {"name": "school.ics", "mimeType": "text/calendar", "buffer": SCHOOL.encode()}
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Import 1 event").click()
    expect(page.get_by_text("1 added")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Open the calendar").click()
    expect(page).to_have_url(re.compile("/calendar"))
    page.goto("/people")
    for each in ("Ana", "Rui", "Eva"):
        expect(page.get_by_role("button", name=re.compile(f"^{each}"))).to_be_visible()


def test_what_is_wrong_is_told_in_place_and_what_was_typed_stays(visit: Visit) -> None:
    page = visit(None)
    page.goto("/")
    page.get_by_label("Name", exact=True).fill("Ana")
    page.get_by_label("Username").fill("a na")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    username = page.get_by_label("Username")
    expect(username).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("not ' '")).to_be_visible()
    expect(username).to_have_value("a na")
    axe(page)


def test_an_answer_that_was_lost_makes_no_second_account(visit: Visit, faults: Faults) -> None:
    page = visit(None)
    page.goto("/")
    fill_in(page, "ana")
    lost = "**/api/v1/auth/session/sign-up"
    page.route(lost, lose, times=1)
    with faults.forgiven("unanswered: .*sign-up"):
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("Name of the household or team")).to_be_visible()


def lose(route: Route) -> None:
    """Let the server do it, and nobody hear of it."""
    route.fetch()
    route.abort()


def fill_in(page: Page, username: str) -> None:
    page.get_by_label("Name", exact=True).fill(username.title())
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
