"""The conflicts inbox: what collides, the ways out, and the week before and after."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from browsing import PHONE, Visit, axe


@pytest.fixture
def inbox(page: Page) -> Page:
    page.goto("/conflicts")
    expect(conflict(page, "Dentist overlaps Swimming")).to_be_visible()
    return page


def test_a_way_out_is_taken_and_taken_back(inbox: Page) -> None:
    conflict(inbox, "Dentist overlaps Swimming").click()
    expect(inbox.get_by_role("heading", name="Dentist overlaps Swimming")).to_be_focused()
    expect(inbox.get_by_role("radio").first).to_be_checked()
    expect(inbox.get_by_text("This conflict goes away.")).to_be_visible()
    picture = inbox.get_by_role("figure")
    expect(picture).to_contain_text("Swimming moves from")
    axe(inbox)

    inbox.get_by_role("radio", name="Cancel Swimming").check()
    expect(picture).to_contain_text("does not take place")
    inbox.get_by_role("radio").first.check()
    expect(picture).to_contain_text("Swimming moves from")

    inbox.get_by_role("button", name="Do this").click()
    expect(conflict(inbox, "Dentist overlaps Swimming")).to_have_count(0)
    expect(inbox.get_by_role("heading", level=2)).to_be_focused()  # the next one
    told = inbox.get_by_role("status").filter(has_text="Move Swimming from")
    told.get_by_role("button", name="Undo").click()
    expect(conflict(inbox, "Dentist overlaps Swimming")).to_be_visible()


def test_what_a_way_out_does_is_seen_beside_it(inbox: Page) -> None:
    inbox.set_viewport_size({"width": 1360, "height": 860})
    conflict(inbox, "Dentist overlaps Swimming").click()
    for way in (inbox.get_by_role("radio").first, inbox.get_by_role("radio", name="Cancel Swimming")):
        way.check()
        expect(way).to_be_in_viewport()
        expect(inbox.get_by_role("figure")).to_be_in_viewport(ratio=1)


def test_keys_go_through_the_list(inbox: Page) -> None:
    links = inbox.get_by_role("list").get_by_role("link").filter(has_text="overlaps")
    links.first.focus()
    inbox.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    inbox.keyboard.press("Enter")
    expect(inbox.get_by_role("heading", level=2)).to_be_focused()
    expect(inbox).to_have_url(re.compile(r"/conflicts/[0-9a-f]{32}$"))
    inbox.keyboard.press("Escape")
    expect(inbox).to_have_url(re.compile(r"/conflicts$"))
    expect(links.nth(1)).to_be_focused()


def test_a_conflict_can_be_lived_with(inbox: Page) -> None:
    conflict(inbox, "Parents' evening overlaps Book club").click()
    inbox.get_by_role("button", name="Ignore").click()
    expect(conflict(inbox, "Parents' evening overlaps Book club")).to_have_count(0)
    inbox.get_by_label("Also ignored ones").check()
    conflict(inbox, "Parents' evening overlaps Book club").click()
    inbox.get_by_role("button", name="Stop ignoring").click()
    expect(inbox.get_by_role("button", name="Ignore", exact=True)).to_be_visible()


def test_filters_narrow_the_list_and_stay_in_the_address(inbox: Page) -> None:
    inbox.get_by_label("Whose").select_option("David")
    expect(conflict(inbox, "Parents' evening overlaps Book club")).to_have_count(0)
    expect(conflict(inbox, "Dentist overlaps Swimming")).to_be_visible()
    inbox.get_by_label("How bad").select_option("Critical or worse")
    expect(inbox.get_by_text("No conflict is like this")).to_be_visible()
    inbox.reload()
    inbox.get_by_role("button", name="Show all").click()
    expect(conflict(inbox, "Parents' evening overlaps Book club")).to_be_visible()


def test_a_way_out_that_is_gone_is_told_and_offered_anew(inbox: Page) -> None:
    conflict(inbox, "Dentist overlaps Swimming").click()
    expect(inbox.get_by_role("figure")).to_be_visible()
    inbox.route("**/resolve", lambda route: sent_as(route, option="d7d6b606cc4daa8b98a6"))
    inbox.get_by_role("button", name="Do this").click()
    expect(inbox.get_by_role("status").filter(has_text="The calendar has changed since")).to_be_visible()
    inbox.unroute("**/resolve")
    expect(inbox.get_by_role("radio").first).to_be_checked()


def test_a_broken_rule_asks_whether_to_do_it_all_the_same(inbox: Page) -> None:
    words = "Swimming (07:00-08:00) takes time that David keeps free"
    asked: list[bool] = []

    def refuse(route: Route) -> None:
        wanted = json.loads(route.request.post_data or "{}")
        if wanted["preview"]:
            return route.fallback()
        asked.append(wanted["force"])
        body = {"status": 409, "code": "constraint_broken", "title": "Constraint broken", "detail": words}
        return route.fulfill(status=409, json=body, content_type="application/problem+json")

    conflict(inbox, "Dentist overlaps Swimming").click()
    expect(inbox.get_by_role("figure")).to_be_visible()
    inbox.route("**/resolve", refuse)
    inbox.get_by_role("button", name="Do this").click()
    expect(inbox.get_by_role("alert")).to_contain_text(words)
    inbox.get_by_role("button", name="Do it all the same").click()
    expect(inbox.get_by_role("button", name="Do it all the same")).to_be_enabled()
    assert asked == [False, True]


def test_what_is_gone_says_so(page: Page) -> None:
    page.goto(f"/conflicts/{'0' * 32}")
    expect(page.get_by_role("heading", name="This conflict is gone")).to_be_visible()


def test_on_a_phone_the_list_and_the_conflict_take_turns(visit: Visit) -> None:
    page = visit(viewport=PHONE)
    page.goto("/conflicts")
    conflict(page, "Dentist overlaps Swimming").click()
    expect(page.get_by_role("figure")).to_be_visible()
    expect(conflict(page, "Dentist overlaps Swimming")).to_be_hidden()
    axe(page)
    page.get_by_role("button", name="All conflicts").click()
    expect(conflict(page, "Dentist overlaps Swimming")).to_be_focused()


def test_a_new_conflict_comes_into_the_list(inbox: Page, visit: Visit) -> None:
    ben = visit("ben").context.request
    headers = {"X-CSRF-Token": ben.get("/api/v1/auth/session").json()["csrf_token"]}
    listed = ben.get("/api/v1/conflicts").json()["items"]
    clash = next(each for each in listed if each["subject"]["name"] == "Ben")
    event = {"title": "Taste the cake", "start": clash["occasion"]["start"], "duration": "PT2H"}
    assert ben.post("/api/v1/events", data=event, headers=headers).status == 201
    expect(conflict(inbox, "Taste the cake").first).to_be_visible()


def conflict(page: Page, sentence: str) -> Locator:
    return page.get_by_role("link", name=sentence)


def sent_as(route: Route, **changes: object) -> None:
    wanted = json.loads(route.request.post_data or "{}")
    route.continue_(post_data=json.dumps(wanted if wanted["preview"] else {**wanted, **changes}))
