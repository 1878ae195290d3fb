"""The calendar: its views, moving about in it, finding things, what keys do, and its look on paper."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from browsing import PHONE, Visit, axe, screenshot

VIEWS = ("day", "week", "month", "agenda", "timeline")
ANY_EVENT = re.compile("School|Kindergarten|Family dinner|Stand-up")
PORTRAIT: ViewportSize = {"width": 718, "height": 1047}  # what the margins leave of A4, in CSS pixels
LANDSCAPE: ViewportSize = {"width": 1047, "height": 718}
# The texts of events that begin beyond what is around them, which hides that, or beyond the sheet's sides.
CUT_OFF = """() => [...document.querySelectorAll("main button .title")].filter((title) => {
    const { left, top } = title.getBoundingClientRect();
    if (left < 0 || left > document.documentElement.clientWidth) return true;
    for (let each = title.parentElement; each; each = each.parentElement) {
        const around = each.getBoundingClientRect();
        const hides = getComputedStyle(each).overflow !== "visible";
        if (hides && (top > around.bottom || left > around.right)) return true;
    }
    return false;
}).map((title) => title.textContent)"""


def events(page: Page) -> Locator:
    return page.get_by_role("main").get_by_role("button", name=ANY_EVENT)


def opened(page: Page, view: str, date: str = "") -> Page:
    page.goto(f"/calendar?view={view}" + (f"&date={date}" if date else ""))
    expect(page.get_by_role("button", name="Today", exact=True)).to_be_visible()
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_anybody_can_use_each_view(visit: Visit, view: str, scheme: str) -> None:
    page = opened(visit(color_scheme=scheme), view)
    expect(page.get_by_role("combobox", name="View")).to_have_value(view)
    if view != "timeline":
        expect(page.get_by_role("main").get_by_role("heading", level=1)).not_to_be_empty()
    axe(page)
    screenshot(page, f"calendar-{view}-{scheme}")


@pytest.mark.parametrize("view", ["agenda", "day", "month"])
def test_a_phone_shows_it_too(visit: Visit, view: str) -> None:
    page = visit(viewport=PHONE, has_touch=True)
    page.goto("/calendar")
    views = page.get_by_role("combobox", name="View")
    expect(views).to_have_value("agenda")
    views.select_option(view)
    expect(page).to_have_url(re.compile(f"view={view}"))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    axe(page)
    screenshot(page, f"calendar-{view}-phone")


def test_a_phone_has_three_days_of_a_week(visit: Visit) -> None:
    page = opened(visit(viewport=PHONE, has_touch=True), "week", "2027-02-09")
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text("9 – 11 Feb 2027")
    page.get_by_role("button", name="Forward").click()
    expect(title).to_have_text("12 – 14 Feb 2027")
    expect(page).to_have_url(re.compile("view=week&date=2027-02-12"))
    expect(page.locator(".shown .ec-col-head")).to_have_count(3)
    axe(page)


def test_a_long_press_at_the_edge_makes_an_event_of_the_usual_length(visit: Visit) -> None:
    page = opened(visit(viewport=PHONE, has_touch=True), "day", "2027-02-13")
    hours = page.locator(".shown .ec-main")
    box = hours.bounding_box()
    assert box
    scrolled = hours.evaluate("hours => hours.scrollTop")
    finger = page.context.new_cdp_session(page)
    lower_edge = {"x": 200, "y": box["y"] + box["height"] - 8}
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [lower_edge]})
    expect(page.locator(".shown .ec-preview")).to_be_visible()
    assert hours.evaluate("hours => hours.scrollTop") == scrolled
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    panel = page.get_by_role("complementary")
    start, end = (minutes(panel.get_by_label(name).input_value()) for name in ("Start time", "End time"))
    assert end - start == 60


def test_what_overlaps_keeps_its_title(page: Page) -> None:
    opened(page, "week")
    expect(events(page).first).to_be_visible()
    narrow = (
        "faces => faces.filter(({clientWidth: width}) => width && width < 72).map(each => each.innerText)"
    )
    assert page.locator(".shown .ec-body .face").evaluate_all(narrow) == []


def test_the_address_says_what_is_shown_and_back_goes_back(page: Page) -> None:
    opened(page, "month", "2027-02-10")
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text("February 2027")
    page.get_by_role("button", name="Forward").click()
    expect(title).to_have_text("March 2027")
    page.get_by_role("combobox", name="View").select_option("day")
    expect(page).to_have_url(re.compile("view=day&date=2027-03-01"))
    page.go_back()
    page.go_back()
    expect(title).to_have_text("February 2027")


def test_a_wide_window_has_the_views_side_by_side(visit: Visit) -> None:
    page = opened(visit(viewport={"width": 1600, "height": 800}), "month")
    views = page.get_by_role("group", name="View")
    views.get_by_role("button", name="Day").click()
    expect(views.get_by_role("button", pressed=True)).to_have_text("Day")


def test_keys_move_about_and_say_what_they_do(page: Page) -> None:
    opened(page, "week", "2027-02-10")
    expect(events(page).first).to_be_visible()
    title = page.get_by_role("heading", level=1)
    for key, shown in {"j": "21", "k": "14", "m": "February 2027", "d": "Feb"}.items():
        page.keyboard.press(key)
        expect(title).to_contain_text(shown)
    page.keyboard.press("?")
    sheet = page.get_by_role("complementary", name="Keyboard shortcuts")
    expect(sheet.get_by_text("Forward")).to_be_visible()
    axe(page)
    page.keyboard.press("?")
    expect(sheet).to_be_hidden()


def test_escape_closes_what_is_open_and_leads_back(page: Page) -> None:
    opened(page, "week")
    expect(events(page).first).to_be_visible()
    account = page.get_by_role("button", name="Anna, your account")
    account.press("Enter")
    page.get_by_role("button", name="Keyboard shortcuts").press("Enter")
    expect(page.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Escape")
    expect(account).to_be_focused()
    search = page.get_by_role("button", name="Search")
    search.press("Enter")
    expect(page.get_by_role("searchbox", name="Search")).to_be_focused()
    page.keyboard.press("Escape")
    expect(search).to_be_focused()


def test_letters_that_are_typed_are_no_shortcuts(page: Page) -> None:
    opened(page, "week")
    page.keyboard.press("c")
    page.keyboard.type("jam and tea")
    expect(page).to_have_url(re.compile("view=week$"))


def test_what_is_found_is_shown_where_it_is(page: Page) -> None:
    opened(page, "month")
    page.keyboard.press("/")
    page.get_by_role("searchbox", name="Search").fill("Parents' even")
    row = page.get_by_role("main").get_by_role("button", name="Parents' evening")
    expect(row).to_have_count(1)
    axe(page)
    page.get_by_role("searchbox", name="Search").press("Enter")
    expect(page.get_by_role("complementary")).to_contain_text(re.compile("Parents' evening|Title"))
    expect(page).to_have_url(re.compile("view=month"))


def test_a_search_for_nothing_says_so(page: Page) -> None:
    opened(page, "week")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("searchbox", name="Search").fill("zzz")
    expect(page.get_by_role("heading", name="Nothing is called that")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("searchbox", name="Search")).to_be_hidden()


def test_a_calendar_is_hidden_on_this_device(page: Page) -> None:
    opened(page, "agenda")
    dinner = page.get_by_role("button", name="Family dinner").first
    expect(dinner).to_be_visible()
    page.get_by_role("button", name="Calendars and colours").click()
    page.get_by_role("checkbox", name="Family").uncheck()
    expect(dinner).to_be_hidden()
    axe(page)
    page.reload()
    expect(page.get_by_role("button", name=ANY_EVENT).first).to_be_visible()
    expect(dinner).to_be_hidden()


def test_a_colour_is_chosen_for_all_devices(visit: Visit) -> None:
    page = opened(visit(), "agenda")
    page.get_by_role("button", name="Calendars and colours").click()
    with page.expect_response(lambda answer: answer.request.method == "PATCH" and answer.ok):
        page.get_by_role("radio", name="Category").check()
    other = opened(visit(), "agenda")
    other.get_by_role("button", name="Calendars and colours").click()
    expect(other.get_by_role("radio", name="Category")).to_be_checked()


def test_a_month_leads_to_the_day_that_has_more(page: Page) -> None:
    opened(page, "month")
    more = page.get_by_role("button", name=re.compile(r"^\+\d+ more")).first
    more.click()
    expect(page).to_have_url(re.compile("view=day"))
    expect(events(page).first).to_be_visible()


def test_arrows_go_from_event_to_event(page: Page) -> None:
    opened(page, "agenda")
    expect(events(page).first).to_be_visible()
    entries = page.get_by_role("main").locator(".entry")
    first, second = entries.nth(0), entries.nth(1)
    first.focus()
    page.keyboard.press("ArrowDown")
    expect(second).to_be_focused()
    opened(page, "week")
    events(page).first.focus()
    page.keyboard.press("ArrowDown")
    expect(events(page).first).not_to_be_focused()
    expect(page).to_have_url(re.compile("view=week"))


def test_things_have_rows_of_their_own(page: Page) -> None:
    opened(page, "timeline")
    rows = page.locator(".ec-row-head")
    expect(rows.get_by_text("Clara")).to_be_visible()
    page.get_by_role("button", name="Thing", exact=True).click()
    expect(rows.get_by_text("Kitchen")).to_be_visible()
    expect(page).to_have_url(re.compile("rows=resources"))


def test_what_is_reserved_without_an_event_is_in_its_row(page: Page) -> None:
    request = page.context.request
    things = request.get("/api/v1/resources").json()["items"]
    car = next(each["id"] for each in things if each["name"] == "Car")
    token = request.get("/api/v1/auth/session").json()["csrf_token"]
    page.goto("/calendar?view=timeline&rows=resources&date=2027-02-09")
    expect(page.locator(".ec-row-head").get_by_text("Car")).to_be_visible()
    times = {"start": "2027-02-09T09:00:00", "end": "2027-02-09T11:30:00"}
    made = request.post(
        f"/api/v1/resources/{car}/reservations",
        data={"title": "Timber", **times},
        headers={"X-CSRF-Token": token},
    )
    assert made.status == 201, made.text()
    reserved = page.get_by_role("link", name="Timber")  # told by the live stream
    expect(reserved).to_contain_text("Anna")
    axe(page)
    page.get_by_role("button", name="Person", exact=True).click()
    expect(reserved).to_be_hidden()
    page.go_back()
    reserved.click()
    expect(page.get_by_role("heading", name="Car", level=1)).to_be_visible()
    expect(page).to_have_url(re.compile("date=2027-02-09"))


@pytest.mark.parametrize("view", ["week", "month", "agenda"])
def test_paper_has_the_whole_calendar_alone(page: Page, view: str) -> None:
    opened(page, view)
    expect(events(page).first).to_be_visible()
    page.set_viewport_size(PORTRAIT if view == "agenda" else LANDSCAPE)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(events(page).first).to_be_visible()
    for gone in (
        page.get_by_role("navigation"),
        page.get_by_role("button", name="Today", exact=True),
        page.get_by_role("combobox", name="View"),
        page.get_by_role("textbox", name="Add an event"),
    ):
        expect(gone).to_be_hidden()
    assert page.evaluate(CUT_OFF) == []


def test_a_timeline_fills_a_sheet_across(page: Page) -> None:
    opened(page, "timeline")
    page.set_viewport_size(LANDSCAPE)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    last = page.locator(".ec-timeline .ec-slot").last
    expect(last).to_have_text("22")
    box = last.bounding_box()
    assert box
    assert LANDSCAPE["width"] - 10 <= box["x"] + box["width"] <= LANDSCAPE["width"]


def minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)
