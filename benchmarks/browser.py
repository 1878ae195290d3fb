"""The calendar of 10,000 events in a real Chromium: from the key press to the paint, beside FullCalendar.

    python benchmarks/browser.py [--json]

A household has 10,000 events in two years. The built app and FullCalendar, which is given nothing but the
same answers of the same server, step through weeks and months in one browser, in turns. Timed in the page:
from the time stamp of the key press until the frame that shows the new range's events is painted. Steps come
while somebody would look: by then the app has read what is beside and drawn it unseen, and FullCalendar has
what it needs at hand. Steps into the blue have nothing ahead: the app is told that the browser is never idle,
and both ask the server. Build the app first
(`make web`); Chromium is found at KALENDS_TEST_CHROMIUM or /usr/bin/chromium.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import secrets
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Response, Route, sync_playwright
from sqlalchemy import select

from kalends.engine.series import Length
from kalends.engine.zones import zone
from kalends.features.calendars import objects
from kalends.features.calendars.models import Calendar, Category
from kalends.features.calendars.objects import Image
from kalends.features.identity.actor import Actor
from kalends.features.identity.registration import Registration
from kalends.features.scheduling.editing import EventChanges
from kalends.features.scheduling.plans import scribe
from kalends.interfaces.web.files import BUILT
from kalends.server import compose
from kalends.settings import Settings
from kalends.storage import Unit, migrate

EVENTS, DAYS = 10_000, 730
STEPS = 20  # of each kind, half of them forward and then all back
LOADS = 7
LOOK = 500  # milliseconds between two steps, in which what is beside is read and drawn
TARGET = 100  # milliseconds
BUDGET = 150  # kB of JavaScript
BERLIN = zone("Europe/Berlin").tzinfo
WORDS = [
    "Choir",
    "Dentist",
    "Football",
    "Gym",
    "Lunch",
    "Maths",
    "Meeting",
    "Piano",
    "Review",
    "Shopping",
    "Swimming",
    "Visit",
]
CHROMIUM = os.environ.get("KALENDS_TEST_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PEER = Path(__file__).parents[1] / "web" / "node_modules" / "fullcalendar" / "index.global.min.js"
SERVER = """
import sys
from pathlib import Path
from kalends.server import serve
from kalends.settings import Settings
settings = Settings(data_dir=Path(sys.argv[1]), port=0, requests_per_minute=1_000_000)
serve(settings, ready=lambda address: print(address, flush=True))
"""

# Resolves with the milliseconds from the next key press until a title of `days` is painted.
STEP = """
days => new Promise(resolve => addEventListener("keydown", ({timeStamp}) => {
  const shown = () => [...document.querySelectorAll(".shown .title, .fc-event-title")]
    .some(each => days.some(day => each.textContent.startsWith(day)));
  const look = () => {
    if (!shown()) return requestAnimationFrame(look);
    const {port1, port2} = new MessageChannel();
    port1.onmessage = () => resolve(performance.now() - timeStamp);
    port2.postMessage(null);
  };
  requestAnimationFrame(look);
}, {capture: true, once: true}))
"""
NO_READING_AHEAD = "window.requestIdleCallback = () => 0; window.cancelIdleCallback = () => {}"
PEER_PAGE = (
    """<!doctype html><body><div id="board" style="height: 96vh"></div><script src="/peer.js"></script>"""
)
PEER_SCRIPT = """
([view, date]) => {
  const kept = new Map();
  const read = (start, end) => {
    const query = `start=${start.slice(0, 10)}&end=${end.slice(0, 10)}`;
    if (!kept.has(query)) kept.set(query, fetch("/api/v1/events?" + query).then(answer => answer.json()));
    return kept.get(query);
  };
  const calendar = new FullCalendar.Calendar(document.getElementById("board"), {
    initialView: view, initialDate: date, firstDay: 1, headerToolbar: false, height: "100%",
    editable: true, selectable: true, nowIndicator: true, dayMaxEvents: true, lazyFetching: false,
    events: async ({startStr, endStr}) => (await read(startStr, endStr)).items.map(
      ({id, title, start, end, all_day}) => ({id, title, start, end, allDay: all_day})),
  });
  calendar.render();
  addEventListener("keydown", ({key}) => key === "j" ? calendar.next() : key === "k" && calendar.prev());
  window.readAhead = (start, end) => read(start, end);
}
"""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print the measurements for benchmarks/run.py")
    as_json = parser.parse_args().json
    password = secrets.token_urlsafe(12)
    today = datetime.now(UTC).date()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        furnish(Path(folder), password, today)
        with served(Path(folder)) as address:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            measured = list(measurements(browser, address, password, today))
            browser.close()
    if as_json:
        print(json.dumps(measured))
    else:
        for each in measured:
            peer = "" if each["peer"] is None else f" (peer {each['peer']:.4g})"
            print(f"{each['name']}: {each['ours']:.4g}{peer} {each['unit']}, met: {each['met']}")
    return 0


def measurements(browser: Browser, address: str, password: str, today: date) -> Iterator[dict[str, Any]]:
    yield from first_visit(browser, address, password, today)
    for view in ("week", "month"):
        for warm in (True, False):
            with visit(browser, address, password, reading_ahead=warm) as context:
                ours = ours_page(context, view)
                peers = peer_page(context, view, today, warm)
                spent = ours_and_peers(ours, peers, view, today)
            for name, figure in (("median", statistics.median), ("p95", p95)):
                kind = "beside" if warm else "into the blue"
                yield measurement(
                    f"Another {view}, {kind}, key to paint, {name}",
                    figure(spent[0]),
                    figure(spent[1]),
                    "ms",
                    TARGET,
                )


def ours_and_peers(
    ours: Callable[[list[str], str], float],
    peers: Callable[[list[str], str], float],
    view: str,
    today: date,
) -> tuple[list[float], list[float]]:
    """Step forward and back through both, in turns."""
    spent: tuple[list[float], list[float]] = ([], [])
    at = 0
    for key in ["j"] * (STEPS // 2) + ["k"] * STEPS:
        at += 1 if key == "j" else -1
        days = middle_of(view, today, at)
        for one, step in zip(spent, (ours, peers), strict=True):
            one.append(step(days, key))
    return spent


def middle_of(view: str, today: date, steps: int) -> list[str]:
    """Give dates that no range shows but the one some steps from today's."""
    if view == "week":
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=steps)
        return [(monday + timedelta(days=day)).isoformat() for day in range(7)]
    months = today.year * 12 + today.month - 1 + steps
    return [date(months // 12, months % 12 + 1, day).isoformat() for day in range(9, 20)]


def ours_page(context: BrowserContext, view: str) -> Callable[[list[str], str], float]:
    page = context.new_page()
    page.goto(f"/calendar?view={view}")
    page.wait_for_selector(".board .title", state="attached")

    def step(days: list[str], key: str) -> float:
        page.bring_to_front()
        page.wait_for_timeout(LOOK)
        return pressed(page, days, key)

    return step


def peer_page(
    context: BrowserContext, view: str, today: date, warm: bool
) -> Callable[[list[str], str], float]:
    def answer(route: Route) -> None:
        if route.request.url.endswith("/peer.js"):
            route.fulfill(body=PEER.read_text(), content_type="text/javascript")
        else:
            route.fulfill(body=PEER_PAGE, content_type="text/html")

    page = context.new_page()
    page.route("**/peer*", answer)
    page.goto("/peer")
    names = {"week": "timeGridWeek", "month": "dayGridMonth"}
    page.evaluate(PEER_SCRIPT, [names[view], today.isoformat()])
    page.wait_for_selector(".fc-event-title", state="attached")

    def step(days: list[str], key: str) -> float:
        page.bring_to_front()
        if warm:
            first, last = (date.fromisoformat(days[index]) for index in (0, -1))
            if view == "month":  # as it shows them: six weeks from the Monday before the first
                first = first.replace(day=1)
                first -= timedelta(days=first.weekday())
                last = first + timedelta(days=41)
            page.evaluate(
                "range => window.readAhead(...range).then(() => null)",
                [first.isoformat(), (last + timedelta(days=1)).isoformat()],
            )
        page.wait_for_timeout(LOOK)
        return pressed(page, days, key)

    return step


def pressed(page: Page, days: list[str], key: str) -> float:
    """Press a key and give how long it took until one of the days is painted."""
    page.evaluate(f"days => {{ window.stepped = ({STEP})(days) }}", days)
    page.keyboard.press(key)
    spent: float = page.evaluate("window.stepped")
    return spent


def first_visit(browser: Browser, address: str, password: str, today: date) -> Iterator[dict[str, Any]]:
    """Measure from the first request until the week with its events is painted, with nothing in the cache."""
    days = middle_of("week", today, 0)
    watch = f"window.began = ({STEP})({json.dumps(days)}); dispatchEvent(new Event('keydown'))"
    spent: list[float] = []
    seen: list[Response] = []
    for _ in range(LOADS):
        with visit(browser, address, password) as context:
            page = context.new_page()
            page.on("response", lambda answer: seen.append(answer))
            page.add_init_script(watch)
            page.goto("/calendar?view=week", wait_until="commit")
            page.wait_for_function("window.began")
            page.evaluate("window.began")
            spent.append(page.evaluate("performance.now()"))
    scripts = {urlsplit(answer.url).path for answer in seen if answer.request.resource_type == "script"}
    size = sum(len(gzip.compress((BUILT / path[1:]).read_bytes(), 9)) for path in scripts) / 1000
    yield measurement(
        "First visit until the week is painted, median", statistics.median(spent), None, "ms", 1000
    )
    peer = len(gzip.compress(PEER.read_bytes(), 9)) / 1000
    yield measurement("JavaScript until the week stands, gzip", size, peer, "kB", BUDGET)


@contextmanager
def visit(
    browser: Browser, address: str, password: str, *, reading_ahead: bool = True
) -> Iterator[BrowserContext]:
    context = browser.new_context(
        base_url=address,
        viewport={"width": 1360, "height": 860},
        locale="en-GB",
        timezone_id="Europe/Berlin",
        reduced_motion="reduce",
        service_workers="block",
    )
    if not reading_ahead:
        context.add_init_script(NO_READING_AHEAD)
    answer = context.request.post("/api/v1/auth/session", data={"username": "bench", "password": password})
    assert answer.status == 201, answer.text()
    yield context
    context.close()


def furnish(folder: Path, password: str, today: date) -> None:
    """Make the household in a data directory of its own."""
    settings = Settings(data_dir=folder)
    migrate(settings.url)
    services = compose(settings)
    actor = services.identity.sign_up(
        Registration(username="bench", password=password, name="Bench", zone="Europe/Berlin")
    )
    services.database.write(actor.workspace_id, lambda tx: fill(tx, actor, today))
    services.optimiser.close()
    services.database.close()


def fill(tx: Unit, actor: Actor, today: date) -> None:
    """Write the events into two calendars, some of them all day; each title begins with its date."""
    dice = random.Random(7)
    calendars = list(tx.execute(select(Calendar.id)).scalars())
    categories = list(tx.execute(select(Category.id)).scalars())
    writer = scribe(tx)
    images = []
    for _ in range(EVENTS):
        day = today + timedelta(days=dice.randrange(DAYS) - DAYS // 2)
        start: date | datetime = datetime.combine(
            day, time(dice.randrange(7, 21), dice.choice((0, 15, 30, 45))), BERLIN
        )
        length = Length(seconds=900 * dice.choice((2, 3, 4, 4, 6, 8)))
        if dice.random() < 0.05:
            start, length = day, Length(days=dice.choice((1, 1, 2, 4)))
        changes: EventChanges = {
            "title": f"{day} {dice.choice(WORDS)}",
            "start": start,
            "length": length,
            "location": dice.choice(("", "", "Town hall")) or None,
            "category_id": dice.choice(categories),
        }
        object_id = tx.new_id()
        uid = f"{object_id}@kalends"
        images.append(
            Image(
                object_id=object_id,
                calendar_id=dice.choice(calendars),
                uid=uid,
                href=f"{object_id}.ics",
                component="VEVENT",
                text=writer.write_new(uid, changes).render(),
                created_at=tx.now,
                created_by=actor.member_id,
            )
        )
    tx.lock(Calendar, calendars)
    objects.store(tx, [(None, image) for image in images])


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Run a server in a process of its own, which does not share the time of this one."""
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(folder)], stdout=subprocess.PIPE, stderr=log, text=True
        )
    assert process.stdout is not None
    try:
        address = process.stdout.readline().strip()
        assert address, (folder / "log").read_text()
        yield address
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def p95(spent: list[float]) -> float:
    return statistics.quantiles(spent, n=20)[-1]


def measurement(name: str, ours: float, peer: float | None, unit: str, target: float) -> dict[str, Any]:
    return {
        "name": name,
        "ours": ours,
        "peer": peer,
        "unit": unit,
        "ratio": ours / peer if peer else None,
        "target": target,
        "met": ours <= target,
    }


if __name__ == "__main__":
    sys.exit(main())
