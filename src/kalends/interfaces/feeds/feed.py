"""A calendar under a secret address: RFC 5545 with the head of RFC 7986, made only when it changed."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Path, Request, Response, status

from kalends.features.calendars.access import Access, CalendarView, calendars_of, require
from kalends.features.calendars.feeds import Reader, reader_of
from kalends.features.scheduling import export_calendar
from kalends.features.scheduling.exchange import head_of
from kalends.interfaces.services import Services

REFRESH: Final = timedelta(minutes=15)
"""How long subscribers are asked to wait between two looks."""

_VALIDATORS: Final[dict[str, Any]] = {
    "ETag": {"schema": {"type": "string"}},
    "Last-Modified": {"schema": {"type": "string"}},
}


def feed_routes(services: Services, *, public_url: str | None = None) -> APIRouter:
    """Make the route of feeds; `public_url` is where subscribers reach the server, None: as they ask."""
    router = APIRouter(tags=["feeds"])

    @router.head("/feeds/{secret}.ics", include_in_schema=False)
    @router.get(
        "/feeds/{secret}.ics",
        response_class=Response,
        responses={
            200: {"content": {"text/calendar": {"schema": {"type": "string"}}}, "headers": _VALIDATORS},
            304: {"description": "Nothing changed since you last looked.", "headers": _VALIDATORS},
        },
    )
    def read_feed(
        secret: Annotated[str, Path(max_length=200)],
        request: Request,
        if_none_match: Annotated[str | None, Header()] = None,
        if_modified_since: Annotated[str | None, Header()] = None,
    ) -> Response:
        """Give a calendar as its feed's maker may see it. A feed that was revoked answers 404."""
        reader = reader_of(services.database, secret)
        source = f"{public_url.rstrip('/')}/feeds/{secret}.ics" if public_url else str(request.url)
        with services.database.read(reader.actor.workspace_id) as tx:
            view = require(calendars_of(tx, reader.actor), reader.feed.calendar_id, Access.FREE_BUSY)
            headers = _headers(view, reader, source)
            if _unchanged(headers["ETag"], view.calendar.changed_at, if_none_match, if_modified_since):
                return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
            head = replace(head_of(view), source=source, refresh=REFRESH)
            busy_only = reader.feed.busy_only
            file = export_calendar(tx, reader.actor, view.id, busy_only=busy_only, head=head)
            content = b"".join(file)
        return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)

    return router


def _headers(view: CalendarView, reader: Reader, source: str) -> dict[str, str]:
    calendar = view.calendar
    # Whatever the file depends on: what is in the calendar, what is said of it, and how much the reader sees.
    content = (
        calendar.id,
        calendar.change_number,
        calendar.version,
        view.access,
        reader.actor.member_id,
        reader.feed.busy_only,
        source,
    )
    digest = hashlib.blake2b(repr(content).encode(), digest_size=16).hexdigest()
    return {
        "ETag": f'"{digest}"',
        "Last-Modified": format_datetime(calendar.changed_at.astimezone(UTC), usegmt=True),
        "Cache-Control": "private, no-cache",  # may be kept, and is asked for anew each time
    }


def _unchanged(etag: str, changed_at: datetime, if_none_match: str | None, since: str | None) -> bool:
    """Say whether the client has the file already (RFC 9110 13.2.2: the tag decides where it is given)."""
    if if_none_match is not None:
        tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
        return "*" in tags or etag in tags
    if since is None:
        return False
    try:
        seen = parsedate_to_datetime(since)
    except ValueError:
        return False  # RFC 9110 13.1.3: a date that is none is ignored
    seen = seen if seen.tzinfo else seen.replace(tzinfo=UTC)
    return changed_at.replace(microsecond=0) <= seen
