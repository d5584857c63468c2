"""What commands need: settings, the database, ids. Failures end with a clear word, no trace."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import typer

from app.settings import BadSettings, Settings, read_settings
from app.store.engine import DatabaseAway, Store, open_store
from app.store.ids import Ids, take_numbers


@dataclass(frozen=True)
class House:
    settings: Settings
    store: Store
    new_id: Ids


def settings_or_exit(config: Path | None = None) -> Settings:
    try:
        return read_settings(config)
    except BadSettings as error:
        fail(str(error))


@contextmanager
def open_house(config: Path | None = None) -> Iterator[House]:
    """Open the database of the settings for the length of a command."""
    try:
        with opened(settings_or_exit(config)) as house:
            yield house
    except DatabaseAway as error:
        fail(f"the database cannot be reached or has no tables yet: {error}")


@contextmanager
def opened(settings: Settings) -> Iterator[House]:
    store = open_store(settings.database_url, 2)
    try:
        with store.write() as db:
            new_id = Ids(take_numbers(db, "processes"))
        yield House(settings, store, new_id)
    finally:
        store.close()


def fail(message: str) -> NoReturn:
    typer.secho(f"muster: {message}", err=True, fg="red")
    raise typer.Exit(2)
