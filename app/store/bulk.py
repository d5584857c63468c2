"""Many rows at once, as each database takes them fastest.

PostgreSQL unpacks one JSON parameter (a driver's own bulk statements cost two to three times as
much); SQLite, which is in the process, runs one prepared statement over the rows. Where rows
meet what is there already (`unpacked`), the JSON goes to both.
"""

import base64
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from sqlalchemy import (
    Column,
    Connection,
    FromClause,
    Insert,
    LargeBinary,
    Select,
    Table,
    Text,
    Update,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine

Row = Mapping[str, Any]
THIS = "this_key"


def insert_rows(db: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that all have the same keys."""
    if not rows:
        return
    if db.dialect.name == "sqlite":
        db.execute(table.insert(), rows)
    else:
        db.execute(_insert(db.dialect.name, table, tuple(rows[0])), {"rows": dumped(rows)})


def update_rows(db: Connection, table: Table, rows: Sequence[Row], key: str = "id") -> None:
    """Set the given columns of the rows with these keys; the rows all have the same keys."""
    if not rows:
        return
    if db.dialect.name == "sqlite":
        given = [{**row, THIS: row[key]} for row in rows]
        db.execute(_update_each(table, tuple(rows[0]), key), given)
    else:
        db.execute(_update(db.dialect.name, table, tuple(rows[0]), key), {"rows": dumped(rows)})


def insert_for(db: Connection | str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Give an insert that knows ON CONFLICT; the two dialects spell it the same way."""
    name = db if isinstance(db, str) else db.dialect.name
    return sqlite.insert(table) if name == "sqlite" else postgresql.insert(table)


def unpacked(dialect: str, columns: Sequence[Column[Any]]) -> FromClause:
    """Give the bind parameter `rows` as a table with these columns."""
    if dialect == "sqlite":
        each = func.json_each(bindparam("rows", type_=Text)).table_valued("value")
        cells = [func.json_extract(each.c.value, f"$.{c.name}").label(c.name) for c in columns]
        return select(*cells).subquery("given")
    kinds: list[Column[Any]] = [Column(c.name, _travels_as(c.type)) for c in columns]
    return (
        func.jsonb_to_recordset(cast(bindparam("rows", type_=Text), postgresql.JSONB))
        .table_valued(*kinds, name="given")
        .render_derived(with_types=True)
    )


def select_given(dialect: str, columns: Sequence[Column[Any]]) -> Select[Any]:
    given = unpacked(dialect, columns)
    return select(*(_arrived(given, c) for c in columns))


def dumped(rows: Iterable[Row]) -> str:
    return orjson.dumps(rows, default=_plain).decode()


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(type(value).__name__)


def _travels_as(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    return Text() if isinstance(kind, LargeBinary) else kind


def _arrived(given: FromClause, wanted: Column[Any]) -> Any:
    cell = given.c[wanted.name]
    if isinstance(wanted.type, LargeBinary):
        return func.decode(cell, literal_column("'base64'"))
    return cell


@cache
def _insert(dialect: str, table: Table, names: tuple[str, ...]) -> Insert:
    columns = [table.c[name] for name in names]
    return insert_for(dialect, table).from_select(list(names), select_given(dialect, columns))


@cache
def _update_each(table: Table, names: tuple[str, ...], key: str) -> Update:
    values: dict[str, Any] = {name: bindparam(name) for name in names if name != key}
    return update(table).where(table.c[key] == bindparam(THIS)).values(values)


@cache
def _update(dialect: str, table: Table, names: tuple[str, ...], key: str) -> Update:
    given = unpacked(dialect, [table.c[name] for name in names])
    values = {name: _arrived(given, table.c[name]) for name in names if name != key}
    return update(table).where(table.c[key] == column(key, _selectable=given)).values(values)


def as_text(moment: datetime) -> str:
    """Write a time as it stands in a bulk statement's JSON."""
    return moment.isoformat()
