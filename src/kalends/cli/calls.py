"""`kalends calls`: telephone calls that are made at their time."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from kalends.cli import picking
from kalends.cli.answering import answer, confirm, list_of, note, table_of
from kalends.cli.desk import Desk, open_desk
from kalends.cli.moments import read_ends, read_moment
from kalends.cli.outcomes import answer_outcome
from kalends.cli.paging import Before, Most, cursor_of, every, note_more, nothing
from kalends.features.calls import do_not_call as forbidden
from kalends.features.calls import queries
from kalends.features.calls.access import get_call
from kalends.features.calls.batches import MOST_BYTES, Action
from kalends.features.calls.models import Call, CallState, Missed, Outcome
from kalends.features.calls.queries import CallFilter, LogFilter
from kalends.features.calls.rows import CallRow
from kalends.features.calls.statistics import statistics
from kalends.interfaces.call_files import take_file
from kalends.interfaces.rest.batch_shapes import BatchShown
from kalends.interfaces.rest.call_shapes import AttemptShown, CallShown, CallStep, StatisticsShown
from kalends.interfaces.rest.event_times import TimeReader
from kalends.kit.errors import InvalidInput, TooLarge
from kalends.kit.pagination import LARGEST_LIMIT

app = typer.Typer(no_args_is_help=True, help="Schedule telephone calls, stop them, see what was tried.")

Which = Annotated[str, typer.Argument(help="A call, by title or id.")]
Since = Annotated[str | None, typer.Option("--from", metavar="WHEN", help="First day or time.")]
Until = Annotated[str | None, typer.Option(metavar="WHEN", help="Last day, or time.")]
Of = Annotated[str | None, typer.Option("--of", metavar="MEMBER", help="Of this member.")]


@app.command("list")
def list_(
    ctx: typer.Context,
    state: Annotated[list[CallState] | None, typer.Option(help="In this state; can be repeated.")] = None,
    since: Since = None,
    until: Until = None,
    of: Of = None,
    before: Before = None,
    limit: Most = 50,
) -> None:
    """List the calls, the newest first."""
    desk = open_desk(ctx)
    first, end = read_ends(since, until, own=desk.actor.zone, now=desk.now)
    whose = picking.member(desk, of).id if of else None
    wanted = CallFilter(states=state, since=first, until=end, member_id=whose)
    page = desk.read(lambda tx: queries.list_calls(tx, desk.actor, wanted, cursor_of(before), limit=limit))
    found = page.items
    answer(
        ctx,
        [CallShown.of(call).model_dump(mode="json") for call in found],
        table_of(
            ["id", "title", "to", "state", "next", "runs"],
            [
                [
                    picking.short(call.id),
                    call.title,
                    call.phone_masked,
                    call.state.value,
                    _local(desk, call.next_at),
                    call.runs,
                ]
                for call in found
            ],
            empty=nothing(before, "There are no calls."),
        ),
    )
    if page.next:
        note_more(ctx, found[-1].id)


@app.command()
def show(ctx: typer.Context, call: Which) -> None:
    """Show a call, and how it came to its state."""
    desk = open_desk(ctx)
    row = _named(desk, call)
    steps = desk.read(lambda tx: queries.history_of(tx, desk.actor, row.id))
    lines = [
        f"{row.title}: {row.phone_masked}, {row.state.value}",
        f"next: {_local(desk, row.next_at) or 'never'}",
    ]
    lines += [f"{_local(desk, step.at)} {step.after.value} ({step.reason})" for step in steps]
    history = [CallStep.of(step).model_dump(mode="json") for step in steps]
    answer(ctx, {**CallShown.of(row).model_dump(mode="json"), "history": history}, list_of(lines))


@app.command()
def new(
    ctx: typer.Context,
    phone: Annotated[str, typer.Argument(help="Whom to call: +49 30 1234567.")],
    start: Annotated[str, typer.Argument(metavar="WHEN", help="When, on your clock.")],
    script: Annotated[str | None, typer.Option(help="What is read out.")] = None,
    twiml_url: Annotated[str | None, typer.Option(help="https address that says what happens.")] = None,
    agent_url: Annotated[str | None, typer.Option(help="wss address of an agent who speaks.")] = None,
    title: Annotated[str, typer.Option(help="What it is called.")] = "Call",
    repeat: Annotated[str | None, typer.Option(help="daily, weekly, weekdays, monthly or an RRULE.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DAY", help="The last day of a repeat.")] = None,
    count: Annotated[int | None, typer.Option(help="How often it is made.")] = None,
    zone: Annotated[str | None, typer.Option(help="By whose clock: Europe/Berlin.")] = None,
    call_type: Annotated[str | None, typer.Option("--type", help="Such as appointment.")] = None,
    agent: Annotated[str | None, typer.Option(help="The agent instance whose call it is.")] = None,
    missed: Annotated[Missed, typer.Option(help="What becomes of missed runs.")] = Missed.LAST,
    record: Annotated[bool, typer.Option("--record", help="Record what is said; ask them first.")] = False,
    notes: Annotated[str | None, typer.Option(help="What else there is to say.")] = None,
    of: Of = None,
    preview: Annotated[bool, typer.Option("--preview", help="Say what would come of it.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Even where it breaks a constraint.")] = False,
) -> None:
    """Schedule a call."""
    desk = open_desk(ctx)
    own = zone or desk.actor.zone
    begins = read_moment(start, TimeReader(own=own), today=desk.now.date(), field="start")
    if not isinstance(begins, datetime):
        raise InvalidInput("A call needs a time of day.", field="start")
    row = CallRow(
        phone=phone,
        start=begins.isoformat(timespec="seconds"),
        zone=own,
        script=script,
        twiml_url=twiml_url,
        agent_url=agent_url,
        title=title,
        repeat=repeat,
        until=until,
        count=count,
        call_type=call_type,
        agent_instance=agent,
        missed=missed,
        record=record,
        notes=notes,
        member_id=picking.member(desk, of).id if of else None,
    )
    calls = desk.services.calls
    _, outcome = calls.schedule(desk.actor, row.draft(own), preview=preview, force=force)
    answer_outcome(ctx, desk, outcome, otherwise="Nothing would change.")


@app.command()
def pause(ctx: typer.Context, call: Which) -> None:
    """Make no run of a call until it is resumed."""
    desk = open_desk(ctx)
    row = _named(desk, call)
    desk.services.calls.pause(desk.actor, row.id)
    _tell(ctx, desk, row, "Paused")


@app.command()
def resume(ctx: typer.Context, call: Which) -> None:
    """Go on with a paused call."""
    desk = open_desk(ctx)
    row = _named(desk, call)
    desk.services.calls.resume(desk.actor, row.id)
    _tell(ctx, desk, row, "Resumed")


@app.command()
def cancel(
    ctx: typer.Context,
    call: Which,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Make no further run of a call; one that is being made is hung up."""
    desk = open_desk(ctx)
    row = _named(desk, call)
    if not confirm(ctx, f"Cancel {row.title}?", yes=yes):
        raise InvalidInput(f"Cancelling {row.title} hangs up: say --yes.", field="yes")
    desk.services.calls.cancel(desk.actor, row.id)
    _tell(ctx, desk, row, "Cancelled")


