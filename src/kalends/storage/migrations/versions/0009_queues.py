"""Queues of jobs that have limits."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_json = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
_RUNNING = sa.text("state = 'running'")


def upgrade() -> None:
    op.create_table(
        "job_queue",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("begun", _json, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_queue")),
    )
    op.add_column("job", sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
    # Those that run are few: a dead worker's are found among them, and every other row is spared an entry.
    op.drop_index("ix_job_worker_id", "job")
    op.create_index("ix_job_running", "job", ["queue"], sqlite_where=_RUNNING, postgresql_where=_RUNNING)


def downgrade() -> None:
    op.drop_index("ix_job_running", "job")
    op.create_index("ix_job_worker_id", "job", ["worker_id"])
    op.drop_column("job", "sent_at")
    op.drop_table("job_queue")
