"""Finding groups among a million: by words in any spelling, by place and kind, page by page.

Pages go by id or time, never by number, so the last is as fast as the first.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    tuple_,
    union,
)

from app.directory.search import Term, Wanted
from app.store.schema import consents, group_specialisms, group_tags, group_words, groups

FEW = 30_000
"""A term that fewer groups meet is looked up first; commoner ones are met along the way."""
LAST_LETTER = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Filter:
    """What groups to find; of several values of one column, any will do."""

    terms: tuple[Term, ...] = ()
    province: tuple[str, ...] = ()
    county: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    specialism: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    way: tuple[str, ...] = ()
    flow: tuple[str, ...] = ()
    tag: str = ""
    ids: tuple[int, ...] = ()
    participant: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    merged: bool = False
    """Also those that were merged into another."""


COLUMNS = ("province", "county", "type", "status", "channel", "way", "flow")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the next one begins below."""

    id: int
    at: datetime | None = None


def stored(wanted: Filter) -> dict[str, Any]:
    """A filter as JSON can hold it; `restored` is its inverse."""
    plain = asdict(wanted)
    for name in ("since", "until"):
        plain[name] = plain[name] and plain[name].isoformat()
    return plain


def restored(plain: Mapping[str, Any]) -> Filter:
    values: dict[str, Any] = {
        name: tuple(v) if isinstance(v, list) else v for name, v in plain.items()
    }
    for name in ("since", "until"):
        values[name] = values[name] and datetime.fromisoformat(values[name])
    values["terms"] = tuple(
        tuple(tuple(Wanted(**word) for word in spelling) for spelling in term)
        for term in plain["terms"]
    )
    return Filter(**values)


def page(
    db: Connection,
    wanted: Filter,
    limit: int,
    below: Place | None = None,
    *,
    always_by_id: bool = False,
) -> Sequence[Row[Any]]:
    """Find groups, newest first."""
    by_time = bool(wanted.since or wanted.until) and not always_by_id
    under = None if by_time or below is None else below.id
    statement = select(groups).where(*conditions(db, wanted, under)).limit(limit)
    if by_time:
        statement = statement.order_by(groups.c.created_at.desc(), groups.c.id.desc())
        if below and below.at:
            place = tuple_(literal(below.at, groups.c.created_at.type), literal(below.id))
            statement = statement.where(tuple_(groups.c.created_at, groups.c.id) < place)
    else:
        statement = statement.order_by(groups.c.id.desc())
        if below:
            statement = statement.where(groups.c.id < below.id)
    return db.execute(statement).all()


def place_of(row: Row[Any], wanted: Filter) -> Place:
    return Place(row.id, row.created_at if wanted.since or wanted.until else None)


def every(db_pages: Any, wanted: Filter, at_once: int = 1000) -> Iterator[Sequence[Row[Any]]]:
    """Give all groups, page by page; each page is a transaction of its own."""
    below: Place | None = None
    while True:
        with db_pages() as db:
            rows = page(db, wanted, at_once, below)
        if rows:
            yield rows
        if len(rows) < at_once:
            return
        below = place_of(rows[-1], wanted)


def conditions(
    db: Connection, wanted: Filter, under: int | None = None
) -> Iterator[ColumnElement[bool]]:
    """What must hold of a row of `groups`; `under` is an id that its own is known to be below."""
    for name in COLUMNS:
        if values := getattr(wanted, name):
            yield groups.c[name].in_(values) if len(values) > 1 else groups.c[name] == values[0]
    if wanted.specialism:
        chosen = group_specialisms.alias()
        yield exists().where(
            chosen.c.group_id == groups.c.id, chosen.c.specialism.in_(wanted.specialism)
        )
    if wanted.ids:
        yield groups.c.id.in_(wanted.ids)
    if wanted.participant is not None:
        yield groups.c.participant_id == wanted.participant
    if wanted.since:
        yield groups.c.created_at >= wanted.since
    if wanted.until:
        yield groups.c.created_at < wanted.until
    if wanted.tag:
        tagged = select(group_tags.c.group_id).where(group_tags.c.tag == wanted.tag)
        yield groups.c.id.in_(tagged)
    if not wanted.merged:
        yield groups.c.merged_into.is_(None)
    yield from _meeting(db, wanted.terms, under)


