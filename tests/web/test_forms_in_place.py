"""Forms that open in place: Escape leaves them, and the keyboard goes on where it was."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

OPENED = {  # where a form is opened by which button, or link, and the field that says it is open
    "/people": ("button", "Add somebody", "Name"),
    "/calendars": ("button", "New calendar", "Name"),
    "/resources": ("link", "New thing", "Name"),
    "/rules": ("link", "New rule", "Name"),
    "/settings/categories": ("button", "New category", "Name"),
    "/settings/account": ("button", "New key", "What it is for"),
}


@pytest.mark.parametrize("address", OPENED)
def test_escape_leaves_a_form_and_gives_the_focus_back(page: Page, address: str) -> None:
    role, name, label = OPENED[address]
    page.goto(address)
    opener = page.get_by_role(role, name=name)  # type: ignore[arg-type]
    opener.focus()
    page.keyboard.press("Enter")
    field = page.get_by_role("main").get_by_label(label, exact=True)
    field.fill("Nobody")
    expect(opener).to_be_hidden()
    page.keyboard.press("Escape")
    expect(field).to_have_count(0)
    expect(opener).to_be_focused()
