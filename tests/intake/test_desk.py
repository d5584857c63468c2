"""What the desk promises: kept once, in order, one effect, nobody harmed by a neighbour."""

import asyncio
import random
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.conversation.turn import Heard, HeardKind
from app.intake import talking
from app.intake.desk import MOST_PENDING, Busy
from app.intake.item import Answer, Item, Rest, Spoken, Unread, restored, stored
from app.intake.retelling import retell
from app.intake.spooling import NotKept
from app.store import engine
from app.store import outbox as outbox_rows
from app.store.ends import finish
from app.store.retelling import past_of
from app.store.schema import (
    consents,
    conversations,
    dialogs,
    groups,
    inbox,
    opt_outs,
    outbox,
    participants,
    reports,
)
from app.store.spool import Spool
from gateway_adapters.contract import (
    DialogEnded,
    DialogInput,
    Message,
    OptedOut,
    Part,
    Phase,
    Report,
    Status,
)
from tests.intake.conftest import FLOWS, LINE, Room, number_of

SIGN_UP = ("9", "1", "Helpers", "12")


async def test_nine_leads_to_a_registration(room: Room) -> None:
    await room.say(1, *SIGN_UP)
    (group,) = room.rows(groups)
    assert (group.name, group.members, group.status) == ("Helpers", 12, "registered")
    assert group.phone == "+989120000001"
    owed = room.rows(outbox)
    assert [row.text for row in owed][1:3] == ["What is your group called?", "How many members?"]
    assert owed[-1].text == f"Registered. Code {group.code}."
    assert {row.state for row in owed} == {"queued"}


@pytest.mark.parametrize(("by_staff", "way"), [(False, "web"), (True, "desk")])
async def test_how_somebody_signed_up_is_kept(room: Room, way: str, *, by_staff: bool) -> None:
    await room.say(1, *SIGN_UP[:-1])
    last = Spoken("+989120000001", Heard(HeardKind.TEXT, SIGN_UP[-1]), by_staff=by_staff)
    await room.tell(last)
    await room.say(2, *SIGN_UP)
    assert [row.way for row in room.rows(groups)] == [way, "sms"]


async def test_each_reply_is_tied_to_what_caused_it(room: Room) -> None:
    await room.say(1, *SIGN_UP)
    assert [row.inbox_id for row in room.rows(outbox)] == [row.id for row in room.rows(inbox)]
    (conversation,) = room.rows(conversations)
    assert {row.conversation_id for row in room.rows(inbox)} == {conversation.id}
    assert (conversation.standing, conversation.turns) == ("done", 4)


async def test_a_consent_is_kept_with_its_wording(room: Room) -> None:
    await room.say(1, "9", "۱")
    (consent,) = room.rows(consents)
    assert consent.given
    assert consent.heard == "۱"
    assert "May we keep what you tell us?" in consent.wording


async def test_a_repeat_changes_nothing_but_is_counted(room: Room) -> None:
    event = Message(number_of(1), "9", LINE, "same")
    answers = [*await room.tell(event), *await room.tell(event, event), *await room.tell(event)]
    assert [answer.state for answer in answers] == ["handled", *["repeat"] * 3]
    assert len(room.rows(outbox)) == 1
    assert [row.seen for row in room.rows(inbox)] == [4]


async def test_the_same_words_with_other_ids_are_no_repeat(room: Room) -> None:
    await room.say(1, "9", "1", "1", "1")  # a group that is called "1", with one member
    assert [(row.name, row.members) for row in room.rows(groups)] == [("1", 1)]


async def test_many_people_at_once_each_in_order(room: Room) -> None:
    people = range(60)
    items = [
        Item("main", Message(number_of(p), text, LINE, f"{p}-{n}"), datetime.now(UTC))
        for n, text in enumerate(SIGN_UP)
        for p in people
    ]
    answers = await asyncio.gather(*(room.desk.submit([item]) for item in items))
    assert {answer.state for (answer,) in answers} == {"handled"}
    assert len(room.rows(groups)) == len(people)
    assert {row.members for row in room.rows(groups)} == {12}
    assert len({row.code for row in room.rows(groups)}) == len(people)
    assert room.desk.counts.groups < len(items), "no group ever held two things"


