"""Calls of the fake, from the request to the last callback."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final
from xml.etree import ElementTree

from kalends.integrations.twilio.fake.fates import Ending, Fate
from kalends.integrations.twilio.fake.lives import OVER, Agenda, Letter, Mail, key_of, written

_SECONDS_TO_JUDGE: Final = 2  # whether a person or a machine has answered
_SIP: Final = {"busy": "486", "no-answer": "487", "failed": "404", "canceled": "487"}


@dataclass(eq=False, kw_only=True)
class Call:
    """A call, as Twilio keeps it."""

    sid: str
    account_sid: str
    asked: Mapping[str, list[str]]
    fate: Fate
    created: datetime
    recording_url: str
    status: str = "queued"
    started: datetime | None = None
    answered: datetime | None = None
    ended: datetime | None = None
    answered_by: str | None = None
    held: list[Letter] = field(default_factory=list)
    _sequence: count[int] = field(default_factory=count)

    def get(self, name: str) -> str | None:
        """Give what was asked for under a name."""
        return next(iter(self.asked.get(name, ())), None)

    @property
    def attempt(self) -> str:
        """Give the stable key that the caller put into its callback's address."""
        return key_of(self.get("StatusCallback"))

    @property
    def over(self) -> bool:
        """Say whether it has ended."""
        return self.status in OVER

    @property
    def seconds(self) -> int:
        """Give how long they spoke."""
        return round((self.ended - self.answered).total_seconds()) if self.ended and self.answered else 0

    def json(self) -> dict[str, Any]:
        """Give it as the REST interface does."""
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "to": self.get("To"),
            "from": self.get("From"),
            "status": self.status,
            "direction": "outbound-api",
            "answered_by": self.answered_by,
            "date_created": written(self.created),
            "start_time": written(self.started),
            "end_time": written(self.ended),
            "duration": str(self.seconds) if self.status == "completed" else None,
        }

    def live(self, agenda: Agenda, mail: Mail) -> None:
        """Put the whole life of the call on the agenda; one that is hung up meanwhile skips the rest."""
        fate = self.fate
        ringing = self.created + timedelta(seconds=fate.waits)
        self._plan(agenda, self.created, lambda at: self._post_status(mail, "initiated", at))
        if fate.ending in (Ending.FAILED, Ending.CANCELED):
            self._plan(agenda, ringing, lambda at: self.end(fate.ending.value, at, mail))
            return
        self._plan(agenda, ringing, lambda at: self._ring(at, mail))
        patience = float(self.get("Timeout") or 60)
        picked_up = ringing + timedelta(seconds=min(fate.rings, patience))
        if fate.ending is Ending.BUSY:
            self._plan(agenda, picked_up, lambda at: self.end("busy", at, mail))
        elif fate.ending is Ending.NO_ANSWER or fate.rings > patience:
            given_up = ringing + timedelta(seconds=patience)
            self._plan(agenda, given_up, lambda at: self.end("no-answer", at, mail))
        else:
            lasts = min(fate.lasts, float(self.get("TimeLimit") or 14_400))
            judged = min(_SECONDS_TO_JUDGE, lasts)
            self._plan(agenda, picked_up, lambda at: self._answer(at, mail))
            self._plan(agenda, picked_up + timedelta(seconds=judged), lambda at: self._judge(at, mail))
            over = picked_up + timedelta(seconds=lasts)
            self._plan(agenda, over, lambda at: self.end("completed", at, mail))

    def end(self, status: str, at: datetime, mail: Mail) -> None:
        """End it, and tell what there is to tell."""
        self.ended = at
        self.status = status
        self._post_status(mail, "completed", at)
        if status == "completed" and self.get("Record") == "true":
            # A recording is there a little after the call.
            self._post(mail, self.get("RecordingStatusCallback"), at, self._recording())
            if address := self._transcribed_at():
                said = {"TranscriptionStatus": "completed", "TranscriptionText": "Yes, that is fine."}
                self._post(mail, address, at, said)
        mail.release(self.held)

    def _plan(self, agenda: Agenda, when: datetime, what: Callable[[datetime], None]) -> None:
        agenda.at(when, lambda at: None if self.over else what(at))

    def _ring(self, at: datetime, mail: Mail) -> None:
        self.status, self.started = "ringing", at
        self._post_status(mail, "ringing", at)

    def _answer(self, at: datetime, mail: Mail) -> None:
        self.status, self.answered = "in-progress", at
        self._post_status(mail, "answered", at)

    def _judge(self, at: datetime, mail: Mail) -> None:
        if self.get("MachineDetection"):
            self.answered_by = "machine_start" if self.fate.ending is Ending.MACHINE else "human"
            told = {"AnsweredBy": self.answered_by, "MachineDetectionDuration": "2000"}
            self._post(mail, self.get("AsyncAmdStatusCallback"), at, told)

    def _post_status(self, mail: Mail, event: str, at: datetime) -> None:
        number = next(self._sequence)
        if event not in self.asked.get("StatusCallbackEvent", ["completed"]):
            return
        status = "initiated" if event == "initiated" else self.status
        told = {
            "CallStatus": status,
            "SequenceNumber": str(number),
            "Timestamp": written(at) or "",
            "CallbackSource": "call-progress-events",
        }
        if self.over:
            told["CallDuration"] = str(self.seconds)
            if status in _SIP:
                told["SipResponseCode"] = _SIP[status]
        self._post(mail, self.get("StatusCallback"), at, told)

    def _post(self, mail: Mail, address: str | None, at: datetime, told: Mapping[str, str]) -> None:
        if address:
            known = {
                "AccountSid": self.account_sid,
                "CallSid": self.sid,
                "To": self.get("To") or "",
                "From": self.get("From") or "",
                "Direction": "outbound-api",
                "ApiVersion": "2010-04-01",
            }
            mail.send(Letter(address, {**known, **told}), self.fate.post, at, self.held)

    def _recording(self) -> dict[str, str]:
        return {
            "RecordingSid": self.recording_url.rpartition("/")[2],
            "RecordingUrl": self.recording_url,
            "RecordingStatus": "completed",
            "RecordingDuration": str(self.seconds),
        }

    def _transcribed_at(self) -> str | None:
        if (document := self.get("Twiml")) is None:
            return None
        record = ElementTree.fromstring(document).find("Record")  # noqa: S314 - parsed when it was asked for
        return None if record is None else record.get("transcribeCallback")
