"""The composition root: from settings to objects. Nothing imports this but the command line."""

from __future__ import annotations

from kalends.features.calendars import categories
from kalends.features.calendars import personal_data as calendars_data
from kalends.features.calendars import service as calendars
from kalends.features.changes import Changes
from kalends.features.changes import service as changes_service
from kalends.features.identity.hooks import Hooks
from kalends.features.identity.service import Identity
from kalends.features.identity.settings import IdentitySettings
from kalends.features.scheduling import Exchange, Scheduling, SchedulingSettings
from kalends.ical import Limits
from kalends.interfaces.services import Services
from kalends.kit.clock import Clock, SystemClock
from kalends.kit.crypto import Keyring, open_keyring
from kalends.settings import Settings
from kalends.storage import Database


def compose(
    settings: Settings, *, clock: Clock | None = None, identity: IdentitySettings | None = None
) -> Services:
    """Make the services over the database that the settings name, which must be migrated."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    keyring = Keyring.from_text(settings.key) if settings.key else open_keyring(settings.data_dir / "key")
    database = Database(settings.url, clock=clock or SystemClock(), pool_size=settings.workers)
    changes = Changes()
    scheduling = Scheduling(database, changes, SchedulingSettings(horizon=settings.horizon))
    return Services(
        database=database,
        identity=Identity(
            database,
            keyring,
            identity or IdentitySettings(sign_up_open=settings.sign_up == "open"),
            hooks(),
        ),
        changes=changes,
        scheduling=scheduling,
        exchange=Exchange(database, changes, scheduling, Limits(max_bytes=settings.max_import_bytes)),
    )


def hooks() -> Hooks:
    """Say what the features do when people and workspaces come and go."""
    return Hooks(
        workspace_added=[calendars.set_up_workspace, categories.set_up_workspace],
        member_added=[calendars.set_up_member],
        member_removed=[changes_service.erase, calendars_data.erase],
        calendar_chosen=[calendars.choose_default],
    )
