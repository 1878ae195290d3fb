"""What happens on behalf of what: the id of the request that something goes back to, however much later."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_trace: ContextVar[str | None] = ContextVar("trace", default=None)


def trace() -> str | None:
    """Give the id of what goes on here, None where nobody has said."""
    return _trace.get()


@contextmanager
def traced(id: str) -> Iterator[None]:
    """Let all that goes on within, threads that are asked to help included, be on behalf of `id`."""
    token = _trace.set(id)
    try:
        yield
    finally:
        _trace.reset(token)
