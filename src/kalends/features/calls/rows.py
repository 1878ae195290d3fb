"""A call as programs and files give it: one flat row, read the same way wherever it comes from."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from kalends.features.calls.drafts import (
    MAX_ADDRESS,
    MAX_NOTES,
    MAX_SCRIPT,
    MAX_TITLE,
    MAX_WORD,
    MOST_MINUTES,
    USUAL_MINUTES,
    CallDraft,
    checked_minutes,
    content_of,
    read_start,
    rules_of,
)
from kalends.features.calls.models import Missed
from kalends.features.calls.retries import MOST_MINUTES as LONGEST_WAIT
from kalends.features.calls.retries import MOST_TIMES
from kalends.kit.errors import InvalidInput

Rule = Annotated[
    str,
    Field(
        max_length=2_000,
        description="`daily`, `weekly`, `weekdays`, `monthly`, or an RRULE.",
        examples=["weekdays", "FREQ=WEEKLY;BYDAY=MO;INTERVAL=2"],
    ),
]


class RetryRule(BaseModel):
    """How often, and how long after each attempt, a call is tried again after one outcome."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    times: int = Field(ge=0, le=MOST_TIMES)
    minutes: int = Field(ge=1, le=LONGEST_WAIT)


class Retries(BaseModel):
    """Rules by outcome, in place of the usual ones."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    busy: RetryRule | None = None
    no_answer: RetryRule | None = None
    machine: RetryRule | None = None
    failed: RetryRule | None = None

    def given(self) -> dict[str, Any]:
        """Give those that were said."""
        return self.model_dump(exclude_none=True)


def _no_retries(value: Any) -> Any:
    return {} if value is None else value


class CallRow(BaseModel):
    """A call to be scheduled. What it says is one of `script`, `twiml_url` and `agent_url`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    phone: str = Field(
        max_length=60,
        description="In any usual form; without a country only where the server knows its region.",
        examples=["+49 30 1234567"],
    )
    start: str = Field(
        max_length=100,
        description="A local time, or a time with an offset and, as in RFC 9557, a zone.",
        examples=["2026-11-23T14:30"],
    )
    zone: str | None = Field(
        None, min_length=1, max_length=100, description="IANA: whose clock. Yours by default."
    )
    duration_minutes: int = Field(USUAL_MINUTES, ge=1, le=MOST_MINUTES, description="That it may take.")
    title: str = Field("Call", min_length=1, max_length=MAX_TITLE)
    description: str | None = Field(None, max_length=MAX_NOTES)
    notes: str | None = Field(None, max_length=MAX_NOTES)
    metadata: dict[str, Any] = Field(default_factory=dict, description="Whatever you need to keep with it.")
    script: str | None = Field(None, max_length=MAX_SCRIPT, description="A text that is read out.")
    twiml_url: str | None = Field(None, max_length=MAX_ADDRESS, description="https: what happens.")
    agent_url: str | None = Field(None, max_length=MAX_ADDRESS, description="wss: an agent who speaks.")
    agent_instance: str | None = Field(
        None,
        min_length=1,
        max_length=MAX_WORD,
        description="Whose call it is: a key of that agent sees no other calls.",
    )
    member_id: UUID | None = Field(None, description="Whose it is. Yours by default.")
    calendar_id: UUID | None = Field(None, description="Where its event is. That member's default.")
    call_type: str | None = Field(None, max_length=MAX_WORD, examples=["appointment"])
    repeat: Rule | None = None
    until: str | None = Field(None, max_length=100, description="The last day, or time, of a repeat.")
    count: int | None = Field(None, ge=1, le=10_000, description="In place of `until`.")
    callee_zone: str | None = Field(
        None,
        min_length=1,
        max_length=100,
        description="Whose quiet hours are kept. By default the number's own.",
    )
    missed: Missed = Field(Missed.LAST, description="What becomes of runs that were missed.")
    record: bool = Field(False, description="What is said, where the telephone service can; ask them first.")
    retries: Annotated[Retries, BeforeValidator(_no_retries)] = Retries()

    def draft(self, own_zone: str) -> CallDraft:
        """Give the draft that it is. Raises `InvalidInput` by field."""
        content = content_of(self.script, self.twiml_url, self.agent_url)
        if content is None:
            raise InvalidInput("Say what is to be heard: script, twiml_url or agent_url.", field="script")
        start = read_start(self.start, self.zone or own_zone)
        return CallDraft(
            phone=self.phone,
            start=start,
            content=content[0],
            content_text=content[1],
            title=self.title,
            description=self.description,
            minutes=checked_minutes(self.duration_minutes),
            rules=rules_of(start, self.repeat, self.until, self.count),
            notes=self.notes,
            metadata=self.metadata,
            call_type=self.call_type,
            callee_zone=self.callee_zone,
            missed=self.missed,
            record=self.record,
            retries=self.retries.given(),
            member_id=self.member_id,
            agent_instance=self.agent_instance,
            calendar_id=self.calendar_id,
        )


def read_row(given: Any, own_zone: str) -> CallDraft:
    """Read one row of a file or of a batch. Raises `InvalidInput` for the first field that is wrong."""
    try:
        row = CallRow.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(map(str, first["loc"])) or "row"
        raise InvalidInput(f"{first['msg']}.", field=name) from None
    return row.draft(own_zone)
