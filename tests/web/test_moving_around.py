"""Going from page to page: what is read out, where the way back ends, and addresses without a page."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from browsing import Faults, axe


def test_the_heading_of_the_next_page_is_read_out(page: Page) -> None:
    page.goto("/rules")
    expect(page).to_have_title("Rules · Kalends")
    expect(page.get_by_role("heading", name="Rules", level=1)).not_to_be_focused()
    page.get_by_role("link", name="People").click()
    expect(page).to_have_title("People · Kalends")
    expect(page.get_by_role("heading", name="People", level=1)).to_be_focused()


def test_the_keyboard_skips_the_navigation(page: Page) -> None:
    page.goto("/rules")
    expect(page.get_by_role("heading", name="Rules", level=1)).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_the_way_back_ends_where_one_left(page: Page) -> None:
    page.set_viewport_size({"width": 900, "height": 240})
    page.goto("/settings")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.evaluate("document.querySelector('main').style.minHeight = '3000px'")
    page.mouse.move(600, 120)
    page.mouse.wheel(0, 700)
    until(page, "scrollY > 600 && history.state?.scroll === scrollY")
    left = page.evaluate("scrollY")
    page.get_by_role("link", name="Rules").click()
    until(page, "scrollY === 0")
    page.go_back()
    until(page, f"Math.abs(scrollY - {left}) < 2")


def test_an_address_without_a_page_leads_home(page: Page) -> None:
    page.goto("/no/such/place")
    expect(page.get_by_role("heading", name="No such page")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="To the calendar").click()
    expect(page).to_have_url(re.compile("/calendar$"))
    expect(page.get_by_text("Team meeting").first).to_be_visible()


def test_the_file_that_a_server_begins_with_is_the_start(page: Page) -> None:
    page.goto("/index.html")
    expect(page.get_by_text("Team meeting").first).to_be_visible()


def test_a_page_that_cannot_be_loaded_offers_to_reload(page: Page, faults: Faults) -> None:
    page.goto("/calendar")
    expect(page.get_by_text("Team meeting").first).to_be_visible()
    page.route("**/assets/RulesPage-*.js", lambda route: route.abort("connectionreset"))
    with faults.forgiven("unanswered: .*RulesPage"):
        page.get_by_role("link", name="Rules").click()
        expect(page.get_by_role("alert")).to_contain_text("could not be loaded")
    page.unroute_all()
    page.get_by_role("main").get_by_role("button", name="Reload").click()
    expect(page.get_by_role("heading", name="Rules", level=1)).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def until(page: Page, condition: str) -> None:
    """Wait for a condition; Playwright's own way evaluates text in the page, which its policy forbids."""
    met = page.evaluate(
        f"""() => new Promise((done) => {{
            const end = performance.now() + 5000;
            const look = () => {{
                if ({condition}) done(true);
                else if (performance.now() > end) done(false);
                else requestAnimationFrame(look);
            }};
            look();
        }})"""
    )
    assert met, condition