async def test_fifty_texts_of_one_person_in_a_breath_are_answered_in_order(room: Room) -> None:
    """As if each had waited for the answer to the last one."""
    texts = [*SIGN_UP, "9", "?", *SIGN_UP[1:], *["9", "1"] * 20, "stop"]
    await room.say(2, *texts)
    patient = [row.text for row in room.rows(outbox)]

    now = datetime.now(UTC)
    events = [Message(number_of(1), text, LINE, f"o{n}") for n, text in enumerate(texts)]
    await asyncio.gather(*(room.desk.submit([Item("main", each, now)]) for each in events))

    heard = room.rows(inbox)[len(texts) :]
    hasty = room.rows(outbox)[len(patient) :]
    assert [row.carrier_id for row in heard] == [event.carrier_id for event in events]
    assert [row.inbox_id for row in hasty] == [row.id for row in heard]
    codes = "|".join(row.code for row in room.rows(groups))
    assert [re.sub(codes, "", row.text) for row in hasty] == [
        re.sub(codes, "", text) for text in patient
    ]


async def test_one_poisonous_text_harms_no_neighbour(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear = talking.hear

    def poisoned(flows: Any, situation: Any, heard: Any, now: Any) -> Any:
        if heard.text == "poison":
            raise RecursionError("deep")
        return hear(flows, situation, heard, now)

    monkeypatch.setattr(talking, "hear", poisoned)
    events = [Message(number_of(p), "poison" if p == 2 else "9", LINE, f"i{p}") for p in range(5)]
    answers = await room.tell(*events)
    assert [answer.state for answer in answers].count("handled") == 4
    assert answers[2].state == "poisoned"
    (kept,) = room.rows(inbox, inbox.c.state == "poisoned")
    assert kept.text == "poison"
    assert kept.problem.startswith("RecursionError at ")
    assert len(room.rows(outbox)) == 4


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "9\x00", "\x00"])
async def test_what_a_database_cannot_hold_is_cleaned(room: Room, text: str) -> None:
    (answer,) = await room.tell(Message(number_of(1), text, LINE, "n\x001"))
    assert answer.state == "handled"
    (row,) = room.rows(inbox)
    assert "\x00" not in row.text + row.key


async def test_a_text_from_nobody_we_can_answer_is_kept(room: Room) -> None:
    (answer,) = await room.tell(Message("BankMellat", "Your code is 1", LINE, "a"))
    assert answer.state == "handled"
    assert [row.rule for row in room.rows(inbox)] == ["no-address"]
    assert not room.rows(outbox)
    assert not room.rows(participants)


async def test_what_nobody_could_read_is_kept_once(room: Room) -> None:
    await room.tell(Unread("no field 'from'"))
    await room.tell(Unread("no field 'from'"))
    (row,) = room.rows(inbox)
    assert (row.state, row.problem, row.raw, row.seen) == ("unread", "no field 'from'", b"raw", 2)


async def test_stop_cancels_what_is_queued_and_is_confirmed_once(room: Room) -> None:
    await room.say(1, "9", "لغو")
    assert [row.state for row in room.rows(outbox)] == ["cancelled", "queued"]
    assert [(row.wish, row.channel, row.source) for row in room.rows(opt_outs)] == [
        ("out", "main", "word")
    ]
    await room.say(1, "hello?")
    assert len(room.rows(outbox)) == 2, "whoever opted out is left alone"
    await room.say(1, "9")
    assert len(room.rows(outbox)) == 3
    assert [row.wish for row in room.rows(opt_outs)] == ["out", "in"]


async def test_the_carriers_word_for_an_opt_out_counts(room: Room) -> None:
    await room.say(1, "9")
    await room.tell(OptedOut(number_of(1), LINE, "o1"))
    assert [row.state for row in room.rows(outbox)] == ["cancelled"]
    assert [row.source for row in room.rows(opt_outs)] == ["carrier"]


def dial(phase: Phase, typed: str = "", so_far: str | None = None) -> DialogInput:
    return DialogInput("d1", number_of(1), phase, typed, "*7#", so_far)


async def test_a_dialog_is_answered_with_screens_and_ends_with_a_text(room: Room) -> None:
    (first,) = await room.tell(dial(Phase.BEGIN), channel="dial")
    assert "May we keep" in first.says[0]
    assert first.more
    for typed in ("1", "Helpers", "12"):
        (last,) = await room.tell(dial(Phase.CONTINUE, typed), channel="dial")
    assert not last.more
    (group,) = room.rows(groups)
    assert group.way == "ussd"
    assert group.code in last.says[0]
    owed = room.rows(outbox)
    assert {row.channel for row in owed} <= {"main"}, "texts go by the channel that can text"
    assert all(group.code in row.text for row in owed)


