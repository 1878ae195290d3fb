"""A better week: asked for, looked at, taken in part, and taken back."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from browsing import DESKTOP, PHONE, Visit, axe, screenshot
from wednesday import WEDNESDAY

SCHEMES: tuple[Literal["dark", "light"], ...] = ("dark", "light")
TODAY = WEDNESDAY.now().date()


@pytest.fixture
def proposal(page: Page) -> Page:
    """What is proposed for the next week."""
    page.goto("/optimise")
    page.get_by_label("Next week").check()
    page.get_by_role("button", name="Find a better week").click()
    expect(page.get_by_role("checkbox").first).to_be_checked()
    return page


def test_some_of_a_proposal_is_taken_and_taken_back(proposal: Page) -> None:
    moves = proposal.get_by_role("checkbox")
    expect(proposal.get_by_role("figure")).to_contain_text("moves from")
    for device, size in (("phone", PHONE), ("desktop", DESKTOP)):
        proposal.set_viewport_size(ViewportSize(**size))  # type: ignore[typeddict-item]
        for scheme in SCHEMES:
            proposal.emulate_media(color_scheme=scheme)
            axe(proposal)
            screenshot(proposal, f"better-week-{device}-{scheme}")
    count = moves.count()
    assert count > 2
    proposal.get_by_role("button", name="None").click()
    expect(proposal.get_by_text("Choose at least one move")).to_be_visible()
    expect(proposal.get_by_role("button", name="Take 0 moves")).to_be_disabled()
    moves.first.check()
    expect(proposal.get_by_text(re.compile(r"^1 conflict goes away"))).to_be_visible()
    proposal.get_by_role("button", name="Take 1 move").click()

    told = proposal.get_by_role("status").filter(has_text="1 move was made.")
    expect(proposal.get_by_role("heading", name="Better week")).to_be_visible()
    told.get_by_role("button", name="Undo").click()
    expect(proposal.get_by_role("status").filter(has_text="It was taken back.")).to_be_visible()
    earlier = proposal.get_by_role("list").filter(has_text=f"{count} moves").get_by_role("link")
    earlier.first.click()
    expect(moves).to_have_count(count)


def test_what_is_no_longer_true_is_named_and_looked_for_again(proposal: Page, visit: Visit) -> None:
    run = proposal.url.rsplit("/", 1)[1]
    ben = visit("ben").context.request
    anna = proposal.context.request
    move = next(each for each in read(proposal)["moves"] if not each["occurrence"])
    event = anna.get(f"/api/v1/events/{move['event_id']}").json()
    headers = {
        "X-CSRF-Token": ben.get("/api/v1/auth/session").json()["csrf_token"],
        "If-Match": f'"{event["version"]}"',
    }
    answer = ben.patch(f"/api/v1/events/{event['id']}", data={"location": "Elsewhere"}, headers=headers)
    assert answer.ok, answer.text()
    told = proposal.get_by_role("alert").filter(has_text=event["title"])
    expect(told).to_be_visible()
    expect(proposal.get_by_text("Changed since").first).to_be_visible()
    told.get_by_role("button", name="Look again").click()
    expect(proposal.get_by_role("alert")).to_have_count(0)
    expect(proposal.get_by_role("button", name=re.compile("^Take "))).to_be_enabled()
    assert not proposal.url.endswith(run)


def test_a_stretch_is_checked_before_it_is_sent(page: Page) -> None:
    page.goto("/optimise")
    page.get_by_label("Other days").check()
    page.get_by_label("Last day").fill(str(TODAY + timedelta(days=40)))
    page.get_by_role("button", name="Find a better week").click()
    expect(page.get_by_text("31 days at most.")).to_be_visible()
    axe(page)
    quiet = TODAY + timedelta(days=400)
    page.get_by_label("First day").fill(str(quiet))
    page.get_by_label("Last day").fill(str(quiet))
    page.get_by_role("button", name="Find a better week").click()
    expect(page.get_by_role("heading", name=re.compile("Nothing "))).to_be_visible()


STATES: dict[str, tuple[dict[str, Any], str]] = {
    "running": ({"state": "running", "done": 2, "total": 5, "sentence": "Looking."}, "Looking."),
    "cancelled": ({"state": "cancelled"}, "It was cancelled"),
    "failed": ({"state": "failed", "failure": {"code": "internal", "message": "No."}}, "It did not work out"),
    "interrupted": (
        {"state": "failed", "failure": {"code": "interrupted", "message": "Stopped."}},
        "It was interrupted",
    ),
}
RUN = re.compile(r"/api/v1/optimisations/[\w-]+(/cancel)?$")


@pytest.mark.parametrize("state", STATES)
def test_a_run_tells_how_it_stands(proposal: Page, state: str) -> None:
    fields, words = STATES[state]
    standing = {**read(proposal), "moves": [], **fields}
    proposal.route(RUN, lambda route: route.fulfill(json=standing))
    proposal.reload()
    expect(proposal.get_by_text(words)).to_be_visible()
    axe(proposal)
    if state == "running":
        expect(proposal.get_by_role("progressbar")).to_have_attribute("value", "2")
        standing["state"] = "cancelled"
        proposal.get_by_role("button", name="Cancel").click()
        expect(proposal.get_by_text("It was cancelled")).to_be_visible()
    expect(proposal.get_by_role("button", name="Look again")).to_be_visible()


def read(page: Page) -> dict[str, Any]:
    """Read the run that is looked at."""
    run = page.url.rsplit("/", 1)[1]
    return dict(page.context.request.get(f"/api/v1/optimisations/{run}").json())
