"""Scheduled calls, their attempts and history."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_json = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def upgrade() -> None:
    op.add_column("api_key", sa.Column("agent_instance", sa.String(), nullable=True))
    op.create_table(
        "do_not_call",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("phone_hash", sa.String(), nullable=False),
        sa.Column("phone_masked", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_do_not_call_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "phone_hash", name=op.f("pk_do_not_call")),
    )
    op.create_table(
        "call",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("agent_instance", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.Column("rules", _json, nullable=False),
        sa.Column("call_type", sa.String(), nullable=True),
        sa.Column("phone_sealed", sa.String(), nullable=False),
        sa.Column("phone_hash", sa.String(), nullable=False),
        sa.Column("phone_masked", sa.String(), nullable=False),
        sa.Column("callee_zone", sa.String(), nullable=False),
        sa.Column("content", sa.String(length=32), nullable=False),
        sa.Column("content_text", sa.String(), nullable=False),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("metadata", _json, nullable=False),
        sa.Column("missed", sa.String(length=32), nullable=False),
        sa.Column("record", sa.Boolean(), nullable=False),
        sa.Column("retries", _json, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("runs", sa.BigInteger(), nullable=False),
        sa.Column("done_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "member_id"],
            ["member.workspace_id", "member.id"],
            name=op.f("fk_call_workspace_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_call_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_call")),
    )
    op.create_index("ix_call_event", "call", ["workspace_id", "event_id"], unique=False)
    op.create_index("ix_call_phone_hash", "call", ["workspace_id", "phone_hash"], unique=False)
    op.create_index("ix_call_state", "call", ["workspace_id", "state", "next_at"], unique=False)
    op.create_table(
        "call_batch",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("agent_instance", sa.String(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("rows_sealed", sa.String(), nullable=True),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("errors", _json, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "member_id"],
            ["member.workspace_id", "member.id"],
            name=op.f("fk_call_batch_workspace_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_call_batch_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_call_batch")),
    )
    op.create_table(
        "call_attempt",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("agent_instance", sa.String(), nullable=True),
        sa.Column("phone_hash", sa.String(), nullable=False),
        sa.Column("phone_masked", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duration_seconds", sa.BigInteger(), nullable=True),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("recording_url", sa.String(), nullable=True),
        sa.Column("transcript", sa.String(), nullable=True),
        sa.Column("notes", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "call_id"],
            ["call.workspace_id", "call.id"],
            name=op.f("fk_call_attempt_workspace_id_call_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_call_attempt")),
        sa.UniqueConstraint(
            "workspace_id",
            "call_id",
            "due_at",
            "number",
            name=op.f("uq_call_attempt_workspace_id_call_id_due_at_number"),
        ),
    )
    op.create_index("ix_call_attempt_account", "call_attempt", ["started_at"], unique=False)
    op.create_index(
        "ix_call_attempt_phone_hash",
        "call_attempt",
        ["workspace_id", "phone_hash", "started_at"],
        unique=False,
    )
    op.create_index(
        "ix_call_attempt_started_at", "call_attempt", ["workspace_id", "started_at"], unique=False
    )
    op.create_index(
        "uq_call_attempt_provider_id", "call_attempt", ["workspace_id", "provider_id"], unique=True
    )
    op.create_table(
        "call_change",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", sa.String(length=32), nullable=True),
        sa.Column("after", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor_member_id", sa.Uuid(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("detail", _json, nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "call_id"],
            ["call.workspace_id", "call.id"],
            name=op.f("fk_call_change_workspace_id_call_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "call_id", "position", name=op.f("pk_call_change")),
    )


def downgrade() -> None:
    op.drop_table("call_change")
    op.drop_table("call_attempt")
    op.drop_table("call_batch")
    op.drop_table("call")
    op.drop_table("do_not_call")
    op.drop_column("api_key", "agent_instance")
