"""What others change shows within a second, and many changes at once cost few requests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from browsing import Visit
from identities import CHEAP, PASSWORD
from kalends.features.scheduling import EventDraft, plans
from kalends.interfaces.services import Services
from kalends.server import compose
from kalends.settings import Settings
from served import Server
from wednesday import WEDNESDAY
from workspaces import KEY

TODAY = WEDNESDAY.now().replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def services(server: Server) -> Iterator[Services]:
    """The services over the server's database, as another process such as the command line has them."""
    services = compose(Settings(data_dir=server.folder, key=KEY), clock=WEDNESDAY, identity=CHEAP)
    yield services
    services.optimiser.close()
    services.database.close()


@pytest.fixture
def calendar(page: Page) -> Page:
    """Anna's calendar, which follows what changes."""
    with page.expect_response("**/api/v1/live"):
        page.goto("/calendar")
    expect(page.get_by_text("Team meeting").first).to_be_visible()
    return page


def test_what_another_person_adds_shows(calendar: Page, visit: Visit) -> None:
    ben = visit("ben").context.request
    session = ben.get("/api/v1/auth/session").json()
    event = {"title": "Fetch the cake", "start": TODAY.isoformat(), "end": in_hours(1)}
    headers = {"X-CSRF-Token": session["csrf_token"]}
    answer = ben.post("/api/v1/events", data=event, headers=headers)
    assert answer.status == 201, answer.text()
    expect(calendar.get_by_text("Fetch the cake").first).to_be_visible()


def test_what_another_process_adds_shows(calendar: Page, services: Services) -> None:
    add_events(services, "Water the plants")
    expect(calendar.get_by_text("Water the plants").first).to_be_visible()


def test_what_changes_besides_events_shows(calendar: Page, visit: Visit) -> None:
    ben = visit("ben").context.request
    headers = {"X-CSRF-Token": ben.get("/api/v1/auth/session").json()["csrf_token"]}
    answer = ben.patch("/api/v1/workspace", data={"name": "The Brunners"}, headers=headers)
    assert answer.ok, answer.text()
    expect(calendar.get_by_text("The Brunners")).to_be_visible()


def test_a_thousand_changes_cost_few_requests(calendar: Page, services: Services) -> None:
    asked: list[str] = []
    calendar.on("request", lambda request: asked.append(request.url))
    for number in range(4):
        titles = [f"Delivery {number}.{each}" for each in range(250)]
        add_events(services, *titles, start=TODAY + timedelta(days=60))
    add_events(services, "The last delivery")
    expect(calendar.get_by_text("The last delivery").first).to_be_visible()
    events = [url for url in asked if "/api/v1/events" in url]
    assert 1 <= len(events) <= 20, events  # what is shown and what is beside it, for each of five changes


def add_events(services: Services, *titles: str, start: datetime = TODAY) -> None:
    actor = services.identity.verify(services.identity.sign_in("anna", PASSWORD).access)
    drafts = [EventDraft(changes={"title": each, "start": start, "transparent": True}) for each in titles]
    services.scheduling.carry_out(actor, lambda tx: plans.create(tx, actor, drafts))


def in_hours(hours: int) -> str:
    return (TODAY + timedelta(hours=hours)).isoformat()
