"""`kalends expand`: a recurrence rule, expanded by the engine alone."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from kalends.cli.answering import answer, list_of
from kalends.engine.recurrence import expand as instances_of
from kalends.engine.series import Start
from kalends.engine.starts import format_start, parse_start
from kalends.engine.zones import zone

app = typer.Typer()

UNBOUNDED = 25
"""How many instances are shown when no bound was given."""


@app.command()
def expand(
    ctx: typer.Context,
    rule: Annotated[str, typer.Argument(help='An RRULE value, such as "FREQ=MONTHLY;BYDAY=2TU".')],
    start: Annotated[str, typer.Option(help="DTSTART: 2026-12-24, or 2026-12-24T18:00.")],
    in_zone: Annotated[
        str | None, typer.Option("--zone", metavar="IANA", help="The zone of a start without one.")
    ] = None,
    since: Annotated[str | None, typer.Option("--from", help="Leave out what is before.")] = None,
    until: Annotated[str | None, typer.Option(help="Leave out what is at or after.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many.")] = None,
) -> None:
    """Expand a recurrence rule; needs no data.

    A rule without an end shows its first 25 instances unless --until or --limit says otherwise.
    """
    first = _in_zone(parse_start(start), in_zone)
    found = instances_of(
        rule,
        first,
        start=parse_start(since, field="from") if since else None,
        end=parse_start(until, field="until") if until else None,
        limit=limit or (None if until else UNBOUNDED),
    )
    texts = [format_start(each) for each in found]
    answer(ctx, texts, list_of(texts))


def _in_zone(start: Start, name: str | None) -> Start:
    if name is not None and isinstance(start, datetime) and start.tzinfo is None:
        return start.replace(tzinfo=zone(name).tzinfo)
    return start