# --- words ----------------------------------------------------------------------------------


def _meeting(
    db: Connection, terms: Sequence[Term], under: int | None
) -> Iterator[ColumnElement[bool]]:
    if not terms:
        return
    sized = sorted(((_size(db, term), term) for term in terms), key=lambda pair: pair[0])
    if sized[0][0] == 0:
        yield false()
        return
    rest: Iterable[tuple[int, Term]] = sized
    if sized[0][0] < FEW:
        # Without this fence the planner may walk all groups in search of a rare word.
        hits = union(*(_one_spelling(db, spelling) for spelling in sized[0][1]))
        fenced = hits.cte("hits").prefix_with("MATERIALIZED")
        found = select(fenced.c.group_id)
        # Where a page may begin is told, else all newer groups are walked to get there.
        newest = select(func.max(fenced.c.group_id))
        if under is not None:
            found, newest = (one.where(fenced.c.group_id < under) for one in (found, newest))
        yield groups.c.id.in_(found)
        yield groups.c.id <= newest.scalar_subquery()
        rest = sized[1:]
    for _, term in rest:
        yield or_(*(and_(*(has_word(db, w, under) for w in spelling)) for spelling in term))


def _size(db: Connection, term: Term) -> int:
    """How many groups may meet a term, counted up to a bound."""
    return sum(min(count_of(db, wanted) for wanted in spelling) for spelling in term)


def count_of(db: Connection, wanted: Wanted, most: int = FEW) -> int:
    """How many groups have a word, counted up to a bound."""
    some = select(literal(1)).select_from(group_words).where(is_word(db, wanted)).limit(most)
    return int(db.execute(select(func.count()).select_from(some.subquery())).scalar_one())


def _one_spelling(db: Connection, spelling: Sequence[Wanted]) -> Select[Any]:
    first, *others = sorted(spelling, key=lambda wanted: count_of(db, wanted))
    statement = select(group_words.c.group_id).where(is_word(db, first))
    for wanted in others:
        other = group_words.alias()
        statement = statement.where(
            exists().where(other.c.group_id == group_words.c.group_id, is_word(db, wanted, other))
        )
    return statement


def has_word(db: Connection, wanted: Wanted, under: int | None = None) -> ColumnElement[bool]:
    words = group_words.alias()
    has = exists().where(words.c.group_id == groups.c.id, is_word(db, wanted, words))
    return has if under is None else has.where(words.c.group_id < under)


def is_word(db: Connection, wanted: Wanted, words: Any = group_words) -> ColumnElement[bool]:
    """Compare letter by letter, whatever the database's language thinks of their order."""
    word = words.c.word
    if wanted.whole:
        return word == wanted.word  # type: ignore[no-any-return]
    at_least, below = (">=", "<") if db.dialect.name == "sqlite" else ("~>=~", "~<~")
    first: ColumnElement[bool] = word.op(at_least, is_comparison=True)(wanted.word)
    return and_(first, word.op(below, is_comparison=True)(wanted.word + LAST_LETTER))


# --- what belongs to groups -----------------------------------------------------------------


def specialisms_of(db: Connection, ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {group: [] for group in ids}
    table = group_specialisms.c
    statement = select(table.group_id, table.specialism).where(table.group_id.in_(ids))
    for row in db.execute(statement.order_by(table.group_id, table.specialism)):
        found[row.group_id].append(row.specialism)
    return found


def consents_of(db: Connection, participant: int) -> Sequence[Row[Any]]:
    statement = select(consents).where(consents.c.participant_id == participant)
    return db.execute(statement.order_by(consents.c.id)).all()


def by_code_or_id(db: Connection, key: str) -> Row[Any] | None:
    """Find one group by its tracking code or its id."""
    if not (key.isascii() and key.isdigit()):
        return None
    number = int(key)
    either = groups.c.code == key
    if number < 2**63:
        either = or_(either, groups.c.id == number)
    return db.execute(select(groups).where(either).limit(1)).one_or_none()
