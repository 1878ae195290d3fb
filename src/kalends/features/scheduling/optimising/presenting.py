"""A run of the optimiser in words, for who started it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from kalends.engine.wording import Reason, Speech, Template, Wording, sentence
from kalends.features.identity.actor import Actor
from kalends.features.scheduling.conflicts import Eyes, speech_of
from kalends.features.scheduling.optimising.models import OptimisationRun, RunState
from kalends.features.scheduling.optimising.proposal import Move, Proposal, Unplaced
from kalends.features.scheduling.resolving import Told
from kalends.features.scheduling.telling import about, eyes_on
from kalends.storage import Unit

FAILURES = {
    "interrupted": Template(
        "The process that worked on the run was stopped before it had a proposal: start it again."
    ),
    "internal": Template("The run failed; the log of the server says why."),
}
"""How a run may end without an error of its own, by code."""


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
        return RunView(run=run, sentence=_standing(run, speech_of(actor)), proposal=None)
    proposal = Proposal.from_json(run.proposal)
    spoken = [reason for move in proposal.moves for reason in move.reasons]
    spoken += [reason for left in proposal.unplaced for reason in left.reasons]
    meant = {move.uid for move in proposal.moves} | {left.uid for left in proposal.unplaced}
    eyes = eyes_on(tx, actor, meant | about(spoken))
    return RunView(
        run=run,
        sentence=_summary(proposal, eyes.wording),
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
    reasons = told(move.reasons, eyes)
    why = "; ".join(reason.words for reason in reasons)
    what = _what(move, eyes.wording)
    return MoveView(
        move=move,
        title=eyes.title(move.uid),
        sentence=sentence(f"{what}: {why}" if why else what),
        reasons=reasons,
        resources=move.resources,
    )


def _what(move: Move, wording: Wording) -> str:
    title = wording.title(move.uid)
    if move.start is None:
        time = wording.dated(move.before)
        return wording.say("{title} ({time}) takes another resource", title=title, time=time)
    said = wording.say(
        "move {title} from {before} to {after}, {distance} later"
        if move.before < move.after
        else "move {title} from {before} to {after}, {distance} earlier",
        title=title,
        before=wording.dated(move.before),
        after=wording.dated(move.after, beside=move.before),
        distance=wording.length(abs(move.after.start - move.before.start)),
    )
    return said if move.resources is None else wording.say("{move}, with another resource", move=said)


def _unplaced(each: Unplaced, eyes: Eyes) -> UnplacedView:
    reasons, wording = told(each.reasons, eyes), eyes.wording
    why = "; ".join(reason.words for reason in reasons)
    title, time = wording.title(each.uid), wording.dated(each.span)
    stays = wording.say("{title} stays at {time}", title=title, time=time)
    return UnplacedView(
        unplaced=each,
        title=eyes.title(each.uid),
        sentence=sentence(f"{stays}: {why}" if why else stays),
        reasons=reasons,
    )


def _standing(run: OptimisationRun, speech: Speech) -> str:
    if run.state is RunState.RUNNING and run.cancelling:
        return speech.say("Cancelled; it ends soon.")
    if run.state is RunState.RUNNING and run.total:
        return speech.count(
            run.total,
            "Looking: {done} of {count} part solved.",
            "Looking: {done} of {count} parts solved.",
            done=run.done,
        )
    if run.state is RunState.RUNNING:
        return speech.say("Looking.")
    if run.state is RunState.CANCELLED:
        return speech.say("Cancelled; nothing was changed.")
    failure = run.failure or {}
    known = FAILURES.get(failure.get("code", ""))
    return speech.say(known) if known else str(failure.get("message") or speech.say("It failed."))


def _summary(proposal: Proposal, speech: Speech) -> str:
    moves, gone, left = len(proposal.moves), proposal.resolved, len(proposal.unplaced)
    if not moves and not left:
        return speech.say("All is as good as it can be: nothing needs to move.")
    said = [
        speech.count(moves, "{count} move", "{count} moves")
        if moves
        else speech.say("nothing can be moved for the better")
    ]
    if gone:
        said.append(speech.count(gone, "{count} conflict goes away", "{count} conflicts go away"))
    if left:
        said.append(
            speech.count(
                left,
                "no better time was found for {count} event",
                "no better time was found for {count} events",
            )
        )
    if moves:
        said.append(speech.say("nothing better exists" if proposal.optimal else "something better may exist"))
    return f"{sentence('; '.join(said))}."
