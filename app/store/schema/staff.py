"""What the house keeps for itself: flow versions, counters, operators, keys, audit."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, Text, text

from app.store.schema.metadata import metadata
from app.store.types import BigId, Instant, Json

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
    Column("totp_secret", Text, nullable=False, server_default=""),
    Column("language", String(8), nullable=False, server_default="fa"),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("locked_until", Instant),
    Column("created_at", Instant, nullable=False),
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
    Column("to", Text, nullable=False, index=True),
    Column("details", Json, nullable=False),
    # SHA-256 over the row before and this one: a removed or changed row shows.
    Column("chain", String(64), nullable=False),
)
