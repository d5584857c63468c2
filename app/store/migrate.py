"""Bringing a database to the newest shape, and telling whether it is there."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

import migrations
from app.store.engine import Store, open_store
from app.store.schema import metadata

UPGRADE_LOCK = 0x6D757374  # two processes that start at once must not both migrate


def upgrade(url: str) -> str:
    """Migrate to the newest version; safe to run again and from several processes at once."""
    store = open_store(url, pool_size=2)
    try:
        return upgrade_store(store)
    finally:
        store.close()


def upgrade_store(store: Store) -> str:
    with store.write() as db:
        if not store.is_sqlite:
            db.exec_driver_sql(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})")
        config = _config(db)
        command.upgrade(config, "head")
        return ScriptDirectory.from_config(config).get_current_head() or ""


def is_current(store: Store) -> bool:
    with store.read() as db:
        head = ScriptDirectory.from_config(_config(db)).get_current_head()
        return MigrationContext.configure(db).get_current_revision() == head


def differences(store: Store) -> list[object]:
    """What the tables in the database and in the code do not agree on."""
    with store.read() as db:
        context = MigrationContext.configure(
            db, opts={"compare_type": True, "target_metadata": metadata}
        )
        return list(compare_metadata(context, metadata))


def revise(store: Store, message: str, rev_id: str) -> None:
    """Write a new migration from what the code has and the database has not."""
    with store.write() as db:
        command.revision(_config(db), message, autogenerate=True, rev_id=rev_id)


def _config(db: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    config.attributes["connection"] = db
    return config
