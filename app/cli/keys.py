"""`muster keys`: keys for the admin API."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

import typer

from app.cli.house import fail, open_house
from app.store import audit, keys

app = typer.Typer(no_args_is_help=True, help="Keys for the admin API.")


class Scope(StrEnum):
    READ = "read"
    WRITE = "write"
    NUMBERS = "numbers"
    ADMIN = "admin"


@app.command("add")
def add(
    name: str,
    scope: Annotated[list[Scope], typer.Option(help="What it may do; may be given again.")] = [  # noqa: B006
        Scope.READ
    ],
    days: Annotated[int, typer.Option(min=0, help="It expires after so many; 0: never.")] = 0,
) -> None:
    """Make a key and print it. It is never shown again."""
    now = datetime.now(UTC)
    expires = now + timedelta(days=days) if days else None
    with open_house() as house, house.store.write() as db:
        if any(row.name == name and row.revoked_at is None for row in keys.every(db)):
            fail(f"a key named {name!r} is in use; revoke it or take another name")
        key = keys.add(db, name, scope, now, house.new_id, expires)
        details = {"name": name, "scopes": sorted(scope)}
        audit.note(db, "cli", "key made", f"key:{name}", now, details)
    print(key)


@app.command("list")
def every() -> None:
    """Show every key: name, scopes, when it was used last. Never the key itself."""
    with open_house() as house, house.store.read() as db:
        rows = keys.every(db)
    for row in rows:
        scopes = ",".join(row.scopes)
        print(f"{row.id}  {row.prefix}…  {row.name:<24}  {scopes:<24}  {_state(row)}")


def _state(row: Any) -> str:
    if row.revoked_at:
        return "revoked"
    return f"used {row.used_at:%Y-%m-%d}" if row.used_at else "never used"


@app.command("revoke")
def revoke(name: str) -> None:
    """Revoke a key by its name or id; whoever uses it is refused at once."""
    with open_house() as house, house.store.write() as db:
        found = [
            row.id
            for row in keys.every(db)
            if row.revoked_at is None and name in (row.name, str(row.id))
        ]
        if not found:
            fail(f"no key in use is named {name!r}")
        for key in found:
            keys.revoke(db, key, datetime.now(UTC))
            audit.note(db, "cli", "key revoked", f"key:{key}", datetime.now(UTC))
    print(f"revoked {name}")
