"""One transaction for many things heard: kept, understood, answered and owed, all or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from app.conversation.turn import HeardKind, Medium
from app.intake.channel import Channel
from app.intake.item import Answer, Item, Rest, Silence, Spoken, Taken, heard_of
from app.intake.joining import join
from app.intake.talking import Knows, Said, Talk
from app.intake.writes import Writes
from app.store import conversations, dialogs, groups, inbox, participants
from app.store.conversations import Kept
from app.store.engine import Db
from app.store.ids import Ids
from app.store.participants import Person
from app.text.fold import cleaned
from gateway_adapters.contract import (
    DialogEnded,
    DialogInput,
    Message,
    OptedIn,
    OptedOut,
    Phase,
    dialled_suffix,
    settled,
)

DIALOG_LASTS = timedelta(minutes=10)  # no network keeps one open longer
UNNAMED_DIALOG_LASTS = timedelta(minutes=5)  # known by its caller alone

Key = tuple[str, str]


@dataclass(frozen=True)
class House:
    """What every batch needs to know: the channels and how to make ids."""

    channels: Mapping[str, Channel]
    new_id: Ids


class Batch:
    """At most one item a person: the desk sees to that."""

    def __init__(
        self,
        house: House,
        talk: Talk,
        db: Db,
        items: Sequence[Item],
        at: datetime | None = None,
    ) -> None:
        """`at` stands in for the database's time where the past is played."""
        self._house, self._talk, self._db, self._at = house, talk, db, at
        self._items = items
        self._answers: dict[str, Answer] = {}

    def run(self) -> list[Answer]:
        """Handle everything; one answer an item, in order."""
        self._dialogs = self._open_dialogs()
        self._items = [self._in_its_dialog(item) for item in self._items]
        addresses = {item.token: self._address(item) for item in self._items}
        known = [address for address in addresses.values() if address]
        if known:
            now, people = participants.hold(self._db, known, self._house.new_id)
        else:
            now, people = max(item.received_at for item in self._items), {}
        now = self._at or now
        self._writes = Writes(self._house.new_id, now)
        self._keys = {item.token: _key(item) for item in self._items}
        self._known = inbox.repeats(self._db, list(self._keys.values()))
        fresh = [item for item in self._items if not self._is_repeat(item)]
        fresh = join(self._db, fresh, self._writes, self._answers)
        self._learn([people[a] for i in fresh if (a := addresses[i.token])])
        for item in fresh:
            if self._is_due(item):
                self._handle(item, people.get(addresses[item.token]))
            else:
                self._answers[item.token] = Answer("skipped")
        self._writes.write(self._db)
        return [self._answers[item.token] for item in self._items]

    # who is it

    def _open_dialogs(self) -> dict[Key, Any]:
        keys = [_dialog_key(item) for item in self._items if _is_dialog(item)]
        return dialogs.find(self._db, keys)

    def _dialog(self, item: Item) -> Any:
        """Find the row of a dialog that is still going on."""
        if not isinstance(item.event, DialogInput | DialogEnded):
            return None
        row = self._dialogs.get(_dialog_key(item))
        lasts = DIALOG_LASTS if item.event.dialog_id else UNNAMED_DIALOG_LASTS
        return None if row is None or item.received_at - row.updated_at > lasts else row

    def _in_its_dialog(self, item: Item) -> Item:
        """Read a request in the light of what its dialog said last."""
        if not isinstance(item.event, DialogInput):
            return item
        row = self._dialog(item)
        before = row.typed_so_far if row is not None and row.more else None
        return replace(item, event=settled(item.event, before))

    def _address(self, item: Item) -> str:
        match item.event:
            case Silence(address=address) | Spoken(address=address):
                return address
            case (
                Message() | Rest() | DialogInput() | DialogEnded() | OptedOut() | OptedIn()
            ) as event:
                if event.sender:
                    return self._house.channels[item.channel].address_of(event.sender)
                row = self._dialog(item)
                return "" if row is None else str(row.sender)
            case _:
                return ""

    # did it come before

    def _is_repeat(self, item: Item) -> bool:
        known = self._known.get(self._keys[item.token])
        if known is not None:
            self._answers[item.token] = Answer("repeat", (known.screen,) if known.screen else ())
        row = self._dialog(item)
        if row is not None and row.request_key and row.request_key == _request_key(item.event):
            self._answers[item.token] = Answer("repeat", (row.screen,), row.more)
        return item.token in self._answers

    # what do we know of them

    def _learn(self, people: Sequence[Person]) -> None:
        old = [person.id for person in people if not person.is_new]
        self._latest: dict[int, Kept] = conversations.latest_of(self._db, old)
        self._groups = groups.known_to(self._db, [p.id for p in people if p.groups])
        self._left = participants.channels_left(self._db, [p.id for p in people if p.opt_outs])

    def _is_due(self, item: Item) -> bool:
        """Whether a silence still is one: the person may have spoken, or a replica heard it."""
        if not isinstance(item.event, Silence):
            return True
        kept = next((k for k in self._latest.values() if k.id == item.event.conversation_id), None)
        wake_at = None if kept is None else kept.conversation.wake_at
        return wake_at is not None and wake_at <= self._writes.now

    # what follows

    def _handle(self, item: Item, person: Person | None) -> None:
        row = self._house.new_id()
        mark = self._writes.mark()
        try:
            answer, about = self._take(item, person, row)
        except Exception as error:  # noqa: BLE001  one poisonous message must not harm its neighbours
            self._writes.back_to(mark)
            answer = Answer("poisoned")
            about = {"problem": f"{type(error).__name__} at {_place(error)}"}
        self._answers[item.token] = answer
        self._keep(item, person, row, answer, about)

    def _take(self, item: Item, person: Person | None, row: int) -> tuple[Answer, dict[str, Any]]:
        channel = self._house.channels[item.channel]
        if person is None:
            return Answer("handled"), {"rule": "no-address"}
        match item.event:
            case OptedOut(recipient=line) | OptedIn(recipient=line) as event:
                wish = "out" if isinstance(event, OptedOut) else "in"
                self._writes.wish(person, channel, wish, "carrier", line=line, heard="")
                return Answer("handled"), {"rule": "carrier"}
            case _:
                return self._turn(item, person, channel, row)

    def _turn(
        self, item: Item, person: Person, channel: Channel, row: int
    ) -> tuple[Answer, dict[str, Any]]:
        latest = self._latest.get(person.id)
        said = self._said(item, person, channel, row, latest)
        gone = (person.id, said.channel.name) in self._left
        knows = Knows(latest, self._groups.get(person.id, ()), gone)
        answer, about = self._talk.turn(said, knows, self._writes)
        if _is_dialog(item):
            self._keep_dialog(item, person, answer)
        return answer, {**about, "heard": said.heard.kind.value, "text": said.heard.text}

    def _said(
        self, item: Item, person: Person, channel: Channel, row: int, latest: Kept | None
    ) -> Said:
        event = item.event
        line, suffix = _line(event, channel)
        heard = heard_of(event, suffix)
        if (text := cleaned(heard.text)) != heard.text:
            heard = replace(heard, text=text)
        said = Said(
            person,
            channel,
            heard,
            row,
            _medium(item, channel),
            line=line,
            reply_token=getattr(event, "reply_token", ""),
        )
        if isinstance(event, Spoken):
            return replace(said, inline=True, by_staff=event.by_staff)
        if isinstance(event, DialogInput):
            inline = channel.adapter.inline_screens
            return replace(said, inline=inline, dialog_id="" if inline else event.dialog_id)
        if heard.kind in (HeardKind.SILENCE, HeardKind.HUNG_UP) and latest is not None:
            # Nobody holds a screen now: words can only go by SMS.
            texting = self._talk.texting.get(latest.channel)
            where = self._house.channels.get(latest.channel, channel)
            medium = Medium.SMS if texting else where.medium
            return replace(said, channel=where, medium=medium, line=latest.line)
        return said

    def _keep_dialog(self, item: Item, person: Person, answer: Answer) -> None:
        event = item.event
        assert isinstance(event, DialogInput | DialogEnded)
        self._writes.dialogs.append(
            {
                "channel": item.channel,
                "dialog_id": _dialog_key(item)[1],
                "participant_id": person.id,
                "sender": person.address,
                "line": getattr(event, "recipient", ""),
                "typed_so_far": getattr(event, "typed_so_far", None) or "",
                "request_key": _request_key(event),
                "screen": "\n".join(answer.says),
                "more": answer.more,
                "updated_at": self._writes.now,
            }
        )

    def _keep(
        self, item: Item, person: Person | None, row: int, answer: Answer, about: Mapping[str, Any]
    ) -> None:
        event = item.event
        sender = getattr(event, "sender", "") or getattr(event, "address", "")
        self._writes.inbox.append(
            {
                "id": row,
                "channel": item.channel,
                "kind": item.kind,
                "key": self._keys[item.token][1],
                "carrier_id": cleaned(getattr(event, "carrier_id", "")),
                "participant_id": None if person is None else person.id,
                "conversation_id": about.get("conversation_id"),
                "sender": cleaned(sender),
                "line": cleaned(getattr(event, "recipient", ""))[:32],
                "text": about.get("text", cleaned(getattr(event, "text", ""))),
                "heard": about.get("heard", ""),
                "state": answer.state,
                "problem": about.get("problem", ""),
                "rule": about.get("rule", ""),
                "screen": about.get("screen", ""),
                "reply_token": cleaned(getattr(event, "reply_token", "")),
                "sent_at": getattr(event, "sent_at", None),
                "received_at": item.received_at,
                "handled_at": None if answer.state == "poisoned" else self._writes.now,
                "raw": item.raw,
                "seen": 1,
            }
        )


