"""`kalends constraints`: what is asked of members' time."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

import typer

from kalends.cli import picking
from kalends.cli.answering import answer, confirm, list_of, table_of
from kalends.cli.desk import Desk, open_desk
from kalends.cli.moments import ends_of, read_window, span_of
from kalends.engine.constraints import RULES
from kalends.features.scheduling.constraints import keeping
from kalends.features.scheduling.constraints.models import StoredConstraint
from kalends.features.scheduling.constraints.trying import Draft, dry_run
from kalends.interfaces.rest.constraint_shapes import ConstraintShown, DryRun
from kalends.kit.errors import InvalidInput

app = typer.Typer(no_args_is_help=True, help="List, make, change, remove and try constraints.")

Which = Annotated[str, typer.Argument(help="A constraint, by name or id.")]
With = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME=VALUE]...", help="What the rule needs, such as time=07:00 days=mon,tue."),
]
Hard = Annotated[
    bool | None, typer.Option("--hard/--soft", help="Refuse edits that break it, or weigh them.")
]
Priority = Annotated[
    int | None, typer.Option(min=1, max=10, help="How much a soft one weighs; 5 by default.")
]
Active = Annotated[bool | None, typer.Option("--on/--off", help="Whether it holds.")]
Of = Annotated[
    str | None, typer.Option("--of", metavar="MEMBER", help="Whose time it is about; by default everybody's.")
]


@app.command("list")
def list_(
    ctx: typer.Context,
    of: Annotated[str | None, typer.Option("--of", metavar="MEMBER", help="Asked of this member.")] = None,
) -> None:
    """List the constraints: yours and everybody's; an owner sees all."""
    desk = open_desk(ctx)
    whom = picking.member(desk, of).id if of else None
    found = desk.read(lambda tx: keeping.list_constraints(tx, desk.actor, member_id=whom))
    asked = {str(row.member_id) for row in found if row.member_id}
    names = {each.id: each.name for each in picking.members(desk, asked)}
    answer(
        ctx,
        [_json(row) for row in found],
        table_of(
            ["id", "name", "of", "rule", "with", "weight"],
            [
                [
                    picking.short(row.id),
                    row.name + ("" if row.active else " (off)"),
                    names[row.member_id] if row.member_id else "everybody",
                    row.rule,
                    _told(row.parameters),
                    "hard" if row.hard else f"soft {row.priority}",
                ]
                for row in found
            ],
            empty="Nothing is asked of anybody.",
        ),
    )


@app.command()
def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="What it is called.")],
    rule: Annotated[str, typer.Argument(help="Such as no_events_before or max_events_per_day.")],
    settings: With = None,
    of: Of = None,
    hard: Hard = None,
    priority: Priority = None,
) -> None:
    """Ask something of a member's time, or of everybody's.

    Members and resources go by their names: `members=Ana,Bo`, `resource=car`.
    """
    desk = open_desk(ctx)
    parameters = _parameters(desk, settings)
    whom = picking.member(desk, of).id if of else None
    row = desk.write(
        lambda tx: keeping.create_constraint(
            tx,
            desk.actor,
            name=name,
            rule=rule,
            parameters=parameters,
            hard=bool(hard),
            priority=priority or 5,
            member_id=whom,
        )
    )
    _tell(ctx, row, "Made")


@app.command()
def edit(
    ctx: typer.Context,
    constraint: Which,
    settings: With = None,
    name: Annotated[str | None, typer.Option(help="What it shall be called.")] = None,
    hard: Hard = None,
    priority: Priority = None,
    active: Active = None,
) -> None:
    """Change a constraint; of its parameters those that are named."""
    desk = open_desk(ctx)
    given: dict[str, Any] = {"name": name, "hard": hard, "priority": priority, "active": active}
    changes = {key: value for key, value in given.items() if value is not None}
    stored = _named(desk, constraint)
    if settings:
        changes["parameters"] = {**stored.parameters, **_parameters(desk, settings)}
    if not changes:
        raise InvalidInput("Say what to change; see kalends constraints edit --help.", field="changes")
    row = desk.write(lambda tx: keeping.update_constraint(tx, desk.actor, stored.id, changes=changes))
    _tell(ctx, row, "Changed")


@app.command()
def remove(
    ctx: typer.Context,
    constraint: Which,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove a constraint for good; `edit --off` keeps it for later."""
    desk = open_desk(ctx)
    row = _named(desk, constraint)
    if not confirm(ctx, f"Remove {row.name}? This cannot be undone.", yes=yes):
        raise InvalidInput(f"Removing {row.name} cannot be undone: say --yes.", field="yes")
    desk.write(lambda tx: keeping.delete_constraint(tx, desk.actor, row.id))
    _tell(ctx, row, "Removed")


@app.command("try")
def try_(
    ctx: typer.Context,
    constraint: Annotated[str, typer.Argument(help="A constraint, by name or id, or a rule.")],
    settings: With = None,
    within: Annotated[
        str | None, typer.Option(metavar="FROM/TO", help="Days or times; by default the week that was.")
    ] = None,
    of: Of = None,
) -> None:
    """Say what a constraint would have blocked, or would block, and change nothing."""
    desk = open_desk(ctx)
    since, until = ends_of(within or _last_week(desk), field="within")
    window = read_window(since, until, own=desk.actor.zone, now=desk.now, days=7, field="within")
    tried: StoredConstraint | Draft
    if constraint in RULES:
        whom = picking.member(desk, of).id if of else None
        tried = Draft(rule=constraint, parameters=_parameters(desk, settings), member_id=whom)
    else:
        tried = _named(desk, constraint)
    trial = desk.read(lambda tx: dry_run(tx, desk.actor, tried, window))
    lines = [trial.sentence]
    lines += [f"{span_of(each.start, each.end, desk.now)}: {each.words}" for each in trial.blocked]
    answer(ctx, DryRun.of(trial).model_dump(mode="json"), list_of(lines))


def _named(desk: Desk, wanted: str) -> StoredConstraint:
    known = desk.read(lambda tx: keeping.list_constraints(tx, desk.actor))
    return picking.pick(
        wanted, known, kind="constraint", id=lambda each: each.id.hex, name=lambda each: each.name
    )


def _last_week(desk: Desk) -> str:
    today = desk.now.date()
    return f"{today - timedelta(days=7)}/{today - timedelta(days=1)}"


def _parameters(desk: Desk, settings: list[str] | None) -> dict[str, Any]:
    return dict(_parameter(desk, each) for each in settings or ())


def _parameter(desk: Desk, setting: str) -> tuple[str, Any]:
    name, equals, value = setting.partition("=")
    if not equals:
        raise InvalidInput(f"{setting!r} says no value: write {setting}=something.", field="parameters")
    if name == "days":
        return name, [each.strip().lower() for each in value.split(",")]
    if name == "members":
        return name, [str(each.id) for each in picking.members(desk, value.split(","))]
    if name == "resource":
        return name, str(picking.resource(desk, value).id)
    if name != "expression" and value.isdecimal():
        return name, int(value)
    return name, value


def _told(parameters: dict[str, Any]) -> str:
    return " ".join(
        f"{name}={','.join(map(str, value)) if isinstance(value, list) else value}"
        for name, value in parameters.items()
    )


def _json(row: StoredConstraint) -> dict[str, Any]:
    return ConstraintShown.model_validate(row).model_dump(mode="json")


def _tell(ctx: typer.Context, row: StoredConstraint, done: str) -> None:
    answer(ctx, _json(row), list_of([f"{done} {row.name} ({picking.short(row.id)})."]))
