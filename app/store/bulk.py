"""Many rows at once, as each database takes them fastest.

PostgreSQL unpacks one JSON parameter (a driver's own bulk statements cost two to three times as
much); SQLite, which is in the process, runs one prepared statement over the rows. Where rows
meet what is there already (`unpacked`), the JSON goes to both.
"""

import base64
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import (
    Column,
    ColumnElement,
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
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.types import TypeEngine

Row = Mapping[str, Any]
THIS = "this_key"


def insert_rows(db: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that all have the same keys."""
    if not rows:
        return
    if db.dialect.name == "sqlite":
        _each(db, _insert_each(table, tuple(rows[0])), rows)
    else:
        db.execute(_insert(db.dialect.name, table, tuple(rows[0])), {"rows": dumped(rows)})


def update_rows(db: Connection, table: Table, rows: Sequence[Row], key: str = "id") -> None:
    """Set the given columns of the rows with these keys; the rows all have the same keys."""
    if not rows:
        return
    if db.dialect.name == "sqlite":
        _each(db, _update_each(table, tuple(rows[0]), key), rows)
    else:
        db.execute(_update(db.dialect.name, table, tuple(rows[0]), key), {"rows": dumped(rows)})


@dataclass(frozen=True, slots=True)
class Change:
    """Rows for one table: inserted, or with a `key` updated."""

    table: Table
    rows: Sequence[Row]
    key: str = ""


def write_together(db: Connection, changes: Sequence[Change]) -> None:
    """Write several tables' rows; on PostgreSQL in one statement, which saves round trips.

    The order is not kept there, so no change may lean on another of the same call.
    """
    changes = [change for change in changes if change.rows]
    if db.dialect.name == "sqlite":
        for change in changes:
            if change.key:
                update_rows(db, change.table, change.rows, change.key)
            else:
                insert_rows(db, change.table, change.rows)
    elif changes:
        shapes = tuple((one.table, tuple(one.rows[0]), one.key) for one in changes)
        given = {f"rows_{n}": dumped(one.rows) for n, one in enumerate(changes)}
        db.exec_driver_sql(_together(shapes), given)


@cache
def _together(shapes: tuple[tuple[Table, tuple[str, ...], str], ...]) -> str:
    """Make one statement of several: `WITH w0 AS (INSERT …), w1 AS (UPDATE …) SELECT 1`."""
    dialect = psycopg.dialect()  # type: ignore[no-untyped-call]
    parts = []
    for number, (table, names, key) in enumerate(shapes):
        one: Insert | Update
        one = (
            _update("postgresql", table, names, key) if key else _insert("postgresql", table, names)
        )
        sql = str(one.compile(dialect=dialect)).replace("%(rows)s", f"%(rows_{number})s")
        parts.append(f"w{number} AS ({sql})")
    return f"WITH {', '.join(parts)} SELECT 1"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement whose SQL is written once: the hot path skips SQLAlchemy's look at it each time.

    Rows come back as the driver gives them: `moment` and `value` read their cells.
    """

    sql: str
    order: tuple[str, ...] | None
    """The marks in order, for drivers that number them."""

    def run(self, db: Connection, given: Row) -> Sequence[Any]:
        values = given if self.order is None else tuple(given[name] for name in self.order)
        return db.exec_driver_sql(self.sql, values).all()


def prepared(statement: Select[Any] | Insert | Update, dialect: str) -> Prepared:
    kind = sqlite.dialect() if dialect == "sqlite" else psycopg.dialect()  # type: ignore[no-untyped-call]
    compiled = statement.compile(dialect=kind)
    order = tuple(map(str, compiled.positiontup or ())) if dialect == "sqlite" else None
    given = compiled.params
    if constants := {name for name, value in given.items() if value is not None}:
        raise ValueError(f"constants must be literal: {sorted(constants)}")
    return Prepared(str(compiled), order)


def moment(cell: Any) -> Any:
    """Read a time of a row that the driver gave: SQLite keeps text."""
    return datetime.fromisoformat(cell) if isinstance(cell, str) else cell


def value(cell: Any) -> Any:
    """Read JSON of a row that the driver gave: SQLite keeps text."""
    return orjson.loads(cell) if isinstance(cell, str) else cell


def insert_for(db: Connection | str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Give an insert that knows ON CONFLICT; the two dialects spell it the same way."""
    name = db if isinstance(db, str) else db.dialect.name
    return sqlite.insert(table) if name == "sqlite" else postgresql.insert(table)


def unpacked(dialect: str, columns: Sequence[Column[Any]]) -> FromClause:
    """Give the bind parameter `rows` as a table with these columns."""
    if dialect == "sqlite":
        each = func.json_each(bindparam("rows", type_=Text)).table_valued("value")
        cells = [func.json_extract(each.c.value, _path(c)).label(c.name) for c in columns]
        return select(*cells).subquery("given")
    kinds: list[Column[Any]] = [Column(c.name, _travels_as(c.type)) for c in columns]
    return (
        func.jsonb_to_recordset(cast(bindparam("rows", type_=Text), postgresql.JSONB))
        .table_valued(*kinds, name="given")
        .render_derived(with_types=True)
    )


def _path(of: Column[Any]) -> ColumnElement[Any]:
    return literal_column(f"'$.{of.name}'")


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


@dataclass(frozen=True)
class _Each:
    """One prepared statement for the driver, and the cells it wants in their order."""

    statement: str
    cells: Callable[[Row], tuple[Any, ...]]


def _each(db: Connection, how: _Each, rows: Sequence[Row]) -> None:
    """Run the statement over the rows, past SQLAlchemy's own work on every cell."""
    db.exec_driver_sql(how.statement, [how.cells(row) for row in rows])


def write_as_sqlite_keeps_it() -> None:
    """Teach the driver our kinds of cells; it looks at what it does not know by itself alone."""
    sqlite3.register_adapter(datetime, as_text)
    sqlite3.register_adapter(dict, _json_text)
    sqlite3.register_adapter(list, _json_text)


@cache
def _insert_each(table: Table, names: tuple[str, ...]) -> _Each:
    return _prepared(table.insert(), table, list(names))


@cache
def _update_each(table: Table, names: tuple[str, ...], key: str) -> _Each:
    changed = [name for name in names if name != key]
    statement = (
        update(table)
        .where(table.c[key] == bindparam(THIS))
        .values({n: bindparam(n) for n in changed})
    )
    return _prepared(statement, table, [*changed, THIS], {THIS: key})


def _prepared(
    statement: Insert | Update, table: Table, names: list[str], aliases: Row | None = None
) -> _Each:
    """Let SQLAlchemy write the SQL once; the cells are in the order of its marks."""
    dialect = sqlite.dialect()
    keys = [name for name in names if name != THIS]
    compiled = statement.compile(dialect=dialect, column_keys=keys)
    order = [str((aliases or {}).get(name, name)) for name in compiled.positiontup or ()]
    return _Each(str(compiled), _cells(order))


def _cells(names: Sequence[str]) -> Callable[[Row], tuple[Any, ...]]:
    pick = itemgetter(*names)
    return pick if len(names) > 1 else lambda row: (pick(row),)


def _json_text(value: Any) -> str:
    return orjson.dumps(value).decode()


@cache
def _update(dialect: str, table: Table, names: tuple[str, ...], key: str) -> Update:
    given = unpacked(dialect, [table.c[name] for name in names])
    values = {name: _arrived(given, table.c[name]) for name in names if name != key}
    return update(table).where(table.c[key] == column(key, _selectable=given)).values(values)


@lru_cache(4096)  # a batch writes the same few moments into every row
def as_text(moment: datetime) -> str:
    """Write a time as SQLite keeps it, and as it stands in a bulk statement's JSON."""
    return (moment if moment.tzinfo is UTC else moment.astimezone(UTC)).isoformat()
