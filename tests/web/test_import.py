"""Import: a file is dropped, looked at, taken in, and taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from browsing import Faults, axe
from wednesday import WEDNESDAY

DAY = WEDNESDAY.now().date() + timedelta(days=60)
HEAD = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//school//EN\n"
EVENT = """BEGIN:VEVENT
UID:{uid}
DTSTAMP:20260101T100000Z
DTSTART:{at}
DURATION:PT1H
SUMMARY:{title}
END:VEVENT
"""
DROP = """
([names, texts, times = 1]) => {
    const data = new DataTransfer();
    const type = "text/calendar";
    names.forEach((name, n) => data.items.add(new File([texts[n].repeat(times)], name, { type })));
    for (const type of ["dragenter", "dragover", "drop"])
        window.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
}
"""


def test_a_dropped_file_is_looked_at_taken_in_and_taken_back(page: Page) -> None:
    page.goto("/calendar")
    expect(page.get_by_text("Team meeting").first).to_be_visible()
    texts = event("a", title="Parents' evening"), event("b", title="Sports day"), event("c", at="nonsense")
    drop(page, school=calendar(*texts))
    panel = page.get_by_role("complementary", name="Import a calendar file")
    expect(panel).to_contain_text("What would come into Anna")
    expect(panel).to_contain_text("1 entry cannot be taken")
    expect(panel).to_contain_text("Line 21")
    axe(page)
    panel.get_by_label("Into the calendar").select_option(label="Clara")
    expect(panel).to_contain_text("What would come into Clara")
    assert titles(page) == []
    panel.get_by_role("button", name="Import 2 events").click()
    expect(panel).to_contain_text("2 added")
    axe(page)
    assert titles(page) == ["Parents' evening", "Sports day"]
    expect(panel).to_contain_text("Parents' evening overlaps Sports day")
    expect(panel.get_by_role("link", name="To the conflicts")).to_be_visible()
    panel.get_by_role("button", name="Undo").click()
    expect(panel).to_contain_text("taken back")
    assert titles(page) == []


def test_several_files_come_one_after_the_other_and_nothing_twice(page: Page) -> None:
    page.goto("/calendars")
    expect(page.get_by_role("heading", name="Your own")).to_be_visible()
    text = calendar(event("d", title="Once", at="20300601T080000Z"))
    drop(page, one=text, two=text)
    panel = page.get_by_role("complementary", name="Import a calendar file")
    panel.get_by_role("button", name="Import 1 event").dblclick()
    expect(panel).to_contain_text("1 added")
    panel.get_by_role("button", name="Next file").click()
    expect(panel).to_contain_text("two.ics")
    expect(panel).to_contain_text("is in Anna already")
    panel.get_by_role("button", name="Done").click()
    expect(panel).to_have_count(0)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("This is a letter.", "not a calendar file"),
        (f"{HEAD}END:VCALENDAR\n", "nothing in it"),
    ],
    ids=["a letter", "an empty calendar"],
)
def test_what_cannot_be_imported_is_told(page: Page, text: str, told: str) -> None:
    panel = chosen(page, text)
    expect(panel).to_contain_text(told)
    expect(panel.get_by_role("button", name="Import")).to_have_count(0)
    axe(page)


def test_a_file_that_is_too_large_is_told_with_the_limit(page: Page) -> None:
    page.goto("/calendars")
    expect(page.get_by_role("heading", name="Your own")).to_be_visible()
    page.evaluate(DROP, [["large.ics"], ["x"], 50_000_001])
    panel = page.get_by_role("complementary", name="Import a calendar file")
    expect(panel).to_contain_text("up to 50 MB")


def test_a_lost_network_loses_nothing(page: Page, faults: Faults) -> None:
    page.route("**/import?preview=true", lambda route: route.abort(), times=1)
    with faults.forgiven("unanswered: .*/import"):
        panel = chosen(page, calendar(event("f", at="20300701T080000Z")))
        expect(panel.get_by_role("alert")).to_contain_text("cannot be reached")
    panel.get_by_role("button", name="Try again").click()
    expect(panel.get_by_role("button", name="Import 1 event")).to_be_visible()


def event(uid: str, *, title: str = "Something", at: str = f"{DAY:%Y%m%d}T190000Z") -> str:
    return EVENT.format(uid=f"{uid}@school", title=title, at=at)


def calendar(*events: str) -> str:
    return f"{HEAD}{''.join(events)}END:VCALENDAR\n"


def drop(page: Page, **files: str) -> None:
    """Drop files on the page, as from another window."""
    page.evaluate(DROP, [[f"{name}.ics" for name in files], list(files.values())])


def chosen(page: Page, text: str) -> Locator:
    """Choose a file by the button, and give the panel."""
    page.goto("/calendars")
    with page.expect_file_chooser() as coming:
        page.get_by_role("button", name="Choose .ics files").click()
    coming.value.set_files({"name": "some.ics", "mimeType": "text/calendar", "buffer": text.encode()})
    return page.get_by_role("complementary", name="Import a calendar file")


def titles(page: Page) -> list[str]:
    query: dict[str, Any] = {"start": str(DAY), "end": str(DAY + timedelta(days=1))}
    found = page.context.request.get("/api/v1/events", params=query).json()["items"]
    return sorted({each["title"] for each in found} & {"Parents' evening", "Sports day"})
