"""Events made and changed in the browser: by a line, by the form, by a drag, and against what others do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast

import pytest
from playwright.sync_api import Locator, Page, expect

from browsing import PHONE, Visit, axe, screenshot
from wednesday import WEDNESDAY

NOW = WEDNESDAY.now()
MONDAY = (NOW - timedelta(days=NOW.weekday()) + timedelta(days=14)).date()  # nothing there is past
"""The Monday of the week after next."""


@pytest.fixture
def calendar(page: Page) -> Page:
    """Anna's calendar of a week to come."""
    return opened(page)


def test_a_line_of_plain_words_is_understood_stored_and_taken_back(calendar: Page) -> None:
    line = calendar.get_by_label("Add an event")
    line.fill(f"Piano {day(3).day} {day(3):%B} 7pm for 30 min")
    expect(calendar.get_by_text("Piano", exact=True)).to_be_visible()
    axe(calendar)
    line.press("Enter")
    expect(line).to_have_value("")
    expect(drawn(calendar, "Piano")).to_be_visible()
    assert times(calendar, "Piano") == (f"{day(3)}T19:00:00", f"{day(3)}T19:30:00")
    undo(calendar)
    expect(drawn(calendar, "Piano")).to_have_count(0)


def test_a_line_goes_on_in_the_form(calendar: Page) -> None:
    calendar.get_by_label("Add an event").fill("Zahnarzt 9-10 Uhr")
    calendar.get_by_label("Add an event").press("Shift+Enter")
    expect(panel(calendar).get_by_label("Title")).to_have_value("Zahnarzt")
    expect(panel(calendar).get_by_label("Title")).to_be_focused()
    expect(panel(calendar).get_by_label("Start time")).to_have_value("09:00")
    expect(panel(calendar).get_by_label("End time")).to_have_value("10:00")


def test_the_form_shows_clashes_and_free_times_before_it_is_saved(calendar: Page) -> None:
    form = new_event(calendar, "Picnic with Clara")
    form.get_by_label("Start", exact=True).fill(str(day(1)))
    form.get_by_label("Start time").fill("16:30")
    form.get_by_label("Add a person").select_option(label="Clara")
    clash = form.get_by_text("Soccer practice overlaps Picnic with Clara")
    expect(clash).to_be_visible()
    axe(calendar)
    screenshot(calendar, "event-clash")
    form.get_by_role("group", name="Free instead").get_by_role("button").first.click()
    expect(clash).to_have_count(0)
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    assert times(calendar, "Picnic with Clara")[0] >= f"{day(1)}T17:30:00"


def test_all_that_an_event_has_is_set_and_shown_again(calendar: Page) -> None:
    form = new_event(calendar, "Rehearsal")
    form.get_by_label("Start", exact=True).fill(str(day(5)))
    form.get_by_label("Start time").fill("18:00")
    form.get_by_role("combobox", name="Repeats").select_option(label="Monthly")
    form.get_by_label("When it ends").select_option(label="Ends after")
    form.get_by_label("times").fill("4")
    form.get_by_role("button", name="More").click()
    form.get_by_label("Place").fill("Town hall")
    form.get_by_label("Priority").select_option(label="High")
    form.get_by_label("Car").check()
    form.get_by_label("Confidential").check()
    form.get_by_role("button", name="Save").click()
    drawn(calendar, "Rehearsal").click()
    expect(form.get_by_role("combobox", name="Repeats")).to_have_value("monthly")
    expect(form.get_by_label("Place")).to_have_value("Town hall")
    expect(form.get_by_label("Car")).to_be_checked()
    form.get_by_text("Why is it here?").click()
    expect(form.get_by_text("Anna made it")).to_be_visible()
    axe(calendar)
    stored = found(calendar, "Rehearsal")
    assert (stored["priority"], stored["confidential"], stored["repeats"]) == ("high", True, True)


