"""What every protocol may call: the services, composed once at start-up."""

from __future__ import annotations

from dataclasses import dataclass

from kalends.features.calls.service import Calls
from kalends.features.changes import Changes
from kalends.features.identity.service import Identity
from kalends.features.reminders.service import Notifications
from kalends.features.resources.service import Resources
from kalends.features.scheduling import Exchange, Scheduling
from kalends.features.scheduling.optimising import Optimiser
from kalends.features.scheduling.tasks.planner import Planner
from kalends.jobs import Jobs
from kalends.kit.crypto import Keyring
from kalends.storage import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """One server's services over one database."""

    database: Database
    keyring: Keyring
    identity: Identity
    changes: Changes
    scheduling: Scheduling
    exchange: Exchange
    resources: Resources
    optimiser: Optimiser
    planner: Planner
    jobs: Jobs
    notifications: Notifications
    calls: Calls
