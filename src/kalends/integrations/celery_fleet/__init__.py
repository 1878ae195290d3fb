"""A Celery fleet that carries jobs: it is told which are due, and the rows say what becomes of them."""

from kalends.integrations.celery_fleet.carrying import carry
from kalends.integrations.celery_fleet.dispatching import Dispatcher
from kalends.integrations.celery_fleet.fleet import fleet

__all__ = ["Dispatcher", "carry", "fleet"]
