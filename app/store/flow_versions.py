"""Published flow versions: each is kept whole, for whoever is still inside it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, exists, select, update

from app.store.bulk import insert_for
from app.store.engine import Db, clock
from app.store.schema import conversations, flow_versions


class Published(Exception):
    """The same version was published with other words: a changed flow needs its own version."""


def publish(
    db: Db, flow: str, version: int, digest: str, files: Mapping[str, str], *, again: bool = False
) -> bool:
    """Keep a version; True if it is new. `again` lets the same version change its words."""
    now = clock(db)
    words = {"digest": digest, "files": dict(files), "published_at": now}
    new = insert_for(db, flow_versions).values(flow=flow, version=version, **words)
    if db.execute(new.on_conflict_do_nothing().returning(flow_versions.c.flow)).first():
        return True
    wanted = (flow_versions.c.flow == flow) & (flow_versions.c.version == version)
    if db.execute(select(flow_versions.c.digest).where(wanted)).scalar_one() == digest:
        return False
    if not again:
        raise Published(f"flow {flow!r} version {version} was published with other words")
    db.execute(update(flow_versions).where(wanted).values(words))
    return True


def still_inside(db: Db, current: Mapping[str, int]) -> Sequence[Row[Any]]:
    """Older versions that somebody's open conversation is pinned to."""
    somebody = exists().where(
        conversations.c.flow == flow_versions.c.flow,
        conversations.c.version == flow_versions.c.version,
        conversations.c.standing == "open",
    )
    rows = db.execute(select(flow_versions).where(somebody)).all()
    return [row for row in rows if current.get(row.flow) != row.version]


def every(db: Db, flow: str) -> Sequence[tuple[int, str, datetime]]:
    """All kept versions of a flow, newest first: version, digest, time."""
    statement = (
        select(flow_versions.c.version, flow_versions.c.digest, flow_versions.c.published_at)
        .where(flow_versions.c.flow == flow)
        .order_by(flow_versions.c.version.desc())
    )
    return [(row.version, row.digest, row.published_at) for row in db.execute(statement)]


def files_of(db: Db, flow: str, version: int) -> Mapping[str, str] | None:
    statement = select(flow_versions.c.files).where(
        flow_versions.c.flow == flow, flow_versions.c.version == version
    )
    return db.execute(statement).scalar_one_or_none()
