"""Resources, what uses them, and reservations that stand alone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "resource",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("capacity", sa.BigInteger(), nullable=False),
        sa.Column(
            "attributes",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("location", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_resource_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_resource")),
    )
    op.create_table(
        "reservation",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("resource_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("start", sa.String(), nullable=False),
        sa.Column("end", sa.String(), nullable=False),
        sa.Column("since_utc", sa.BigInteger(), nullable=False),
        sa.Column("until_utc", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "resource_id"],
            ["resource.workspace_id", "resource.id"],
            name=op.f("fk_reservation_workspace_id_resource_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "member_id"],
            ["member.workspace_id", "member.id"],
            name=op.f("fk_reservation_workspace_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_reservation")),
    )
    op.create_index(
        "ix_reservation_window",
        "reservation",
        ["workspace_id", "resource_id", "until_utc", "since_utc"],
        unique=False,
    )
    op.create_index("ix_reservation_member", "reservation", ["workspace_id", "member_id"], unique=False)
    op.create_table(
        "event_resource",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("recurrence_key", sa.String(), nullable=False),
        sa.Column("resource_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "object_id"],
            ["calendar_object.workspace_id", "calendar_object.id"],
            name=op.f("fk_event_resource_workspace_id_object_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "workspace_id", "object_id", "recurrence_key", "resource_id", name=op.f("pk_event_resource")
        ),
    )
    op.create_index(
        "ix_event_resource_resource", "event_resource", ["workspace_id", "resource_id"], unique=False
    )
    op.add_column(
        "event", sa.Column("has_resources", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    # Rows say more than those who wrote them knew: the next start derives them anew.
    op.execute("DELETE FROM meta")


def downgrade() -> None:
    op.drop_column("event", "has_resources")
    op.drop_index("ix_event_resource_resource", table_name="event_resource")
    op.drop_table("event_resource")
    op.drop_index("ix_reservation_member", table_name="reservation")
    op.drop_index("ix_reservation_window", table_name="reservation")
    op.drop_table("reservation")
    op.drop_table("resource")
