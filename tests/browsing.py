"""A page in a real browser: what goes wrong in it, what a screen reader would miss, and its picture."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

ROOT = Path(__file__).parents[1]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
SCREENS = ROOT / "docs" / "screens"

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


class Visit(Protocol):
    """Opens a browser of its own, for nobody or for somebody who is signed in, on a device like theirs."""

    def __call__(self, username: str | None = "anna", **device: Any) -> Page:
        """`device` is what Playwright's `new_context` takes: locale, timezone_id, viewport, color_scheme."""


@dataclass
class Faults:
    """What went wrong in the pages of a context: errors, breaches of the policy, requests to anybody else.

    A refusal of the API is an answer, which the page has to show; that a file is missing is a fault.
    """

    origin: str
    found: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._said)
        context.on("weberror", lambda error: self.found.append(f"uncaught: {error.error}"))
        context.on("request", self._asked)
        context.on("requestfailed", self._unanswered)
        context.on("response", self._answered)

    def include(self, pattern: str) -> bool:
        """Say whether a fault was found in which the regular expression is."""
        return any(re.search(pattern, fault) for fault in self.found)

    @contextmanager
    def forgiven(self, *patterns: str) -> Iterator[None]:
        """Let these faults pass, each of which has to come: for a server that was stopped, say."""
        before, self.found = self.found, []
        yield
        absent = [pattern for pattern in patterns if not self.include(pattern)]
        rest = [fault for fault in self.found if not any(re.search(pattern, fault) for pattern in patterns)]
        self.found = before + rest
        assert not absent, f"What was to come did not: {absent}"

    def _said(self, message: ConsoleMessage) -> None:
        # Chromium repeats there what became of requests, which is judged below.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.found.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", "data:", "blob:")):
            self.found.append(f"elsewhere: {request.url}")

    def _unanswered(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # left by the page itself, as it goes on
            self.found.append(f"unanswered: {request.url} ({request.failure})")

    def _answered(self, response: Response) -> None:
        of_the_api = urlsplit(response.url).path.startswith("/api/")
        if response.status >= (500 if of_the_api else 400):
            self.found.append(f"answered {response.status}: {response.url}")


def axe(page: Page) -> None:
    """Assert that axe finds nothing on this page that would keep somebody from using it."""
    # In a world of its own, as an extension has: neither the page's policy nor its scripts notice.
    session = page.context.new_cdp_session(page)
    frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
    world = session.send("Page.createIsolatedWorld", {"frameId": frame})["executionContextId"]
    session.send("Runtime.evaluate", {"contextId": world, "expression": AXE.read_text()})
    run = session.send(
        "Runtime.evaluate",
        {
            "contextId": world,
            "expression": "axe.run(document, { resultTypes: ['violations'] })",
            "awaitPromise": True,
            "returnByValue": True,
        },
    )
    session.detach()
    assert "exceptionDetails" not in run, run
    result = run["result"]["value"]
    assert len(result["passes"]) > 5  # it did look
    violations = [
        f"{rule['id']} ({rule['impact']}): {rule['help']}\n"
        + "\n".join(f"    {node['html']}\n    {node['failureSummary']}" for node in rule["nodes"])
        for rule in result["violations"]
    ]
    assert not violations, "\n".join(violations)


def screenshot(page: Page, name: str) -> None:
    """Keep a picture of the page for the docs, where that is asked for (`KALENDS_SCREENS=1`)."""
    if os.environ.get("KALENDS_SCREENS") == "1":
        page.screenshot(path=SCREENS / f"{name}.png", animations="disabled")
