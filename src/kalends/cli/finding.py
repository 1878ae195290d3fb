"""`kalends free`: when everybody is free."""

from __future__ import annotations

from dataclasses import asdict
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
    resources: Annotated[
        list[str] | None, typer.Option("--resource", metavar="NAME", help="What must be free too.")
    ] = None,
    duration: Annotated[str, typer.Option("--duration", "-d", help="How long: 60m, 1h30m.")] = "60m",
    within: Annotated[
        str | None, typer.Option(metavar="FROM/TO", help="Days or times, such as mon/fri; by default a week.")
    ] = None,
    step: Annotated[str, typer.Option(help="On which marks slots begin.")] = "15m",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 10,
    ranked: Annotated[
        bool, typer.Option("--ranked", help="The best first: those that break the least of what is liked.")
    ] = False,
) -> None:
    """Find times at which everybody is free.

    The hours that members like, the gaps they keep between events and hard constraints are respected.
    """
    desk = open_desk(ctx)
    since, until = ends_of(within, field="within")
    window = read_window(since, until, own=desk.actor.zone, now=desk.now, days=7, field="within")
    if since is None:
        window = type(window)(desk.now, window.end)  # what is over is of no use
    required = picking.members(desk, members or [str(desk.actor.member_id)])
    welcome = picking.members(desk, optional or [])
    names = {str(each.id): each.name for each in (*required, *welcome)}
    company = Company(
        required=[each.id for each in required],
        optional=[each.id for each in welcome],
        resources=[picking.resource(desk, each).id for each in resources or ()],
    )
    found = desk.read(
        lambda tx: find_free(
            tx,
            company,
            window,
            read_exact(duration, field="duration"),
            step=read_exact(step, field="step"),
            limit=limit,
            ranked=ranked,
        )
    )
    answer(
        ctx,
        [
            {
                "start": each.slot.span.start.astimezone(desk.tzinfo).isoformat(),
                "end": each.slot.span.end.astimezone(desk.tzinfo).isoformat(),
                "free": list(each.slot.free),
                "missing": list(each.slot.missing),
                "penalty": each.slot.penalty,
                "broken": [asdict(broken) for broken in each.broken],
            }
            for each in found
        ],
        table_of(
            ["when", "without", "against"],
            [
                [
                    span_of(each.slot.span.start, each.slot.span.end, desk.now),
                    ", ".join(names[id] for id in each.slot.missing),
                    ", ".join(broken.name for broken in each.broken),
                ]
                for each in found
            ],
            empty="There is no such time: try a shorter one, a longer stretch, or fewer people.",
        ),
    )
