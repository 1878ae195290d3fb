"""A job while it runs, as its handler sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from kalends.jobs import claims
from kalends.jobs.claims import Claim
from kalends.jobs.planning import done
from kalends.kit.errors import Clash
from kalends.storage import Database, Unit

T = TypeVar("T")


class LostClaim(Clash):
    """Another worker does this job by now: whatever this one was about to do must not be done."""

    code = "lost_claim"


class Run:
    """What a handler is given: what to do, and units of work that are its own for as long as the job is."""

    def __init__(self, database: Database, claim: Claim, *, attempts: int) -> None:
        self._database, self._claim, self._attempts = database, claim, attempts
        self.ended = False
        """Whether the job was ended in one unit with its effect."""

    @property
    def workspace_id(self) -> UUID:
        """Give the workspace whose job it is."""
        return self._claim.workspace_id

    @property
    def key(self) -> str:
        """Give the stable key of the job."""
        return self._claim.key

    @property
    def due_at(self) -> datetime:
        """Give when it was meant to be done, whatever the time is now."""
        return self._claim.due_at

    @property
    def payload(self) -> Mapping[str, Any]:
        """Give what it was ordered with."""
        return self._claim.payload

    @property
    def last_try(self) -> bool:
        """Say whether it is tried no more if this fails: what waits for it must then be told now."""
        return self._claim.failures + 1 >= self._attempts

    def write(self, work: Callable[[Unit], T]) -> T:
        """Run a unit that is stored only while the job is this worker's. Raises `LostClaim`."""

        def fenced(tx: Unit) -> T:
            if not claims.holds(tx, self._claim):
                raise LostClaim("Another worker has taken this over.", key=self.key)
            return work(tx)

        return self._database.write(self.workspace_id, fenced)

    def complete(self, work: Callable[[Unit], T]) -> T:
        """Run a unit that ends the job with it: what it stores comes to be once. Raises `LostClaim`.

        The job has ended when `work` begins, which may order the same key again.
        """

        def whole(tx: Unit) -> T:
            claims.end(tx, [done(self._claim)])
            return work(tx)

        result = self.write(whole)
        self.ended = True
        return result
