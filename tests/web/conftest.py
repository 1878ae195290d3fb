"""The browser app in a real Chromium, on a real server that has the demo household."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from browsing import DESKTOP, Faults, Visit
from identities import CHEAP, PASSWORD
from kalends.cli.demo_household import seed
from kalends.settings import Settings
from served import Server, served
from wednesday import IN_THE_BROWSER, WEDNESDAY
from workspaces import KEY

CHROMIUM = os.environ.get("KALENDS_TEST_CHROMIUM", "/usr/bin/chromium")
# Chromium has a window for each context, and would load what its address field may show: a third of what a
# test takes. It knows one list alone, so this one repeats what matters of Playwright's.
LACKING = [
    "PreloadTopChromeWebUI",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    "WebUIOmniboxPopup",
    "AimEnabled",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
]
ARGUMENTS = [
    f"--disable-features={','.join(LACKING)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
PATIENCE = 10_000  # milliseconds, on a machine that does much else

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One Chromium for a module, a second to start; each test gets a profile of its own in it.

    It does not outlive the module: as long as Playwright runs, so does its event loop, and a test of
    something else in the same process could have none.
    """
    home = tmp_path_factory.mktemp("chromium")  # what it keeps of its own goes with the test's folders
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=ARGUMENTS, env={**os.environ, "HOME": str(home)}
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the demo household, whose parents sign in with `identities.PASSWORD`."""
    data = tmp_path_factory.mktemp("demo")
    shutil.copy(sqlite_template, data / "kalends.sqlite")
    seed(Settings(data_dir=data, key=KEY), PASSWORD, identity=CHEAP, clock=WEDNESDAY)
    return data


@pytest.fixture(scope="module")
def server(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that this module has for itself, over a copy of the demo household."""
    data = shutil.copytree(demo, tmp_path_factory.mktemp("served") / "data")
    with served(data) as server:
        yield server


@pytest.fixture
def faults(server: Server) -> Iterator[Faults]:
    """What goes wrong in the pages of this test; whatever is not forgiven fails it."""
    faults = Faults(server.address)
    yield faults
    assert faults.found == []


@pytest.fixture
def visit(chromium: Browser, server: Server, faults: Faults) -> Iterator[Visit]:
    """Open pages as several people, or on several devices."""
    contexts = []

    def opened(username: str | None = "anna", **device: Any) -> Page:
        # A worker would answer in place of `page.route`; a test of it says `service_workers="allow"`.
        common = {
            "locale": "en-GB",
            "timezone_id": "Europe/Berlin",
            "viewport": DESKTOP,
            "service_workers": "block",
        }
        context = chromium.new_context(
            base_url=server.address, reduced_motion="reduce", **{**common, **device}
        )
        contexts.append(context)
        context.add_init_script(IN_THE_BROWSER)
        context.set_default_timeout(PATIENCE)
        faults.watch(context)
        if username is not None:
            credentials = {"username": username, "password": PASSWORD}
            answer = context.request.post("/api/v1/auth/session", data=credentials)
            assert answer.status == 201, answer.text()
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def page(visit: Visit) -> Page:
    """Anna's page, signed in, on a desktop in Berlin; not yet opened at any address."""
    return visit()
