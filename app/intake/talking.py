"""What one person says, made into a turn: the situation, the engine, the rows that follow."""

from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.conversation.compiled import Flows
from app.conversation.engine import hear
from app.conversation.turn import (
    Heard,
    HeardKind,
    KnownGroup,
    Medium,
    Registered,
    Situation,
    Standing,
    Turn,
)
from app.directory.codes import code_of
from app.intake.channel import Channel
from app.intake.item import Answer
from app.intake.writes import REMINDER, REPLY, Writes, note_effect
from app.store.conversations import Kept, columns_of
from app.store.participants import Person

MOST_REPLIES = 60
REPLIES_WITHIN = timedelta(minutes=10)
MUTED_FOR = timedelta(hours=1)
"""Two machines that answer each other stop here. A sign-up with every mistake takes under 40."""
PEOPLE_WATCHED = 20_000


class Codes:
    """Tracking codes, a block of numbers at a time; each lane has its own."""

    def __init__(self, key: bytes, take: Callable[[int], int], block: int = 1000) -> None:
        self._key, self._take, self._block = key, take, block
        self._numbers: deque[int] = deque()
        self._code = ""

    def ready(self, count: int) -> None:
        """Have this many before a transaction begins: taking a block is one of its own."""
        if len(self._numbers) < count:
            first = self._take(self._block)
            self._numbers.extend(range(first, first + self._block))

    def peek(self) -> str:
        """Give the next code, again and again until it is used."""
        self._code = self._code or code_of(self._numbers[0], self._key)
        return self._code

    def use(self) -> None:
        self._numbers.popleft()
        self._code = ""


@dataclass
class Watch:
    """Counts automatic replies to each person, to break loops."""

    counts: OrderedDict[int, tuple[int, datetime]] = field(default_factory=OrderedDict)

    def too_many(self, person: int, replies: int, now: datetime) -> bool:
        count, since = self.counts.pop(person, (0, now))
        if now - since > REPLIES_WITHIN:
            count, since = 0, now
        self.counts[person] = (count + replies, since)
        while len(self.counts) > PEOPLE_WATCHED:
            self.counts.popitem(last=False)
        return count + replies > MOST_REPLIES


@dataclass(frozen=True, slots=True)
class Said:
    """One thing heard from one person, with where it came from."""

    person: Person
    channel: Channel
    heard: Heard
    row: int
    """The inbox row."""
    medium: Medium
    line: str = ""
    reply_token: str = ""
    dialog_id: str = ""
    inline: bool = False
    """The answer goes back in the carrier's own request, or to the caller."""
    by_staff: bool = False
    """Typed by the help desk for a caller."""

    @property
    def way(self) -> str:
        """How somebody who registers in this turn signed up."""
        return "desk" if self.by_staff else self.medium.value


@dataclass(frozen=True, slots=True)
class Knows:
    """What the store knows of the person at the start of the turn."""

    latest: Kept | None
    groups: tuple[KnownGroup, ...]
    opted_out: bool


