"""What whoever runs Kalends may decide, read once from the environment at the composition root."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from kalends.engine.placement import Effort
from kalends.engine.zones import UnknownZone, zone
from kalends.ical.limits import Limits
from kalends.kit.errors import InvalidInput

PREFIX = "KALENDS_"


class Settings(BaseModel):
    """Each field is read from `KALENDS_<FIELD>` in capitals; the defaults suit one household at home."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data_dir: Path = Path("kalends-data")  # the embedded database, the key file
    database_url: str | None = None  # None: SQLite in the data directory
    key: str | None = Field(default=None, repr=False)  # None: a key file of mode 0600 in the data directory
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    workers: int = Field(default=4, ge=1, le=64)  # request threads, and connections to the database
    public_url: str | None = None  # where feeds and invitations point; None: as the request came in
    sign_up: Literal["open", "invited"] = "open"
    cors_origins: tuple[str, ...] = ()  # comma-separated in the environment
    trusted_proxies: tuple[str, ...] = ()  # addresses whose X-Forwarded-For is believed
    requests_per_minute: int = Field(default=600, ge=1)  # of one account or address
    horizon_days: int = Field(default=730, ge=1, le=3660)
    max_body_bytes: int = Field(default=1_000_000, ge=1)  # of every request but imports
    max_occurrences: int = Field(default=10_000, ge=1)  # that one range is answered with
    solver_seconds: int = Field(default=30, ge=1)  # of work, that one optimisation may take
    ical_max_bytes: int = Field(default=50_000_000, ge=1)  # of an imported file
    ical_max_line: int = Field(default=5_000_000, ge=75)  # characters, unfolded
    ical_max_depth: int = Field(default=8, ge=3)  # nested components; an alarm is at 3
    ical_max_components: int = Field(default=200_000, ge=1)  # of an imported file
    ical_max_occurrences: int = Field(default=100_000, ge=1)  # that a file is expanded to
    jobs: Literal["inside", "workers", "celery"] = "inside"  # who does what is due: servers, workers, a fleet
    celery_broker_url: str = Field(default="redis://127.0.0.1:6379/0", repr=False)
    scheduler_zone: str = "UTC"  # on whose clock what comes back each day comes back
    max_instances: int = Field(default=3, ge=1, le=64)  # jobs that one process does at once
    misfire_grace_seconds: int = Field(default=300, ge=1)  # after which what was not done is late
    mail_from: str | None = None  # address of the sender; None: no mail is sent
    smtp_host: str = "localhost"
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_username: str | None = None
    smtp_password: str | None = Field(default=None, repr=False)
    push_contact: str | None = None  # mailto: or https: address for push services; None: no pushes are sent
    allow_private_addresses: bool = False  # whether webhooks and scripts of calls may be in the local network
    twilio_account_sid: str | None = None  # None: no calls are placed and no SMS are sent
    twilio_auth_token: str | None = Field(default=None, repr=False)
    twilio_from: str | None = None  # E.164: who calls
    twilio_base_url: str = "https://api.twilio.com"
    call_concurrency: int = Field(default=5, ge=1)  # calls of the account at once
    calls_per_minute: int = Field(default=60, ge=1)  # of the account
    calls_per_number: int = Field(default=5, ge=1)  # attempts at one number within an hour
    call_quiet_hours: str = Field(  # of the called person, on their clock; empty: none
        default="21:00-08:00", pattern=r"^$|^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$"
    )
    phone_region: str | None = Field(default=None, pattern="^[A-Z]{2}$")  # of numbers given without a country
    metrics_token: str | None = Field(default=None, repr=False)  # who sends it reads /metrics; None: nobody
    metrics_port: int | None = Field(
        default=None, ge=1, le=65535
    )  # where a worker tells its own, on loopback
    archive_dir: Path | None = None  # where what is deleted for its age is kept; None: nowhere
    trash_days: int = Field(default=30, ge=1)  # how long before-images are kept, and so undo
    audit_days: int = Field(default=30, ge=1)  # the audit log, and sign-ins and keys that are over
    log_format: Literal["console", "json"] = "console"

    @field_validator("scheduler_zone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            return zone(name).name
        except UnknownZone as error:
            raise ValueError(error.message) from None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the settings, or raise `InvalidInput` naming the variable that is wrong."""
        given: dict[str, object] = {}
        for name in cls.model_fields:
            value = environment.get(PREFIX + name.upper())
            if value is not None:
                many = name in ("cors_origins", "trusted_proxies")
                given[name] = tuple(filter(None, map(str.strip, value.split(",")))) if many else value
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            variable = PREFIX + str(first["loc"][0]).upper()
            raise InvalidInput(f"{variable}: {first['msg']}.", field=variable) from None

    @property
    def url(self) -> str:
        """Give the database's address."""
        return self.database_url or f"sqlite:///{self.data_dir / 'kalends.sqlite'}"

    @property
    def embedded(self) -> bool:
        """Say whether the database is the embedded one, which one server at a time may have."""
        return self.url.startswith("sqlite")

    @property
    def ical_limits(self) -> Limits:
        """Give how much of iCalendar is read."""
        return Limits(**{field.name: getattr(self, f"ical_{field.name}") for field in fields(Limits)})

    @property
    def effort(self) -> Effort:
        """Give how hard the optimiser may look. Work is counted alike on every machine; the clock stops it
        where a machine is far too slow."""
        return Effort(deterministic_seconds=self.solver_seconds, wall_seconds=4 * self.solver_seconds)

    @property
    def horizon(self) -> timedelta:
        """Give how far ahead conflicts are looked for."""
        return timedelta(days=self.horizon_days)
