"""Forgetting a number for good, as its owner may ask. Listed in the audit by a keyed mark alone."""

from datetime import UTC, datetime

from app.admin.caller import Caller
from app.admin.office import Office
from app.admin.problems import not_found
from app.store import audit, forgetting
from app.text.phone import e164

MARK = 16
"""Letters of the mark: enough to show later that this number was meant."""


def forget_number(office: Office, caller: Caller, written: str) -> dict[str, int]:
    """Forget whoever has this number; gives how many rows went, by table."""
    address = e164(written, office.region) or written.strip()
    return forget_address(office, caller, address)


def forget_address(office: Office, caller: Caller, address: str) -> dict[str, int]:
    now = datetime.now(UTC)
    counts = forgetting.forget(office.store, office.key, address, now)
    if not counts:
        raise not_found("number")
    with office.store.write() as db:
        mark = forgetting.mark_of(office.key, "", address)[:MARK]
        audit.note(db, caller.who, "number forgotten", f"number:{mark}", now, {"rows": counts})
    return counts
