"""`kalends add`, `edit` and `remove`."""

from __future__ import annotations

from typing import Annotated, cast

import typer

from kalends.cli import picking
from kalends.cli.answering import confirm
from kalends.cli.desk import open_desk
from kalends.cli.event_changes import Times, content, floats, named_day, stored_start, target
from kalends.cli.outcomes import answer_outcome
from kalends.engine.claims import Flexibility, Priority
from kalends.features.calendars.access import Access
from kalends.features.calendars.models import Status
from kalends.features.calendars.queries import get_event
from kalends.features.scheduling import EventChanges, EventDraft, Scope, plans
from kalends.interfaces.rest.event_times import TimeReader
from kalends.kit.errors import InvalidInput

app = typer.Typer()

_WHEN = "2026-12-24, '2026-12-24 18:00', 'fri 18:00', tomorrow, or 18:00 today."

Event = Annotated[str, typer.Argument(help="An event: its title, or as much of its id as is unique.")]
End = Annotated[str | None, typer.Option(help="When it ends; of an all-day event its last day.")]
Duration = Annotated[str | None, typer.Option("--duration", "-d", help="In place of an end: 90m, 1h30m, 2d.")]
InCalendar = Annotated[str | None, typer.Option("--calendar", metavar="NAME", help="In this calendar.")]
Repeat = Annotated[
    list[str] | None,
    typer.Option(metavar="RRULE", help='Such as "FREQ=WEEKLY;BYDAY=TU,TH"; can be repeated.'),
]
Zone = Annotated[str | None, typer.Option(metavar="IANA", help="The clock it lives by; yours by default.")]
Floating = Annotated[bool, typer.Option("--floating", help="The same wall time wherever one is.")]
Description = Annotated[str | None, typer.Option(help="What it is about.")]
Location = Annotated[str | None, typer.Option(help="Where it is.")]
Url = Annotated[str | None, typer.Option(help="An address of it.")]
Category = Annotated[str | None, typer.Option(metavar="NAME", help="Its level ranks the event.")]
WithPriority = Annotated[Priority | None, typer.Option(help="Ranks it in place of its category.")]
WithFlexibility = Annotated[Flexibility | None, typer.Option(help="How far it may be moved by itself.")]
Takers = Annotated[
    list[str] | None, typer.Option("--with", metavar="MEMBER", help="Who must come; can be repeated.")
]
Optional = Annotated[
    list[str] | None, typer.Option("--optional", metavar="MEMBER", help="Who may come; can be repeated.")
]
Taken = Annotated[
    list[str] | None,
    typer.Option("--resource", metavar="NAME", help="What it takes; can be repeated; empty: nothing."),
]
Reminded = Annotated[
    list[str] | None,
    typer.Option(
        "--reminder",
        metavar="LENGTH",
        help="How long before, as in 15m; can be repeated; empty: as people prefer.",
    ),
]
Private = Annotated[bool | None, typer.Option("--private/--public", help="Others see no more than busy.")]
Free = Annotated[bool | None, typer.Option("--free/--busy", help="Whether it claims anybody's time.")]
WithStatus = Annotated[Status | None, typer.Option(help="Where it stands.")]
HowMuch = Annotated[Scope | None, typer.Option(help="One occurrence, it and all that follow, or all.")]
Which = Annotated[str | None, typer.Option(metavar="START", help="The occurrence, by its original start.")]
Preview = Annotated[bool, typer.Option("--preview", help="Say what would happen, and change nothing.")]
Force = Annotated[bool, typer.Option("--force", help="Also where it breaks a hard constraint.")]


@app.command()
def add(
    ctx: typer.Context,
    title: Annotated[str, typer.Argument(help="What it is called.")],
    start: Annotated[str, typer.Argument(help=_WHEN)],
    end: Annotated[str | None, typer.Argument(help="When it ends; of an all-day event its last day.")] = None,
    duration: Duration = None,
    calendar: InCalendar = None,
    repeat: Repeat = None,
    zone: Zone = None,
    floating: Floating = False,
    description: Description = None,
    location: Location = None,
    url: Url = None,
    category: Category = None,
    priority: WithPriority = None,
    flexibility: WithFlexibility = None,
    takers: Takers = None,
    optional: Optional = None,
    resources: Taken = None,
    reminders: Reminded = None,
    private: Private = None,
    free: Free = None,
    status: WithStatus = None,
    preview: Preview = False,
    force: Force = False,
) -> None:
    """Add an event.

    Without an end or a duration it lasts as long as you prefer events to last; a day alone makes it all-day.
    """
    desk = open_desk(ctx)
    reader = TimeReader(own=desk.actor.zone, zone=zone, floating=floating)
    times = Times(desk=desk, reader=reader, day=desk.now.date())
    changes = times.changes(start, end, duration)
    changes.update(
        content(
            desk,
            title=title,
            rules=repeat,
            description=description,
            location=location,
            url=url,
            category=category,
            priority=priority,
            flexibility=flexibility,
            takers=takers,
            optional=optional,
            resources=resources,
            reminders=reminders,
            confidential=private,
            transparent=free,
            status=status,
        )
    )
    place = picking.calendar(desk, calendar, at_least=Access.WRITE).id if calendar else None
    draft = EventDraft(changes=cast(EventChanges, changes), calendar_id=place)
    outcome = desk.services.scheduling.carry_out(
        desk.actor, lambda tx: plans.create(tx, desk.actor, [draft]), preview=preview, force=force
    )
    answer_outcome(ctx, desk, outcome)