def _key(item: Item) -> Key:
    return item.channel, cleaned(item.key)


def _is_dialog(item: Item) -> bool:
    return isinstance(item.event, DialogInput | DialogEnded)


def _dialog_key(item: Item) -> Key:
    event = item.event
    assert isinstance(event, DialogInput | DialogEnded)
    return item.channel, cleaned(event.dialog_id or event.sender)


def _request_key(event: Any) -> str:
    """What makes two requests of one dialog the same; empty where nothing can tell."""
    match event:
        case DialogInput(carrier_id=str() as carrier_id) if carrier_id:
            return f"c:{cleaned(carrier_id)}"
        case DialogInput(dialog_id=""):
            return ""
        case DialogInput(typed_so_far=str() as so_far):
            return f"t:{cleaned(so_far)}"
        case DialogInput(phase=Phase.BEGIN):
            return "begin"
        case _:
            return ""


def _line(event: Taken, channel: Channel) -> tuple[str, str]:
    """Which of our lines was meant, and what was dialled beyond it."""
    recipient = getattr(event, "recipient", "")
    if isinstance(event, DialogInput):
        for line in sorted(channel.lines, key=len, reverse=True):
            if (suffix := dialled_suffix(recipient, line)) is not None:
                return line, suffix
    return recipient, ""


def _medium(item: Item, channel: Channel) -> Medium:
    """Some carriers bring texts and dialogs on one channel."""
    if isinstance(item.event, Spoken):
        return item.event.medium
    return Medium.USSD if _is_dialog(item) else channel.medium


def _place(error: BaseException) -> str:
    """Where it went wrong, without what it said: a message may hold a text or a number."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "?"
    code = trace.tb_frame.f_code
    return f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
