"""What the house keeps for itself: flow versions, staff, keys, audit; and who is told of what."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, text

from app.store.schema.metadata import metadata, where
from app.store.types import BigId, Instant, Json, Raw

flow_versions = Table(
    "flow_versions",
    metadata,
    Column("flow", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("digest", String(64), nullable=False),
    # Every file that the version is made of, by name.
    Column("files", Json, nullable=False),
    Column("published_at", Instant, nullable=False),
)


counters = Table(
    "counters",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("next", BigId, nullable=False),
)


operators = Table(
    "operators",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("name", String(64), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("password_hash", Text, nullable=False),
    # Sealed; empty while there is none. The last time step that was used is never taken again.
    Column("totp_secret", Text, nullable=False, server_default=""),
    Column("totp_used", BigId, nullable=False, server_default="0"),
    Column("language", String(8), nullable=False, server_default="fa"),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("created_at", Instant, nullable=False),
    Column("password_at", Instant, nullable=False),
)


logins = Table(
    "logins",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("operator_id", BigId, ForeignKey("operators.id"), nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("address", Text, nullable=False, server_default=""),
    Column("browser", Text, nullable=False, server_default=""),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)


# Filters of sign-ups that an operator keeps under a name.
views = Table(
    "views",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("operator_id", BigId, ForeignKey("operators.id"), nullable=False, index=True),
    Column("name", String(64), nullable=False),
    # The question as the page's address has it.
    Column("query", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
)


# Failed sign-ins by account, by address and by both, hashed.
login_failures = Table(
    "login_failures",
    metadata,
    Column("subject", String(64), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Column("wait_until", Instant),
)


api_keys = Table(
    "api_keys",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("name", String(64), nullable=False),
    Column("key_hash", String(64), nullable=False, unique=True),
    Column("prefix", String(16), nullable=False),
    Column("scopes", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("used_at", Instant),
    Column("revoked_at", Instant),
)


audit = Table(
    "audit",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False, index=True),
    # operator:<name>, key:<name>, cli, system.
    Column("who", Text, nullable=False),
    Column("what", String(64), nullable=False),
    # What it was done to: group:<id>, channel:<name>, ...
    Column("to", Text, nullable=False),
    Column("details", Json, nullable=False),
    # SHA-256 over the row before and this one: a removed or changed row shows.
    Column("chain", String(64), nullable=False),
    Index("ix_audit_who_id", "who", "id"),
    Index("ix_audit_what_id", "what", "id"),
    Index("ix_audit_to_id", "to", "id"),
)


# Answers to writes that carried an Idempotency-Key, kept for a day.
answered = Table(
    "answered",
    metadata,
    # Hashes of who asked, and of what.
    Column("caller", String(64), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("request", String(64), nullable=False),
    # Empty while the first request is still at work.
    Column("status", Integer),
    Column("body", Raw),
    Column("headers", Json),
    Column("at", Instant, nullable=False, index=True),
)


subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("url", Text, nullable=False),
    Column("events", Json, nullable=False),
    # [sealed, until]: the newest first, the one before while both hold.
    Column("secrets", Json, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    # Why it is off, where the house switched it off.
    Column("problem", Text, nullable=False, server_default=""),
    Column("failing_since", Instant),
    Column("created_at", Instant, nullable=False),
)


# What subscribers are told, each a row until long after it was.
callbacks = Table(
    "callbacks",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column(
        "subscription_id",
        BigId,
        ForeignKey("subscriptions.id", ondelete="CASCADE"),
        nullable=False,
    ),
    # The same for every subscriber and every try: receivers know a repeat by it.
    Column("event", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("body", Text, nullable=False),
    # queued, sending, delivered, given_up.
    Column("state", String(16), nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("due_at", Instant, nullable=False),
    Column("lease_until", Instant),
    Column("status", Integer),
    Column("problem", Text, nullable=False, server_default=""),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False, index=True),
    Index("ix_callbacks_due", "due_at", **where("state IN ('queued', 'sending')")),
    Index("ix_callbacks_subscription_id_id", "subscription_id", "id"),
)
