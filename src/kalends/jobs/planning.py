"""What becomes of a job after a run: pure decisions from what it was and what happened."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import cast

from kalends.engine.recurrence import expand
from kalends.engine.zones import zone
from kalends.jobs.claims import Claim, Ending
from kalends.jobs.tasks import Misfire, Task, may_pass
from kalends.kit.redaction import redacted

_MOMENT = timedelta(seconds=1)  # repeats fall on whole seconds
_LONGEST_WAIT = timedelta(days=1)  # that whoever was asked may put off the next try
_LONGEST_ERROR = 2000  # characters that are kept of what a failure said


def next_time(claim: Claim, after: datetime) -> datetime | None:
    """Give the first time of a repeat after an instant; None where it ends, or for what is done once."""
    if claim.repeat is None or claim.starts_at is None:
        return None
    local = claim.starts_at.astimezone(zone(claim.zone or "UTC").tzinfo)
    found = next(expand(claim.repeat, local, start=after + _MOMENT, limit=1), None)
    return cast(datetime | None, found)


def done(claim: Claim, after: datetime | None = None) -> Ending:
    """Give what follows a run that went well: the next time of a repeat, or nothing."""
    following = next_time(claim, after or claim.due_at)
    return Ending(claim=claim, next_at=following, due_at=following)


def failed(claim: Claim, task: Task | None, error: Exception, now: datetime, dice: random.Random) -> Ending:
    """Give what follows a failure: another try later, as late as was asked for, or none.

    A repeat that is tried no more is done again at its next time, with what went wrong still to be read.
    """
    failures = claim.failures + 1
    told = redacted(str(error) or type(error).__name__)[:_LONGEST_ERROR]
    if task is None or (may_pass(error) and failures < task.retry.attempts):
        delay = _UNKNOWN_TASK if task is None else task.retry.delay(failures, dice)
        asked = getattr(error, "fields", {}).get("retry_after")
        if asked is not None:
            delay = max(delay, timedelta(seconds=min(asked, _LONGEST_WAIT.total_seconds())))
        return Ending(claim=claim, next_at=now + delay, failures=failures, error=told)
    if following := next_time(claim, max(now, claim.due_at)):
        return Ending(claim=claim, next_at=following, due_at=following, error=told)
    return Ending(claim=claim, dead=True, failures=failures, error=told)


_UNKNOWN_TASK = timedelta(minutes=1)  # another worker, of a newer version, may know it


def missed(claim: Claim, task: Task, now: datetime, grace: timedelta) -> Ending | None:
    """Give what follows at once where a job comes too late to be done; None where it is to be done.

    What failed or was interrupted before is not late: somebody was there.
    """
    if claim.failures or claim.crashes or now - claim.due_at <= (task.grace or grace):
        return None
    match task.misfire:
        case Misfire.LATE:
            return None
        case Misfire.SKIP:
            return done(claim, now)
        case Misfire.LAST:
            following = next_time(claim, claim.due_at)
            if following is None or following > now:
                return None
            last = following
            while (following := next_time(claim, last)) is not None and following <= now:
                last = following
            return Ending(claim=claim, next_at=last, due_at=last)
