"""First tables."""

import sqlalchemy as sa
from alembic import op

from app.store import types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answered",
        sa.Column("caller", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("headers", types.Json(), nullable=True),
        sa.Column("at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("pk_answered")),
    )
    with op.batch_alter_table("answered", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answered_at"), ["at"], unique=False)

    op.create_table(
        "api_keys",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("scopes", types.Json(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=True),
        sa.Column("used_at", types.Instant(), nullable=True),
        sa.Column("revoked_at", types.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_keys_key_hash")),
    )
    op.create_table(
        "asked",
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("ends_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_asked")),
    )
    with op.batch_alter_table("asked", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_asked_ends_at"), ["ends_at"], unique=False)

    op.create_table(
        "attempts",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "outbox_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("exchange", sa.Text(), server_default="", nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempts_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_attempts_outbox_id"), ["outbox_id"], unique=False)

    op.create_table(
        "audit",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what", sa.String(length=64), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("details", types.Json(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_at"), ["at"], unique=False)
        batch_op.create_index("ix_audit_to_id", ["to", "id"], unique=False)
        batch_op.create_index("ix_audit_what_id", ["what", "id"], unique=False)
        batch_op.create_index("ix_audit_who_id", ["who", "id"], unique=False)

    op.create_table(
        "bulks",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("line", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("filter", types.Json(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("place", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("queued", sa.Integer(), server_default="0", nullable=False),
        sa.Column("skipped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("updated_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulks")),
    )
    with op.batch_alter_table("bulks", schema=None) as batch_op:
        batch_op.create_index(
            "ix_bulks_running",
            ["id"],
            unique=False,
            postgresql_where=sa.text("state = 'running'"),
            sqlite_where=sa.text("state = 'running'"),
        )

    op.create_table(
        "carrier_ids",
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("carrier_id", sa.Text(), nullable=False),
        sa.Column(
            "outbox_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.PrimaryKeyConstraint("channel", "carrier_id", name=op.f("pk_carrier_ids")),
    )
    op.create_table(
        "channel_state",
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("lease_owner", sa.Text(), server_default="", nullable=False),
        sa.Column("lease_until", types.Instant(), nullable=True),
        sa.Column("next_send_at", types.Instant(), nullable=True),
        sa.Column("paused", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("pause_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("probe_at", types.Instant(), nullable=True),
        sa.Column("poll_cursor", sa.Text(), server_default="", nullable=False),
        sa.Column("polled_at", types.Instant(), nullable=True),
        sa.Column("balance", sa.Text(), server_default="", nullable=False),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.Column("last_error_at", types.Instant(), nullable=True),
        sa.Column("last_sent_at", types.Instant(), nullable=True),
        sa.Column("last_heard_at", types.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_channel_state")),
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("next", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.create_table(
        "dialogs",
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("dialog_id", sa.Text(), nullable=False),
        sa.Column(
            "participant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("line", sa.String(length=32), server_default="", nullable=False),
        sa.Column("typed_so_far", sa.Text(), server_default="", nullable=False),
        sa.Column("request_key", sa.Text(), server_default="", nullable=False),
        sa.Column("screen", sa.Text(), server_default="", nullable=False),
        sa.Column("more", sa.Boolean(), nullable=False),
        sa.Column("updated_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "dialog_id", name=op.f("pk_dialogs")),
    )
    with op.batch_alter_table("dialogs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dialogs_updated_at"), ["updated_at"], unique=False)

    op.create_table(
        "flow_versions",
        sa.Column("flow", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("files", types.Json(), nullable=False),
        sa.Column("published_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("flow", "version", name=op.f("pk_flow_versions")),
    )
    op.create_table(
        "group_changes",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("filter", types.Json(), nullable=False),
        sa.Column("status", sa.String(length=16), server_default="", nullable=False),
        sa.Column("add_tags", types.Json(), nullable=False),
        sa.Column("remove_tags", types.Json(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("same", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refused", sa.Integer(), server_default="0", nullable=False),
        sa.Column("place", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("updated_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_changes")),
    )
    with op.batch_alter_table("group_changes", schema=None) as batch_op:
        batch_op.create_index(
            "ix_group_changes_running",
            ["id"],
            unique=False,
            postgresql_where=sa.text("state = 'running'"),
            sqlite_where=sa.text("state = 'running'"),
        )

    op.create_table(
        "group_events",
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "revision", name=op.f("pk_group_events")),
    )
    op.create_table(
        "inbox",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("carrier_id", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "participant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "conversation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("sender", sa.Text(), server_default="", nullable=False),
        sa.Column("line", sa.String(length=32), server_default="", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("heard", sa.String(length=16), server_default="", nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.Column("rule", sa.String(length=32), server_default="", nullable=False),
        sa.Column("screen", sa.Text(), server_default="", nullable=False),
        sa.Column("reply_token", sa.Text(), server_default="", nullable=False),
        sa.Column("sent_at", types.Instant(), nullable=True),
        sa.Column("received_at", types.Instant(), nullable=False),
        sa.Column("handled_at", types.Instant(), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("seen", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("channel", "key", name=op.f("uq_inbox_channel_key")),
    )
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_inbox_open",
            ["state", "id"],
            unique=False,
            postgresql_where=sa.text("state <> 'handled'"),
            sqlite_where=sa.text("state <> 'handled'"),
        )
        batch_op.create_index("ix_inbox_participant_id_id", ["participant_id", "id"], unique=False)
        batch_op.create_index(
            "ix_inbox_raw",
            ["received_at"],
            unique=False,
            postgresql_where=sa.text("raw IS NOT NULL"),
            sqlite_where=sa.text("raw IS NOT NULL"),
        )
        batch_op.create_index("ix_inbox_received_at", ["received_at"], unique=False)

    op.create_table(
        "login_failures",
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("wait_until", types.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_login_failures")),
    )
    with op.batch_alter_table("login_failures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_failures_at"), ["at"], unique=False)

    op.create_table(
        "operators",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("totp_secret", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "totp_used",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.Column("language", sa.String(length=8), server_default="fa", nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("(true)"), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("password_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operators")),
        sa.UniqueConstraint("name", name=op.f("uq_operators_name")),
    )
    op.create_table(
        "opt_out_marks",
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_opt_out_marks")),
    )
    op.create_table(
        "outbox",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column(
            "participant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "conversation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("inbox_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("line", sa.String(length=32), server_default="", nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("secret", sa.String(length=16), server_default="", nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("carrier_id", sa.Text(), server_default="", nullable=False),
        sa.Column("reply_token", sa.Text(), server_default="", nullable=False),
        sa.Column("dialog_id", sa.Text(), server_default="", nullable=False),
        sa.Column("more", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.Column("lease_until", types.Instant(), nullable=True),
        sa.Column("bulk_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("resent_as", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("updated_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_carrier_id",
            ["channel", "carrier_id"],
            unique=False,
            postgresql_where=sa.text("carrier_id <> ''"),
            sqlite_where=sa.text("carrier_id <> ''"),
        )
        batch_op.create_index("ix_outbox_channel_id", ["channel", "id"], unique=False)
        batch_op.create_index("ix_outbox_created_at", ["created_at"], unique=False)
        batch_op.create_index(
            "ix_outbox_due",
            ["channel", "priority", "due_at", "id"],
            unique=False,
            postgresql_where=sa.text("state = 'queued'"),
            sqlite_where=sa.text("state = 'queued'"),
        )
        batch_op.create_index(
            "ix_outbox_line_of_person",
            ["participant_id", "channel", "id"],
            unique=False,
            postgresql_where=sa.text("state IN ('queued', 'sending')"),
            sqlite_where=sa.text("state IN ('queued', 'sending')"),
        )
        batch_op.create_index("ix_outbox_participant_id_id", ["participant_id", "id"], unique=False)
        batch_op.create_index(
            "ix_outbox_sending",
            ["channel", "lease_until"],
            unique=False,
            postgresql_where=sa.text("state = 'sending'"),
            sqlite_where=sa.text("state = 'sending'"),
        )
        batch_op.create_index(
            "ix_outbox_sent",
            ["channel", "updated_at"],
            unique=False,
            postgresql_where=sa.text("state = 'sent'"),
            sqlite_where=sa.text("state = 'sent'"),
        )
        batch_op.create_index(
            "ix_outbox_unclear",
            ["channel", "updated_at"],
            unique=False,
            postgresql_where=sa.text("state = 'unclear'"),
            sqlite_where=sa.text("state = 'unclear'"),
        )
        batch_op.create_index(
            "ix_outbox_wrong",
            ["id"],
            unique=False,
            postgresql_where=sa.text("state IN ('failed', 'expired', 'unclear', 'cancelled')"),
            sqlite_where=sa.text("state IN ('failed', 'expired', 'unclear', 'cancelled')"),
        )
        batch_op.create_index(
            "uq_outbox_bulk_id_participant_id",
            ["bulk_id", "participant_id"],
            unique=True,
            postgresql_where=sa.text("bulk_id IS NOT NULL"),
            sqlite_where=sa.text("bulk_id IS NOT NULL"),
        )

    op.create_table(
        "participants",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), server_default="", nullable=False),
        sa.Column("first_seen_at", types.Instant(), nullable=False),
        sa.Column("last_seen_at", types.Instant(), nullable=False),
        sa.Column("groups", sa.Integer(), server_default="0", nullable=False),
        sa.Column("opt_outs", sa.Integer(), server_default="0", nullable=False),
        sa.Column("muted_until", types.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participants")),
        sa.UniqueConstraint("address", name=op.f("uq_participants_address")),
    )
    op.create_table(
        "parts",
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("message", types.Json(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "sender", "reference", "number", name=op.f("pk_parts")),
    )
    with op.batch_alter_table("parts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_parts_received_at"), ["received_at"], unique=False)

    op.create_table(
        "polled",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", types.Json(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_polled")),
    )
    with op.batch_alter_table("polled", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_polled_channel"), ["channel"], unique=False)

    op.create_table(
        "reports",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("outbox_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("carrier_id", sa.Text(), server_default="", nullable=False),
        sa.Column("our_id", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
    )
    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reports_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_reports_outbox_id"), ["outbox_id"], unique=False)
        batch_op.create_index(
            "ix_reports_parked",
            ["channel", "carrier_id"],
            unique=False,
            postgresql_where=sa.text("outbox_id IS NULL"),
            sqlite_where=sa.text("outbox_id IS NULL"),
        )

    op.create_table(
        "subscriptions",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", types.Json(), nullable=False),
        sa.Column("secrets", types.Json(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("(true)"), nullable=False),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.Column("failing_since", types.Instant(), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
    )
    op.create_table(
        "visits",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("code_until", types.Instant(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("verified_at", types.Instant(), nullable=True),
        sa.Column("said", types.Json(), nullable=False),
        sa.Column(
            "conversation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("turns", sa.Integer(), server_default="0", nullable=False),
        sa.Column("drafts", types.Json(), nullable=False),
        sa.Column("busy_until", types.Instant(), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("ends_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_visits")),
    )
    with op.batch_alter_table("visits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visits_ends_at"), ["ends_at"], unique=False)

    op.create_table(
        "callbacks",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "subscription_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", types.Instant(), nullable=False),
        sa.Column("lease_until", types.Instant(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("updated_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscriptions.id"],
            name=op.f("fk_callbacks_subscription_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callbacks")),
    )
    with op.batch_alter_table("callbacks", schema=None) as batch_op:
        batch_op.create_index(
            "ix_callbacks_due",
            ["due_at"],
            unique=False,
            postgresql_where=sa.text("state IN ('queued', 'sending')"),
            sqlite_where=sa.text("state IN ('queued', 'sending')"),
        )
        batch_op.create_index(
            "ix_callbacks_subscription_id_id", ["subscription_id", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_callbacks_updated_at"), ["updated_at"], unique=False)

    op.create_table(
        "consents",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "participant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "conversation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("flow", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("heard", sa.Text(), server_default="", nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_consents_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_consents_participant_id"), ["participant_id"], unique=False
        )

    op.create_table(
        "conversations",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "participant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("flow", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=False),
        sa.Column("standing", sa.String(length=16), nullable=False),
        sa.Column("answers", types.Json(), nullable=False),
        sa.Column("state", types.Json(), nullable=False),
        sa.Column("flagged", sa.Text(), server_default="", nullable=False),
        sa.Column("wake_at", types.Instant(), nullable=True),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("line", sa.String(length=32), nullable=False),
        sa.Column("taken_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("turns", sa.Integer(), server_default="0", nullable=False),
        sa.Column("started_at", types.Instant(), nullable=False),
        sa.Column("updated_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_conversations_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
    )
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.create_index(
            "ix_conversations_flagged",
            ["updated_at"],
            unique=False,
            postgresql_where=sa.text("flagged <> ''"),
            sqlite_where=sa.text("flagged <> ''"),
        )
        batch_op.create_index(
            "ix_conversations_flow_version_step",
            ["flow", "version", "step", "standing"],
            unique=False,
        )
        batch_op.create_index(
            "ix_conversations_participant_id_id", ["participant_id", "id"], unique=False
        )
        batch_op.create_index(
            "ix_conversations_taken",
            ["id"],
            unique=False,
            postgresql_where=sa.text("taken_by IS NOT NULL"),
            sqlite_where=sa.text("taken_by IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_conversations_wake_at",
            ["wake_at"],
            unique=False,
            postgresql_where=sa.text("standing = 'open'"),
            sqlite_where=sa.text("standing = 'open'"),
        )
        batch_op.create_index(
            "uq_conversations_open",
            ["participant_id", "flow"],
            unique=True,
            postgresql_where=sa.text("standing = 'open'"),
            sqlite_where=sa.text("standing = 'open'"),
        )

    op.create_table(
        "groups",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column(
            "participant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "conversation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("flow", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("name_key", sa.Text(), server_default="", nullable=False),
        sa.Column("type", sa.String(length=64), server_default="", nullable=False),
        sa.Column("province", sa.String(length=64), server_default="", nullable=False),
        sa.Column("county", sa.String(length=64), server_default="", nullable=False),
        sa.Column("members", sa.Integer(), nullable=True),
        sa.Column("offer", sa.Text(), server_default="", nullable=False),
        sa.Column("contact", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.String(length=8), server_default="", nullable=False),
        sa.Column("channel", sa.String(length=64), server_default="", nullable=False),
        sa.Column("way", sa.String(length=8), server_default="", nullable=False),
        sa.Column("more", types.Json(), nullable=False),
        sa.Column("tags", types.Json(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "merged_into", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("updated_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_groups_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
        sa.UniqueConstraint("code", name=op.f("uq_groups_code")),
    )
    with op.batch_alter_table("groups", schema=None) as batch_op:
        batch_op.create_index("ix_groups_channel_id", ["channel", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_groups_conversation_id"), ["conversation_id"], unique=False
        )
        batch_op.create_index("ix_groups_county_id", ["county", "id"], unique=False)
        batch_op.create_index("ix_groups_created_at", ["created_at"], unique=False)
        batch_op.create_index(
            "ix_groups_merged_into",
            ["merged_into"],
            unique=False,
            postgresql_where=sa.text("merged_into IS NOT NULL"),
            sqlite_where=sa.text("merged_into IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_groups_name_key"), ["name_key"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_groups_participant_id"), ["participant_id"], unique=False
        )
        batch_op.create_index("ix_groups_province_id", ["province", "id"], unique=False)
        batch_op.create_index("ix_groups_status_id", ["status", "id"], unique=False)
        batch_op.create_index("ix_groups_type_id", ["type", "id"], unique=False)
        batch_op.create_index("ix_groups_way_id", ["way", "id"], unique=False)

    op.create_table(
        "logins",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column(
            "operator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("browser", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("seen_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_logins_operator_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_logins")),
    )
    with op.batch_alter_table("logins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_logins_operator_id"), ["operator_id"], unique=False)

    op.create_table(
        "opt_outs",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "participant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("wish", sa.String(length=8), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("line", sa.String(length=32), server_default="", nullable=False),
        sa.Column("heard", sa.Text(), server_default="", nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_opt_outs_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opt_outs")),
    )
    with op.batch_alter_table("opt_outs", schema=None) as batch_op:
        batch_op.create_index(
            "ix_opt_outs_participant_id_channel_id",
            ["participant_id", "channel", "id"],
            unique=False,
        )

    op.create_table(
        "views",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "operator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_views_operator_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_views")),
    )
    with op.batch_alter_table("views", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_views_operator_id"), ["operator_id"], unique=False)

    op.create_table(
        "alike_anew",
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_alike_anew_group_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_alike_anew")),
    )
    op.create_table(
        "alike_keys",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_alike_keys_group_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", "group_id", name=op.f("pk_alike_keys")),
    )
    with op.batch_alter_table("alike_keys", schema=None) as batch_op:
        batch_op.create_index("ix_alike_keys_group_id", ["group_id"], unique=False)

    op.create_table(
        "alikes",
        sa.Column("one", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("other", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["one"], ["groups.id"], name=op.f("fk_alikes_one"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other"], ["groups.id"], name=op.f("fk_alikes_other"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("one", "other", name=op.f("pk_alikes")),
    )
    with op.batch_alter_table("alikes", schema=None) as batch_op:
        batch_op.create_index("ix_alikes_other_one", ["other", "one"], unique=False)

    op.create_table(
        "group_history",
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("changes", types.Json(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_group_history_group_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("group_id", "revision", name=op.f("pk_group_history")),
    )
    op.create_table(
        "group_specialisms",
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("specialism", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["groups.id"],
            name=op.f("fk_group_specialisms_group_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("group_id", "specialism", name=op.f("pk_group_specialisms")),
    )
    with op.batch_alter_table("group_specialisms", schema=None) as batch_op:
        batch_op.create_index(
            "ix_group_specialisms_specialism_group_id", ["specialism", "group_id"], unique=False
        )

    op.create_table(
        "group_tags",
        sa.Column("tag", sa.String(length=64), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_group_tags_group_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tag", "group_id", name=op.f("pk_group_tags")),
    )
    with op.batch_alter_table("group_tags", schema=None) as batch_op:
        batch_op.create_index("ix_group_tags_group_id", ["group_id"], unique=False)

    op.create_table(
        "group_words",
        sa.Column("word", sa.String(length=64), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_group_words_group_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("word", "group_id", name=op.f("pk_group_words")),
    )
    with op.batch_alter_table("group_words", schema=None) as batch_op:
        batch_op.create_index("ix_group_words_group_id", ["group_id"], unique=False)
        batch_op.create_index(
            "ix_group_words_prefix",
            ["word", "group_id"],
            unique=False,
            postgresql_ops={"word": "text_pattern_ops"},
        )

    op.create_table(
        "unlikes",
        sa.Column("one", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("other", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["one"], ["groups.id"], name=op.f("fk_unlikes_one"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other"], ["groups.id"], name=op.f("fk_unlikes_other"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("one", "other", name=op.f("pk_unlikes")),
    )


def downgrade() -> None:
    op.drop_table("unlikes")
    with op.batch_alter_table("group_words", schema=None) as batch_op:
        batch_op.drop_index("ix_group_words_prefix", postgresql_ops={"word": "text_pattern_ops"})
        batch_op.drop_index("ix_group_words_group_id")

    op.drop_table("group_words")
    with op.batch_alter_table("group_tags", schema=None) as batch_op:
        batch_op.drop_index("ix_group_tags_group_id")

    op.drop_table("group_tags")
    with op.batch_alter_table("group_specialisms", schema=None) as batch_op:
        batch_op.drop_index("ix_group_specialisms_specialism_group_id")

    op.drop_table("group_specialisms")
    op.drop_table("group_history")
    with op.batch_alter_table("alikes", schema=None) as batch_op:
        batch_op.drop_index("ix_alikes_other_one")

    op.drop_table("alikes")
    with op.batch_alter_table("alike_keys", schema=None) as batch_op:
        batch_op.drop_index("ix_alike_keys_group_id")

    op.drop_table("alike_keys")
    op.drop_table("alike_anew")
    with op.batch_alter_table("views", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_views_operator_id"))

    op.drop_table("views")
    with op.batch_alter_table("opt_outs", schema=None) as batch_op:
        batch_op.drop_index("ix_opt_outs_participant_id_channel_id")

    op.drop_table("opt_outs")
    with op.batch_alter_table("logins", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_logins_operator_id"))

    op.drop_table("logins")
    with op.batch_alter_table("groups", schema=None) as batch_op:
        batch_op.drop_index("ix_groups_way_id")
        batch_op.drop_index("ix_groups_type_id")
        batch_op.drop_index("ix_groups_status_id")
        batch_op.drop_index("ix_groups_province_id")
        batch_op.drop_index(batch_op.f("ix_groups_participant_id"))
        batch_op.drop_index(batch_op.f("ix_groups_name_key"))
        batch_op.drop_index(
            "ix_groups_merged_into",
            postgresql_where=sa.text("merged_into IS NOT NULL"),
            sqlite_where=sa.text("merged_into IS NOT NULL"),
        )
        batch_op.drop_index("ix_groups_created_at")
        batch_op.drop_index("ix_groups_county_id")
        batch_op.drop_index(batch_op.f("ix_groups_conversation_id"))
        batch_op.drop_index("ix_groups_channel_id")

    op.drop_table("groups")
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_conversations_open",
            postgresql_where=sa.text("standing = 'open'"),
            sqlite_where=sa.text("standing = 'open'"),
        )
        batch_op.drop_index(
            "ix_conversations_wake_at",
            postgresql_where=sa.text("standing = 'open'"),
            sqlite_where=sa.text("standing = 'open'"),
        )
        batch_op.drop_index(
            "ix_conversations_taken",
            postgresql_where=sa.text("taken_by IS NOT NULL"),
            sqlite_where=sa.text("taken_by IS NOT NULL"),
        )
        batch_op.drop_index("ix_conversations_participant_id_id")
        batch_op.drop_index("ix_conversations_flow_version_step")
        batch_op.drop_index(
            "ix_conversations_flagged",
            postgresql_where=sa.text("flagged <> ''"),
            sqlite_where=sa.text("flagged <> ''"),
        )

    op.drop_table("conversations")
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consents_participant_id"))

    op.drop_table("consents")
    with op.batch_alter_table("callbacks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_callbacks_updated_at"))
        batch_op.drop_index("ix_callbacks_subscription_id_id")
        batch_op.drop_index(
            "ix_callbacks_due",
            postgresql_where=sa.text("state IN ('queued', 'sending')"),
            sqlite_where=sa.text("state IN ('queued', 'sending')"),
        )

    op.drop_table("callbacks")
    with op.batch_alter_table("visits", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_visits_ends_at"))

    op.drop_table("visits")
    op.drop_table("subscriptions")
    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_reports_parked",
            postgresql_where=sa.text("outbox_id IS NULL"),
            sqlite_where=sa.text("outbox_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_reports_outbox_id"))
        batch_op.drop_index(batch_op.f("ix_reports_at"))

    op.drop_table("reports")
    with op.batch_alter_table("polled", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_polled_channel"))

    op.drop_table("polled")
    with op.batch_alter_table("parts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_parts_received_at"))

    op.drop_table("parts")
    op.drop_table("participants")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_outbox_bulk_id_participant_id",
            postgresql_where=sa.text("bulk_id IS NOT NULL"),
            sqlite_where=sa.text("bulk_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_outbox_wrong",
            postgresql_where=sa.text("state IN ('failed', 'expired', 'unclear', 'cancelled')"),
            sqlite_where=sa.text("state IN ('failed', 'expired', 'unclear', 'cancelled')"),
        )
        batch_op.drop_index(
            "ix_outbox_unclear",
            postgresql_where=sa.text("state = 'unclear'"),
            sqlite_where=sa.text("state = 'unclear'"),
        )
        batch_op.drop_index(
            "ix_outbox_sent",
            postgresql_where=sa.text("state = 'sent'"),
            sqlite_where=sa.text("state = 'sent'"),
        )
        batch_op.drop_index(
            "ix_outbox_sending",
            postgresql_where=sa.text("state = 'sending'"),
            sqlite_where=sa.text("state = 'sending'"),
        )
        batch_op.drop_index("ix_outbox_participant_id_id")
        batch_op.drop_index(
            "ix_outbox_line_of_person",
            postgresql_where=sa.text("state IN ('queued', 'sending')"),
            sqlite_where=sa.text("state IN ('queued', 'sending')"),
        )
        batch_op.drop_index(
            "ix_outbox_due",
            postgresql_where=sa.text("state = 'queued'"),
            sqlite_where=sa.text("state = 'queued'"),
        )
        batch_op.drop_index("ix_outbox_created_at")
        batch_op.drop_index("ix_outbox_channel_id")
        batch_op.drop_index(
            "ix_outbox_carrier_id",
            postgresql_where=sa.text("carrier_id <> ''"),
            sqlite_where=sa.text("carrier_id <> ''"),
        )

    op.drop_table("outbox")
    op.drop_table("opt_out_marks")
    op.drop_table("operators")
    with op.batch_alter_table("login_failures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_failures_at"))

    op.drop_table("login_failures")
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index("ix_inbox_received_at")
        batch_op.drop_index(
            "ix_inbox_raw",
            postgresql_where=sa.text("raw IS NOT NULL"),
            sqlite_where=sa.text("raw IS NOT NULL"),
        )
        batch_op.drop_index("ix_inbox_participant_id_id")
        batch_op.drop_index(
            "ix_inbox_open",
            postgresql_where=sa.text("state <> 'handled'"),
            sqlite_where=sa.text("state <> 'handled'"),
        )

    op.drop_table("inbox")
    op.drop_table("group_events")
    with op.batch_alter_table("group_changes", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_group_changes_running",
            postgresql_where=sa.text("state = 'running'"),
            sqlite_where=sa.text("state = 'running'"),
        )

    op.drop_table("group_changes")
    op.drop_table("flow_versions")
    with op.batch_alter_table("dialogs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dialogs_updated_at"))

    op.drop_table("dialogs")
    op.drop_table("counters")
    op.drop_table("channel_state")
    op.drop_table("carrier_ids")
    with op.batch_alter_table("bulks", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_bulks_running",
            postgresql_where=sa.text("state = 'running'"),
            sqlite_where=sa.text("state = 'running'"),
        )

    op.drop_table("bulks")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_who_id")
        batch_op.drop_index("ix_audit_what_id")
        batch_op.drop_index("ix_audit_to_id")
        batch_op.drop_index(batch_op.f("ix_audit_at"))

    op.drop_table("audit")
    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attempts_outbox_id"))
        batch_op.drop_index(batch_op.f("ix_attempts_at"))

    op.drop_table("attempts")
    with op.batch_alter_table("asked", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_asked_ends_at"))

    op.drop_table("asked")
    op.drop_table("api_keys")
    with op.batch_alter_table("answered", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answered_at"))

    op.drop_table("answered")
