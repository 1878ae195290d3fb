"""Durable work: jobs, and the workers that do them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_json = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
_WAITING = sa.text("state = 'waiting'")
_LOCKED = sa.text("state = 'running' AND lock IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "worker",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("beat", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
    )
    op.create_table(
        "job",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("payload", _json, nullable=False),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("lock", sa.String(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("repeat", sa.String(), nullable=True),
        sa.Column("zone", sa.String(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claims", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("crashes", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("worker_id", sa.Uuid(), nullable=True),
        sa.Column("trace_id", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_job")),
        sa.UniqueConstraint("workspace_id", "task", "key", name=op.f("uq_job_workspace_id_task_key")),
    )
    op.create_index(
        "ix_job_due", "job", ["queue", "run_at"], sqlite_where=_WAITING, postgresql_where=_WAITING
    )
    op.create_index("ix_job_worker_id", "job", ["worker_id"])
    op.create_index(
        "uq_job_lock",
        "job",
        ["workspace_id", "lock"],
        unique=True,
        sqlite_where=_LOCKED,
        postgresql_where=_LOCKED,
    )


def downgrade() -> None:
    op.drop_table("job")
    op.drop_table("worker")
