"""Calls through Twilio."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from kalends.features.calls.models import AttemptState, Content
from kalends.features.calls.ports import Dial, Report
from kalends.integrations.twilio import twiml
from kalends.integrations.twilio.account import Account, Refused
from kalends.integrations.twilio.callbacks import News, address, answerer, state_of

if TYPE_CHECKING:
    from twilio.rest.api.v2010.account.call import CallInstance

_CLOCKS_APART: Final = timedelta(days=1)  # ours, which somebody may have set meanwhile, and Twilio's, at most
_LOOKED_AT: Final = 200  # calls to one number, the newest first
_NOT_IN_PROGRESS: Final = "21220"  # the call that is to be ended has ended


class TwilioTelephone:
    """Places calls from the account's number, and reads what became of them."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def get_ready(self) -> None:
        """Import the library, which takes a fifth of a second."""
        _ = self._account.client

    def place(self, dial: Dial) -> Report:
        """Have Twilio dial; it calls back at addresses that hold the attempt, where it can reach us."""
        call = self._account.client.calls.create(
            to=dial.phone,
            from_=self._account.number,
            timeout=dial.ring_seconds,
            time_limit=dial.longest_seconds,
            **self._content(dial),
            **self._callbacks(dial),
        )
        return _report(call)

    def find(self, dial: Dial, since: datetime, taken: Collection[str] = ()) -> Report | None:
        """Ask for the call that may have been placed.

        Twilio echoes nothing of ours, so it is told by what is left: from our number to theirs, made since
        then, and of no other attempt. The list is not narrowed by StartTime, which a call that waits in the
        queue does not have.
        """
        self._account.must_be_settled(since)
        calls = self._account.client.calls.list(to=dial.phone, from_=self._account.number, limit=_LOOKED_AT)
        ours = [
            call
            for call in calls
            if call.date_created is not None
            and call.date_created >= since - _CLOCKS_APART
            and call.sid not in taken
        ]
        return _report(min(ours, key=lambda call: call.date_created)) if ours else None

    def read(self, provider_id: str) -> Report:
        """Ask how a call stands."""
        return _report(self._account.client.calls(provider_id).fetch())

    def hang_up(self, provider_id: str) -> None:
        """End a call whether it waits, rings or is under way (`canceled` would leave the last alone)."""
        try:
            self._account.client.calls(provider_id).update(status="completed")
        except Refused as refusal:
            if refusal.code != _NOT_IN_PROGRESS:
                raise

    def _content(self, dial: Dial) -> dict[str, Any]:
        match dial.content:
            case Content.TWIML_URL:
                return {"url": twiml.secure(dial.content_text, "https")}
            case Content.AGENT:
                return {"twiml": twiml.agent(dial)}
            case Content.SCRIPT:
                heard = dial.record and self._account.public_url
                document = twiml.script(
                    dial,
                    transcribed_at=self._address(dial, News.TRANSCRIPT) if heard else None,
                    ended_at=self._address(dial, News.END) if heard else None,
                )
                return {"twiml": document}

    def _callbacks(self, dial: Dial) -> dict[str, Any]:
        asked: dict[str, Any] = {}
        if dial.detect_machine:
            asked |= {"machine_detection": "Enable", "async_amd": "true"}
        if dial.record:
            asked |= {"record": True}
        if self._account.public_url is None:
            return asked
        asked |= {
            "status_callback": self._address(dial, News.STATUS),
            "status_callback_event": ["initiated", "ringing", "answered", "completed"],
        }
        if dial.detect_machine:
            asked |= {"async_amd_status_callback": self._address(dial, News.MACHINE)}
        if dial.record:
            asked |= {"recording_status_callback": self._address(dial, News.RECORDING)}
        return asked

    def _address(self, dial: Dial, news: News) -> str:
        assert self._account.public_url is not None
        return address(self._account.public_url, dial.workspace_id, dial.attempt_id, news)


def _report(call: CallInstance) -> Report:
    answered_by = answerer(call.answered_by)
    state, outcome = state_of(str(call.status), answered_by)
    ended = state is AttemptState.ENDED
    return Report(
        provider_id=str(call.sid),
        state=state,
        outcome=outcome,
        answered_by=answered_by,
        ended_at=call.end_time if ended else None,
        duration_seconds=int(call.duration) if ended and call.duration else None,
        phone=call.to,
    )
