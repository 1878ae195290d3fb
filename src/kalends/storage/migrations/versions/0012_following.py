"""Members' reminders outlast their event for as long as that may come back; calls are counted by indexes.

For some hours revisions 0010 and 0011 made this themselves: what is there already stays.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_EVENT_OF_REMINDER = "fk_reminder_workspace_id_event_id"
_PHONE = "ix_call_attempt_phone_hash"


def upgrade() -> None:
    references = sa.inspect(op.get_bind()).get_foreign_keys("reminder")
    if any(each["name"] == _EVENT_OF_REMINDER for each in references):
        with op.batch_alter_table("reminder") as reminder:
            reminder.drop_constraint(op.f(_EVENT_OF_REMINDER), type_="foreignkey")
    op.drop_index(_PHONE, table_name="call_attempt")
    op.create_index(_PHONE, "call_attempt", ["phone_hash", "started_at"])
    _create_partial_index(
        "ix_call_attempt_under_way", "call_attempt", ["started_at"], "call_id IS NOT NULL AND outcome IS NULL"
    )
    _create_partial_index(
        "ix_call_change_not_tried",
        "call_change",
        ["workspace_id", "at"],
        "reason IN ('do_not_call', 'no_telephone')",
    )


def downgrade() -> None:
    op.drop_index("ix_call_change_not_tried", table_name="call_change")
    op.drop_index("ix_call_attempt_under_way", table_name="call_attempt")
    op.drop_index(_PHONE, table_name="call_attempt")
    op.create_index(_PHONE, "call_attempt", ["workspace_id", "phone_hash", "started_at"])
    # Of an event that is away nobody can be reminded any more.
    op.execute(
        "DELETE FROM reminder WHERE event_id IS NOT NULL AND NOT EXISTS"
        " (SELECT 1 FROM calendar_object AS event"
        " WHERE event.workspace_id = reminder.workspace_id AND event.id = reminder.event_id)"
    )
    with op.batch_alter_table("reminder") as reminder:
        reminder.create_foreign_key(
            op.f(_EVENT_OF_REMINDER),
            "calendar_object",
            ["workspace_id", "event_id"],
            ["workspace_id", "id"],
            ondelete="CASCADE",
        )


def _create_partial_index(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(
        name, table, columns, sqlite_where=condition, postgresql_where=condition, if_not_exists=True
    )