@app.command()
def edit(
    ctx: typer.Context,
    event: Event,
    title: Annotated[str | None, typer.Option(help="What it is called.")] = None,
    start: Annotated[str | None, typer.Option(help=_WHEN)] = None,
    end: End = None,
    duration: Duration = None,
    calendar: InCalendar = None,
    repeat: Repeat = None,
    once: Annotated[bool, typer.Option("--once", help="Repeat no longer.")] = False,
    zone: Zone = None,
    floating: Floating = False,
    description: Description = None,
    location: Location = None,
    url: Url = None,
    category: Category = None,
    priority: WithPriority = None,
    flexibility: WithFlexibility = None,
    takers: Takers = None,
    optional: Optional = None,
    resources: Taken = None,
    reminders: Reminded = None,
    private: Private = None,
    free: Free = None,
    status: WithStatus = None,
    done: Annotated[bool | None, typer.Option("--done/--not-done", help="Whether it is completed.")] = None,
    scope: HowMuch = None,
    occurrence: Which = None,
    preview: Preview = False,
    force: Force = False,
) -> None:
    """Change an event: once, from an occurrence on, or all of it.

    What is not given stays; an empty text clears. A new start moves the whole series unless --occurrence says
    which time is meant, and then that one alone unless --scope says more.
    """
    desk = open_desk(ctx)
    event_id = picking.event(desk, event)
    stored = stored_start(desk, event_id)
    stays_floating = zone is None and floats(stored)
    reader = TimeReader(own=desk.actor.zone, zone=zone, stored=stored, floating=floating or stays_floating)
    times = Times(desk=desk, reader=reader, day=named_day(stored, occurrence))
    changes = times.changes(start, end, duration)
    changes.update(
        content(
            desk,
            title=title,
            rules=[] if once else repeat,
            description=description,
            location=location,
            url=url,
            category=category,
            priority=priority,
            flexibility=flexibility,
            takers=takers,
            optional=optional,
            resources=resources,
            reminders=reminders,
            confidential=private,
            transparent=free,
            status=status,
            completed=done,
        )
    )
    place = picking.calendar(desk, calendar, at_least=Access.WRITE).id if calendar else None
    if not changes and place is None:
        raise InvalidInput("Say what to change; see kalends edit --help.", field="changes")
    which = target(event_id, scope, occurrence)
    outcome = desk.services.scheduling.carry_out(
        desk.actor,
        lambda tx: plans.update(tx, desk.actor, which, cast(EventChanges, changes), calendar_id=place),
        preview=preview,
        force=force,
    )
    answer_outcome(ctx, desk, outcome)


@app.command()
def remove(
    ctx: typer.Context,
    event: Event,
    scope: HowMuch = None,
    occurrence: Which = None,
    preview: Preview = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove an event: once, from an occurrence on, or all of it.

    A terminal is asked first, and `kalends undo` brings it back for thirty days.
    """
    desk = open_desk(ctx)
    which = target(picking.event(desk, event), scope, occurrence)
    detail = desk.read(lambda tx: get_event(tx, desk.actor, which.event_id))
    much = {Scope.ALL: "", Scope.SINGLE: f" on {occurrence}", Scope.FUTURE: f" from {occurrence} on"}
    question = f"Remove {detail.first.title}{much[which.scope]}?"
    if not preview and not confirm(ctx, question, yes=yes):
        raise InvalidInput(f"{question} Say --yes where nobody can be asked.", field="yes")
    outcome = desk.services.scheduling.carry_out(
        desk.actor, lambda tx: plans.remove(tx, desk.actor, which), preview=preview
    )
    answer_outcome(ctx, desk, outcome)
