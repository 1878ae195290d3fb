"""Calls: scheduled, stopped and changed, many at once, and how they went."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import delete, select

from browsing import PHONE, Visit, axe
from identities import CHEAP
from kalends.features.calls.drafts import CallDraft
from kalends.features.calls.models import AttemptState, Call, CallAttempt, Content, DoNotCall, Outcome
from kalends.features.identity.actor import Actor, actor_of
from kalends.features.identity.models import Member
from kalends.interfaces.services import Services
from kalends.server import compose
from kalends.settings import Settings
from kalends.storage import Unit
from served import Server, served
from wednesday import WEDNESDAY
from workspaces import BERLIN, KEY

SATURDAY = 5
NOW = WEDNESDAY.now().replace(microsecond=0)
TODAY = NOW.astimezone(BERLIN).date()
DAY = TODAY + timedelta(days=14 + (SATURDAY - TODAY.weekday()) % 7)
NUMBER = "+49 30 12345678"
ROWS = f"""phone,start,title,script,metadata.order
+49 30 2345671,{DAY}T10:00,From a file,"Hello, you",A-1
nonsense,{DAY}T11:00,Wrong number,Hello,A-2
+49 30 2345673,2020-01-01T11:00,Long ago,Hello,A-3
"""


@pytest.fixture(scope="module")
def server(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of the demo household, which has made these calls and no others."""
    data = shutil.copytree(demo, tmp_path_factory.mktemp("served") / "data")
    services = compose(Settings(data_dir=data, key=KEY), clock=WEDNESDAY, identity=CHEAP)
    _have_called(services)
    services.optimiser.close()
    services.database.close()
    with served(data) as server:
        yield server


def _have_called(services: Services) -> None:
    with services.database.read(None) as tx:
        query = select(Member).where(Member.name == "Anna")
        anna = actor_of(tx.execute(query, across_workspaces="the demo made it").scalar_one())
    call_id = _scheduled(services, anna, "School office")
    ends = [Outcome.BUSY, Outcome.NO_ANSWER, Outcome.COMPLETED, None]

    def attempts(tx: Unit) -> None:
        for others in (CallAttempt, DoNotCall):
            tx.changed(delete(others))
        call = tx.get(Call, call_id)
        for number, outcome in enumerate(ends, 1):
            tx.add(
                CallAttempt(
                    id=tx.new_id(),
                    call_id=call_id,
                    member_id=anna.member_id,
                    phone_hash=call.phone_hash,
                    phone_masked=call.phone_masked,
                    due_at=NOW - timedelta(days=number),
                    number=1,
                    state=AttemptState.ENDED if outcome else AttemptState.RINGING,
                    outcome=outcome,
                    started_at=NOW,
                    tried_at=NOW,
                    ended_at=NOW if outcome else None,
                    duration_seconds=80 if outcome is Outcome.COMPLETED else None,
                    transcript="Good morning" if outcome is Outcome.COMPLETED else None,
                )
            )

    services.database.write(anna.workspace_id, attempts)


def _scheduled(services: Services, actor: Actor, title: str) -> UUID:
    start = datetime.combine(DAY, time(9), BERLIN)
    draft = CallDraft(phone=NUMBER, start=start, content=Content.SCRIPT, content_text="Hello", title=title)
    call_id, _ = services.calls.schedule(actor, draft)
    assert call_id is not None
    return call_id


def ask(page: Page, method: str, path: str, data: Any = None) -> Any:
    """Ask the server as whoever is signed in here, as another page of theirs would."""
    token = page.request.get("/api/v1/auth/session").json()["csrf_token"]
    answer = page.request.fetch(
        f"/api/v1{path}", method=method, data=data, headers={"X-CSRF-Token": token, "If-Match": "*"}
    )
    assert answer.ok, answer.text()
    return answer.json()


def a_call(page: Page, title: str, **fields: Any) -> str:
    given = {"phone": NUMBER, "start": f"{DAY}T15:00", "script": "Hello", "title": title, **fields}
    made = ask(page, "POST", "/calls?force=true", given)
    return str(made["call"]["id"])


def row(page: Page, title: str) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_role("link", name=title, exact=True))


