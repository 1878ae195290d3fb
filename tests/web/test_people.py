"""People: who they are, what they may do, how they come and how they go."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from browsing import DESKTOP, PHONE, Visit, axe, screenshot
from identities import PASSWORD
from served import Server

LOOKS: dict[str, dict[str, Any]] = {
    "desktop-light": {"viewport": DESKTOP, "color_scheme": "light"},
    "phone-dark": {"viewport": PHONE, "color_scheme": "dark"},
}


def test_somebody_without_an_account_is_added_changed_and_removed(page: Page) -> None:
    page.goto("/people")
    page.get_by_role("button", name="Add somebody").click()
    page.get_by_label("Name").fill("Grandma")
    page.get_by_role("button", name="Add", exact=True).click()
    row = opened(page, "Grandma")
    expect(row).to_contain_text("No account")

    row.get_by_label("Name").fill("Grandma Rosa")
    row.get_by_label("Permission").select_option("viewer")
    axe(page)
    row.get_by_role("button", name="Save").click()
    row = opened(page, "Grandma Rosa")
    expect(row).to_contain_text("Viewer")

    row.get_by_role("button", name="Remove and erase").click()
    row.get_by_role("group", name=re.compile("cannot be undone")).get_by_role("button", name="Remove").click()
    expect(page.get_by_role("button", name="Grandma Rosa")).to_have_count(0)


def test_an_invitation_is_accepted_with_a_new_account(page: Page, visit: Visit, server: Server) -> None:
    page.goto("/people")
    page.get_by_role("button", name="Add somebody").click()
    page.get_by_text("With an invitation").click()
    page.get_by_label("Name").fill("Nora")
    page.get_by_role("button", name="Make an invitation").click()
    link = page.get_by_label("Invitation for Nora").input_value()
    axe(page)

    guest = visit(None)
    asked: list[str] = []
    guest.on("request", lambda request: asked.append(request.url))
    guest.goto(link)
    expect(guest.get_by_text("Anna invites you to The Brunner family.")).to_be_visible()
    guest.get_by_label("Name", exact=True).fill("Nora")
    guest.get_by_label("Username").fill("nora")
    guest.get_by_label("Password").fill(PASSWORD)
    axe(guest)
    guest.get_by_role("button", name="Join", exact=True).click()
    expect(guest.get_by_text("Team meeting").first).to_be_visible()
    assert guest.url.startswith(f"{server.address}/calendar")
    token = link.partition("#")[2]
    assert token.startswith("kali_")
    assert not [url for url in asked if token in url.partition("#")[0]]
    late = visit(None)
    late.goto(link)
    expect(late.get_by_role("alert")).to_contain_text("not valid any more")
    expect(late.get_by_label("Username")).to_have_count(0)

    guest.goto("/people")  # an editor: herself, and nobody else
    opened(guest, "Nora")
    expect(guest.get_by_label("Permission")).to_have_count(0)
    expect(guest.get_by_role("button", name=re.compile("^Ben"))).to_have_count(0)
    expect(guest.get_by_role("button", name="Add somebody")).to_have_count(0)


def test_who_is_signed_in_accepts_with_one_press_and_switches(page: Page, visit: Visit) -> None:
    page.goto("/people")
    page.get_by_role("button", name="Add somebody").click()
    page.get_by_text("With an invitation").click()
    page.get_by_label("Name").fill("Olaf")
    page.get_by_role("button", name="Make an invitation").click()
    link = page.get_by_label("Invitation for Olaf").input_value()

    neighbour = visit(None)
    body = {"username": "olaf", "password": PASSWORD, "name": "Olaf", "workspace_name": "Next door"}
    made = neighbour.context.request.post("/api/v1/auth/session/sign-up", data=body)
    assert made.status == 201, made.text()
    neighbour.goto(link)
    expect(neighbour.get_by_text("You are signed in")).to_be_visible()
    axe(neighbour)
    neighbour.get_by_role("button", name="Join", exact=True).click()
    expect(neighbour.get_by_text("The Brunner family").first).to_be_visible()


def test_a_link_that_was_used_or_cut_off_says_so(visit: Visit) -> None:
    page = visit(None)
    page.goto("/join#")
    expect(page.get_by_text("This link is not complete")).to_be_visible()
    page.goto("/reset#kalp_" + "0" * 40)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_role("alert")).to_contain_text("not valid any more")
    axe(page)


def test_an_owner_resets_a_password(page: Page, visit: Visit) -> None:
    page.goto("/people")
    row = opened(page, "Ben")
    row.get_by_role("button", name="Reset the password").click()
    link = row.get_by_label("New password for Ben").input_value()

    ben = visit(None)
    ben.goto(link)
    ben.get_by_label("New password").fill("another good phrase")
    ben.get_by_role("button", name="Set the password").click()
    ben.get_by_role("link", name="Sign in").click()
    ben.get_by_label("Username").fill("ben")
    ben.get_by_label("Password").fill("another good phrase")
    ben.get_by_role("button", name="Sign in").click()
    expect(ben.get_by_role("navigation")).to_be_visible()


def test_a_lost_race_shows_both_versions(page: Page) -> None:
    page.goto("/people")
    row = opened(page, "Clara")
    row.get_by_label("Name").fill("Clarissa")
    session = page.context.request.get("/api/v1/auth/session").json()
    members = page.context.request.get("/api/v1/members").json()["items"]
    clara = next(each for each in members if each["name"] == "Clara")
    changed = page.context.request.patch(
        f"/api/v1/members/{clara['id']}",
        data={"name": "Klara"},
        headers={"X-CSRF-Token": session["csrf_token"]},
    )
    assert changed.ok
    row = page.get_by_role("listitem").filter(has=page.get_by_label("Name"))
    row.get_by_role("button", name="Save").click()
    versions = row.get_by_role("alert")
    expect(versions).to_contain_text("Klara")
    expect(versions).to_contain_text("Clarissa")
    axe(page)
    versions.get_by_role("button", name="Save mine").click()
    expect(page.get_by_role("button", name=re.compile("^Clarissa"))).to_be_visible()


def test_one_takes_ones_own_data_along(page: Page, tmp_path: Path) -> None:
    page.goto("/people")
    row = opened(page, "Anna")
    with page.expect_download() as coming:
        row.get_by_role("link", name="Export data").click()
    coming.value.save_as(tmp_path / "anna.json")
    assert json.loads((tmp_path / "anna.json").read_text())["member"]["name"] == "Anna"


def test_anybody_can_use_the_page(visit: Visit) -> None:
    for name, look in LOOKS.items():
        page = visit(**look)
        page.goto("/people")
        expect(page.get_by_role("heading", name="Open invitations")).to_be_visible()
        axe(page)
        screenshot(page, f"people-{name}")


def opened(page: Page, name: str) -> Locator:
    """Open somebody's row, and give it."""
    page.get_by_role("main").get_by_role("button", name=re.compile(f"^{name}( |$)")).click()
    return page.get_by_role("listitem").filter(has=page.get_by_role("button", name=name))
