"""Every table. Columns say what they hold in the words of the README; enums by their word."""

from app.store.schema.metadata import metadata
from app.store.schema.people import (
    consents,
    conversations,
    group_specialisms,
    group_words,
    groups,
    opt_outs,
    participants,
)
from app.store.schema.staff import api_keys, audit, counters, flow_versions, logins, operators
from app.store.schema.traffic import (
    attempts,
    carrier_ids,
    channel_state,
    dialogs,
    inbox,
    outbox,
    parts,
    reports,
)

__all__ = [
    "api_keys",
    "attempts",
    "audit",
    "carrier_ids",
    "channel_state",
    "consents",
    "conversations",
    "counters",
    "dialogs",
    "flow_versions",
    "group_specialisms",
    "group_words",
    "groups",
    "inbox",
    "logins",
    "metadata",
    "operators",
    "opt_outs",
    "outbox",
    "participants",
    "parts",
    "reports",
]
