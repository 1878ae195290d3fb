"""How Celery is set up for carrying jobs."""

from __future__ import annotations

from typing import Any, Final

from kalends.kit.errors import InvalidInput

TASK: Final = "kalends.do"
"""The one Celery task: its arguments are the workspace, the id and the queue of a job."""


def queue_name(queue: str) -> str:
    """Give the Celery queue of a queue of ours, apart from what others keep in the same broker."""
    return f"kalends.{queue}"


def fleet(broker_url: str) -> Any:
    """Give the Celery application over a broker. Raises `InvalidInput` where Celery is not installed."""
    try:
        from celery import Celery
    except ImportError:
        raise InvalidInput(
            "KALENDS_JOBS=celery needs Celery: install kalends with its extra `celery`.", field="KALENDS_JOBS"
        ) from None
    app = Celery("kalends", broker=broker_url, set_as_current=False)
    app.conf.update(
        task_ignore_result=True,  # the row says what became of it
        task_default_queue=queue_name("default"),
        task_publish_retry=False,  # what could not be sent is sent again, since its row says that it waits
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_enable_remote_control=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options={"socket_connect_timeout": 5},
    )
    return app