@app.command()
def log(
    ctx: typer.Context,
    outcome: Annotated[list[Outcome] | None, typer.Option(help="That ended so; can be repeated.")] = None,
    since: Since = None,
    until: Until = None,
    of: Of = None,
    before: Before = None,
    limit: Most = 50,
) -> None:
    """List what was tried, the newest first."""
    desk = open_desk(ctx)
    first, end = read_ends(since, until, own=desk.actor.zone, now=desk.now)
    whose = picking.member(desk, of).id if of else None
    wanted = LogFilter(outcomes=outcome, since=first, until=end, member_id=whose)
    page = desk.read(lambda tx: queries.list_attempts(tx, desk.actor, wanted, cursor_of(before), limit=limit))
    found = page.items
    answer(
        ctx,
        [AttemptShown.of(each).model_dump(mode="json") for each in found],
        table_of(
            ["begun", "call", "to", "attempt", "came to", "seconds"],
            [
                [
                    _local(desk, each.attempt.started_at),
                    each.title,
                    each.attempt.phone_masked,
                    each.attempt.number,
                    (each.attempt.outcome or each.attempt.state).value,
                    each.attempt.duration_seconds,
                ]
                for each in found
            ],
            empty=nothing(before, "Nobody was called."),
        ),
    )
    if page.next:
        note_more(ctx, found[-1].attempt.id)


