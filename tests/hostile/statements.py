"""More than five hundred words that would be part of a statement, where one is glued together.

Each holds `zq`, so that it can be looked for in what the database was really asked.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

from sqlalchemy import event

from app.store.engine import Store

OPENINGS = (
    "'", '"', "')", "'))", '")', "`", "]", "\\'", "1", "1)", "%'", "''", "＇", "%27", "';", "x' ",
)  # fmt: skip
BODIES = (
    " or 'zq'='zq",
    " or 1=1 -- zq",
    " or 1=1 # zq",
    " or zq is null or 1=1/*",
    " and 1=2 union select zq from operators --",
    " union all select password_hash, zq, null from operators --",
    " union select name, zq from sqlite_master --",
    " union select table_name, zq from information_schema.tables --",
    "; drop table groups; -- zq",
    "; update operators set role = 'admin'; -- zq",
    "; delete from audit where 'zq' = 'zq",
    "; insert into api_keys values ('zq') --",
    "; select pg_sleep(9) -- zq",
    " and (select pg_sleep(9)) is null -- zq",
    " || pg_sleep(9) || 'zq",
    " and 1=randomblob(900000000) -- zq",
    "; attach database '/tmp/zq' as zq --",
    "; copy (select 1) to program 'zq' --",
    " and load_extension('zq') --",
    " and pg_read_file('zq') is not null --",
    " or name like '%zq%",
    " or name glob '*zq*",
    " or name ~ 'zq' --",
    " order by (select zq) --",
    " limit 1 offset (select zq) --",
    " group by zq having 1=1 --",
    " and cast((select zq) as int) = 1 --",
    "::int zq",
    " collate zq",
    "/**/or/**/zq/**/like/**/zq",
    " Or 1=1 Or zq=%(zq)s",
    " or zq = :zq or ? = $1",
    " or e'\\x7a\\x71' = 'zq' --",
    " or $zq$a$zq$ = $zq$a$zq$ --",
)
OTHERS = (
    "%", "_", "zq%", "%zq%", "zq_", "\\zq", "zq\\", "zq\x00' or 1=1", "[zq]", "{zq}", "zq;", "--zq",
    "zq/*", "*/zq", "null zq", "true zq", "zq' AND '1'='1", "0 or zq", "-1 zq", "1e309 zq",
    "zq" * 90,
)  # fmt: skip
PAYLOADS = (*(f"{opening}{body}" for body, opening in product(BODIES, OPENINGS)), *OTHERS)


@contextmanager
def listening(store: Store) -> Iterator[list[str]]:
    """Every statement that the database is asked, without its values, that holds such words."""
    glued: list[str] = []

    def hear(_: Any, __: Any, statement: str, *___: Any) -> None:
        if "zq" in statement.lower():
            glued.append(statement)

    engines = {store._writer, store._reader}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", hear)
    yield glued
    for engine in engines:
        event.remove(engine, "before_cursor_execute", hear)