@pytest.mark.parametrize(
    ("scope", "renamed"),
    [
        ("Only this one", [False, True, False]),
        ("This and all that follow", [False, True, True]),
        ("All", [True, True, True]),
    ],
)
def test_a_series_is_changed_as_far_as_is_wanted(calendar: Page, scope: str, renamed: list[bool]) -> None:
    event = add(calendar, title="Yoga", start=f"{MONDAY}T07:00", duration="PT30M", rules=daily(3))
    drawn(calendar, "Yoga").nth(1).click()
    panel(calendar).get_by_label("Title").fill("Stretching")
    panel(calendar).get_by_label(scope, exact=True).check()
    panel(calendar).get_by_role("button", name="Save").click()
    expect(panel(calendar)).to_have_count(0)
    titles = [each["title"] for each in week(calendar) if each["title"] in ("Yoga", "Stretching")]
    assert titles == ["Stretching" if each else "Yoga" for each in renamed], event
    undo(calendar)
    expect(drawn(calendar, "Yoga")).to_have_count(3)
    remove(calendar, event)


def test_an_occurrence_is_deleted_and_brought_back(calendar: Page) -> None:
    add(calendar, title="Laps", start=f"{MONDAY}T06:00", duration="PT30M", rules=daily(2))
    drawn(calendar, "Laps").first.click()
    panel(calendar).get_by_role("button", name="Delete").click()
    expect(drawn(calendar, "Laps")).to_have_count(1)
    undo(calendar)
    expect(drawn(calendar, "Laps")).to_have_count(2)


def test_a_hard_rule_is_named_and_can_be_set_aside(calendar: Page) -> None:
    form = new_event(calendar, "Star gazing")
    form.get_by_label("Start", exact=True).fill(str(day(1)))
    form.get_by_label("Start time").fill("22:00")
    form.get_by_label("Add a person").select_option(label="David")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_contain_text("David is in bed")
    form.get_by_role("button", name="Save anyway").click()
    expect(form).to_have_count(0)
    assert times(calendar, "Star gazing")[0] == f"{day(1)}T22:00:00"


def test_a_lost_race_shows_both_versions(calendar: Page) -> None:
    event = add(calendar, title="Lunch out", start=f"{day(2)}T12:00", duration="PT1H", location="Inn")
    drawn(calendar, "Lunch out").click()
    panel(calendar).get_by_label("Title").fill("Lunch with Eva")
    change(calendar, event, title="Brunch", location="Garden")
    versions = panel(calendar).get_by_role("alert")
    expect(versions.get_by_text("Garden")).to_be_visible()
    expect(versions.get_by_text("Brunch")).to_be_visible()
    expect(panel(calendar).get_by_label("Title")).to_have_value("Lunch with Eva")
    axe(calendar)
    screenshot(calendar, "event-two-versions")
    panel(calendar).get_by_role("button", name="Save").click()
    expect(panel(calendar)).to_have_count(0)
    stored = found(calendar, "Lunch with Eva")
    assert stored["location"] == "Garden"


def test_an_open_event_follows_what_others_change(calendar: Page) -> None:
    event = add(calendar, title="Haircut", start=f"{day(2)}T09:00", duration="PT30M")
    drawn(calendar, "Haircut").click()
    expect(panel(calendar).get_by_label("Title")).to_have_value("Haircut")
    change(calendar, event, title="Barber")
    expect(panel(calendar).get_by_label("Title")).to_have_value("Barber")
    remove(calendar, event)
    expect(panel(calendar).get_by_role("alert")).to_contain_text("deleted")


def test_only_what_may_be_changed_can_be_taken_hold_of(page: Page, visit: Visit) -> None:
    seen_busy = send(page, "POST", "/calendars", {"name": "Closed", "visibility": "private"})["id"]
    add(page, title="Secret", start=f"{day(1)}T05:00", duration="PT1H", calendar_id=seen_busy)
    add(page, title="Open", start=f"{day(2)}T05:00", duration="PT1H")
    ben = opened(visit("ben"))
    held = ben.locator("article").filter(has=ben.get_by_role("button", name="Open"))
    expect(held).to_have_class(re.compile("ec-draggable"))
    expect(held.locator(".ec-resizer")).to_have_count(2)
    busy = ben.locator("article.busy").filter(has_text="05:00")
    expect(busy).to_have_count(1)
    expect(busy).not_to_have_class(re.compile("ec-draggable"))
    expect(busy.locator(".ec-resizer")).to_have_count(0)