def test_what_is_called_when_is_told_before_it_is_scheduled(page: Page) -> None:
    page.goto("/calls/new")
    page.get_by_label("Telephone number").fill("030 12")
    expect(page.get_by_text("This number lacks its country")).to_be_visible()
    page.get_by_label("Telephone number").fill("+49 30 1234567")
    expect(page.get_by_text("This number lacks its country")).to_have_count(0)
    page.get_by_label("Title").fill("Grandma")
    page.get_by_label("When", exact=True).fill(str(DAY))
    page.get_by_label("Time of the call").fill("16:30")
    page.get_by_label("By the clock in").select_option("America/New_York")
    page.get_by_label("Text", exact=True).fill("Happy birthday")
    told = page.get_by_text("+49 30 1234567 is called on")
    expect(told).to_contain_text("16:30, by the clock in New York.")
    here = datetime.combine(DAY, time(16, 30), ZoneInfo("America/New_York")).astimezone(BERLIN)
    expect(page.get_by_text("On your clock that is")).to_contain_text(f"{here:%H:%M}.")
    axe(page)
    page.get_by_role("button", name="Schedule the call").click()
    expect(page.get_by_role("heading", name="Grandma")).to_be_visible()
    expect(page.get_by_text("Scheduled", exact=True)).to_be_visible()
    expect(page.get_by_text("+49 ••• ••67")).to_be_visible()
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text("+49301234567")).to_be_visible()
    expect(page.get_by_role("region", name="History")).to_contain_text("The call was scheduled for")
    axe(page)


def test_a_clash_is_told_while_the_time_is_typed(page: Page) -> None:
    taken = {
        "title": "Theatre",
        "start": f"{DAY + timedelta(days=1)}T19:00",
        "end": f"{DAY + timedelta(days=1)}T22:00",
    }
    calendars = ask(page, "GET", "/calendars")["items"]
    own = next(each["id"] for each in calendars if each["name"] == "Anna")
    ask(page, "POST", "/events?force=true", {**taken, "calendar_id": own})
    page.goto("/calls/new")
    page.get_by_label("Telephone number").fill(NUMBER)
    page.get_by_label("When", exact=True).fill(str(DAY + timedelta(days=1)))
    page.get_by_label("Time of the call").fill("19:30")
    expect(page.get_by_role("listitem").filter(has_text="Theatre")).to_be_visible()


