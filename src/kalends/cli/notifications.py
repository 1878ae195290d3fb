"""`kalends notifications`: what one was told, how one wants to be told, and what became of it outside."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from kalends.cli import picking
from kalends.cli.answering import answer, list_of, table_of
from kalends.cli.desk import open_desk
from kalends.cli.paging import Before, Most, cursor_of, note_more, nothing
from kalends.features.reminders import inbox
from kalends.features.reminders.inbox import DeliveryFilter
from kalends.features.reminders.models import DeliveryState
from kalends.interfaces.rest.notification_shapes import (
    DeliveryShown,
    NotificationSettingsShown,
    NotificationShown,
)
from kalends.kit.errors import InvalidInput

app = typer.Typer(no_args_is_help=True, help="Read what you were told, and say how you want to be told.")


@app.command("list")
def list_(
    ctx: typer.Context,
    all_: Annotated[bool, typer.Option("--all", help="Also those that you have read.")] = False,
    before: Before = None,
    limit: Most = 50,
) -> None:
    """List what you were told and have not read, newest first."""
    desk = open_desk(ctx)
    page = desk.read(
        lambda tx: inbox.list_notifications(
            tx, desk.actor, unread=not all_, cursor=cursor_of(before), limit=limit
        )
    )
    found = page.items
    answer(
        ctx,
        [NotificationShown.of(view).model_dump(mode="json") for view in found],
        table_of(
            ["at", "what", "read"],
            [
                [
                    view.notification.at.astimezone(desk.tzinfo).strftime("%Y-%m-%d %H:%M"),
                    "; ".join([view.told.title, *view.told.lines]),
                    "yes" if view.notification.read_at else "",
                ]
                for view in found
            ],
            empty=nothing(before, "Nothing was ever told." if all_ else "Nothing is unread."),
        ),
    )
    if page.next:
        note_more(ctx, found[-1].notification.id)


@app.command()
def read(ctx: typer.Context) -> None:
    """Say that you have read all of it."""
    desk = open_desk(ctx)
    count = desk.write(lambda tx: inbox.mark_all_read(tx, desk.actor))
    answer(ctx, {"read": count}, list_of([f"Read: {count}."]))


@app.command()
def settings(
    ctx: typer.Context,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=JSON",
            help='Such as digest=\'{"every": "daily"}\', or addresses=\'{"sms": "+4930123456"}\'.',
        ),
    ] = None,
    resume: Annotated[
        str | None, typer.Option(metavar="CHANNEL", help="Send again to an address that bounced.")
    ] = None,
) -> None:
    """Show how you are told of what, or change some of it."""
    desk = open_desk(ctx)
    known = desk.services.notifications.settings
    me = desk.actor.member_id
    if set_:
        changes = dict(_given(each) for each in set_)
        desk.write(lambda tx: known.change(tx, desk.actor, me, changes))
    if resume is not None:
        desk.write(lambda tx: known.resume(tx, desk.actor, me, resume))
    reach = desk.read(lambda tx: known.get(tx, desk.actor, me))
    suppressed = desk.read(lambda tx: known.suppressed(tx, reach))
    available = list(desk.services.notifications.channels)
    shown = NotificationSettingsShown.of(reach, suppressed, available).model_dump(mode="json")
    answer(
        ctx,
        shown,
        table_of(
            ["setting", "value"],
            [[name, json.dumps(value, ensure_ascii=False)] for name, value in shown.items()],
            empty="",
        ),
    )


@app.command()
def log(
    ctx: typer.Context,
    state: Annotated[list[DeliveryState] | None, typer.Option(help="In this state.")] = None,
    channel: Annotated[str | None, typer.Option(help="Such as email.")] = None,
    before: Before = None,
    limit: Most = 50,
) -> None:
    """List what was sent outside, newest first; owners see what was sent to anybody."""
    desk = open_desk(ctx)
    wanted = DeliveryFilter(channel=channel, states=state or None)
    page = desk.read(lambda tx: inbox.list_deliveries(tx, desk.actor, wanted, cursor_of(before), limit=limit))
    found = page.items
    titles = desk.read(lambda tx: inbox.titles_of(tx, desk.actor, found))
    answer(
        ctx,
        [DeliveryShown.of(row, titles).model_dump(mode="json") for row in found],
        table_of(
            ["id", "at", "channel", "to", "state", "tries", "error"],
            [
                [
                    picking.short(row.id),
                    (row.sent_at or row.send_at).astimezone(desk.tzinfo).strftime("%Y-%m-%d %H:%M"),
                    row.channel,
                    row.address_masked or "",
                    row.state.value,
                    row.attempts,
                    row.error or "",
                ]
                for row in found
            ],
            empty=nothing(before, "Nothing was sent."),
        ),
    )
    if page.next:
        note_more(ctx, found[-1].id)


def _given(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    try:
        return name, json.loads(value if equals else "")
    except ValueError:
        raise InvalidInput(f"{text[:60]!r} is not NAME=JSON.", field="set") from None
