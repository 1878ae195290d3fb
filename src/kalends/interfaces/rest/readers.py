"""Who may read: everyone signed in, and API keys that have the scope."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from kalends.features.identity.actor import Actor, Scope
from kalends.interfaces.rest.context import CurrentActor


async def reader(actor: CurrentActor) -> Actor:
    """Give who calls, or raise `Forbidden` for an API key without the scope `read`."""
    actor.must_have(Scope.READ)
    return actor


Reader = Annotated[Actor, Depends(reader)]
