"""`kalends tasks`: what is to be done, in time that it finds by itself."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from kalends.cli import picking
from kalends.cli.answering import answer, confirm, list_of, table_of
from kalends.cli.desk import Desk, open_desk
from kalends.cli.moments import read_exact, read_moment, span_of
from kalends.cli.outcomes import answer_outcome
from kalends.engine.claims import Priority
from kalends.features.calendars.access import Access
from kalends.features.scheduling.tasks import keeping
from kalends.features.scheduling.tasks.models import Task, TaskState
from kalends.features.scheduling.tasks.progress import progress_of
from kalends.interfaces.rest.event_times import TimeReader
from kalends.interfaces.rest.task_shapes import TaskShown, whole
from kalends.kit.errors import InvalidInput

app = typer.Typer(no_args_is_help=True, help="List, make, plan and finish tasks.")

Which = Annotated[str, typer.Argument(help="A task, by title or id.")]
Before = Annotated[str | None, typer.Option("--by", metavar="WHEN", help="The deadline; a date to its end.")]
After = Annotated[str | None, typer.Option("--from", metavar="WHEN", help="Not before this.")]
Takes = Annotated[str | None, typer.Option("--duration", "-d", help="How much work in all: 90m, 8h.")]
Pieces = Annotated[
    str | None,
    typer.Option(metavar="LEAST-MOST", help="May be split into pieces so long, such as 30m-2h; `no`: not."),
]
Calendar = Annotated[str | None, typer.Option("--calendar", "-c", help="Where its pieces are.")]
Category = Annotated[str | None, typer.Option(help="Such as Study.")]
Weight = Annotated[Priority | None, typer.Option("--priority", help="What it is worth.")]
Notes = Annotated[str | None, typer.Option(help="What else there is to say.")]
Whose = Annotated[str | None, typer.Option("--of", metavar="MEMBER", help="Who does it; by default you.")]
Preview = Annotated[bool, typer.Option("--preview", help="Say what would come of it, and change nothing.")]


@app.command("list")
def list_(
    ctx: typer.Context,
    of: Annotated[str | None, typer.Option("--of", metavar="MEMBER", help="Of this member.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Also those that are done or cancelled.")] = False,
) -> None:
    """List what is to be done, the soonest deadline first."""
    desk = open_desk(ctx)
    whom = picking.member(desk, of).id if of else None
    states = tuple(TaskState) if all_ else (TaskState.OPEN,)
    found = desk.read(lambda tx: keeping.list_tasks(tx, desk.actor, member_id=whom, states=states))
    progress = desk.read(lambda tx: progress_of(tx, desk.actor, found))
    answer(
        ctx,
        [TaskShown.of(row, progress[row.id]).model_dump(mode="json") for row in found],
        table_of(
            ["id", "task", "by", "minutes", "done", "planned", "next"],
            [
                [
                    picking.short(row.id),
                    row.title + ("" if row.state is TaskState.OPEN else f" ({row.state})"),
                    row.deadline.astimezone(desk.tzinfo).strftime("%Y-%m-%d %H:%M"),
                    row.minutes,
                    progress[row.id].done_minutes,
                    progress[row.id].planned_minutes,
                    next(
                        (
                            span_of(piece.span.start, piece.span.end, desk.now)
                            for piece in progress[row.id].pieces
                            if piece.is_open(desk.now)
                        ),
                        "",
                    ),
                ]
                for row in found
            ],
            empty="Nothing is to be done.",
        ),
    )


@app.command()
def add(
    ctx: typer.Context,
    title: Annotated[str, typer.Argument(help="What is to be done.")],
    by: Annotated[str, typer.Option("--by", metavar="WHEN", help="The deadline; a date to its end.")],
    duration: Annotated[str, typer.Option("--duration", "-d", help="How much work: 90m, 8h.")] = "60m",
    after: After = None,
    pieces: Pieces = None,
    of: Whose = None,
    calendar: Calendar = None,
    category: Category = None,
    priority: Weight = None,
    notes: Notes = None,
) -> None:
    """Make a task; `kalends tasks plan` finds its time."""
    desk = open_desk(ctx)
    given = _given(desk, by, after, duration, pieces, calendar, category, priority, notes)
    whom = picking.member(desk, of).id if of else None
    row = desk.write(lambda tx: keeping.create_task(tx, desk.actor, title=title, member_id=whom, **given))
    progress = desk.read(lambda tx: progress_of(tx, desk.actor, [row]))
    answer(
        ctx,
        TaskShown.of(row, progress[row.id]).model_dump(mode="json"),
        list_of([f"Made {row.title} ({picking.short(row.id)})."]),
    )


@app.command()
def edit(
    ctx: typer.Context,
    task: Which,
    title: Annotated[str | None, typer.Option(help="What it shall be called.")] = None,
    by: Before = None,
    duration: Takes = None,
    after: After = None,
    pieces: Pieces = None,
    calendar: Calendar = None,
    category: Category = None,
    priority: Weight = None,
    notes: Notes = None,
) -> None:
    """Change a task; for other times, plan it again."""
    desk = open_desk(ctx)
    changes = _given(desk, by, after, duration, pieces, calendar, category, priority, notes)
    if title is not None:
        changes["title"] = title
    if not changes:
        raise InvalidInput("Say what to change; see kalends tasks edit --help.", field="changes")
    outcome = desk.services.planner.update_task(desk.actor, _named(desk, task).id, changes)
    answer_outcome(ctx, desk, outcome, otherwise="Changed.")


@app.command()
def plan(
    ctx: typer.Context,
    task: Annotated[str | None, typer.Argument(help="A task; by default all open ones.")] = None,
    of: Annotated[str | None, typer.Option("--of", metavar="MEMBER", help="All of this member.")] = None,
    preview: Preview = False,
) -> None:
    """Find time for what remains of a task, or of all: the soonest deadline comes first."""
    desk = open_desk(ctx)
    planner = desk.services.planner
    if task is not None:
        outcome = planner.plan_task(desk.actor, _named(desk, task).id, preview=preview)
    else:
        whom = picking.member(desk, of).id if of else None
        outcome = planner.plan_all(desk.actor, whom, preview=preview)
    answer_outcome(ctx, desk, outcome, otherwise="All is planned as it can be.")


@app.command()
def done(ctx: typer.Context, task: Which) -> None:
    """Say that a task is done; what was still planned for it goes."""
    _settle(ctx, task, TaskState.DONE, "Done.")


@app.command()
def cancel(ctx: typer.Context, task: Which) -> None:
    """Say that a task will not be done; what was still planned for it goes."""
    _settle(ctx, task, TaskState.CANCELLED, "Cancelled.")


@app.command()
def reopen(ctx: typer.Context, task: Which) -> None:
    """Say that a task is to be done after all."""
    _settle(ctx, task, TaskState.OPEN, "Open again.")


@app.command()
def remove(
    ctx: typer.Context,
    task: Which,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Forget a task; what was still planned for it goes."""
    desk = open_desk(ctx)
    row = _named(desk, task)
    if not confirm(ctx, f"Remove {row.title}? This cannot be undone.", yes=yes):
        raise InvalidInput(f"Removing {row.title} cannot be undone: say --yes.", field="yes")
    outcome = desk.services.planner.delete_task(desk.actor, row.id)
    answer_outcome(ctx, desk, outcome, otherwise=f"Removed {row.title}.")


