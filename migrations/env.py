"""Alembic's entry: runs on the connection that `app.store.migrate` hands over."""

from typing import Any

from alembic import context
from alembic.autogenerate.api import AutogenContext

from app.store.schema import metadata

LOCK_TIMEOUT = "5s"  # a migration that waits for a lock must not stop the service


def _render(kind: str, item: Any, autogen: AutogenContext) -> str | bool:
    if kind == "type" and type(item).__module__ == "app.store.types":
        autogen.imports.add("from app.store import types")
        return f"types.{type(item).__name__}()"
    return False


def run() -> None:
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_item=_render,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
        compare_type=True,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        context.run_migrations()


run()
