"""A file of 10,000 events, read and written: ours and the `icalendar` package, in the same run.

    python benchmarks/ical_import.py [--json]

The file is what a busy person's export looks like: 6.2 MB, one event in twenty a series with two
overrides, alarms, attendees, long descriptions, unknown properties. Ours checks and projects every
event while it reads; the peer parses. Each figure is the best of three runs, in processor time, in a
process of its own; memory is what that process needed at its peak, against the file's size.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

EVENTS = 10_000
HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//Export//EN\r\nX-WR-CALNAME:Everything\r\n"


def calendar() -> bytes:
    """Make the file: the same one each time."""
    parts = [HEAD]
    masters = EVENTS * 10 // 11
    for number in range(masters):
        parts.append(_event(number, None))
        if number % 20 == 0:
            parts += [_event(number, 7), _event(number, 14)]
    return "".join([*parts, "END:VCALENDAR\r\n"]).encode()


def _event(number: int, override_after: int | None) -> str:
    start = datetime(2024, 1, 1, 8) + timedelta(days=number % 700, minutes=15 * (number % 40))
    lines = [f"UID:{number}@example.org", "DTSTAMP:20240101T000000Z", "CREATED:20231201T101500Z"]
    if override_after is not None:
        lines.append(
            f"RECURRENCE-ID;TZID=Europe/Berlin:{start + timedelta(days=override_after):%Y%m%dT%H%M%S}"
        )
        start += timedelta(days=override_after, hours=1)
    elif number % 20 == 0:
        lines.append("RRULE:FREQ=WEEKLY;COUNT=40")
    if number % 10 == 3:
        lines += [f"DTSTART;VALUE=DATE:{start:%Y%m%d}", f"DTEND;VALUE=DATE:{start + timedelta(1):%Y%m%d}"]
    else:
        end = start + timedelta(hours=1)
        lines += [
            f"DTSTART;TZID=Europe/Berlin:{start:%Y%m%dT%H%M%S}",
            f"DTEND;TZID=Europe/Berlin:{end:%Y%m%dT%H%M%S}",
        ]
    lines += [
        f"SUMMARY:Appointment {number}\\, with Zoë",
        "DESCRIPTION:" + "What was agreed last time\\, and what comes next.\\n" * (number % 5),
        "LOCATION:Room 4\\, second floor",
        "STATUS:CONFIRMED",
        "SEQUENCE:2",
        "CATEGORIES:Work,Planning",
        "ATTENDEE;CN=Ann Example;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED:mailto:ann@example.org",
        f"X-EXPORT-NUMBER;X-KIND=row:{number}",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:-PT15M",
        "DESCRIPTION:Soon",
        "END:VALARM",
    ]
    folded = []
    for line in ["BEGIN:VEVENT", *lines, "END:VEVENT"]:
        folded.append(line[:60] + "".join(f"\r\n {line[at : at + 60]}" for at in range(60, len(line), 60)))
    return "\r\n".join(folded) + "\r\n"


def read_ours(data: bytes) -> Any:
    from kalends.ical import read

    document = read(data)
    assert not document.problems
    return document


def read_peer(data: bytes) -> Any:
    from icalendar import Calendar

    return Calendar.from_ical(data)


def write_ours(document: Any) -> bytes:
    from kalends.ical import write

    return write(document)


def write_peer(parsed: Any) -> bytes:
    return bytes(parsed.to_ical())


def objects_ours(document: Any) -> int:
    """Give each object's own text, as an import stores it, and its fields."""
    return sum(len(each.text) + len(each.events) for each in document.objects)


def expand_ours(document: Any) -> int:
    return len(document.occurrences(datetime(2024, 6, 1), datetime(2024, 7, 1)))


def measure(who: str) -> dict[str, float]:
    """Time one side, in this process: seconds for each step, and peak memory over the file's size."""
    data = calendar()
    reader = read_ours if who == "ours" else read_peer
    writer = write_ours if who == "ours" else write_peer
    reader(data[:0] + (HEAD + "END:VCALENDAR\r\n").encode())  # imports are not what is measured
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    parsed, found = _timed(lambda: reader(data), 1)
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / len(data)
    figures = {"memory": peak, "size": len(data)}
    del parsed
    parsed, found_again = _timed(lambda: reader(data), 2)
    figures["read"] = min(found, found_again)
    _, figures["write"] = _timed(lambda: writer(parsed), 3)
    if who == "ours":
        _, figures["objects"] = _timed(lambda: objects_ours(parsed), 2)
        _, figures["expand"] = _timed(lambda: expand_ours(parsed), 2)
        figures["total_memory"] = (
            (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / len(data)
        )
    return figures


def _timed(run: Callable[[], Any], times: int) -> tuple[Any, float]:
    best, result = float("inf"), None
    for _ in range(times):
        result = None
        begun = time.process_time()
        result = run()
        best = min(best, time.process_time() - begun)
    return result, best


def _in_a_process(who: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--measure", who]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(found.stdout)
    return figures


def report() -> list[dict[str, Any]]:
    ours, peer = _in_a_process("ours"), _in_a_process("peer")
    rows: list[dict[str, Any]] = []
    for step in ("read", "write"):
        ratio = peer[step] / ours[step]
        rows.append(
            {
                "name": f"iCalendar: {step} {EVENTS:,} events, against icalendar",
                "ours": round(EVENTS / ours[step]),
                "peer": round(EVENTS / peer[step]),
                "unit": "events/s",
                "ratio": round(ratio, 1),
                "target": None,
                "met": None,
            }
        )
    for step, name in (("objects", "text and fields of each object"), ("expand", "occurrences of a month")):
        rows.append(
            {
                "name": f"iCalendar: {name}",
                "ours": round(EVENTS / ours[step]),
                "peer": None,
                "unit": "events/s",
                "ratio": None,
                "target": None,
                "met": None,
            }
        )
    rows.append(
        {
            "name": "iCalendar: peak memory while reading, over the file's size",
            "ours": round(ours["memory"], 1),
            "peer": round(peer["memory"], 1),
            "unit": "times",
            "ratio": round(peer["memory"] / ours["memory"], 1),
            "target": "under 10 times",
            "met": ours["memory"] < 10,
        }
    )
    return rows


if __name__ == "__main__":
    if "--measure" in sys.argv:
        print(json.dumps(measure(sys.argv[-1])))
    elif "--json" in sys.argv:
        print(json.dumps(report()))
    else:
        for row in report():
            print(row)