def _settle(ctx: typer.Context, task: str, state: TaskState, done: str) -> None:
    desk = open_desk(ctx)
    outcome = desk.services.planner.settle_task(desk.actor, _named(desk, task).id, state)
    answer_outcome(ctx, desk, outcome, otherwise=done)


def _named(desk: Desk, wanted: str) -> Task:
    known = desk.read(lambda tx: keeping.list_tasks(tx, desk.actor, states=tuple(TaskState)))
    return picking.pick(wanted, known, kind="task", id=lambda each: each.id.hex, name=lambda each: each.title)


def _given(
    desk: Desk,
    by: str | None,
    after: str | None,
    duration: str | None,
    pieces: str | None,
    calendar: str | None,
    category: str | None,
    priority: Priority | None,
    notes: str | None,
) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if by is not None:
        given["deadline"] = _moment(desk, by, "by")
    if after is not None:
        given["not_before"] = _moment(desk, after, "from")
    if duration is not None:
        given["minutes"] = minutes_of(duration, "duration")
    if pieces is not None:
        given["least_minutes"], given["most_minutes"] = _sizes(pieces)
    if calendar is not None:
        given["calendar_id"] = picking.calendar(desk, calendar, at_least=Access.WRITE).id
    if category is not None:
        given["category_id"] = picking.category(desk, category)
    if priority is not None:
        given["priority"] = priority
    if notes is not None:
        given["notes"] = notes
    return given


def _moment(desk: Desk, text: str, field: str) -> datetime:
    own = desk.actor.zone
    read = read_moment(text, TimeReader(own=own), today=desk.now.date(), field=field)
    return whole(read, own, ends=field == "by")


def minutes_of(text: str, field: str) -> int:
    """Read a duration of whole minutes."""
    return round(read_exact(text, field=field).total_seconds() / 60)


def _sizes(pieces: str) -> tuple[int | None, int | None]:
    if pieces == "no":
        return None, None
    least, dash, most = pieces.partition("-")
    if not dash:
        raise InvalidInput(f"{pieces!r} is no range: write 30m-2h, or no.", field="pieces")
    return minutes_of(least, "pieces"), minutes_of(most, "pieces")
