"""`kalends blocks`: time for focus and habits, so often a week."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Any

import typer

from kalends.cli import picking
from kalends.cli.answering import answer, confirm, list_of, table_of
from kalends.cli.desk import Desk, open_desk
from kalends.cli.outcomes import answer_outcome
from kalends.cli.tasks import Calendar, Category, Preview, minutes_of
from kalends.features.calendars.access import Access
from kalends.features.scheduling.tasks import block_keeping as keeping
from kalends.features.scheduling.tasks.models import Block, BlockKind
from kalends.features.scheduling.tasks.planner import MOST_WEEKS, WEEKS
from kalends.interfaces.rest.block_shapes import BlockShown
from kalends.kit.errors import InvalidInput

app = typer.Typer(no_args_is_help=True, help="List, make, plan and remove blocks of time.")

Which = Annotated[str, typer.Argument(help="A block, by title or id.")]
Kind = Annotated[BlockKind | None, typer.Option(help="A habit unless you say.")]
Times = Annotated[int | None, typer.Option(min=1, max=7, help="How often a week, at most once a day.")]
Takes = Annotated[str | None, typer.Option("--duration", "-d", help="How long each time: 45m, 2h.")]
Days = Annotated[str | None, typer.Option(metavar="DAYS", help="Such as mon,wed,fri; by default workdays.")]
Window = Annotated[
    str | None, typer.Option("--within", metavar="FROM-UNTIL", help="By the clock; by default 09:00-18:00.")
]


@app.command("list")
def list_(
    ctx: typer.Context,
    of: Annotated[str | None, typer.Option("--of", metavar="MEMBER", help="Of this member.")] = None,
) -> None:
    """List the blocks."""
    desk = open_desk(ctx)
    whom = picking.member(desk, of).id if of else None
    found = desk.read(lambda tx: keeping.list_blocks(tx, desk.actor, member_id=whom))
    answer(
        ctx,
        [_json(desk, row) for row in found],
        table_of(
            ["id", "block", "kind", "a week", "minutes", "days", "within"],
            [
                [
                    picking.short(row.id),
                    row.title + ("" if row.active else " (off)"),
                    row.kind.value,
                    row.times_a_week,
                    row.minutes,
                    ",".join(row.days),
                    f"{row.since}-{row.until}",
                ]
                for row in found
            ],
            empty="No time is kept.",
        ),
    )


@app.command()
def add(
    ctx: typer.Context,
    title: Annotated[str, typer.Argument(help="What it is for.")],
    times: Annotated[int, typer.Option(min=1, max=7, help="How often a week, at most once a day.")],
    duration: Annotated[str, typer.Option("--duration", "-d", help="How long each time: 45m, 2h.")] = "60m",
    kind: Kind = None,
    days: Days = None,
    within: Window = None,
    of: Annotated[
        str | None, typer.Option("--of", metavar="MEMBER", help="Whose time; by default yours.")
    ] = None,
    calendar: Calendar = None,
    category: Category = None,
) -> None:
    """Make a block; `kalends blocks plan` finds its time, and the server does within a day."""
    desk = open_desk(ctx)
    given = _given(desk, None, times, duration, kind, days, within, calendar, category)
    whom = picking.member(desk, of).id if of else None
    row = desk.write(lambda tx: keeping.create_block(tx, desk.actor, title=title, member_id=whom, **given))
    answer(ctx, _json(desk, row), list_of([f"Made {row.title} ({picking.short(row.id)})."]))


@app.command()
def edit(
    ctx: typer.Context,
    block: Which,
    title: Annotated[str | None, typer.Option(help="What it shall be called.")] = None,
    times: Times = None,
    duration: Takes = None,
    kind: Kind = None,
    days: Days = None,
    within: Window = None,
    calendar: Calendar = None,
    category: Category = None,
    active: Annotated[bool | None, typer.Option("--on/--off", help="Whether time is kept.")] = None,
) -> None:
    """Change a block; for other times, plan it again. Switched off, it goes from the weeks to come."""
    desk = open_desk(ctx)
    changes = _given(desk, title, times, duration, kind, days, within, calendar, category)
    if active is not None:
        changes["active"] = active
    if not changes:
        raise InvalidInput("Say what to change; see kalends blocks edit --help.", field="changes")
    outcome = desk.services.planner.update_block(desk.actor, _named(desk, block).id, changes)
    answer_outcome(ctx, desk, outcome, otherwise="Changed.")


@app.command()
def plan(
    ctx: typer.Context,
    block: Which,
    weeks: Annotated[int, typer.Option(min=1, max=MOST_WEEKS, help="This one and those after it.")] = WEEKS,
    preview: Preview = False,
) -> None:
    """Fill the weeks to come: what lacks is added, what is too much removed, what fits stays."""
    desk = open_desk(ctx)
    row = _named(desk, block)
    outcome = desk.services.planner.plan_block(desk.actor, row.id, weeks=weeks, preview=preview)
    answer_outcome(ctx, desk, outcome, otherwise="All is planned as it can be.")


@app.command()
def remove(
    ctx: typer.Context,
    block: Which,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Forget a block; what is to come of it goes."""
    desk = open_desk(ctx)
    row = _named(desk, block)
    if not confirm(ctx, f"Remove {row.title}? This cannot be undone.", yes=yes):
        raise InvalidInput(f"Removing {row.title} cannot be undone: say --yes.", field="yes")
    outcome = desk.services.planner.delete_block(desk.actor, row.id)
    answer_outcome(ctx, desk, outcome, otherwise=f"Removed {row.title}.")


def _named(desk: Desk, wanted: str) -> Block:
    known = desk.read(lambda tx: keeping.list_blocks(tx, desk.actor))
    return picking.pick(
        wanted, known, kind="block", id=lambda each: each.id.hex, name=lambda each: each.title
    )


def _given(
    desk: Desk,
    title: str | None,
    times: int | None,
    duration: str | None,
    kind: BlockKind | None,
    days: str | None,
    within: str | None,
    calendar: str | None,
    category: str | None,
) -> dict[str, Any]:
    plain = {"title": title, "times_a_week": times, "kind": kind}
    given: dict[str, Any] = {name: value for name, value in plain.items() if value is not None}
    if duration is not None:
        given["minutes"] = minutes_of(duration, "duration")
    if days is not None:
        given["days"] = [each.strip().lower()[:3] for each in days.split(",")]
    if within is not None:
        given["since"], given["until"] = _clocks(within)
    if calendar is not None:
        given["calendar_id"] = picking.calendar(desk, calendar, at_least=Access.WRITE).id
    if category is not None:
        given["category_id"] = picking.category(desk, category)
    return given


def _clocks(within: str) -> tuple[time, time]:
    try:
        since, until = (time.fromisoformat(each.strip()) for each in within.split("-"))
    except ValueError:
        raise InvalidInput(f"{within!r} is no window: write 09:00-12:00.", field="within") from None
    return since.replace(second=0), until.replace(second=0)


def _json(desk: Desk, row: Block) -> dict[str, Any]:
    return desk.read(lambda tx: BlockShown.of(tx, desk.actor, row)).model_dump(mode="json")
