"""What one is told: counted live, read, sent by the ways that one chose, and what became of that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from playwright.sync_api import Page, Route, expect

from browsing import PHONE, Visit, axe
from identities import CHEAP
from kalends.features.reminders.telling import News
from kalends.interfaces.services import Services
from kalends.server import compose
from kalends.settings import Settings
from served import Server
from wednesday import WEDNESDAY
from workspaces import KEY


@pytest.fixture
def services(server: Server) -> Iterator[Services]:
    """The services over the server's database, as another process has them."""
    services = compose(Settings(data_dir=server.folder, key=KEY), clock=WEDNESDAY, identity=CHEAP)
    yield services
    services.optimiser.close()
    services.database.close()


def tell(page: Page, services: Services, key: str, *, channels: list[str] | None = None) -> str:
    """Remind whoever is signed in of their next event; gives what that is called."""
    me = page.request.get("/api/v1/auth/session").json()["actor"]
    found = page.request.get("/api/v1/events?start=2026-01-01&end=2027-01-01&q=Parents").json()["items"]
    event = next(each for each in found if not each["repeats"])
    news = News(
        member_id=UUID(me["member_id"]),
        key=key,
        name="reminder",
        subject=UUID(event["id"]),
        channels=channels,
    )
    told = services.notifications
    services.database.write(UUID(me["workspace_id"]), lambda tx: told.tell(tx, [news]))
    return str(event["title"])


def read_all(page: Page) -> None:
    """Have whoever is signed in read what they were told so far."""
    token = page.request.get("/api/v1/auth/session").json()["csrf_token"]
    answer = page.request.post("/api/v1/notifications/read", data={}, headers={"X-CSRF-Token": token})
    assert answer.ok, answer.text()


def test_the_bell_counts_and_what_is_read_is_counted_no_more(page: Page, services: Services) -> None:
    read_all(page)
    with page.expect_response("**/api/v1/live"):
        page.goto("/notifications?show=unread")
    expect(page.get_by_role("heading", name="Everything is read")).to_be_visible()
    axe(page)
    title = tell(page, services, "one")
    bell = page.get_by_role("navigation", name="Main").get_by_role("link", name="Notifications")
    expect(bell).to_have_accessible_name(re.compile("1 unread"))
    tell(page, services, "two")
    expect(bell).to_have_accessible_name(re.compile("2 unread"))
    rows = page.get_by_role("listitem").filter(has_text=title)
    expect(rows.filter(has_text="New")).to_have_count(2)
    axe(page)
    rows.first.get_by_role("link").click()
    expect(page.get_by_role("complementary", name="Event")).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value(title)
    expect(bell).to_have_accessible_name(re.compile("1 unread"))
    bell.click()
    page.get_by_label("Unread only").check()
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.get_by_role("heading", name="Everything is read")).to_be_visible()
    expect(bell).to_have_accessible_name("Notifications")


def test_what_others_plan_is_told_on_a_phone_too(visit: Visit) -> None:
    phone = visit(viewport=PHONE)
    with phone.expect_response("**/api/v1/live"):
        phone.goto("/history")
    me = phone.request.get("/api/v1/auth/session").json()["actor"]
    ben = visit("ben").context.request
    headers = {"X-CSRF-Token": ben.get("/api/v1/auth/session").json()["csrf_token"]}
    event = {"title": "Boiler check", "start": "2027-02-02T10:00:00", "participants": [me]}
    event["participants"] = [{"member_id": me["member_id"]}]
    answer = ben.post("/api/v1/events", data=event, headers=headers)
    assert answer.status == 201, answer.text()
    more = phone.get_by_role("button", name="More")
    expect(more).to_have_accessible_name(re.compile("unread"))
    more.click()
    phone.get_by_role("link", name="Notifications").click()
    expect(phone.get_by_role("link", name=re.compile("Ben added Boiler check"))).to_be_visible()
    axe(phone)


def test_what_was_sent_says_what_became_of_it(page: Page, services: Services) -> None:
    me = page.request.get("/api/v1/auth/session").json()
    answer = page.request.patch(
        f"/api/v1/members/{me['actor']['member_id']}/notification-settings",
        data={"addresses": {"webhook": "https://127.0.0.1:9/"}, "webhook_secret": "x" * 20},
        headers={"X-CSRF-Token": me["csrf_token"]},
    )
    assert answer.ok, answer.text()
    title = tell(page, services, "sent", channels=["webhook"])
    page.goto("/notifications")
    page.get_by_role("link", name="What was sent").click()
    row = page.get_by_role("listitem").filter(has_text=title)
    expect(row).to_contain_text("https://127.0.0.1/…")
    expect(row).to_contain_text("Webhook")
    axe(page)
    page.get_by_label("Way", exact=True).select_option("Webhook")
    page.get_by_label("What became of it").select_option("Arrived")
    expect(page.get_by_role("heading", name="Nothing was sent that matches")).to_be_visible()
    page.get_by_label("What became of it").select_option("Whatever became of it")
    page.get_by_label("Whose").select_option("Anna")
    expect(row).to_be_visible()


def test_what_is_told_and_when_not_is_chosen(visit: Visit) -> None:
    page = visit(viewport=PHONE, color_scheme="dark")
    page.goto("/settings/notifications")
    page.get_by_label("Reminders: Webhook").check()
    page.get_by_label("Leave me in peace at some hours").check()
    page.get_by_label("Until", exact=True).fill("06:45")
    axe(page)
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Reminders: Webhook")).to_be_checked()
    expect(page.get_by_label("Until", exact=True)).to_have_value("06:45")
    expect(page.get_by_text("This server sends no mail")).to_be_visible()
    expect(page.get_by_text("This server sends no messages to phones")).to_be_visible()


def test_the_secret_of_a_webhook_is_shown_once(visit: Visit) -> None:
    page = visit("ben")
    page.goto("/settings/notifications")
    page.get_by_role("button", name="Add a webhook").click()
    page.get_by_label("Address").fill("ftp://home.example")
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_label("Address")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Address").fill("https://home.example/hook")
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_label("The webhook's secret")).to_have_value(re.compile("^[0-9a-f]{48}$"))
    axe(page)
    page.get_by_role("button", name="Done").click()
    page.reload()
    expect(page.get_by_text("https://home.example/…")).to_be_visible()
    expect(page.get_by_label("The webhook's secret")).to_have_count(0)
    page.get_by_role("button", name="Remove the webhook").click()
    expect(page.get_by_role("button", name="Add a webhook")).to_be_visible()


def test_two_who_change_how_one_is_told_lose_nothing(visit: Visit) -> None:
    one, other = visit(), visit()
    for page in (one, other):
        page.goto("/settings/notifications")
        expect(page.get_by_label("Calls that were made: Webhook")).to_be_visible()
    one.route("**/notification-settings", lambda route: held(route))  # the news of it is still on its way
    other.get_by_label("Calls that were made: In the app").uncheck()
    other.get_by_role("button", name="Save").last.click()
    expect(other.get_by_text("Saved.")).to_be_visible()
    one.unroute("**/notification-settings")
    one.get_by_label("Calls that failed: In the app").uncheck()
    one.get_by_role("button", name="Save").last.click()
    expect(one.get_by_text("Saved.")).to_be_visible()
    expect(one.get_by_label("Calls that were made: In the app")).not_to_be_checked()


def held(route: Route) -> None:
    """Leave a request without an answer."""
