"""A campaign in whose every place the same words stand: people's, a carrier's, operators' own."""

from collections.abc import Sequence
from datetime import timedelta

from app.admin.office import Office
from app.intake.comparing import Comparing
from app.store import audit, channels, group_news, keys, staff
from app.store.schema import attempts, consents, reports
from tests.admin.builders import (
    NOW,
    a_conversation,
    a_group,
    a_message_in,
    a_message_out,
    a_person,
)
from tests.hostile.scripts import PAYLOADS

A_CHUNK = 20
CHUNKS = [PAYLOADS[at : at + A_CHUNK] for at in range(0, len(PAYLOADS), A_CHUNK)]


def people_of(house: Office, words: Sequence[str], first: int = 0) -> list[str]:
    """Somebody for each text, with whatever such a person leaves; gives the pages it is on."""
    paths: list[str] = []
    for number, text in enumerate(words, first):
        paths += _a_person_of(house, number, text)
    while Comparing(house.store, house.flows).step(timedelta(0)):
        pass
    return paths


def _a_person_of(house: Office, number: int, text: str) -> list[str]:
    short, phone = text[:60], f"+98912000{number:04d}"
    person = a_person(house, phone)
    fields = {"contact": text, "offer": text, "type": short, "province": short, "county": short}
    talk = a_conversation(
        house, person, flagged=text, answers={"name": text, text: text}, step=short
    )
    group = 0
    for twin in range(2):
        group = a_group(
            house,
            phone,
            code=f"{20_000_000 + 2 * number + twin}",
            name=text,
            tags=[short],
            specialisms=[short],
            conversation_id=talk,
            **fields,
            **{f"more {short}": text},
        )
    a_message_in(house, person, text, conversation_id=talk)
    bad = a_message_in(
        house, person, text, state="poisoned", problem=text, sender=text, raw=text.encode()
    )
    out = a_message_out(house, person, text, reason=text, state="failed", conversation_id=talk)
    with house.store.write() as db:
        at = {"id": house.new_id(), "outbox_id": out, "reason": text, "at": NOW}
        db.execute(attempts.insert().values(**at, outcome=text[:16], took_ms=1, exchange=text))
        db.execute(reports.insert().values(**at, channel="main", carrier_id=text, status=text[:16]))
        agreed = {"wording": text, "heard": text, "language": text[:8], "channel": short}
        db.execute(
            consents.insert().values(
                id=house.new_id(),
                participant_id=person,
                flow=short,
                given=True,
                at=NOW,
                conversation_id=talk,
                version=1,
                step=short,
                **agreed,
            )
        )
        changes = {"name": [text, text], short: [text, None]}
        group_news.remember(db, group, 2, text, "edited", changes, NOW)
        audit.note(db, text, short, text, NOW, {short: text, "list": [text]})
    return [
        f"/signups/{group}",
        f"/signups/{group}?numbers=1",
        f"/signups/{group}/alike",
        f"/messages/{out}",
        f"/messages/unhandled/{bad}",
        f"/conversations/{talk}",
        f"/conversations/{talk}/said/live",
    ]


def staff_of(house: Office, words: Sequence[str], single: Sequence[str]) -> None:
    """Operators, keys and the state of channels, by these names and words."""
    with house.store.write() as db:
        for name in single:
            staff.add(db, house.new_id(), name[:64], "viewer", "x", NOW)
            keys.add(db, name[:64], ["read"], NOW, house.new_id)
        channels.know(db, list(house.channels))
        for channel in house.channels:
            channels.pause(db, channel, words[0])
            channels.note(db, channel, last_error=words[1], balance=words[-1])
