"""Twilio's callbacks: what becomes of calls and messages, and what people write back."""

from __future__ import annotations

from typing import Final, Protocol
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from kalends.features.calls.ports import Report
from kalends.integrations.twilio.callbacks import (
    PREFIX,
    SIGNATURE,
    SMS,
    Form,
    News,
    first,
    is_signed,
    message_news,
    read_form,
    report_of,
    wanted,
)
from kalends.integrations.twilio.twiml import NOTHING
from kalends.kit.errors import Forbidden, InvalidInput, TooLarge

_LONGEST: Final = 65_536  # bytes; what Twilio posts is a few thousand

_ON_ITS_WAY: Final = frozenset({"queued", "sending", "sent"})
_ARRIVED: Final = frozenset({"delivered", "read"})
_BOUNCED: Final = frozenset({"undelivered", "failed"})


class BadSignature(Forbidden):
    """Whoever posted this does not know the account's token, or meant another address."""

    code = "bad_signature"


class CallListener(Protocol):
    """Who hears of calls: may hear everything twice, late and in any order."""

    def report(self, workspace_id: UUID, attempt_id: UUID, report: Report) -> None:
        """Hear of an attempt, which may be none of ours."""
        ...

    def unknown(self, workspace_id: UUID, report: Report) -> None:
        """Hear of a call that is none of ours."""
        ...


class MessageListener(Protocol):
    """Who hears of messages, as often and in any order."""

    def taken(self, workspace_id: UUID, delivery_id: UUID, provider_id: str) -> None:
        """Hear that a message is on its way to its phone."""
        ...

    def arrived(self, workspace_id: UUID, delivery_id: UUID, provider_id: str) -> None:
        """Hear that a message reached its phone."""
        ...

    def bounced(self, workspace_id: UUID, delivery_id: UUID, provider_id: str, error: str) -> None:
        """Hear that a message will not reach its phone."""
        ...

    def unsubscribe(self, channel: str, address: str) -> None:
        """Hear that whoever has the address wants no more."""
        ...

    def resubscribe(self, channel: str, address: str) -> None:
        """Hear that they want them again."""
        ...


def twilio_routes(
    token: str,
    calls: CallListener,
    messages: MessageListener,
    *,
    public_url: str | None = None,
    behind_proxy: bool = False,
) -> APIRouter:
    """Make the routes that Twilio posts to, for whoever signs with the account's token.

    `public_url` is where Twilio reaches the server; None: as the request came in, or as a proxy says it did.
    """
    router = APIRouter(prefix=PREFIX, include_in_schema=False)

    async def proven(request: Request) -> Form:
        """Give what was posted, once it is known to be Twilio's. Raises `BadSignature`."""
        form = read_form(await _body(request))
        try:
            address = _asked_address(request, public_url, behind_proxy)
            signed = is_signed(token, address, form, request.headers.get(SIGNATURE, ""))
        except ValueError:  # a Host that is none
            signed = False
        if not signed:
            raise BadSignature(
                "The signature does not fit: KALENDS_PUBLIC_URL must be the address that Twilio was given,"
                " and KALENDS_TWILIO_AUTH_TOKEN the account's."
            )
        return form

    async def call_news(request: Request, news: News) -> Report:
        report = report_of(await proven(request), news)
        if not report.provider_id:
            raise InvalidInput("CallSid is missing: this is no news of a call.", field="CallSid")
        return report

    @router.post("/sms")
    async def hear_somebody(request: Request) -> Response:
        """Take what somebody wrote to our number: whether they want messages."""
        form = await proven(request)
        yes, number = wanted(form), first(form, "From")
        if yes is not None and number:
            await run_in_threadpool(messages.resubscribe if yes else messages.unsubscribe, SMS, number)
        return _done()

    @router.post(f"/{{workspace_id}}/{{delivery_id}}/{SMS}")
    async def hear_of_message(request: Request, workspace_id: UUID, delivery_id: UUID) -> Response:
        """Take what became of a message."""
        news = message_news(await proven(request))
        if news.status in _ON_ITS_WAY:
            await run_in_threadpool(messages.taken, workspace_id, delivery_id, news.provider_id)
        elif news.status in _ARRIVED:
            await run_in_threadpool(messages.arrived, workspace_id, delivery_id, news.provider_id)
        elif news.status in _BOUNCED:
            error = f"Twilio {news.status}, {news.error_code or 'without a reason'}"
            await run_in_threadpool(messages.bounced, workspace_id, delivery_id, news.provider_id, error)
        return _done()

    @router.post("/{workspace_id}/status")
    async def hear_of_any_call(request: Request, workspace_id: UUID) -> Response:
        """Take news of calls that others made, or that came in: the status address of the number itself."""
        report = await call_news(request, News.STATUS)
        await run_in_threadpool(calls.unknown, workspace_id, report)
        return _done()

    @router.post("/{workspace_id}/{attempt_id}/{news}")
    async def hear_of_call(request: Request, workspace_id: UUID, attempt_id: UUID, news: News) -> Response:
        """Take news of a call of ours."""
        report = await call_news(request, news)
        await run_in_threadpool(calls.report, workspace_id, attempt_id, report)
        return _done()

    return router


def _done() -> Response:
    """Answer everything alike: nothing more is to be done, neither in the call nor in writing."""
    return Response(NOTHING, media_type="text/xml")


def _asked_address(request: Request, public_url: str | None, behind_proxy: bool) -> str:
    """Give the address that Twilio meant, over which it signed.

    Nobody gains by a wrong Host or X-Forwarded-Host: no signature of theirs would fit.
    """
    url = request.url  # its scheme is the proxy's X-Forwarded-Proto already, where we trust the proxy
    if public_url is not None:
        return public_url.rstrip("/") + url.path + (f"?{url.query}" if url.query else "")
    host = request.headers.get("X-Forwarded-Host") if behind_proxy else None
    return str(url.replace(netloc=host) if host else url)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST:
            raise TooLarge(f"At most {_LONGEST} bytes are read here.", limit=_LONGEST)
    return bytes(body)
