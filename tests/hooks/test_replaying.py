import pytest

from app.hooks.door import raw
from app.hooks.replaying import replay
from app.intake import talking
from app.intake.item import Unread
from app.store.schema import groups, inbox, outbox
from gateway_adapters.contract import HttpRequest
from tests.intake.conftest import Room, number_of, room, spool

__all__ = ["room", "spool"]


async def test_a_poisoned_text_is_handled_once_it_can_be(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    await room.say(1, "9", "1", "Helpers")
    with monkeypatch.context() as broken:
        broken.setattr(talking, "hear", None)
        (answer,) = await room.say(1, "12")
    assert answer.state == "poisoned"
    (row,) = room.rows(inbox, inbox.c.state == "poisoned")
    assert await replay(room.store, room.desk, room.channels, row.id) == "handled"
    assert [group.members for group in room.rows(groups)] == [12]
    assert not room.rows(inbox, inbox.c.state == "poisoned")
    owed = len(room.rows(outbox))
    await replay(room.store, room.desk, room.channels, row.id)
    assert len(room.rows(outbox)) == owed, "again changes nothing"
    assert len(room.rows(groups)) == 1


async def test_a_request_is_read_again_as_the_adapter_reads_it_today(room: Room) -> None:
    body = b'{"id":"7","from":"%s","to":"30001152","text":"9"}' % number_of(1).encode()
    kept = raw(HttpRequest("POST", "/hooks/main/secret", {}, body))
    now = room.rows(inbox)
    assert not now
    await room.tell(Unread("we could not read it then"))
    (row,) = room.rows(inbox)
    with room.store.write() as db:
        db.execute(inbox.update().values(raw=kept))
    assert await replay(room.store, room.desk, room.channels, row.id) == "handled"
    assert len(room.rows(outbox)) == 1


async def test_what_still_makes_no_sense_is_refused(room: Room) -> None:
    await room.tell(Unread("rubbish"))
    (row,) = room.rows(inbox)
    with pytest.raises(ValueError):
        await replay(room.store, room.desk, room.channels, row.id)
    assert room.rows(inbox)[0].state == "unread"
