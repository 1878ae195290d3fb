"""Tasks, blocks of time, and rules that prepare for events."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_json = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def upgrade() -> None:
    op.create_table(
        "preparation_rule",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=False),
        sa.Column("makes_id", sa.Uuid(), nullable=False),
        sa.Column("sessions", sa.BigInteger(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("days_before", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        _to_category("category_id"),
        _to_category("makes_id"),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_preparation_rule")),
    )
    op.create_index(
        "uq_preparation_rule_pair",
        "preparation_rule",
        ["workspace_id", "category_id", "makes_id"],
        unique=True,
    )
    op.create_table(
        "task",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("calendar_id", sa.Uuid(), nullable=True),
        sa.Column("category_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("priority", sa.String(length=32), nullable=True),
        sa.Column("least_minutes", sa.BigInteger(), nullable=True),
        sa.Column("most_minutes", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        _to_member("task"),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_task")),
    )
    op.create_index("ix_task_member", "task", ["workspace_id", "member_id", "state"], unique=False)
    op.create_table(
        "block",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("calendar_id", sa.Uuid(), nullable=True),
        sa.Column("category_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("times_a_week", sa.BigInteger(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("days", _json, nullable=False),
        sa.Column("since", sa.String(), nullable=False),
        sa.Column("until", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("filled_until", sa.String(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        _to_member("block"),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_block")),
    )
    op.create_index("ix_block_member", "block", ["workspace_id", "member_id"], unique=False)
    held = sa.text("holder IS NOT NULL")
    op.create_index(
        "ix_event_holder",
        "event",
        ["workspace_id", "holder"],
        unique=False,
        sqlite_where=held,
        postgresql_where=held,
    )


def downgrade() -> None:
    op.drop_index("ix_event_holder", table_name="event")
    op.drop_index("ix_block_member", table_name="block")
    op.drop_table("block")
    op.drop_index("ix_task_member", table_name="task")
    op.drop_table("task")
    op.drop_index("uq_preparation_rule_pair", table_name="preparation_rule")
    op.drop_table("preparation_rule")


def _to_member(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id", "member_id"],
        ["member.workspace_id", "member.id"],
        name=op.f(f"fk_{table}_workspace_id_member_id"),
        ondelete="CASCADE",
    )


def _to_category(column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id", column],
        ["category.workspace_id", "category.id"],
        name=op.f(f"fk_preparation_rule_workspace_id_{column}"),
        ondelete="CASCADE",
    )
