"""Whole calendars in and out as iCalendar files, and the secret addresses of feeds."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Self, cast
from uuid import UUID

from anyio.to_thread import run_sync
from fastapi import APIRouter, Query, Request, Response, status
from pydantic import Field

from kalends.features.calendars import feeds
from kalends.features.calendars.access import calendars_of
from kalends.features.scheduling import ImportReport, export_calendar
from kalends.interfaces.rest.attachments import attachment
from kalends.interfaces.rest.context import CurrentActor, CurrentServices
from kalends.interfaces.rest.limits import read_body
from kalends.interfaces.rest.openapi import also
from kalends.interfaces.rest.outcomes import ConflictShown, DeclinedShown
from kalends.interfaces.rest.readers import Reader
from kalends.interfaces.rest.refusals import UnsupportedMedia
from kalends.interfaces.rest.settings import RestSettings
from kalends.interfaces.rest.shapes import Given, Shown
from kalends.kit.errors import NotFound
from kalends.storage import Unit

router = APIRouter(prefix="/calendars/{calendar_id}", tags=["files and feeds"])

ICALENDAR: Final = "text/calendar"
_FILE: Final[dict[str, Any]] = {"content": {ICALENDAR: {"schema": {"type": "string"}}}}


class ProblemShown(Shown):
    """Something in a file that could not be taken; what is not named by a problem was."""

    line: int = Field(description="In the file, from 1.")
    uid: str | None
    code: str
    message: str


class ImportShown(Shown):
    """What an import did; in a preview, what it would do."""

    change_set_id: UUID | None = Field(description="What undoes it; null where nothing changed.")
    calendar_id: UUID
    added: int
    updated: int
    unchanged: int
    older: int = Field(description="Older in the file than here, and so left alone.")
    problems: list[ProblemShown]
    declined: list[DeclinedShown] = Field(description="Resources that events did not get.")
    conflicts: list[ConflictShown] = Field(description="The first 100 of the events that come in.")
    conflict_count: int = Field(description="How many there are in all.")

    @classmethod
    def of(cls, report: ImportReport) -> Self:
        return cls(
            change_set_id=report.change_set_id,
            calendar_id=report.calendar_id,
            added=report.added,
            updated=report.updated,
            unchanged=report.unchanged,
            older=report.older,
            problems=[ProblemShown.model_validate(each) for each in report.problems],
            declined=[DeclinedShown.of(each) for each in report.declined],
            conflicts=[ConflictShown.of(each) for each in report.conflicts],
            conflict_count=report.conflict_count,
        )


class FeedShown(Shown):
    """An address under which a calendar is read without signing in."""

    id: UUID
    calendar_id: UUID
    member_id: UUID = Field(description="Who made it: it shows what they may see.")
    name: str
    busy_only: bool
    created_at: datetime


class Feeds(Shown):
    """The live feeds of a calendar."""

    items: list[FeedShown]


class NewFeedShown(FeedShown):
    """A feed just made. Its address is shown once: it is not stored."""

    url: str


class FeedIn(Given):
    """A feed to be made."""

    name: str = Field("Feed", min_length=1, max_length=200)
    busy_only: bool = Field(False, description="Show when there is something, and not what.")


@router.post(
    "/import",
    openapi_extra={"requestBody": {**_FILE, "required": True}},
    responses=also(412, 413, 415),
)
async def import_file(
    calendar_id: UUID,
    actor: CurrentActor,
    services: CurrentServices,
    request: Request,
    preview: Annotated[bool, Query(description="Say what would come of it, and store nothing.")] = False,
) -> ImportShown:
    """Take an iCalendar file into a calendar, as one change set.

    What is there already is replaced where the file's is newer, so the same file twice changes nothing. What
    is wrong with single events is among the `problems`; the others are taken.
    """
    given = request.headers.get("content-type", "")
    if given.partition(";")[0].strip().lower() != ICALENDAR:
        raise UnsupportedMedia(
            f"Send {ICALENDAR}, not {given or 'a body without a Content-Type'}.",
            expected=ICALENDAR,
            given=given,
        )
    actor.must_write()  # before a large file is read
    settings = cast(RestSettings, request.app.state.settings)
    data = await read_body(request, settings.ical_max_bytes, setting="ical_max_bytes")
    report = await run_sync(lambda: services.exchange.import_file(actor, calendar_id, data, preview=preview))
    return ImportShown.of(report)


@router.get("/export.ics", response_class=Response, responses={200: _FILE})
def export_file(calendar_id: UUID, actor: Reader, services: CurrentServices) -> Response:
    """Give a calendar as an iCalendar file of its name: what you may see of it, the rest as busy time."""
    with services.database.read(actor.workspace_id) as tx:
        content = b"".join(export_calendar(tx, actor, calendar_id))
        name = calendars_of(tx, actor)[calendar_id].calendar.name
    return Response(
        content,
        media_type=f"{ICALENDAR}; charset=utf-8",
        headers=attachment(name, "ics", otherwise="calendar"),
    )


@router.get("/feeds")
def list_feeds(calendar_id: UUID, actor: Reader, services: CurrentServices) -> Feeds:
    """Give a calendar's feeds: your own, and to the workspace's owners everybody's."""
    with services.database.read(actor.workspace_id) as tx:
        return Feeds.model_validate({"items": feeds.list_feeds(tx, actor, calendar_id)})


@router.post("/feeds", status_code=status.HTTP_201_CREATED)
def create_feed(
    calendar_id: UUID, wanted: FeedIn, actor: CurrentActor, services: CurrentServices, request: Request
) -> NewFeedShown:
    """Make a secret address for a calendar. It shows what you may see, for as long as you may."""

    def create(tx: Unit) -> tuple[FeedShown, str]:
        made = feeds.create_feed(tx, actor, calendar_id, name=wanted.name, busy_only=wanted.busy_only)
        return FeedShown.model_validate(made.feed), made.secret

    feed, secret = services.database.write(actor.workspace_id, create)
    settings = cast(RestSettings, request.app.state.settings)
    root = (settings.public_url or str(request.base_url)).rstrip("/")
    return NewFeedShown(**feed.model_dump(), url=f"{root}/feeds/{secret}.ics")


@router.delete("/feeds/{feed_id}", status_code=status.HTTP_204_NO_CONTENT)
def revoke_feed(calendar_id: UUID, feed_id: UUID, actor: CurrentActor, services: CurrentServices) -> None:
    """End a feed at once: its address then answers 404."""

    def revoke(tx: Unit) -> None:
        if not any(feed.id == feed_id for feed in feeds.list_feeds(tx, actor, calendar_id)):
            raise NotFound(f"The calendar has no feed {feed_id}.", kind="feed", id=str(feed_id))
        feeds.revoke_feed(tx, actor, feed_id)

    services.database.write(actor.workspace_id, revoke)
