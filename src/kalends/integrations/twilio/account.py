"""An account with Twilio: its REST interface, whose failures come out as ours."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from kalends.integrations.retry_after import wait_of
from kalends.jobs import Permanent, Transient
from kalends.kit.clock import Clock

if TYPE_CHECKING:
    from twilio.http.response import Response
    from twilio.rest import Client

_NUMBER: Final = re.compile(r"\+\d{5,}")  # of a phone: what we raise is logged
_LATE: Final = frozenset({408, 425, 429})  # of 4xx: it was not done, and may be done later


class Refused(Permanent):
    """Twilio will not do it; `code` is its own name of the reason, `status` that of HTTP."""

    def __init__(self, message: str, *, status: int, code: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


@dataclass(frozen=True, kw_only=True)
class Account:
    """Whose calls and messages they are. `public_url` is where Twilio reaches us; None: nowhere."""

    sid: str
    token: str = field(repr=False)
    number: str  # E.164: who calls and writes
    clock: Clock
    base_url: str = "https://api.twilio.com"
    public_url: str | None = None
    timeout: float = 10  # seconds: to connect, and then from one piece of the answer to the next
    settled: timedelta = timedelta(seconds=5)  # a request that broke off may still be carried out until then

    @cached_property
    def client(self) -> Client:
        """Give the library's client, which takes a fifth of a second to import."""
        from twilio.rest import Client

        return Client(self.sid, self.token, http_client=_http_client(self.base_url, self.timeout))

    def must_be_settled(self, since: datetime) -> None:
        """Raise `Transient` as long as what was asked then may be on its way to Twilio's lists."""
        left = since + self.settled - self.clock.now()
        if left > timedelta(0):
            raise Transient("Twilio may still be taking it up.", retry_after=left.total_seconds())


def _http_client(base_url: str, timeout: float) -> Any:
    from requests import RequestException
    from requests.adapters import HTTPAdapter
    from twilio.base.exceptions import TwilioException
    from twilio.http.http_client import TwilioHttpClient

    class Line(TwilioHttpClient):  # type: ignore[misc]  # it has no types
        """Goes to the base address, waits no longer than it should, and knows what may pass.

        The library's own errors have lost the headers, and with them Retry-After.
        """

        def __init__(self) -> None:
            super().__init__()
            assert self.session is not None
            # As many as there may be threads; it never repeats by itself: the first try may have arrived.
            self.session.mount(base_url, HTTPAdapter(pool_maxsize=64, max_retries=0))

        def log_request(self, kwargs: Any) -> None:
            """Write no log: numbers stand in the addresses."""

        def log_response(self, status_code: int, response: Any) -> None:
            """Write no log: our own jobs and requests are."""

        def request(self, method: str, url: str, *args: Any, **rest: Any) -> Response:
            rest["timeout"] = timeout
            _, _, path = url.partition("://")[2].partition("/")
            try:
                response = super().request(method, f"{base_url.rstrip('/')}/{path}", *args, **rest)
            except (RequestException, TwilioException) as error:
                # Its words may quote the address, and so the number.
                raise Transient(f"Twilio did not answer: {type(error).__name__}.") from None
            if not 200 <= response.status_code < 300:
                raise _failure(response.status_code, response.text, response.headers or {})
            _must_be_json(response.text)
            return response

    return Line()


def _must_be_json(text: str) -> None:
    try:
        json.loads(text or "{}")
    except ValueError:
        raise Transient("Something that is not Twilio answered in its place.") from None


def _failure(status: int, text: str, headers: Mapping[str, str]) -> Exception:
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    told = told if isinstance(told, dict) else {}
    code = str(told.get("code") or status)
    said = _NUMBER.sub("[number]", str(told.get("message") or "it says no more"))
    message = f"Twilio answers {status}, {code}: {said}"
    if status >= 500 or status in _LATE:
        return Transient(message, **wait_of(headers))
    return Refused(message, status=status, code=code)


def moment(text: str | None) -> datetime | None:
    """Read a time as Twilio writes it (RFC 2822), or None where there is none that can be read."""
    try:
        given = parsedate_to_datetime(text or "")
        return given.astimezone(UTC) if given.tzinfo else given.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
