"""The work that waits and has failed, for owners: with its reason, tried again, called off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from browsing import PHONE, Visit, axe
from identities import CHEAP
from kalends.interfaces.services import Services
from kalends.jobs import JobState, Order
from kalends.jobs.models import Job
from kalends.server import compose
from kalends.settings import Settings
from kalends.storage import Unit
from served import Server
from wednesday import WEDNESDAY
from workspaces import KEY

LATER = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def services(server: Server) -> Iterator[Services]:
    """The services over the server's database, as another process has them."""
    services = compose(Settings(data_dir=server.folder, key=KEY), clock=WEDNESDAY, identity=CHEAP)
    yield services
    services.optimiser.close()
    services.database.close()


def fail(services: Services, page: Page, error: str) -> None:
    """Have a job of the household's fail for good."""
    workspace = UUID(page.request.get("/api/v1/auth/session").json()["actor"]["workspace_id"])
    key = str(uuid4())

    def work(tx: Unit) -> None:
        services.jobs.enqueue(tx, [Order(task="reminders.fire", key=key, run_at=LATER)])
        dead = {"state": JobState.DEAD, "failures": 8, "error": error}
        tx.changed(update(Job).where(Job.key == key).values(**dead))

    services.database.write(workspace, work)


def test_what_failed_for_good_is_tried_again_or_called_off(page: Page, services: Services) -> None:
    page.goto("/jobs")
    failed = page.get_by_role("region", name="Failed for good")
    expect(failed.get_by_role("heading", name="Nothing has failed for good")).to_be_visible()
    fail(services, page, "The lamp is out")
    fail(services, page, "The bridge is closed")
    page.get_by_role("button", name="Look again").click()
    lamp = failed.get_by_role("listitem").filter(has_text="The lamp is out")
    expect(lamp).to_contain_text("failed 8 times")
    axe(page)
    lamp.get_by_role("button", name="Try again").click()
    expect(lamp).to_have_count(0)
    bridge = failed.get_by_role("listitem").filter(has_text="The bridge is closed")
    bridge.get_by_role("button", name="Call off").click()
    bridge.get_by_role("group").get_by_role("button", name="Call off").click()
    expect(bridge).to_have_count(0)


def test_what_waits_is_told_on_a_phone_in_german(visit: Visit) -> None:
    page = visit("ben", viewport=PHONE, locale="de-DE")
    me = page.request.get("/api/v1/auth/session").json()
    headers = {"X-CSRF-Token": me["csrf_token"]}
    preferences = f"/api/v1/members/{me['actor']['member_id']}/preferences"
    assert page.request.patch(preferences, data={"language": "de"}, headers=headers).ok
    reminder = {"at": "2030-05-05T08:00:00Z", "message": "Reisepass"}
    assert page.request.post("/api/v1/reminders", data=reminder, headers=headers).ok
    page.goto("/jobs")
    coming = page.get_by_role("region", name="Kommende")
    expect(coming.get_by_role("listitem").first).to_be_visible()
    axe(page)
