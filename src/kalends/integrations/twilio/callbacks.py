"""What Twilio tells us by itself: where it does, whether it was Twilio, and what it means."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qs, quote, urlsplit
from uuid import UUID

from kalends.features.calls.models import AttemptState, Outcome
from kalends.features.calls.ports import Report
from kalends.integrations.twilio.account import moment

PREFIX: Final = "/webhooks/twilio"
"""Where Twilio reaches us, below the public address."""

SMS: Final = "sms"
"""The last step of the address for news of a message."""

SIGNATURE: Final = "X-Twilio-Signature"

Form = Mapping[str, Sequence[str]]
"""What was posted: of each name its values, one at least."""


class News(StrEnum):
    """What a callback about a call tells; the last step of the address that it goes to."""

    STATUS = "status"
    MACHINE = "amd"
    RECORDING = "recording"
    TRANSCRIPT = "transcription"
    END = "end"  # of what was to be said and heard: nothing of it is news


def address(public_url: str, workspace_id: UUID, key: UUID | str, news: str) -> str:
    """Give the address for news of an attempt, or of a message, by the stable key of it."""
    return f"{public_url.rstrip('/')}{PREFIX}/{workspace_id}/{quote(str(key), safe='')}/{news}"


def read_form(body: bytes) -> Form:
    """Read what was posted. Empty values stay: they are signed as well."""
    return parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)


def is_signed(token: str, url: str, form: Form, signature: str) -> bool:
    """Say whether whoever knows the token posted this form to this address. Raises `ValueError` for an
    address that is none.

    The library's own check takes several times as long, and callbacks come in crowds.
    """
    posted = "".join(name + value for name in sorted(form) for value in sorted(set(form[name])))
    given = signature.encode()
    return any(hmac.compare_digest(_signature(token, address + posted), given) for address in _spellings(url))


def _signature(token: str, text: str) -> bytes:
    return b64encode(hmac.digest(token.encode(), text.encode("utf-8", "surrogatepass"), "sha1"))


def _spellings(url: str) -> Iterator[str]:
    """Give an address as it is, then with its port or without it: Twilio is not always of one mind."""
    yield url
    parts = urlsplit(url)
    if parts.port is None:
        yield parts._replace(netloc=f"{parts.netloc}:{443 if parts.scheme == 'https' else 80}").geturl()
    else:
        yield parts._replace(netloc=parts.netloc.rpartition(":")[0]).geturl()


_STATES: Final[Mapping[str, AttemptState]] = {
    "queued": AttemptState.QUEUED,
    "initiated": AttemptState.QUEUED,
    "ringing": AttemptState.RINGING,
    "in-progress": AttemptState.IN_PROGRESS,
    "answered": AttemptState.IN_PROGRESS,
}
_OUTCOMES: Final[Mapping[str, Outcome]] = {
    "completed": Outcome.COMPLETED,
    "busy": Outcome.BUSY,
    "no-answer": Outcome.NO_ANSWER,
    "failed": Outcome.FAILED,
    "canceled": Outcome.CANCELLED,
}


def state_of(status: str | None, answered_by: str | None) -> tuple[AttemptState | None, Outcome | None]:
    """Say where a call stands by its status, and how it ended; a status we do not know says nothing.

    A machine that answered is an outcome of its own, though Twilio calls the call completed.
    """
    outcome = _OUTCOMES.get(status or "")
    if outcome is None:
        return _STATES.get(status or ""), None
    if outcome is Outcome.COMPLETED and answered_by in ("machine", "fax"):
        outcome = Outcome.MACHINE
    return AttemptState.ENDED, outcome


def answerer(told: str | None) -> str | None:
    """Say who answered: `machine_start` and its like are `machine`."""
    return "machine" if told and told.startswith("machine") else told or None


def report_of(form: Form, news: News) -> Report:
    """Say what a callback tells of a call. Only what it is there to tell is taken from it."""
    sid, phone = _word(form, "CallSid") or "", _word(form, "To")
    match news:
        case News.MACHINE:
            return Report(provider_id=sid, phone=phone, answered_by=answerer(_word(form, "AnsweredBy")))
        case News.RECORDING:
            return Report(provider_id=sid, phone=phone, recording_url=_word(form, "RecordingUrl"))
        case News.TRANSCRIPT:
            return Report(provider_id=sid, phone=phone, transcript=_word(form, "TranscriptionText"))
        case News.END:
            return Report(provider_id=sid, phone=phone)
        case News.STATUS:
            return _status(form, sid, phone)


def _status(form: Form, sid: str, phone: str | None) -> Report:
    answered_by = answerer(_word(form, "AnsweredBy"))
    state, outcome = state_of(_word(form, "CallStatus"), answered_by)
    at = moment(_word(form, "Timestamp"))
    error = _word(form, "ErrorCode")
    if error is None and outcome not in (None, Outcome.COMPLETED) and (sip := _word(form, "SipResponseCode")):
        error = f"sip_{sip}"
    return Report(
        provider_id=sid,
        state=state,
        outcome=outcome,
        sequence=_number(form, "SequenceNumber"),
        answered_by=answered_by,
        answered_at=at if state is AttemptState.IN_PROGRESS else None,
        ended_at=at if state is AttemptState.ENDED else None,
        duration_seconds=_number(form, "CallDuration"),
        error_code=error,
        error=_word(form, "ErrorMessage"),
        recording_url=_word(form, "RecordingUrl"),
        phone=phone,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageNews:
    """What became of a message."""

    provider_id: str
    status: str  # Twilio's: queued, sent, delivered, undelivered, failed, ...
    phone: str | None  # whom it went to
    error_code: str | None


def message_news(form: Form) -> MessageNews:
    """Say what a callback tells of a message."""
    return MessageNews(
        provider_id=_word(form, "MessageSid") or "",
        status=_word(form, "MessageStatus") or "",
        phone=_word(form, "To"),
        error_code=_word(form, "ErrorCode"),
    )


_STOPS: Final = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
_STARTS: Final = frozenset({"START", "UNSTOP", "YES"})


def wanted(form: Form) -> bool | None:
    """Say whether somebody who wrote to us wants messages (again); None: it was about something else.

    Twilio says so where it has understood it itself (`OptOutType`); the words are those that it knows.
    """
    told = _word(form, "OptOutType") or (_word(form, "Body") or "").strip().strip(".!").upper()
    return False if told in _STOPS else True if told in _STARTS else None


def first(form: Form, name: str) -> str:
    """Give the first value under a name, empty where there is none."""
    return form.get(name, [""])[0]


def _word(form: Form, name: str) -> str | None:
    """Give a field, or None for one that is missing or empty; no database keeps the character 0."""
    return first(form, name).replace("\0", "") or None


def _number(form: Form, name: str) -> int | None:
    value = first(form, name)
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None