@app.command()
def stats(
    ctx: typer.Context,
    days: Annotated[int, typer.Option(min=1, max=366, help="Of so many days, today the last.")] = 30,
    of: Of = None,
) -> None:
    """Give figures of what was called, however many attempts each call took."""
    desk = open_desk(ctx)
    until = desk.now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    whom = picking.member(desk, of).id if of else None
    since = until - timedelta(days=days)
    found = desk.read(lambda tx: statistics(tx, desk.actor, since, until, member_id=whom))
    figures = found.overall
    lines = [
        f"{figures.total} calls in {days} days: {figures.completed} completed, {figures.failed} failed, "
        f"{figures.pending} pending ({figures.success_rate} %)",
        f"{figures.attempts} attempts",
        f"{found.total_seconds} s spoken, {found.average_seconds} s on average",
        *(f"{outcome.value}: {count}" for outcome, count in found.by_outcome.items()),
    ]
    answer(ctx, StatisticsShown.shown(found).model_dump(mode="json"), list_of(lines))


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV in UTF-8, whose first line names the fields of a call; or .json, as REST takes it."
        ),
    ],
    action: Annotated[
        Action | None,
        typer.Option(help="With each row: create by default; else its call_id or id names a call."),
    ] = None,
) -> None:
    """Schedule, pause or cancel the calls of a file; a server or worker does it in the background."""
    desk = open_desk(ctx)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.", field="file") from None
    if len(data) > MOST_BYTES:
        raise TooLarge(f"At most {MOST_BYTES} bytes are read here.", limit=MOST_BYTES)
    batch = take_file(desk.services, desk.actor, data, is_json=file.suffix.lower() == ".json", action=action)
    note(ctx, "Bad rows are told by `kalends calls batches`.")
    answer(
        ctx,
        BatchShown.model_validate(batch).model_dump(mode="json"),
        list_of([f"Taken: {batch.total} rows ({picking.short(batch.id)})."]),
    )


@app.command()
def batches(ctx: typer.Context) -> None:
    """List the last batches, how far they are, and their bad rows."""
    desk = open_desk(ctx)
    found = desk.read(lambda tx: desk.services.calls.batches.latest(tx, desk.actor))
    lines = [
        line
        for batch in found
        for line in (
            f"{picking.short(batch.id)} {batch.action}: {batch.done} of {batch.total}, {batch.failed} failed",
            *(f"  row {error['row']}: {error['issue']}" for error in batch.errors),
        )
    ]
    shown = [BatchShown.model_validate(batch).model_dump(mode="json") for batch in found]
    answer(ctx, shown, list_of(lines or ["There are no batches."]))


@app.command("do-not-call")
def do_not_call(
    ctx: typer.Context,
    phone: Annotated[str | None, typer.Argument(help="A number that is never to be called.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="It may be called again.")] = False,
) -> None:
    """List the numbers that are never called; with a number, add it or take it off."""
    desk = open_desk(ctx)
    calls = desk.services.calls
    if phone is not None and remove:
        hashed = calls.hash_of(phone)
        desk.write(lambda tx: forbidden.remove_number(tx, desk.actor, hashed))
    elif phone is not None:
        calls.do_not_call(desk.actor, phone, reason)
    rows = desk.read(
        lambda tx: every(lambda at: forbidden.list_numbers(tx, desk.actor, at, limit=LARGEST_LIMIT))
    )
    answer(
        ctx,
        [{"id": row.phone_hash, "phone_masked": row.phone_masked, "reason": row.reason} for row in rows],
        table_of(
            ["number", "reason", "since"],
            [[row.phone_masked, row.reason, _local(desk, row.added_at)] for row in rows],
            empty="Every number may be called.",
        ),
    )


def _named(desk: Desk, wanted: str) -> Call:
    known = desk.read(
        lambda tx: every(lambda at: queries.list_calls(tx, desk.actor, cursor=at, limit=LARGEST_LIMIT))
    )
    found = picking.pick(
        wanted, known, kind="call", id=lambda each: each.id.hex, name=lambda each: each.title
    )
    return desk.read(lambda tx: get_call(tx, desk.actor, found.id))


def _tell(ctx: typer.Context, desk: Desk, row: Call, done: str) -> None:
    now = desk.read(lambda tx: get_call(tx, desk.actor, row.id))
    answer(ctx, CallShown.of(now).model_dump(mode="json"), list_of([f"{done} {row.title}."]))


def _local(desk: Desk, moment: datetime | None) -> str:
    return moment.astimezone(desk.tzinfo).strftime("%Y-%m-%d %H:%M") if moment else ""
