"""The fake itself: what is asked of it, what it keeps, and the thread that lets time pass."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from threading import Event, RLock, Thread
from typing import Any, Final
from urllib.parse import urlencode
from xml.etree import ElementTree

import httpx
import phonenumbers

from kalends.integrations.twilio.fake.calls import Call
from kalends.integrations.twilio.fake.fates import Fates
from kalends.integrations.twilio.fake.listener import Listener
from kalends.integrations.twilio.fake.lives import Agenda, Letter, Mail, Message
from kalends.integrations.twilio.fake.refusals import Wrong
from kalends.integrations.twilio.twiml import LONGEST
from kalends.kit.clock import Clock, SystemClock
from kalends.kit.ids import Ids

_TICK: Final = 0.05  # seconds between two looks at the clock
_MOST: Final = 1000  # entries of a page


class FakeTwilio:
    """Speaks Twilio's REST interface on loopback, and plays what calls and messages are fated to.

    Nothing happens until `play` is called, which lets everything happen that is due by the clock; `start`
    with `alive` does so by itself. Callbacks are signed with the account's token, and go out by `web`.
    """

    SID: Final = "AC" + "0" * 32
    TOKEN: Final = "fake"  # noqa: S105 - it opens nothing but fakes
    NUMBER: Final = "+12025550100"
    """Whose number calls, where it does not matter: one that nobody has."""

    def __init__(
        self,
        *,
        sid: str = SID,
        token: str = TOKEN,
        clock: Clock | None = None,
        web: httpx.Client | None = None,
    ) -> None:
        self.sid, self.token = sid, token
        self.clock = clock or SystemClock()
        self.fates = Fates()
        self._ids = Ids(self.clock)
        self._agenda = Agenda()
        self._mail = Mail(self._agenda)
        self._lock = RLock()  # over everything that is kept
        self._playing = RLock()  # callbacks go out one after the other
        self._calls: dict[str, Call] = {}
        self._messages: dict[str, Message] = {}
        self._unsubscribed: set[str] = set()
        self._stopped = Event()
        self._listener: Listener | None = None
        self._threads: list[Thread] = []
        self.web = web or httpx.Client(timeout=10, trust_env=False)

    # -- Running it ------------------------------------------------------------------------------------

    def start(self, port: int = 0, *, alive: bool = False) -> FakeTwilio:
        """Answer requests on loopback; port 0 takes any that is free."""
        self._listener = Listener(self, port)
        self._run(partial(self._listener.serve_forever, poll_interval=_TICK))
        if alive:
            self._run(self._live)
        return self

    def stop(self) -> None:
        """Answer nobody any more; whoever waits for an answer is cut off."""
        self._stopped.set()
        if self._listener is not None:
            self._listener.close()
        for thread in self._threads:
            thread.join()
        self.web.close()

    def __enter__(self) -> FakeTwilio:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Give the address that stands for https://api.twilio.com."""
        assert self._listener is not None
        return f"http://127.0.0.1:{self._listener.server_port}"

    def hold(self) -> None:
        """Keep a request waiting until the end."""
        self._stopped.wait()

    def play(self) -> list[int]:
        """Let everything happen that is due; gives the status of each callback's answer, 0 for none."""
        with self._playing:
            answers: list[int] = []
            while letters := self._due():
                answers += [self.post(letter) for letter in letters]
            return answers

    @property
    def next_at(self) -> datetime | None:
        """Give when something is to happen next, as far as is known; None: nothing is."""
        with self._lock:
            return self._agenda.next_at

    def post(self, letter: Letter) -> int:
        """Post a callback, signed; gives the status of the answer, 0 where nobody answered."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": self.signature(letter.url, letter.form),
        }
        try:
            return self.web.post(letter.url, content=urlencode(letter.form), headers=headers).status_code
        except (httpx.HTTPError, httpx.InvalidURL):
            return 0  # Twilio does not repeat them either, unless told to

    def signature(self, url: str, form: Mapping[str, str]) -> str:
        """Sign a form: the address, then each name and value in the order of the names."""
        signed = url + "".join(name + form[name] for name in sorted(form))
        return base64.b64encode(
            hmac.new(self.token.encode(), signed.encode(), hashlib.sha1).digest()
        ).decode()

    def _due(self) -> list[Letter]:
        with self._lock:
            self._agenda.run(self.clock.now())
            return list(self._mail.take())

    def _live(self) -> None:
        while not self._stopped.wait(_TICK):
            self.play()

    def _run(self, work: Callable[[], None]) -> None:
        thread = Thread(target=work, name="fake-twilio", daemon=True)
        self._threads.append(thread)
        thread.start()

    # -- What was asked of it --------------------------------------------------------------------------

    def placed(self) -> Counter[str]:
        """Count the calls that it took, by the attempt that each belongs to."""
        with self._lock:
            return Counter(call.attempt for call in self._calls.values())

    def sent(self) -> Counter[str]:
        """Count the messages that it took, by their key."""
        with self._lock:
            return Counter(message.key for message in self._messages.values())

    def asked(self) -> list[Mapping[str, list[str]]]:
        """Give what was asked for each call, the oldest first."""
        with self._lock:
            return [call.asked for call in self._calls.values()]

    # -- Calls -----------------------------------------------------------------------------------------

    def create_call(self, form: Mapping[str, list[str]]) -> dict[str, Any]:
        """Take a call, or raise `Wrong`."""
        number = _number(form, "To", 21201, 21211)
        _number(form, "From", 21213, 21212)
        if ("Url" in form) == ("Twiml" in form):
            raise Wrong(400, 21205, "Either Url or Twiml is required.")
        for document in form.get("Twiml", ()):
            if len(document) > LONGEST:
                raise Wrong(400, 20001, f"Twiml is longer than {LONGEST} characters.")
            try:
                ElementTree.fromstring(document)  # noqa: S314 - of whoever runs this process
            except ElementTree.ParseError as error:
                raise Wrong(400, 12100, f"Document parse failure: {error}") from None
        with self._lock:
            recording = f"{self.url}/2010-04-01/Accounts/{self.sid}/Recordings/RE{self._ids.new().hex}"
            call = Call(
                sid=f"CA{self._ids.new().hex}",
                account_sid=self.sid,
                asked=form,
                fate=self.fates.of(number),
                created=self.clock.now(),
                recording_url=recording,
            )
            self._calls[call.sid] = call
            call.live(self._agenda, self._mail)
            return call.json()

    def list_calls(self, query: Mapping[str, str]) -> dict[str, Any]:
        """List calls, the newest first."""
        with self._lock:
            self._agenda.run(self.clock.now())
            found = [
                call.json()
                for call in reversed(self._calls.values())
                if query.get("To") in (None, call.get("To"))
                and query.get("From") in (None, call.get("From"))
                and query.get("Status") in (None, call.status)
            ]
        return self._page("calls", found, query)

    def read_call(self, sid: str) -> dict[str, Any]:
        """Give one call."""
        with self._lock:
            self._agenda.run(self.clock.now())
            return self._call(sid).json()

    def change_call(self, sid: str, form: Mapping[str, list[str]]) -> dict[str, Any]:
        """End a call: `canceled` before it is answered, `completed` at any time."""
        with self._lock:
            now = self.clock.now()
            self._agenda.run(now)
            call, wish = self._call(sid), form.get("Status", [""])[0]
            if call.over:
                raise Wrong(400, 21220, "Invalid call state: the call is not in progress.")
            if wish == "completed" or call.answered is None:
                call.end("canceled" if call.answered is None else "completed", now, self._mail)
            return call.json()

    def recordings(self, call_sid: str) -> dict[str, Any]:
        """List the recordings of a call."""
        with self._lock:
            call = self._call(call_sid)
            there = call.status == "completed" and call.get("Record") == "true"
            sid = call.recording_url.rpartition("/")[2]
            entry = {"sid": sid, "call_sid": call.sid, "status": "completed", "duration": str(call.seconds)}
            return self._page("recordings", [entry] if there else [], {})

    def has_recording(self, sid: str) -> bool:
        """Say whether there is a recording of that name."""
        with self._lock:
            return any(
                call.recording_url.endswith(sid) and call.status == "completed"
                for call in self._calls.values()
            )

    def _call(self, sid: str) -> Call:
        if sid not in self._calls:
            raise Wrong(404, 20404, f"The requested resource /Calls/{sid}.json was not found")
        return self._calls[sid]

    # -- Messages --------------------------------------------------------------------------------------

    def create_message(self, form: Mapping[str, list[str]]) -> dict[str, Any]:
        """Take a message, or raise `Wrong`."""
        number = _number(form, "To", 21604, 21211)
        if not form.get("Body"):
            raise Wrong(400, 21602, "Message body is required.")
        if len(form["Body"][0]) > 1600:
            raise Wrong(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
        with self._lock:
            if number in self._unsubscribed:
                raise Wrong(400, 21610, "Attempt to send to unsubscribed recipient")
            message = Message(
                sid=f"SM{self._ids.new().hex}",
                asked={name: values[0] for name, values in form.items()},
                fate=self.fates.of(number),
                created=self.clock.now(),
            )
            self._messages[message.sid] = message
            message.live(self._agenda, self._mail, self.sid)
            return message.json(self.sid)

    def list_messages(self, query: Mapping[str, str]) -> dict[str, Any]:
        """List messages, the newest first."""
        with self._lock:
            found = [
                message.json(self.sid)
                for message in reversed(self._messages.values())
                if query.get("To") in (None, message.asked["To"])
                and query.get("From") in (None, message.asked["From"])
            ]
        return self._page("messages", found, query)

    def write(self, url: str, number: str, body: str) -> int:
        """Have somebody write to the account's number; who writes STOP gets nothing more."""
        told = body.strip().upper()
        if told == "STOP":
            self._unsubscribed.add(number)
        if told == "START":
            self._unsubscribed.discard(number)
        sid = f"SM{self._ids.new().hex}"
        return self.post(Letter(url, {"MessageSid": sid, "From": number, "To": self.NUMBER, "Body": body}))

    def _page(self, name: str, found: list[dict[str, Any]], query: Mapping[str, str]) -> dict[str, Any]:
        size = min(int(query.get("PageSize", 50)), _MOST)
        number = int(query.get("Page", 0))
        shown = found[number * size : (number + 1) * size]
        more = (number + 1) * size < len(found)
        asked = urlencode({**query, "PageSize": size, "Page": number + 1})
        following = f"/2010-04-01/Accounts/{self.sid}/{name.capitalize()}.json?{asked}"
        return {name: shown, "page": number, "page_size": size, "next_page_uri": following if more else None}


def _number(form: Mapping[str, list[str]], name: str, missing: int, invalid: int) -> str:
    if not form.get(name):
        raise Wrong(400, missing, f"No '{name}' number is specified")
    number = form[name][0]
    try:
        phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        raise Wrong(400, invalid, f"The '{name}' number {number} is not a valid phone number.") from None
    return number