@dataclass
class Talk:
    """Turns for one lane."""

    flows: Flows
    codes: Codes
    watch: Watch
    texting: Mapping[str, Channel]
    """For a channel of screens: the channel that texts the same people."""

    def turn(self, said: Said, knows: Knows, writes: Writes) -> tuple[Answer, dict[str, Any]]:
        """Take one turn; gives the answer and the inbox columns that tell of it."""
        taken = knows.latest is not None and knows.latest.taken_by is not None
        if taken or self._muted(said, writes.now):
            return self._kept_quiet(said, knows, "operator" if taken else "muted")
        situation = self._situation(said, knows)
        turn = hear(self.flows, situation, said.heard, writes.now)
        conversation_id = self._keep(turn, said, knows, writes)
        about = self._effects(turn, said, conversation_id, writes)
        self._reply(turn, said, conversation_id, writes)
        screen = "\n".join(turn.says) if said.inline else ""
        answer = Answer("handled", turn.says, turn.more, conversation_id)
        return answer, {**about, "rule": turn.rule, "screen": screen}

    def _situation(self, said: Said, knows: Knows) -> Situation:
        return Situation(
            medium=said.medium,
            conversation=None if knows.latest is None else knows.latest.conversation,
            groups=knows.groups,
            language=said.person.language,
            opted_out=knows.opted_out,
            regulator_words=said.channel.regulator_words,
            default_flow=said.channel.default_flow,
            fresh_code=self.codes.peek(),
            address="" if said.person.address.startswith("masked:") else said.person.address,
        )

    @staticmethod
    def _muted(said: Said, now: datetime) -> bool:
        until = said.person.muted_until
        return until is not None and until > now

    @staticmethod
    def _kept_quiet(said: Said, knows: Knows, rule: str) -> tuple[Answer, dict[str, Any]]:
        """Keep what was said without an automatic answer."""
        conversation = None if knows.latest is None else knows.latest.id
        return Answer("handled", (), False, conversation), {
            "conversation_id": conversation,
            "rule": rule,
            "screen": "",
        }

    def _keep(self, turn: Turn, said: Said, knows: Knows, writes: Writes) -> int | None:
        """Write the conversation as the turn left it; gives its id."""
        after, before = turn.conversation, knows.latest
        if after is None:
            return None
        row = {
            **columns_of(after),
            "channel": said.channel.name,
            "line": said.line,
            "updated_at": writes.now,
        }
        if before is not None and not turn.began:
            writes.changed_conversations.append({"id": before.id, **row, "turns": before.turns + 1})
            return before.id
        new = writes.new_id()
        if before is not None and before.conversation.standing is Standing.OPEN:
            # The person began another flow, or the same anew: the old one ends here.
            ended = {"standing": Standing.STOPPED.value, "wake_at": None}
            old = {**columns_of(before.conversation), **ended}
            place = {"channel": before.channel, "line": before.line, "updated_at": writes.now}
            writes.ended_conversations.append(
                {"id": before.id, **old, **place, "turns": before.turns}
            )
        writes.new_conversations.append(
            {
                "id": new,
                "participant_id": said.person.id,
                **row,
                "turns": 1,
                "started_at": writes.now,
            }
        )
        return new

    def _effects(
        self, turn: Turn, said: Said, conversation_id: int | None, writes: Writes
    ) -> dict[str, Any]:
        after = turn.conversation
        about = {
            "conversation_id": conversation_id,
            "flow": after.flow if after else "",
            "version": after.version if after else 0,
            "language": turn.language or (after.language if after else ""),
            "line": said.line,
            "way": said.way,
            "text": said.heard.text,
        }
        for effect in turn.effects:
            note_effect(writes, effect, said.person, said.channel, about)
            if isinstance(effect, Registered):
                self.codes.use()
        if turn.language and turn.language != said.person.language:
            writes.languages.append((said.person.id, turn.language))
        return {"conversation_id": conversation_id}

    def _reply(self, turn: Turn, said: Said, conversation_id: int | None, writes: Writes) -> None:
        """Owe the words that do not go back inline."""
        outgoing = (*(() if said.inline else turn.says), *turn.by_sms)
        if outgoing and self.watch.too_many(said.person.id, len(outgoing), writes.now):
            muted = {"id": said.person.id, "muted_until": writes.now + MUTED_FOR}
            writes.mutes.append(muted)
        for number, text in enumerate(outgoing):
            by_sms = number >= len(outgoing) - len(turn.by_sms) or _texts(said)
            channel = self.texting.get(said.channel.name, said.channel) if by_sms else said.channel
            writes.owe(
                channel,
                said.person,
                text,
                line=said.line if channel is said.channel else "",
                inbox_id=said.row,
                conversation_id=conversation_id,
                priority=REMINDER if said.heard.kind is HeardKind.SILENCE else REPLY,
                reply_token="" if by_sms else said.reply_token,
                dialog_id="" if by_sms else said.dialog_id,
                more=turn.more and not by_sms,
            )


def _texts(said: Said) -> bool:
    """Whether the answer is an SMS although the person was last heard elsewhere."""
    return said.heard.kind in (HeardKind.SILENCE, HeardKind.HUNG_UP) and not said.dialog_id
