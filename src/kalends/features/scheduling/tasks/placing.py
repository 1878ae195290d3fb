"""Finding time for what is lacking, by the placement engine, among what is there and stays."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from kalends.engine.claims import EventFacts, Subject
from kalends.engine.placement import Effort, Limit, Solution, evaluate, solve, violations_of
from kalends.engine.span_columns import IntColumn
from kalends.engine.spans import EPOCH, Span
from kalends.engine.wording import Reason
from kalends.features.scheduling.optimising.explaining import explain
from kalends.features.scheduling.optimising.layout import Layout, Occurrence, Wish, lay_out
from kalends.features.scheduling.optimising.survey import Survey
from kalends.features.scheduling.tasks.reasons import DeadlineOver
from kalends.features.scheduling.tasks.wants import QUARTER, Want

_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where the pieces of a want go, and what stands in the way of the others."""

    want: Want
    spans: tuple[Span, ...]
    missing: tuple[int, ...]  # minutes of each piece without a place
    reasons: tuple[Reason, ...]


def place(seen: Survey, window: Span, wants: Sequence[Want], effort: Effort) -> list[Found]:
    """Place wants one after the other: what comes first takes its time first."""
    leaving = {each.uid for want in wants for each in want.astray}
    taken: list[tuple[EventFacts, Span]] = []
    found = []
    for want in wants:
        best = _best(seen, window, want, leaving, taken, effort)
        found.append(best)
        facts = [replace(want.facts, uid=f"{want.facts.uid}/{n}") for n in range(len(best.spans))]
        taken += zip(facts, best.spans, strict=True)
    return found


def _best(
    seen: Survey,
    window: Span,
    want: Want,
    leaving: Collection[str],
    taken: Sequence[tuple[EventFacts, Span]],
    effort: Effort,
) -> Found:
    """Try the ways to cut a want until one fits wholly; else give the one of which the most does."""
    best = Found(want=want, spans=(), missing=want.cuts[0] if want.cuts else (), reasons=(DeadlineOver(),))
    if not want.windows:
        return best
    standing = _standing(seen, want, leaving, taken)
    for number, cut in enumerate(want.cuts):
        found = _placed(seen, window, want, cut, standing, effort)
        if number == 0 or sum(found.missing) < sum(best.missing):
            best = found
        if not found.missing:
            break
    return best


def _standing(
    seen: Survey, want: Want, leaving: Collection[str], taken: Sequence[tuple[EventFacts, Span]]
) -> list[Occurrence]:
    """Give what claims the member's time and stays, with what earlier wants have got."""
    member = str(want.member.id)
    there = [
        replace(each, movable=False)
        for each in seen.occurrences
        if each.facts.uid not in leaving and any(subject.id == member for subject, _ in seen.uses(each))
    ]
    new = [
        Occurrence(facts=facts, span=span, claims=(), movable=False)
        for facts, span in taken
        if any(participant.id == member for participant in facts.participants)
    ]
    return [*there, *new]


def _placed(
    seen: Survey,
    window: Span,
    want: Want,
    cut: tuple[int, ...],
    standing: Sequence[Occurrence],
    effort: Effort,
) -> Found:
    def uses(occurrence: Occurrence) -> Sequence[tuple[Subject, bool]]:
        if occurrence.claims:
            return seen.uses(occurrence)
        return [(Subject(id=each.id), True) for each in occurrence.facts.participants]

    wishes = [
        Wish(
            facts=replace(want.facts, uid=f"{want.facts.uid}/{number}"),
            seconds=minutes * 60,
            windows=want.windows,
            penalty=_Distance(_seconds(want.nearest(number, len(cut)))),
        )
        for number, minutes in enumerate(cut)
    ]
    around = seen.around if want.within_hours else replace(seen.around, hours={})
    layout = lay_out(standing, uses, window, around, wishes=wishes, step=QUARTER)
    if want.once_each:
        layout = _once_each(layout, want)
    solution = _early(layout, solve(layout.problem, effort=effort))
    starts = [placed.start for placed in solution.placed[len(standing) :]]
    _, left = explain(layout, solution, around)
    return Found(
        want=want,
        spans=tuple(
            sorted(
                layout.span(len(standing) + number, start)
                for number, start in enumerate(starts)
                if start is not None
            )
        ),
        missing=tuple(minutes for minutes, start in zip(cut, starts, strict=True) if start is None),
        reasons=tuple(reason for each in left if each.activity >= len(standing) for reason in each.reasons),
    )


@dataclass(frozen=True, slots=True)
class _Distance:
    """What a start is worth less for each day between it and the best one."""

    best: int

    def __call__(self, starts: IntColumn) -> IntColumn:
        return (np.abs(starts - self.best) + _DAY // 2) // _DAY


def _early(layout: Layout, solution: Solution) -> Solution:
    """Put each piece at the earliest of the times that are as good: of equals any is proven best."""
    problem, placed = layout.problem, list(solution.placed)
    for index in range(len(layout.occurrences), len(placed)):
        activity, there = problem.activities[index], placed[index]
        if there.start is None or activity.costs is None:
            continue
        worth = activity.costs[activity.starts == there.start]
        for start in activity.starts[(activity.starts < there.start) & (activity.costs <= worth)].tolist():
            placed[index] = replace(there, start=start)
            if not violations_of(problem, placed) and evaluate(problem, placed) <= solution.costs:
                break
            placed[index] = there
    return replace(solution, placed=tuple(placed))


def _once_each(layout: Layout, want: Want) -> Layout:
    """Let no window hold two pieces."""
    first = len(layout.occurrences)
    wished = frozenset(range(first, first + len(layout.wishes)))
    limits = [
        Limit(activities=wished, first=_grain(layout, span.start), last=_grain(layout, span.end), most=1)
        for span in want.windows
    ]
    return replace(layout, problem=replace(layout.problem, limits=(*layout.problem.limits, *limits)))


def _grain(layout: Layout, moment: datetime) -> int:
    return (_seconds(moment) - layout.origin) // layout.grain


def _seconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(seconds=1)
