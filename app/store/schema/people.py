"""Who takes part: participants, their conversations and consents, and what they registered."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from app.store.schema.metadata import metadata, where
from app.store.types import BigId, Instant, Json

participants = Table(
    "participants",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    # E.164, or "masked:<channel>:<the carrier's own id>".
    Column("address", Text, nullable=False, unique=True),
    Column("language", String(8), nullable=False, server_default=""),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    # How many groups they registered and channels they left: 0 spares the intake a query.
    Column("groups", Integer, nullable=False, server_default="0"),
    Column("opt_outs", Integer, nullable=False, server_default="0"),
    # No automatic reply before this: a loop was broken.
    Column("muted_until", Instant),
)


conversations = Table(
    "conversations",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("participant_id", BigId, ForeignKey("participants.id"), nullable=False),
    Column("flow", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("language", String(8), nullable=False),
    Column("step", String(64), nullable=False),
    Column("standing", String(16), nullable=False),
    Column("answers", Json, nullable=False),
    Column("state", Json, nullable=False),
    Column("flagged", Text, nullable=False, server_default=""),
    Column("wake_at", Instant),
    Column("channel", String(64), nullable=False),
    Column("line", String(32), nullable=False),
    # The operator who answers instead of the flow, while somebody does.
    Column("taken_by", BigId),
    Column("turns", Integer, nullable=False, server_default="0"),
    Column("started_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Index("ix_conversations_participant_id_id", "participant_id", "id"),
    Index(
        "uq_conversations_open",
        "participant_id",
        "flow",
        unique=True,
        **where("standing = 'open'"),
    ),
    Index("ix_conversations_wake_at", "wake_at", **where("standing = 'open'")),
    Index("ix_conversations_flagged", "updated_at", **where("flagged <> ''")),
    Index("ix_conversations_taken", "id", **where("taken_by IS NOT NULL")),
    Index("ix_conversations_flow_version_step", "flow", "version", "step", "standing"),
)


consents = Table(
    "consents",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("participant_id", BigId, ForeignKey("participants.id"), nullable=False, index=True),
    Column("conversation_id", BigId, nullable=False),
    Column("flow", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("step", String(64), nullable=False),
    Column("language", String(8), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("wording", Text, nullable=False),
    Column("given", Boolean, nullable=False),
    Column("heard", Text, nullable=False, server_default=""),
    Column("at", Instant, nullable=False),
)


groups = Table(
    "groups",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("code", String(16), nullable=False, unique=True),
    Column("participant_id", BigId, ForeignKey("participants.id"), nullable=False, index=True),
    Column("conversation_id", BigId, nullable=False, index=True),
    Column("flow", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    # Folded name without common words: what likely duplicates share.
    Column("name_key", Text, nullable=False, server_default="", index=True),
    Column("type", String(64), nullable=False, server_default=""),
    Column("province", String(64), nullable=False, server_default=""),
    Column("county", String(64), nullable=False, server_default=""),
    Column("members", Integer),
    Column("offer", Text, nullable=False, server_default=""),
    Column("contact", Text, nullable=False, server_default=""),
    Column("phone", Text, nullable=False, server_default=""),
    Column("language", String(8), nullable=False, server_default=""),
    Column("channel", String(64), nullable=False, server_default=""),
    # How they signed up: sms, ussd, web, or desk for staff who helped a caller.
    Column("way", String(8), nullable=False, server_default=""),
    # Everything else that the flow asked.
    Column("more", Json, nullable=False),
    Column("tags", Json, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("merged_into", BigId),
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Index("ix_groups_province_id", "province", "id"),
    Index("ix_groups_type_id", "type", "id"),
    Index("ix_groups_status_id", "status", "id"),
    Index("ix_groups_channel_id", "channel", "id"),
    Index("ix_groups_way_id", "way", "id"),
    Index("ix_groups_created_at", "created_at"),
    Index("ix_groups_county_id", "county", "id"),
    Index("ix_groups_merged_into", "merged_into", **where("merged_into IS NOT NULL")),
)


# Who changed what of a group. Values stand here, not in the audit, so that they can be forgotten.
group_history = Table(
    "group_history",
    metadata,
    Column("group_id", BigId, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    # The revision that the change made.
    Column("revision", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    # operator:<name>, key:<name>, participant.
    Column("who", Text, nullable=False),
    # edited, status, tagged, merged, unmerged, withdrawn.
    Column("what", String(16), nullable=False),
    # Field -> [before, after].
    Column("changes", Json, nullable=False),
)


# One change to all that a filter finds: worked off page by page, so that a restart goes on.
group_changes = Table(
    "group_changes",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("who", Text, nullable=False),
    # Which groups; none that signed up or changed after `created_at`.
    Column("filter", Json, nullable=False),
    Column("status", String(16), nullable=False, server_default=""),
    Column("add_tags", Json, nullable=False),
    Column("remove_tags", Json, nullable=False),
    # asked, running, done, cancelled.
    Column("state", String(16), nullable=False),
    # How many the filter found when it was asked.
    Column("found", Integer, nullable=False),
    Column("changed", Integer, nullable=False, server_default="0"),
    # As it should be already.
    Column("same", Integer, nullable=False, server_default="0"),
    # Changed by others meanwhile, or not allowed from where they stand.
    Column("refused", Integer, nullable=False, server_default="0"),
    # The next page begins below this group.
    Column("place", BigId, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Index("ix_group_changes_running", "id", **where("state = 'running'")),
)


# Pairs that looked like one group and that staff found to be two; the smaller id is first.
unlikes = Table(
    "unlikes",
    metadata,
    Column("one", BigId, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("other", BigId, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("who", Text, nullable=False),
    Column("at", Instant, nullable=False),
)


# What of a group those that may be the same are likely to share; written behind the intake.
alike_keys = Table(
    "alike_keys",
    metadata,
    Column("key", String(120), primary_key=True),
    Column("group_id", BigId, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_alike_keys_group_id", "group_id"),
)


# Pairs that looked like one group when they were compared; the smaller id is first.
alikes = Table(
    "alikes",
    metadata,
    Column("one", BigId, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("other", BigId, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_alikes_other_one", "other", "one"),
)


# Groups that changed since they were compared.
alike_anew = Table(
    "alike_anew",
    metadata,
    Column("group_id", BigId, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("revision", Integer, nullable=False),
)


# What subscribers have not been told yet; empty while nobody subscribes.
group_events = Table(
    "group_events",
    metadata,
    Column("group_id", BigId, primary_key=True),
    Column("revision", Integer, primary_key=True),
    # registered, changed, withdrawn.
    Column("kind", String(16), nullable=False),
    Column("at", Instant, nullable=False),
)


group_specialisms = Table(
    "group_specialisms",
    metadata,
    Column("group_id", BigId, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("specialism", String(64), primary_key=True),
    Index("ix_group_specialisms_specialism_group_id", "specialism", "group_id"),
)


# Tags once more, to be found by: staff set few of them.
group_tags = Table(
    "group_tags",
    metadata,
    Column("tag", String(64), primary_key=True),
    Column("group_id", BigId, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_group_tags_group_id", "group_id"),
)


# Folded words of a group's name, contact, code and phone, for search by prefix.
group_words = Table(
    "group_words",
    metadata,
    Column("word", String(64), primary_key=True),
    Column("group_id", BigId, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_group_words_group_id", "group_id"),
    Index("ix_group_words_prefix", "word", "group_id", postgresql_ops={"word": "text_pattern_ops"}),
)


# Of forgotten people who wanted no messages: a keyed hash of channel and number, nothing else.
opt_out_marks = Table(
    "opt_out_marks",
    metadata,
    Column("mark", String(64), primary_key=True),
    Column("at", Instant, nullable=False),
)


opt_outs = Table(
    "opt_outs",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("participant_id", BigId, ForeignKey("participants.id"), nullable=False),
    Column("channel", String(64), nullable=False),
    # out or in; the latest row of a participant and channel counts.
    Column("wish", String(8), nullable=False),
    # word, carrier, operator, sign-up.
    Column("source", String(16), nullable=False),
    Column("line", String(32), nullable=False, server_default=""),
    Column("heard", Text, nullable=False, server_default=""),
    Column("at", Instant, nullable=False),
    Index("ix_opt_outs_participant_id_channel_id", "participant_id", "channel", "id"),
)
