"""What happens on behalf of what: the id of the request that something goes back to, however much later."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

Origin = Callable[[], Mapping[str, str]]
"""Gives what each log line within says, `trace` among it: asked only where there is such a line."""

_origin: ContextVar[Origin | None] = ContextVar("origin", default=None)


def origin() -> Mapping[str, str]:
    """Give what log lines say of what goes on here; nothing where nobody has said."""
    asked = _origin.get()
    return {} if asked is None else asked()


def trace() -> str | None:
    """Give the id of what goes on here, None where nobody has said."""
    return origin().get("trace")


@contextmanager
def traced(within: Origin) -> Iterator[None]:
    """Let all that goes on within, threads that are asked to help included, be on behalf of that."""
    token = _origin.set(within)
    try:
        yield
    finally:
        _origin.reset(token)
