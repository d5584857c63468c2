"""The public pages: browsers that came to sign up, and how often strangers may ask."""

from sqlalchemy import Column, Integer, String, Table, Text

from app.store.schema.metadata import metadata
from app.store.types import BigId, Instant, Json

# A browser on its way: who it says it is, whether that is proven, and what it was shown last.
visits = Table(
    "visits",
    metadata,
    # Of the cookie's token: the token itself is nowhere.
    Column("token_hash", String(64), primary_key=True),
    Column("address", Text, nullable=False),
    # Keyed, so that the six digits cannot be tried out on a copy of the database.
    Column("code_hash", String(64), nullable=False),
    Column("code_until", Instant, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("verified_at", Instant),
    # The words of the last turn, for the page after the redirect; and of which turn they are.
    Column("said", Json, nullable=False),
    Column("conversation_id", BigId),
    Column("turns", Integer, nullable=False, server_default="0"),
    # Answers given before going back, to fill in the forms again.
    Column("drafts", Json, nullable=False),
    # While one form is being taken in, a second press of the button does nothing.
    Column("busy_until", Instant),
    Column("created_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False, index=True),
)


# How often something was asked, by a keyed hash of who asked or whom it is about.
asked = Table(
    "asked",
    metadata,
    Column("subject", String(64), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("ends_at", Instant, nullable=False, index=True),
)