def test_a_drag_tells_what_it_would_cause_and_a_series_is_asked_about(calendar: Page) -> None:
    event = add(calendar, title="Reading", start=f"{day(3)}T14:00", duration="PT1H", rules=daily(2))
    block = drawn(calendar, "Reading").first
    block.scroll_into_view_if_needed()
    box = block.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    calendar.mouse.move(x, y)
    calendar.mouse.down()
    with calendar.expect_response(lambda answer: "preview=true" in answer.url):
        calendar.mouse.move(x, y + box["height"], steps=4)
    calendar.mouse.up()
    question = calendar.get_by_role("group", name="Which occurrences?")
    expect(question).to_be_visible()
    axe(calendar)
    calendar.keyboard.press("Escape")
    expect(question).to_have_count(0)
    assert times(calendar, "Reading")[0] == f"{day(3)}T14:00:00"
    remove(calendar, event)


@pytest.mark.parametrize("length", ["PT15M", "PT1H"])
@pytest.mark.parametrize("part", [0, 0.5, 1])
def test_an_event_opens_wherever_it_is_clicked(calendar: Page, length: str, part: float) -> None:
    event = add(calendar, title="Call", start=f"{day(3)}T14:00", duration=length)
    block = drawn(calendar, "Call").first
    height = 18 if length == "PT15M" else 46
    block.click(position={"x": 30, "y": 1 + part * (height - 4)}, force=True)
    expect(panel(calendar).get_by_label("Title")).to_have_value("Call")
    remove(calendar, event)


def test_what_may_not_be_changed_is_read(calendar: Page, visit: Visit) -> None:
    body = {"title": "Secret", "start": f"{day(6)}T12:00", "duration": "PT1H", "confidential": True}
    ben = visit("ben")
    add(ben, **body)
    calendar.reload()
    calendar.locator(".shown .ec-event").filter(has_text="Busy").last.click()
    expect(panel(calendar).get_by_text("time is taken")).to_be_visible()
    expect(panel(calendar).get_by_role("button", name="Save")).to_have_count(0)


@pytest.mark.parametrize("look", ["light", "dark"])
def test_the_form_can_be_used_by_anybody_on_a_phone(visit: Visit, look: str) -> None:
    page = visit("anna", viewport=PHONE, color_scheme=look, locale="de-DE")
    opened(page)
    add(page, title=f"Zoo {look}", start=f"{MONDAY}T10:00", duration="PT1H", rules=["FREQ=WEEKLY"])
    page.get_by_text(f"Zoo {look}").first.click()
    panel(page).get_by_role("button", name="More").click()
    axe(page)
    screenshot(page, f"event-phone-{look}")


def opened(page: Page) -> Page:
    page.goto(f"/calendar?date={MONDAY}")
    expect(page.get_by_text("Team meeting").first).to_be_visible()
    return page


def day(number: int) -> Any:
    return MONDAY + timedelta(days=number)


def daily(count: int) -> list[str]:
    return [f"FREQ=DAILY;COUNT={count}"]


def panel(page: Page) -> Locator:
    return page.locator("aside.panel")


def drawn(page: Page, title: str) -> Locator:
    """Events on the board."""
    return page.locator(".ec-event").filter(has_text=title)


def new_event(page: Page, title: str) -> Locator:
    page.locator("body").press("n")
    panel(page).get_by_label("Title").fill(title)
    return panel(page)


def undo(page: Page) -> None:
    page.get_by_role("status").get_by_role("button", name="Undo").last.click()


def send(page: Page, method: str, path: str, data: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Ask the server beside the page, as somebody else would."""
    request = page.context.request
    token = request.get("/api/v1/auth/session").json()["csrf_token"]
    headers = {"X-CSRF-Token": token}
    answer = request.fetch(f"/api/v1{path}", method=method, data=data, headers=headers)
    assert answer.ok, answer.text()
    return cast(dict[str, Any], answer.json()) if answer.status != 204 else {}


def add(page: Page, **event: object) -> str:
    return str(send(page, "POST", "/events", event)["event"]["id"])


def change(page: Page, event: str, **changes: object) -> None:
    send(page, "PATCH", f"/events/{event}", changes)


def remove(page: Page, event: str) -> None:
    send(page, "DELETE", f"/events/{event}")


def week(page: Page) -> list[dict[str, Any]]:
    """What is stored in the week that the calendar shows."""
    found = send(page, "GET", f"/events?start={MONDAY}&end={day(7)}")["items"]
    return cast(list[dict[str, Any]], found)


def found(page: Page, title: str) -> dict[str, Any]:
    return next(each for each in week(page) if each["title"] == title)


def times(page: Page, title: str) -> tuple[str, str]:
    """When an event is, on the clock in Berlin."""
    event = found(page, title)
    return event["start"][:19], event["end"][:19]
