"""What goes over the wire: inbox, dialogs, outbox, attempts, reports, channels."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, UniqueConstraint, text

from app.store.schema.metadata import metadata, where
from app.store.types import BigId, Instant, Json, Raw

inbox = Table(
    "inbox",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("channel", String(64), nullable=False),
    # message, dialog, opted_out, opted_in, silence, operator, unread.
    Column("kind", String(16), nullable=False),
    # The carrier's id where it has one, else our own: a repeat meets its first row here.
    Column("key", Text, nullable=False),
    Column("carrier_id", Text, nullable=False, server_default=""),
    Column("participant_id", BigId),
    Column("conversation_id", BigId),
    Column("sender", Text, nullable=False, server_default=""),
    Column("line", String(32), nullable=False, server_default=""),
    Column("text", Text, nullable=False, server_default=""),
    Column("heard", String(16), nullable=False, server_default=""),
    # handled, poisoned, unread, waiting.
    Column("state", String(16), nullable=False),
    Column("problem", Text, nullable=False, server_default=""),
    # The decision table's row, and the screen where the answer was one.
    Column("rule", String(32), nullable=False, server_default=""),
    Column("screen", Text, nullable=False, server_default=""),
    Column("reply_token", Text, nullable=False, server_default=""),
    Column("sent_at", Instant),
    Column("received_at", Instant, nullable=False),
    Column("handled_at", Instant),
    # The request as it came; the first event of a request keeps it for all.
    Column("raw", Raw),
    Column("seen", Integer, nullable=False, server_default="1"),
    UniqueConstraint("channel", "key"),
    Index("ix_inbox_participant_id_id", "participant_id", "id"),
    Index("ix_inbox_open", "state", "id", **where("state <> 'handled'")),
    Index("ix_inbox_received_at", "received_at"),
    Index("ix_inbox_raw", "received_at", **where("raw IS NOT NULL")),
)


# Parts of long messages that wait for the rest.
parts = Table(
    "parts",
    metadata,
    Column("channel", String(64), primary_key=True),
    Column("sender", Text, primary_key=True),
    Column("reference", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("total", Integer, nullable=False),
    Column("message", Json, nullable=False),
    Column("raw", Raw),
    Column("received_at", Instant, nullable=False, index=True),
)


# What a poll brought, until it is taken in.
polled = Table(
    "polled",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("channel", String(64), nullable=False, index=True),
    Column("cursor", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", Json, nullable=False),
    Column("body", Raw, nullable=False),
    Column("at", Instant, nullable=False),
)


dialogs = Table(
    "dialogs",
    metadata,
    Column("channel", String(64), primary_key=True),
    Column("dialog_id", Text, primary_key=True),
    Column("participant_id", BigId, nullable=False),
    Column("sender", Text, nullable=False),
    Column("line", String(32), nullable=False, server_default=""),
    Column("typed_so_far", Text, nullable=False, server_default=""),
    Column("request_key", Text, nullable=False, server_default=""),
    Column("screen", Text, nullable=False, server_default=""),
    Column("more", Boolean, nullable=False),
    Column("updated_at", Instant, nullable=False, index=True),
)


WRONG = "('failed', 'expired', 'unclear', 'cancelled')"
"""States that somebody may want to look at."""

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("channel", String(64), nullable=False),
    Column("participant_id", BigId, nullable=False),
    Column("conversation_id", BigId),
    # The message that caused it, where one did.
    Column("inbox_id", BigId),
    Column("address", Text, nullable=False),
    Column("line", String(32), nullable=False, server_default=""),
    Column("text", Text, nullable=False),
    # A code that stands in the text as stars: filled in on the way out, then forgotten.
    Column("secret", String(16), nullable=False, server_default=""),
    Column("segments", Integer, nullable=False),
    # 0 reply, 1 reminder, 2 bulk.
    Column("priority", Integer, nullable=False),
    # queued, sending, sent, delivered, failed, expired, unclear, cancelled.
    Column("state", String(16), nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("carrier_id", Text, nullable=False, server_default=""),
    Column("reply_token", Text, nullable=False, server_default=""),
    # A USSD screen sent by a call of its own.
    Column("dialog_id", Text, nullable=False, server_default=""),
    Column("more", Boolean, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("due_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("lease_until", Instant),
    # The bulk message it belongs to: one text a person.
    Column("bulk_id", BigId),
    # The message that an operator sent in its place.
    Column("resent_as", BigId),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Index("ix_outbox_due", "channel", "priority", "due_at", "id", **where("state = 'queued'")),
    Index(
        "ix_outbox_line_of_person",
        "participant_id",
        "channel",
        "id",
        **where("state IN ('queued', 'sending')"),
    ),
    Index("ix_outbox_sending", "channel", "lease_until", **where("state = 'sending'")),
    Index("ix_outbox_unclear", "channel", "updated_at", **where("state = 'unclear'")),
    Index("ix_outbox_sent", "channel", "updated_at", **where("state = 'sent'")),
    Index("ix_outbox_wrong", "id", **where(f"state IN {WRONG}")),
    Index(
        "uq_outbox_bulk_id_participant_id",
        "bulk_id",
        "participant_id",
        unique=True,
        **where("bulk_id IS NOT NULL"),
    ),
    # In `inbox` the key's own index does for a channel that few messages went by.
    Index("ix_outbox_channel_id", "channel", "id"),
    Index("ix_outbox_carrier_id", "channel", "carrier_id", **where("carrier_id <> ''")),
    Index("ix_outbox_participant_id_id", "participant_id", "id"),
    Index("ix_outbox_created_at", "created_at"),
)


# One text to many: worked off page by page, so that a restart goes on where it stopped.
bulks = Table(
    "bulks",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("who", Text, nullable=False),
    Column("channel", String(64), nullable=False),
    Column("line", String(32), nullable=False),
    Column("text", Text, nullable=False),
    Column("segments", Integer, nullable=False),
    # Which groups, as the API took it.
    Column("filter", Json, nullable=False),
    # running, done, cancelled.
    Column("state", String(16), nullable=False),
    # The last group that was looked at.
    Column("place", BigId),
    Column("queued", Integer, nullable=False, server_default="0"),
    Column("skipped", Integer, nullable=False, server_default="0"),
    Column("expires_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Index("ix_bulks_running", "id", **where("state = 'running'")),
)


# The second and later ids of a message that the carrier gave several.
carrier_ids = Table(
    "carrier_ids",
    metadata,
    Column("channel", String(64), primary_key=True),
    Column("carrier_id", Text, primary_key=True),
    Column("outbox_id", BigId, nullable=False),
)


attempts = Table(
    "attempts",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("outbox_id", BigId, nullable=False, index=True),
    Column("outcome", String(16), nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("took_ms", Integer, nullable=False),
    # The exchange with secrets, numbers and texts taken out, where the operator keeps them.
    Column("exchange", Text, nullable=False, server_default=""),
    Column("at", Instant, nullable=False, index=True),
)


reports = Table(
    "reports",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("channel", String(64), nullable=False),
    Column("outbox_id", BigId, index=True),
    Column("carrier_id", Text, nullable=False, server_default=""),
    Column("our_id", Text, nullable=False, server_default=""),
    Column("status", String(16), nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("at", Instant, nullable=False, index=True),
    # It came before we knew the message: looked at again until it is too old.
    Index("ix_reports_parked", "channel", "carrier_id", **where("outbox_id IS NULL")),
)


channel_state = Table(
    "channel_state",
    metadata,
    Column("channel", String(64), primary_key=True),
    Column("lease_owner", Text, nullable=False, server_default=""),
    Column("lease_until", Instant),
    # No message leaves before this: pace and throttling, exact across workers.
    Column("next_send_at", Instant),
    # Set by an operator or a ChannelBroken; cleared by an operator or a probe.
    Column("paused", Boolean, nullable=False, server_default=text("false")),
    Column("pause_reason", Text, nullable=False, server_default=""),
    Column("probe_at", Instant),
    Column("poll_cursor", Text, nullable=False, server_default=""),
    Column("polled_at", Instant),
    Column("balance", Text, nullable=False, server_default=""),
    Column("last_error", Text, nullable=False, server_default=""),
    Column("last_error_at", Instant),
    Column("last_sent_at", Instant),
    Column("last_heard_at", Instant),
)
