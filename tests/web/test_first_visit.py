"""The first visit: what is loaded, the way in, and the calendar behind it."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response, expect

from browsing import DESKTOP, PHONE, Visit, axe, screenshot
from identities import PASSWORD
from kalends.interfaces.web.files import BUILT

BUDGET = 150_000  # bytes of JavaScript, compressed by gzip, until the calendar stands
LOOKS = {
    "desktop-light": {"viewport": DESKTOP, "color_scheme": "light"},
    "phone-dark": {"viewport": PHONE, "color_scheme": "dark"},
}


@pytest.fixture
def loaded(page: Page) -> list[Response]:
    """All that the server gives until the calendar has its events."""
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto("/")
    expect(page.get_by_text("Team meeting").first).to_be_visible()
    return answers


def test_a_stranger_signs_in_and_stays_signed_in(visit: Visit) -> None:
    page = visit(None)
    page.goto("/")
    page.get_by_label("Username").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Team meeting").first).to_be_visible()
    page.reload()
    expect(page.get_by_text("Team meeting").first).to_be_visible()


def test_a_wrong_password_is_told_in_place(visit: Visit) -> None:
    page = visit(None)
    page.goto("/")
    page.get_by_label("Username").fill("anna")
    page.get_by_label("Password").fill("a guess that is wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Username")).to_have_value("anna")
    axe(page)


@pytest.mark.parametrize("look", LOOKS)
def test_anybody_can_use_the_way_in(visit: Visit, look: str) -> None:
    page = visit(None, **LOOKS[look])
    page.goto("/")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    axe(page)
    screenshot(page, f"sign-in-{look}")


def test_files_are_named_after_their_content_and_compressed(loaded: list[Response]) -> None:
    files = [answer for answer in loaded if path_of(answer).startswith("/assets/")]
    assert {answer.request.resource_type for answer in files} >= {"script", "stylesheet"}
    for answer in files:
        assert re.search(r"-[\w-]{8}\.(js|css|woff2)$", path_of(answer)), answer.url
        assert "immutable" in answer.headers["cache-control"]
        worth_it = not answer.url.endswith(".woff2") and (BUILT / path_of(answer)[1:]).stat().st_size >= 512
        assert answer.headers.get("content-encoding") == ("br" if worth_it else None), answer.url


def test_the_first_visit_keeps_to_its_budget(loaded: list[Response]) -> None:
    scripts = {path_of(answer) for answer in loaded if answer.request.resource_type == "script"}
    sizes = {path: packed_size(BUILT / path[1:]) for path in scripts}
    assert len(sizes) > 1
    assert sum(sizes.values()) < BUDGET, sizes


def path_of(answer: Response) -> str:
    return urlsplit(answer.url).path


def packed_size(file: Path) -> int:
    return len(gzip.compress(file.read_bytes(), 9))