def test_a_call_is_paused_goes_on_is_cancelled_and_comes_back(page: Page) -> None:
    call = a_call(page, "Plumber")
    page.goto(f"/calls/{call}")
    actions = page.get_by_role("group", name="What to do with this call")
    actions.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("The call was paused.")).to_be_visible()
    actions.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("The call went on.")).to_be_visible()
    actions.get_by_role("button", name="Cancel").click()
    actions.get_by_role("group", name="Make no further call?").get_by_role(
        "button", name="Cancel"
    ).first.click()
    expect(page.get_by_text("The call was cancelled.")).to_be_visible()
    expect(page.get_by_text("No further call is to be made.")).to_be_visible()
    actions.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Calls")).to_be_visible()
    expect(row(page, "Plumber")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Plumber")).to_be_visible()


def test_a_change_never_overwrites_another_silently(page: Page) -> None:
    call = a_call(page, "Garage", notes="Winter tyres")
    page.goto(f"/calls/{call}")
    page.get_by_role("button", name="Edit").click()
    page.get_by_role("button", name="More fields").click()
    page.get_by_label("Notes", exact=True).fill("Summer tyres")
    version = ask(page, "PATCH", f"/calls/{call}", {"notes": "All-season tyres"})["call"]["version"]
    page.get_by_role("button", name="Save", exact=True).click()
    both = page.get_by_role("alert")
    expect(both).to_contain_text("All-season tyres")
    expect(both).to_contain_text("Summer tyres")
    axe(page)
    assert ask(page, "GET", f"/calls/{call}")["version"] == version
    both.get_by_role("button", name="Save mine").click()
    expect(page.get_by_role("definition").filter(has_text="Summer tyres")).to_be_visible()


def test_the_list_is_narrowed_and_many_are_stopped_at_once(page: Page) -> None:
    for number in range(3):
        a_call(page, f"Survey {number}", start=f"{DAY}T{16 + number}:00", call_type="survey")
    page.goto("/calls")
    page.get_by_label("Search").fill("survey")
    page.get_by_label("Search").press("Enter")
    expect(row(page, "Survey 0")).to_be_visible()
    expect(row(page, "School office")).to_have_count(0)
    page.get_by_label("Select Survey 0").check()
    axe(page)
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(row(page, "Survey 0")).to_contain_text("Paused")
    expect(row(page, "Survey 1")).to_contain_text("Scheduled")
    page.get_by_label("Select Survey 0").check()
    page.get_by_role("button", name="Resume", exact=True).click()
    expect(row(page, "Survey 0")).to_contain_text("Scheduled")
    page.get_by_role("button", name="Cancel all that match").click()
    page.get_by_role("button", name="Cancel all that match").click()
    for number in range(3):
        expect(row(page, f"Survey {number}")).to_contain_text("Cancelled")


def test_a_file_is_looked_at_sent_and_told_of_row_by_row(page: Page) -> None:
    page.goto("/calls/batches")
    file = page.locator("input[type=file]")
    file.set_input_files({"name": "x.csv", "mimeType": "text/csv", "buffer": b"phone,shoe size\n1,2\n"})
    expect(page.get_by_text("The file lacks the column start.")).to_be_visible()
    expect(page.get_by_text("Nothing that a call has is called shoe size.")).to_be_visible()
    expect(page.get_by_role("button", name="Schedule 1 call")).to_be_disabled()
    file.set_input_files({"name": "calls.csv", "mimeType": "text/csv", "buffer": ROWS.encode()})
    expect(page.get_by_role("columnheader", name="Telephone number")).to_be_visible()
    expect(page.get_by_role("cell", name="Hello, you")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Schedule 3 calls").click()
    batch = page.get_by_role("listitem").filter(has_text="3 calls to be scheduled")
    expect(batch).to_contain_text("2 rows failed")
    expect(batch.get_by_role("row").filter(has_text="phone")).to_contain_text("no telephone number")
    expect(batch.get_by_role("row").filter(has_text="start")).to_contain_text("This time is over")
    axe(page)
    with page.expect_download() as download:
        batch.get_by_role("button", name="Save the errors as CSV").click()
    lines = Path(download.value.path()).read_text().splitlines()
    assert lines[0] == "row,field,code,issue"
    assert [line.split(",")[:2] for line in lines[1:]] == [["2", "phone"], ["3", "start"]]
    page.goto("/calls?q=From a file")
    expect(row(page, "From a file")).to_contain_text("Scheduled")


def test_a_file_that_names_calls_stops_them(page: Page) -> None:
    call_id = a_call(page, "Named in a file")
    page.goto("/calls/batches")
    text = f"title,call_id\nNamed in a file,{call_id}\n"
    page.locator("input[type=file]").set_input_files(
        {"name": "log.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    expect(page.get_by_role("columnheader", name="call_id")).to_contain_text("Which call")
    expect(page.get_by_role("columnheader", name="title")).to_contain_text("Not looked at")
    expect(page.get_by_role("button", name="Cancel 1 call")).to_be_enabled()
    axe(page)
    page.get_by_role("button", name="Pause 1 call").click()
    expect(page.get_by_role("listitem").filter(has_text="1 call to be paused")).to_contain_text("1 done")
    page.goto("/calls?q=Named in a file")
    expect(row(page, "Named in a file")).to_contain_text("Paused")


def test_the_dashboard_counts_and_follows(page: Page) -> None:
    page.goto("/calls/dashboard")
    today = page.get_by_role("region", name="Today")
    expect(today.get_by_role("definition")).to_have_text(
        ["4", "1", "2", "1", "4", "25%", "1 min 20 secs", "1 min 20 secs"]
    )
    chart = page.get_by_role("figure", name="Calls by day")
    expect(chart.locator("canvas")).to_be_visible()
    chart.get_by_text("As a table").click()
    expect(chart.get_by_role("row").last.get_by_role("cell")).to_have_text(["1", "2", "1"])
    expect(
        page.get_by_role("figure", name="Calls by outcome").get_by_role("row", name="Busy 1")
    ).to_be_visible()
    axe(page)
    page.get_by_role("button", name="30 days").click()
    expect(chart.get_by_role("row")).to_have_count(31)
    soon = WEDNESDAY.now().astimezone(BERLIN) + timedelta(minutes=5)  # before any other
    a_call(page, "Just now", start=f"{soon:%Y-%m-%dT%H:%M}")
    expect(page.get_by_role("region", name="Next").get_by_role("link", name="Just now")).to_be_visible()


def test_the_log_is_narrowed_noted_and_saved(page: Page) -> None:
    page.goto("/calls/log")
    school = page.get_by_role("link", name="School office")
    entries = page.get_by_role("listitem").filter(has=school)
    expect(entries).to_have_count(4)
    page.get_by_label("Outcome").select_option("Completed")
    expect(entries).to_have_count(1)
    entry = page.get_by_role("listitem").filter(has_text="spoke 1 min 20 secs")
    entry.get_by_role("button", name="Add a note").click()
    entry.get_by_label("Notes").fill("They call back on Monday")
    axe(page)
    entry.get_by_role("button", name="Save").click()
    expect(entry.get_by_text("They call back on Monday")).to_be_visible()
    expect(entry.get_by_role("button", name="Change the note")).to_be_focused()
    with page.expect_download() as download:
        page.get_by_role("link", name="Save as CSV").click()
    lines = Path(download.value.path()).read_text().splitlines()
    assert len(lines) == 2
    assert "They call back on Monday" in lines[1]


def test_a_number_is_never_called_until_it_is_taken_off_the_list(page: Page) -> None:
    page.goto("/calls/do-not-call")
    form = page.get_by_label("Telephone number")
    form.fill("12")
    page.get_by_role("button", name="Never call").click()
    expect(page.get_by_text("This number lacks its country")).to_be_visible()
    form.fill("+49 30 7654399")
    page.get_by_label("Reason").fill("Asked us not to")
    page.get_by_role("button", name="Never call").click()
    entry = page.get_by_role("listitem").filter(has_text="+49 ••• ••99")
    expect(entry).to_contain_text("Asked us not to")
    axe(page)
    entry.get_by_role("button", name="Remove").click()
    entry.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("No number is on the list")).to_be_visible()


def test_a_week_of_calls_leads_to_each_and_the_calendar_marks_them(visit: Visit) -> None:
    page = visit(viewport=PHONE)
    call = a_call(page, "Music school", start=f"{DAY}T11:00", duration_minutes=30)
    page.goto(f"/calls/week?date={DAY}")
    board = page.get_by_role("group").filter(has=page.get_by_role("link", name="Music school"))
    expect(board.get_by_role("link", name="Music school").first).to_contain_text("Scheduled")
    axe(page)
    board.get_by_role("link", name="Music school").first.click()
    expect(page).to_have_url(f"{page.url.partition('/calls')[0]}/calls/{call}")
    page.get_by_role("link", name="See it on the calendar").click()
    expect(page.get_by_role("link", name="This is a call: see it")).to_be_visible()
    page.get_by_role("button", name="Cancel", exact=True).click()
    face = page.get_by_role("button", name="Music school")
    expect(face.get_by_role("img", name="Call", exact=True)).to_be_visible()


def test_a_crowded_half_hour_says_how_many_calls_it_has_besides(page: Page) -> None:
    day = DAY + timedelta(days=21)
    for minute in range(20, 30):
        a_call(page, f"Minute {minute}", start=f"{day}T11:{minute}")
    page.goto(f"/calls/week?date={day}")
    more = page.get_by_role("link", name="+7 more")
    for title in ("Minute 20", "Minute 22"):
        box, width = page.get_by_role("link", name=title).bounding_box(), more.bounding_box()
        assert box is not None
        assert width is not None
        assert box["width"] > 15
        assert abs(box["width"] - width["width"]) < 2
    expect(page.get_by_role("link", name="Minute 23")).to_have_count(0)
    axe(page)
    more.click()
    expect(page.get_by_role("link", name=re.compile("^Minute"))).to_have_count(10)
    page.goto(f"/calendar?view=week&date={day}")
    page.get_by_role("button", name="+7 more").click()
    expect(page.get_by_role("button", name=re.compile("Minute"))).to_have_count(10)
    a_call(page, "Minute 15", start=f"{day}T11:15")
    page.get_by_role("button", name="+2 more").click()
    expect(page).to_have_url(re.compile("view=agenda"))
    expect(page.get_by_role("button", name=re.compile("Minute"))).to_have_count(11)


def test_its_life_is_told_in_german(visit: Visit) -> None:
    page = visit("ben", locale="de-DE")
    member = page.request.get("/api/v1/auth/session").json()["actor"]["member_id"]
    ask(page, "PATCH", f"/members/{member}/preferences", {"language": "de"})
    call = a_call(page, "Zahnarzt", repeat="FREQ=WEEKLY;COUNT=4")
    ask(page, "POST", f"/calls/{call}/pause")
    page.goto(f"/calls/{call}")
    story = page.get_by_role("region", name="Verlauf")
    expect(story).to_contain_text("Der Anruf wurde angehalten.")
    expect(story).to_contain_text("Der Anruf wurde für")
    expect(page.get_by_text("Jede Woche, 4-mal").or_(page.get_by_text("Wöchentlich, 4-mal"))).to_be_visible()
    axe(page)
