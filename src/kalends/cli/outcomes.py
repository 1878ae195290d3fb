"""What an edit did, or would do, in lines for people and as JSON."""

from __future__ import annotations

from datetime import datetime

import typer

from kalends.cli.answering import answer, list_of
from kalends.cli.desk import Desk
from kalends.cli.moments import span_of
from kalends.cli.picking import short
from kalends.features.changes import Kind, OperationView
from kalends.features.scheduling import Outcome
from kalends.interfaces.rest.outcomes import OutcomeShown

_TOLD = 20


def answer_outcome(ctx: typer.Context, desk: Desk, outcome: Outcome, *, otherwise: str | None = None) -> None:
    """Print what a change did; one without a change set was a preview. `otherwise` is said in place of that
    where the calendar stays as it is."""
    data = OutcomeShown.of(outcome).model_dump(mode="json")
    if otherwise is None or outcome.operations:
        lines = told(outcome, desk.now)
    else:
        lines = [*(each.sentence for each in outcome.unplaced), otherwise]
    answer(ctx, data, list_of(lines))


def told(outcome: Outcome, now: datetime) -> list[str]:
    """Say what an outcome holds, a line for each thing."""
    preview = outcome.change_set_id is None
    lines = [describe(each, now) for each in outcome.operations[:_TOLD]]
    if len(outcome.operations) > _TOLD:
        lines.append(f"and {len(outcome.operations) - _TOLD} more events")
    if outcome.moved:
        lines.append("Made way by itself:")
        lines += [f"  {describe(each, now)}" for each in outcome.moved]
    fresh = {view.identity for view in outcome.appearing}
    for view in outcome.conflicts[:_TOLD]:
        mark = "new conflict" if view.identity in fresh else "conflict"
        lines.append(f"{mark} {short(view.identity)}: {view.sentence}")
    if outcome.conflict_count > _TOLD:
        lines.append(f"and {outcome.conflict_count - _TOLD} more conflicts")
    if outcome.resolved:
        number = len(outcome.resolved)
        verb = ("would go" if preview else "went") + " away"
        lines.append(f"{number} conflict{'' if number == 1 else 's'} {verb}.")
    lines += [each.sentence for each in outcome.unplaced]
    for refused in outcome.refused_by:
        lines.append(f"would be refused: {refused.words}. Say --force to do it all the same.")
    if preview:
        lines.append("This was a preview: nothing was changed." if lines else "Nothing is changed by this.")
    if outcome.change_set_id is not None:
        lines.append(f"Change set {short(outcome.change_set_id)}; `kalends undo` takes it back.")
    return lines


def describe(operation: OperationView, now: datetime) -> str:
    """Say what became of one event."""
    before, after = operation.before, operation.after
    shown = after or before
    if shown is None:
        return operation.kind
    when = span_of(shown.start, shown.end, now)
    if after and after.status == "cancelled" and before and before.status != "cancelled":
        return f"cancelled {after.title} ({when})"
    if operation.kind is Kind.MOVED and before and after and before.start != after.start:
        return f"moved {after.title} from {span_of(before.start, before.end, now)} to {when}"
    return f"{operation.kind} {shown.title} ({when})"
