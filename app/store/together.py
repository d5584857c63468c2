"""What every group of turns writes, in one statement where the database can."""

from collections.abc import Sequence
from typing import Any

from app.store.bulk import Change, write_together
from app.store.engine import Db
from app.store.schema import consents, conversations, inbox, outbox

Rows = Sequence[dict[str, Any]]


def write(
    db: Db,
    *,
    inbox: Rows,
    outbox: Rows,
    consents: Rows,
    new_conversations: Rows,
    changed_conversations: Rows,
) -> None:
    """Write the rows; no conversation may stand in both of the last two."""
    write_together(
        db,
        [
            Change(TABLES["conversations"], new_conversations),
            Change(TABLES["conversations"], changed_conversations, "id"),
            Change(TABLES["inbox"], inbox),
            Change(TABLES["outbox"], outbox),
            Change(TABLES["consents"], consents),
        ],
    )


TABLES = {table.name: table for table in (consents, conversations, inbox, outbox)}
