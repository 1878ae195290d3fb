"""The watch over every page: what must not happen in any of them fails the test, and has no effect either."""

from __future__ import annotations

from typing import Any, cast

import pytest
from playwright.sync_api import Page, expect

from browsing import Faults, Visit, axe
from served import Server

POLICY = "console: .*Content Security Policy.*"
FAULTS: dict[
    str, tuple[str, str, list[str]]
] = {  # what a page does, the last event that comes of it, the faults
    "an error told": ("console.error('it went wrong')", "console", ["console: it went wrong"]),
    "an error not caught": (
        "setTimeout(() => { throw Error('not caught') })",
        "weberror",
        ["uncaught: .*not caught"],
    ),
    "a file missing": ("fetch('/assets/gone.js')", "response", ["answered 404: .*/assets/gone.js"]),
    "a script within the page": (
        "let own = document.createElement('script'); own.text = 'ran = 1'; document.head.append(own)",
        "console",
        [f"{POLICY}script-src"],
    ),
    "a style within the page": (
        "document.body.insertAdjacentHTML('beforeend', '<p style=top:0>')",
        "console",
        [f"{POLICY}style-src"],
    ),
    "a picture from elsewhere": (
        "new Image().src = 'http://127.0.0.2:9/picture.png'",
        "requestfailed",
        [f"{POLICY}img-src", "elsewhere: .*picture", "unanswered: .*picture"],
    ),
    "a call to elsewhere": (
        "fetch('http://127.0.0.2:9/').catch(() => {})",
        "console",
        [f"{POLICY}connect-src", "Fetch API cannot load"],
    ),
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_is_noticed(page: Page, faults: Faults, what: str) -> None:
    script, last, found = FAULTS[what]
    page.goto("/")
    all_came = page.context.expect_event(cast(Any, last), lambda _: all(map(faults.include, found)))
    with faults.forgiven(*found), all_came:
        page.evaluate(f"() => {{ {script} }}")
    assert page.evaluate("() => window.ran ?? null") is None


def test_a_page_that_leads_elsewhere_is_noticed(page: Page, faults: Faults) -> None:
    page.goto("/")
    with (
        faults.forgiven("elsewhere: http://127.0.0.2:9/", "unanswered: http://127.0.0.2:9/"),
        page.context.expect_event("requestfailed"),
    ):
        page.evaluate("() => { location.href = 'http://127.0.0.2:9/' }")


def test_a_refusal_of_the_api_is_no_fault(page: Page) -> None:
    page.goto("/")
    assert page.evaluate("() => fetch('/api/v1/nowhere').then((answer) => answer.status)") == 404


def test_a_fault_that_was_expected_has_to_come(page: Page, faults: Faults) -> None:
    page.goto("/")
    with pytest.raises(AssertionError, match="What was to come did not"), faults.forgiven("goes wrong"):
        page.evaluate("() => 1")


def test_what_a_screen_reader_would_miss_is_noticed(visit: Visit) -> None:
    page = visit(None)
    page.goto("/")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.evaluate("() => { document.querySelector('main').append(document.createElement('button')) }")
    with pytest.raises(AssertionError, match="button-name"):
        axe(page)
    assert page.evaluate("() => typeof window.axe") == "undefined"


def test_a_server_that_was_stopped_is_noticed_and_comes_back(
    page: Page, server: Server, faults: Faults
) -> None:
    page.goto("/")
    expect(page.get_by_text("Team meeting").first).to_be_visible()
    ask = "() => fetch('/healthz').then((answer) => answer.status, () => null)"
    assert page.evaluate(ask) == 200
    with faults.forgiven("unanswered: "):
        server.stop()
        assert page.evaluate(ask) is None
        server.start()
        assert page.evaluate(ask) == 200
