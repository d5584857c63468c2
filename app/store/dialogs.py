"""USSD dialogs: what was typed and shown last, so that a repeat gets the same screen."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, literal, or_, select

from app.store.bulk import dumped, insert_for, select_given
from app.store.schema import dialogs


def find(db: Connection, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Any]:
    """Find dialogs by (channel, dialog id)."""
    if not keys:
        return {}
    wanted = or_(*((dialogs.c.channel == c) & (dialogs.c.dialog_id == d) for c, d in keys))
    rows = db.execute(select(dialogs).where(wanted))
    return {(row.channel, row.dialog_id): row for row in rows}


def keep(db: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    names = list(rows[0])
    columns = [dialogs.c[name] for name in names]
    insert = insert_for(db, dialogs).from_select(
        names, select_given(db.dialect.name, columns).where(literal(True))
    )
    statement = insert.on_conflict_do_update(
        index_elements=["channel", "dialog_id"],
        set_={n: insert.excluded[n] for n in names if n not in ("channel", "dialog_id")},
    )
    db.execute(statement, {"rows": dumped(rows)})
