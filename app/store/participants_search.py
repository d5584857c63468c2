"""Finding one person by what staff have at hand."""

from sqlalchemy import Connection, select

from app.store.groups_search import by_code_or_id
from app.store.schema import participants
from app.text.digits import digits
from app.text.phone import e164


def by_number_or_code(db: Connection, typed: str, region: str) -> int | None:
    """The participant with this phone number, or with the group of this tracking code."""
    plain = digits(typed).strip()
    if number := e164(plain, region):
        found = select(participants.c.id).where(participants.c.address == number)
        return db.execute(found).scalar_one_or_none()
    group = by_code_or_id(db, plain)
    return None if group is None else int(group.participant_id)


def address_of(db: Connection, participant: int) -> str:
    found = select(participants.c.address).where(participants.c.id == participant)
    return str(db.execute(found).scalar_one())
