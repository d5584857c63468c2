"""An office on each kind of database, and callers with keys."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from app.admin.office import Office
from app.store.engine import open_store
from app.store.ids import Ids
from tests.admin.builders import Api, an_office

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    store = open_store(database_url, 4)
    yield an_office(store, Ids(7))
    store.close()


@pytest.fixture
def sqlite_office(sqlite_url: str) -> Iterator[Office]:
    """Where the database makes no difference."""
    store = open_store(sqlite_url, 4)
    yield an_office(store, Ids(7))
    store.close()


@pytest.fixture
def api(office: Office) -> Api:
    return Api(office)


@pytest.fixture
def sqlite_api(sqlite_office: Office) -> Api:
    return Api(sqlite_office)
