"""Durable work: ordered in the transaction of the change that needs it, done once, whatever dies."""

from kalends.jobs.models import JobState
from kalends.jobs.runs import LostClaim, Run
from kalends.jobs.service import NOBODY, JobRuns, Jobs, NotDead, Order
from kalends.jobs.tasks import Misfire, Permanent, Queue, Rate, Retry, Task, Tasks, Transient
from kalends.jobs.watching import Watch

__all__ = [
    "NOBODY",
    "JobRuns",
    "JobState",
    "Jobs",
    "LostClaim",
    "Misfire",
    "NotDead",
    "Order",
    "Permanent",
    "Queue",
    "Rate",
    "Retry",
    "Run",
    "Task",
    "Tasks",
    "Transient",
    "Watch",
]
