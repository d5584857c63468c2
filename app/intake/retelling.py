"""A stored conversation told again to today's engine, to see whether it would come out the same."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from app.conversation.compiled import Flows
from app.conversation.replay import Recorded, Replayed, replay
from app.conversation.turn import Heard, HeardKind, KnownGroup, Medium, Situation
from app.intake.channel import Channel
from app.store.retelling import Past, Told, when


def retell(past: Past, flows: Flows, channels: Mapping[str, Channel]) -> list[Replayed]:
    """Tell it turn by turn; each with what differs, if anything does."""
    begins = past.before.conversation if past.before else None
    return list(replay(flows, _recorded(past, channels), begins))


def _recorded(past: Past, channels: Mapping[str, Channel]) -> Iterator[Recorded]:
    language = past.before.conversation.language if past.before else ""
    for told in past.turns:
        row = told.heard
        situation = _situation(told, past, channels.get(row.channel), language)
        said = (row.screen,) if row.screen else told.texts
        yield Recorded(
            Heard(HeardKind(row.heard), row.text), situation, when(row.handled_at), said, row.rule
        )
        language = past.conversation.conversation.language


def _situation(told: Told, past: Past, channel: Channel | None, language: str) -> Situation:
    row, now = told.heard, when(told.heard.handled_at)
    mine = past.conversation.id
    code = next((group.code for group in past.groups if group.conversation_id == mine), "")
    masked = past.address.startswith("masked:")
    return Situation(
        medium=_medium(told, channel),
        groups=tuple(_known(past, now)),
        language=language,
        opted_out=_out(past, row.channel, told),
        regulator_words=channel.regulator_words if channel else False,
        default_flow=channel.default_flow if channel else "",
        fresh_code=code,
        address="" if masked else past.address,
    )


def _medium(told: Told, channel: Channel | None) -> Medium:
    row = told.heard
    if row.kind == "spoken":
        return Medium.WEB
    if row.heard in (HeardKind.SILENCE, HeardKind.HUNG_UP):
        return Medium.SMS
    dialog = row.kind in ("dialog", "dialog_ended")
    return Medium.USSD if dialog or (channel and channel.medium is Medium.USSD) else Medium.SMS


def _known(past: Past, now: datetime) -> Iterator[KnownGroup]:
    """Give the groups that were registered by then; their fields are today's."""
    for row in past.groups:
        if when(row.created_at) < now and row.code in past.known:
            yield past.known[row.code]


def _out(past: Past, channel: str, told: Told) -> bool:
    now = when(told.heard.handled_at)
    wishes = [w.wish for w in past.wishes if w.channel == channel and when(w.at) < now]
    return bool(wishes) and wishes[-1] == "out"
