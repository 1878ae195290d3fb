"""`kalends free`: when everybody is free."""

from __future__ import annotations

from typing import Annotated

import typer

from kalends.cli import picking
from kalends.cli.answering import answer, table_of
from kalends.cli.desk import open_desk
from kalends.cli.moments import ends_of, read_exact, read_window, span_of
from kalends.features.scheduling.free_time import Company, find_free

app = typer.Typer()


@app.command()
def free(
    ctx: typer.Context,
    members: Annotated[
        list[str] | None, typer.Option("--member", metavar="NAME", help="Who must come; by default you.")
    ] = None,
    optional: Annotated[
        list[str] | None, typer.Option("--optional", metavar="NAME", help="Who may come; can be repeated.")
    ] = None,
    duration: Annotated[str, typer.Option("--duration", "-d", help="How long: 60m, 1h30m.")] = "60m",
    within: Annotated[
        str | None, typer.Option(metavar="FROM/TO", help="Days or times, such as mon/fri; by default a week.")
    ] = None,
    step: Annotated[str, typer.Option(help="On which marks slots begin.")] = "15m",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 10,
) -> None:
    """Find times at which everybody is free.

    The hours that members like, and the gaps they keep between events, are respected.
    """
    desk = open_desk(ctx)
    since, until = ends_of(within, field="within")
    window = read_window(since, until, own=desk.actor.zone, now=desk.now, days=7, field="within")
    if since is None:
        window = type(window)(desk.now, window.end)  # what is over is of no use
    required = picking.members(desk, members or [str(desk.actor.member_id)])
    welcome = picking.members(desk, optional or [])
    names = {str(each.id): each.name for each in (*required, *welcome)}
    company = Company(required=[each.id for each in required], optional=[each.id for each in welcome])
    slots = desk.read(
        lambda tx: find_free(
            tx,
            company,
            window,
            read_exact(duration, field="duration"),
            step=read_exact(step, field="step"),
            limit=limit,
        )
    )
    answer(
        ctx,
        [
            {
                "start": slot.span.start.astimezone(desk.tzinfo).isoformat(),
                "end": slot.span.end.astimezone(desk.tzinfo).isoformat(),
                "free": list(slot.free),
                "missing": list(slot.missing),
            }
            for slot in slots
        ],
        table_of(
            ["when", "without"],
            [
                [
                    span_of(slot.span.start, slot.span.end, desk.now),
                    ", ".join(names[id] for id in slot.missing),
                ]
                for slot in slots
            ],
            empty="There is no such time: try a shorter one, a longer stretch, or fewer people.",
        ),
    )
