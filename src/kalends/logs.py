"""Where log records go and how they look: one line each, without secrets, ours and the libraries' alike."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import Processor

from kalends.kit.redaction import redacted
from kalends.kit.tracing import origin


def configure_logging(form: Literal["console", "json"], stream: TextIO | None = None) -> None:
    """Send every record to `stream` (standard error by default), for people or as JSON for programs."""
    shared: list[Processor] = [
        _with_origin,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,  # the plain trace: local variables may hold secrets
    ]
    shown: Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _without_secrets, shown],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    # Says at length what it asks of whom, which is the business of who asks.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # Start and end are told by whoever starts and ends them.
    for name in ("uvicorn.error", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # Says again what our own line for each request says.
    logging.getLogger("uvicorn.access").disabled = True


def _with_origin(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in origin().items():
        event.setdefault(name, value)  # what a line says itself stands
    return event


def _without_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event.pop("color_message", None)  # a server's message again, dressed for a terminal
    return {name: redacted(value, name) for name, value in event.items()}