async def test_a_repeated_request_gets_the_same_screen(room: Room) -> None:
    await room.tell(dial(Phase.BEGIN, "", ""), channel="dial")
    (once,) = await room.tell(dial(Phase.CONTINUE, "1", "1"), channel="dial")
    (again,) = await room.tell(dial(Phase.CONTINUE, "1", "1"), channel="dial")
    assert (once.says, once.more) == (again.says, again.more)
    assert again.state == "repeat"
    assert [row.turns for row in room.rows(conversations)] == [2]


async def test_what_was_typed_is_the_difference(room: Room) -> None:
    await room.tell(dial(Phase.BEGIN, "", ""), channel="dial")
    await room.tell(dial(Phase.CONTINUE, "1", "1"), channel="dial")
    await room.tell(dial(Phase.CONTINUE, "2", "1*Star*2"), channel="dial")
    await room.tell(dial(Phase.CONTINUE, "7", "1*Star*2*7"), channel="dial")
    assert [(row.name, row.members) for row in room.rows(groups)] == [("Star*2", 7)]


async def test_a_dropped_dialog_goes_on_at_the_next_dial_or_by_text(room: Room) -> None:
    await room.tell(dial(Phase.BEGIN), channel="dial")
    await room.tell(dial(Phase.CONTINUE, "1"), channel="dial")
    await room.tell(DialogEnded("d1", number_of(1)), channel="dial")
    (again,) = await room.tell(
        DialogInput("d2", number_of(1), Phase.BEGIN, "", "*7#"), channel="dial"
    )
    assert "What is your group called?" in again.says[0]
    await room.say(1, "Helpers", "3")
    assert [row.members for row in room.rows(groups)] == [3]
    assert len(room.rows(dialogs)) == 2


async def test_parts_are_joined_in_any_order(room: Room) -> None:
    await room.say(1, "9", "1")
    for number, text in ((2, "Helpers"), (1, "Hope ")):
        event = Message(number_of(1), text, LINE, f"p{number}", part=Part("r1", number, 2))
        (answer,) = await room.tell(event)
    assert answer.state == "handled"
    await room.say(1, "4")
    assert [row.name for row in room.rows(groups)] == ["Hope Helpers"]


async def test_a_message_that_stays_torn_is_taken_as_it_is(room: Room) -> None:
    await room.say(1, "9", "1")
    torn = Message(number_of(1), "Hope ", LINE, "p1", part=Part("r1", 1, 3))
    assert (await room.tell(torn))[0].state == "joined"
    await room.tell(Rest(number_of(1), "r1"), Rest(number_of(2), "other"))
    assert await room.tell(Rest(number_of(1), "r1")) == [Answer("joined")], "taken once"
    await room.say(1, "4")
    assert [row.name for row in room.rows(groups)] == ["Hope […] […]"]


async def test_a_repeated_part_changes_nothing(room: Room) -> None:
    await room.say(1, "9", "1")
    parts = [
        Message(number_of(1), text, LINE, f"p{number}", part=Part("r1", number, 2))
        for number, text in ((1, "Hope "), (2, "Helpers"))
    ]
    for event in (parts[0], parts[0], parts[1], parts[1], parts[0]):
        await room.tell(event)
    await room.say(1, "4")
    assert [row.name for row in room.rows(groups)] == ["Hope Helpers"]


async def test_a_report_moves_its_message_forward_and_never_back(room: Room) -> None:
    await room.say(1, "9")
    (owed,) = room.rows(outbox)
    for status, state in (
        (Status.SENT, "sent"),
        (Status.FAILED, "failed"),
        (Status.SENT, "failed"),
        (Status.DELIVERED, "delivered"),
        (Status.FAILED, "delivered"),
    ):
        await room.tell(Report(status, our_id=str(owed.id)))
        assert room.rows(outbox)[0].state == state
    assert len(room.rows(reports)) == 5


async def test_a_report_for_nothing_we_know_is_parked(room: Room) -> None:
    await room.tell(Report(Status.DELIVERED, carrier_id="early"))
    assert [row.outbox_id for row in room.rows(reports)] == [None]


async def test_a_full_desk_says_so_before_it_grows(room: Room) -> None:
    items = [
        Item("main", Message(number_of(p), "9", LINE, str(p)), datetime.now(UTC))
        for p in range(MOST_PENDING + 1)
    ]
    with pytest.raises(Busy):
        await room.desk.submit(items)
    assert not room.rows(inbox)


