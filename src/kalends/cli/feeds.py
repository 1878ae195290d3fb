"""`kalends feed`: secret addresses under which a calendar can be read."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from kalends.cli import picking
from kalends.cli.answering import answer, list_of, table_of
from kalends.cli.desk import Desk, open_desk, settings_of
from kalends.cli.options import shared
from kalends.features.calendars import feeds
from kalends.features.calendars.models import FeedToken
from kalends.features.calendars.service import list_calendars
from kalends.storage import Unit

app = typer.Typer(no_args_is_help=True, help="Make, list and revoke secret addresses of calendars.")


@app.command()
def create(
    ctx: typer.Context,
    calendar: Annotated[str | None, typer.Argument(help="A calendar; by default your own.")] = None,
    name: Annotated[str, typer.Option(help="What it is for.")] = "Feed",
    busy_only: Annotated[bool, typer.Option("--busy-only", help="Only when time is taken.")] = False,
) -> None:
    """Make an address under which a calendar can be read; it is shown once."""
    desk = open_desk(ctx)
    id = picking.calendar(desk, calendar).id
    made = desk.write(lambda tx: feeds.create_feed(tx, desk.actor, id, name=name, busy_only=busy_only))
    settings = settings_of(shared(ctx))
    root = (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")
    address = f"{root}/feeds/{made.secret}.ics"
    answer(
        ctx,
        {**_as_json(made.feed), "secret": made.secret, "url": address},
        list_of([address, f"Shown only now; `kalends feed revoke {picking.short(made.feed.id)}` ends it."]),
    )


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """List your feeds; an owner sees everybody's."""
    desk = open_desk(ctx)
    found = _known(desk)
    answer(
        ctx,
        [{**_as_json(feed), "calendar": calendar} for feed, calendar in found],
        table_of(
            ["id", "calendar", "name", "busy only", "since"],
            [
                [picking.short(feed.id), calendar, feed.name, feed.busy_only, f"{feed.created_at:%Y-%m-%d}"]
                for feed, calendar in found
            ],
            empty="There are no feeds.",
        ),
    )


@app.command()
def revoke(
    ctx: typer.Context, feed: Annotated[str, typer.Argument(help="A feed, by its name or as much of its id.")]
) -> None:
    """End a feed at once."""
    desk = open_desk(ctx)
    known = [feed for feed, _ in _known(desk)]
    found = picking.pick(feed, known, kind="feed", id=lambda each: each.id.hex, name=lambda each: each.name)
    desk.write(lambda tx: feeds.revoke_feed(tx, desk.actor, found.id))
    answer(ctx, {"id": str(found.id), "revoked": True}, list_of([f"Revoked {found.name}."]))


def _known(desk: Desk) -> list[tuple[FeedToken, str]]:
    def read(tx: Unit) -> list[tuple[FeedToken, str]]:
        return [
            (feed, view.calendar.name)
            for view in list_calendars(tx, desk.actor)
            for feed in feeds.list_feeds(tx, desk.actor, view.id)
        ]

    return desk.read(read)


def _as_json(feed: FeedToken) -> dict[str, Any]:
    return {
        "id": str(feed.id),
        "calendar_id": str(feed.calendar_id),
        "name": feed.name,
        "busy_only": feed.busy_only,
        "created_at": feed.created_at.isoformat(),
    }
