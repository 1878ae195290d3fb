"""Without a server the app begins, shows what it last loaded and says so, and goes on when there is one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from browsing import Faults, Visit, axe
from served import Server

SILENCE = (
    r"unanswered: .*ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING)"
)


@pytest.fixture
def installed(visit: Visit) -> Page:
    """Anna's page, whose browser holds the app."""
    page = visit(service_workers="allow")
    page.goto("/calendar")
    expect(page.get_by_text("Team meeting").first).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready")
    return page


def test_the_app_begins_without_a_server_and_goes_on_with_it(
    installed: Page, server: Server, faults: Faults
) -> None:
    page = installed
    status = page.get_by_role("status").filter(has_text="cannot be reached")
    with faults.forgiven(SILENCE):
        server.stop()
        page.reload()
        expect(page.get_by_text("Team meeting").first).to_be_visible()
        expect(status).to_have_text(re.compile(r"This is what was loaded at \d+:\d\d"))
        axe(page)
        page.get_by_role("link", name="Rules").click()
        expect(page.get_by_role("heading", name="Rules", level=1)).to_be_visible()
        server.start()
        page.get_by_role("button", name="Try again").first.click()
        expect(status).to_have_count(0)


def test_a_browser_can_install_the_app(installed: Page) -> None:
    session = installed.context.new_cdp_session(installed)
    manifest = session.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert manifest["url"].endswith("/manifest.webmanifest")
    against = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [each["errorId"] for each in against] == ["in-incognito"]  # as every profile of a test is


def test_its_shortcuts_lead_to_what_they_name(page: Page) -> None:
    manifest = page.context.request.get("/manifest.webmanifest").json()
    first, second = (shortcut["url"] for shortcut in manifest["shortcuts"])
    page.goto(first)
    expect(page.get_by_role("heading", name="New event")).to_be_visible()
    expect(page).to_have_url(re.compile("/calendar$"))
    page.goto(second)
    expect(page.get_by_role("heading", name="Conflicts", level=1)).to_be_visible()
