"""A run of the optimiser in words, for who started it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from kalends.engine.spans import Span
from kalends.engine.wording import Reason, Wording, counted, length, sentence
from kalends.features.identity.actor import Actor
from kalends.features.scheduling.conflicts import Eyes
from kalends.features.scheduling.optimising.models import OptimisationRun, RunState
from kalends.features.scheduling.optimising.proposal import Move, Proposal, Unplaced
from kalends.features.scheduling.resolving import Told
from kalends.features.scheduling.telling import about, eyes_on
from kalends.storage import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveView:
    """One move of a proposal, as the viewer may know it."""

    move: Move
    title: str
    sentence: str
    reasons: Sequence[Told]
    resources: Sequence[UUID] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnplacedView:
    """An occurrence that is left in its trouble, and what stands in its way."""

    unplaced: Unplaced
    title: str
    sentence: str
    reasons: Sequence[Told]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """A run as it stands, with its proposal in words."""

    run: OptimisationRun
    sentence: str
    proposal: Proposal | None
    moves: Sequence[MoveView] = ()
    unplaced: Sequence[UnplacedView] = ()


def present_run(tx: Unit, actor: Actor, run: OptimisationRun) -> RunView:
    """Put a run into words."""
    if run.state is not RunState.DONE or run.proposal is None:
        return RunView(run=run, sentence=_standing(run), proposal=None)
    proposal = Proposal.from_json(run.proposal)
    spoken = [reason for move in proposal.moves for reason in move.reasons]
    spoken += [reason for left in proposal.unplaced for reason in left.reasons]
    meant = {move.uid for move in proposal.moves} | {left.uid for left in proposal.unplaced}
    eyes = eyes_on(tx, actor, meant | about(spoken))
    return RunView(
        run=run,
        sentence=_summary(proposal),
        proposal=proposal,
        moves=[_move(move, eyes) for move in proposal.moves],
        unplaced=[_unplaced(each, eyes) for each in proposal.unplaced],
    )


def told(reasons: Sequence[Reason], eyes: Eyes) -> list[Told]:
    """Put reasons into words; one that speaks of a hidden event loses its figures with its title."""
    return [
        Told(code=reason.code, words=reason.words(eyes.wording))
        for reason in reasons
        if "rank" not in reason.code or all(eyes.full(uid) for uid in about([reason]))
    ]


def _move(move: Move, eyes: Eyes) -> MoveView:
    reasons, title = told(move.reasons, eyes), eyes.wording.title(move.uid)
    why = "; ".join(reason.words for reason in reasons)
    what = _what(move, title, eyes.wording)
    return MoveView(
        move=move,
        title=title,
        sentence=sentence(f"{what}: {why}" if why else what),
        reasons=reasons,
        resources=move.resources,
    )


def _what(move: Move, title: str, wording: Wording) -> str:
    if move.start is None:
        return f"{title} ({_when(move.before, wording)}) takes another resource"
    direction = "later" if move.before < move.after else "earlier"
    distance = length(abs(move.after.start - move.before.start))
    before, after = _when(move.before, wording), _when(move.after, wording)
    day = before[: len("Tue 2026-03-10 ")]
    also = "" if move.resources is None else ", with another resource"
    return f"move {title} from {before} to {after.removeprefix(day)}, {distance} {direction}{also}"


def _when(span: Span, wording: Wording) -> str:
    start, end = span.start.astimezone(wording.zone), span.end.astimezone(wording.zone)
    through = f"-{end:%H:%M}" if end.date() == start.date() else f" to {end:%a %Y-%m-%d %H:%M}"
    return f"{start:%a %Y-%m-%d %H:%M}{through}"


def _unplaced(each: Unplaced, eyes: Eyes) -> UnplacedView:
    reasons, title = told(each.reasons, eyes), eyes.wording.title(each.uid)
    why = "; ".join(reason.words for reason in reasons)
    when = _when(each.span, eyes.wording)
    return UnplacedView(
        unplaced=each,
        title=title,
        sentence=sentence(f"{title} stays at {when}" + (f": {why}" if why else "")),
        reasons=reasons,
    )


def _standing(run: OptimisationRun) -> str:
    if run.state is RunState.RUNNING and run.cancelling:
        return "Cancelled; it ends soon."
    if run.state is RunState.RUNNING:
        return f"Looking: {run.done} of {counted(run.total, 'part')} solved." if run.total else "Looking."
    if run.state is RunState.CANCELLED:
        return "Cancelled; nothing was changed."
    return str((run.failure or {}).get("message", "It failed."))


def _summary(proposal: Proposal) -> str:
    if not proposal.moves and not proposal.unplaced:
        return "All is as good as it can be: nothing needs to move."
    said = [counted(len(proposal.moves), "move") if proposal.moves else "nothing can be moved for the better"]
    if proposal.resolved:
        goes = "goes" if proposal.resolved == 1 else "go"
        said.append(f"{counted(proposal.resolved, 'conflict')} {goes} away")
    if proposal.unplaced:
        said.append(f"no better time was found for {counted(len(proposal.unplaced), 'event')}")
    if proposal.moves:
        said.append("nothing better exists" if proposal.optimal else "something better may exist")
    return f"{sentence('; '.join(said))}."