async def test_while_the_database_is_away_texts_are_spooled_in_order(
    room: Room, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await room.say(1, "9")
    write = room.store.write
    away = True

    def gone() -> Any:
        if away:
            raise engine.DatabaseAway("test")
        return write()

    monkeypatch.setattr(room.store, "write", gone)
    answers = await room.say(1, "1", "Helpers")
    assert [answer.state for answer in answers] == ["spooled", "spooled"]
    with pytest.raises(NotKept):
        await room.tell(dial(Phase.BEGIN), channel="dial")
    away = False
    answers += await room.say(1, "12")
    assert answers[-1].state == "spooled", "a newer text must not overtake"
    async with asyncio.timeout(60):
        while len(spool):  # noqa: ASYNC110  the spool has no event to wait for
            await asyncio.sleep(0.05)
    assert [row.members for row in room.rows(groups)] == [12]
    assert (await room.say(1, "help"))[0].state == "handled"


async def test_two_machines_that_answer_each_other_are_stopped(room: Room) -> None:
    for _ in range(talking.MOST_REPLIES + 20):
        await room.say(1, "9", "status")
    owed = len(room.rows(outbox))
    assert owed <= talking.MOST_REPLIES + 2
    assert room.rows(participants)[0].muted_until is not None


def test_items_survive_the_spool() -> None:
    now = datetime(2026, 11, 22, 8, tzinfo=UTC)
    for event in (
        Message("0912", "سلام\x00", LINE, "i", now, Part("r", 1, 2), "token"),
        Report(Status.FAILED, "c", "o", "why", "0912", opted_out=True),
        DialogInput("d", "0912", Phase.BEGIN, "1", "*7#", "1"),
        OptedOut("0912", LINE, "x"),
    ):
        item = Item("main", event, now, b"\x00\xff")
        assert restored(stored(item)) == item


async def test_a_report_that_beats_our_own_commit_is_not_undone(room: Room) -> None:
    await room.say(1, "9")
    now = datetime.now(UTC)
    with room.store.write() as db:
        until = now + timedelta(seconds=90)
        (claimed,) = outbox_rows.claim(db, "main", now, 10, until, 2)
    await room.tell(Report(Status.DELIVERED, our_id=str(claimed.id)))
    end = {"id": claimed.id, "state": "sent", "reason": "", "carrier_id": "k1", "due_at": None}
    tried = {"attempt_id": 7, "outcome": "accepted", "said": "", "took_ms": 9, "exchange": ""}
    with room.store.write() as db:
        assert finish(db, "main", [{**end, **tried, "at": now}]) == []
    (owed,) = room.rows(outbox)
    assert (owed.state, owed.carrier_id) == ("delivered", "k1")


async def test_a_stored_conversation_comes_out_the_same_today(room: Room) -> None:
    await room.say(1, "9", "what?", "1", "Helpers", "a dozen", "back", "Hope", "12")
    (conversation,) = room.rows(conversations)
    with room.store.read() as db:
        past = past_of(db, conversation.id)
    assert past is not None
    turns = retell(past, FLOWS, room.channels)
    assert len(turns) == 8
    assert [turn.differences for turn in turns] == [()] * 8


async def test_a_dialog_that_went_on_by_text_comes_out_the_same(room: Room) -> None:
    await room.tell(dial(Phase.BEGIN), channel="dial")
    await room.tell(dial(Phase.CONTINUE, "1"), channel="dial")
    await room.tell(DialogEnded("d1", number_of(1)), channel="dial")
    await room.say(1, "Helpers", "3")
    (conversation,) = room.rows(conversations)
    with room.store.read() as db:
        past = past_of(db, conversation.id)
    assert past is not None
    assert [turn.differences for turn in retell(past, FLOWS, room.channels)] == [()] * 5


async def test_what_the_spool_holds_and_nobody_can_read_is_kept_for_people(
    room: Room, spool: Spool
) -> None:
    message = stored(Item("main", Message(number_of(1), "9", LINE), datetime.now(UTC), b"raw"))
    strange = {**message, "event": {"from": "a version to come"}, "raw": "other"}
    await asyncio.to_thread(spool.put, [{**message, "channel": "gone"}, strange, message])
    await room.say(2, "9")
    async with asyncio.timeout(60):
        while len(spool):  # noqa: ASYNC110  the spool has no event to wait for
            await asyncio.sleep(0.05)
    kept = {(row.channel, row.state, row.raw) for row in room.rows(inbox)}
    assert {("gone", "unread", b"raw"), ("main", "unread", b"other")} < kept
    assert [row.state for row in room.rows(inbox)].count("handled") == 2


async def test_a_carriers_id_that_no_index_can_hold_is_set_aside(room: Room) -> None:
    chance = random.Random(1)
    long = "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=20_000))
    answers = await room.tell(Message(number_of(1), "9", LINE, long))
    if not room.store.is_sqlite:
        assert [answer.state for answer in answers] == ["poisoned"]
    assert (await room.say(2, "9"))[0].state == "handled"
