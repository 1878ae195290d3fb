"""`kalends reminders`: what one wants to be reminded of, beside what events and preferences say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from kalends.cli import picking
from kalends.cli.answering import answer, list_of, table_of
from kalends.cli.desk import Desk, open_desk
from kalends.cli.moments import read_moment
from kalends.cli.paging import every
from kalends.cli.tasks import minutes_of
from kalends.features.reminders.models import Reminder
from kalends.features.reminders.upcoming import ReminderView, view_reminders
from kalends.interfaces.rest.event_times import TimeReader
from kalends.interfaces.rest.reminder_shapes import ReminderShown
from kalends.interfaces.rest.task_shapes import whole
from kalends.kit.pagination import LARGEST_LIMIT

app = typer.Typer(no_args_is_help=True, help="List, make and remove reminders of your own.")


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """List your reminders, oldest first."""
    desk = open_desk(ctx)
    views = _viewed(desk, _all(desk))
    answer(
        ctx,
        _shown(views),
        table_of(
            ["id", "when", "next", "message", "event", "on"],
            [
                [
                    picking.short(view.reminder.id),
                    _when(desk, view.reminder),
                    f"{view.next_at.astimezone(desk.tzinfo):%Y-%m-%d %H:%M}" if view.next_at else "",
                    view.reminder.message or "",
                    view.title or "",
                    "yes" if view.reminder.active else "no",
                ]
                for view in views
            ],
            empty="There are no reminders of your own.",
        ),
    )


@app.command()
def add(
    ctx: typer.Context,
    message: Annotated[str | None, typer.Argument(help="What it says; needed without an event.")] = None,
    at: Annotated[str | None, typer.Option("--at", metavar="WHEN", help="At a time.")] = None,
    cron: Annotated[
        str | None,
        typer.Option(help='Again and again: "0 8 * * mon-fri" is minute, hour, day, month, weekday.'),
    ] = None,
    event: Annotated[str | None, typer.Option("--event", help="An event, by title or id.")] = None,
    before: Annotated[
        str | None, typer.Option("--before", metavar="TIME", help="So long before the event: 15m, 2h.")
    ] = None,
    channel: Annotated[
        list[str] | None, typer.Option("--channel", help="Such as in_app or email; by default your own.")
    ] = None,
) -> None:
    """Make a reminder: before an event, at a time, or again and again."""
    desk = open_desk(ctx)
    event_id = picking.event(desk, event) if event else None
    moment = None
    if at is not None:
        own = desk.actor.zone
        read = read_moment(at, TimeReader(own=own), today=desk.now.date(), field="at")
        moment = whole(read, own, ends=False)
    row = desk.write(
        lambda tx: desk.services.notifications.reminders.add(
            tx,
            desk.actor,
            event_id=event_id,
            minutes=minutes_of(before, "before") if before else None,
            at=moment,
            cron=cron,
            message=message,
            channels=channel or None,
        )
    )
    answer(
        ctx,
        _shown(_viewed(desk, [row]))[0],
        list_of([f"Reminds you {_when(desk, row)} ({picking.short(row.id)})."]),
    )


@app.command()
def remove(
    ctx: typer.Context, reminder: Annotated[str, typer.Argument(help="A reminder, by id or message.")]
) -> None:
    """Forget a reminder."""
    desk = open_desk(ctx)
    row = picking.pick(
        reminder,
        _all(desk),
        kind="reminder",
        id=lambda each: each.id.hex,
        name=lambda each: each.message or "",
    )
    desk.write(lambda tx: desk.services.notifications.reminders.remove(tx, desk.actor, row.id))
    answer(ctx, {"removed": str(row.id)}, list_of(["Removed."]))


def _all(desk: Desk) -> list[Reminder]:
    reminders = desk.services.notifications.reminders
    return desk.read(
        lambda tx: every(lambda cursor: reminders.list(tx, desk.actor, cursor=cursor, limit=LARGEST_LIMIT))
    )


def _viewed(desk: Desk, rows: Sequence[Reminder]) -> list[ReminderView]:
    return desk.read(lambda tx: view_reminders(tx, desk.actor, rows))


def _shown(views: Sequence[ReminderView]) -> list[dict[str, Any]]:
    return [ReminderShown.of(view).model_dump(mode="json") for view in views]


def _when(desk: Desk, row: Reminder) -> str:
    if row.cron is not None:
        return f"at {row.cron}"
    if row.at is not None:
        return f"at {row.at.astimezone(desk.tzinfo):%Y-%m-%d %H:%M}"
    return f"{row.minutes} min before"
