from collections.abc import Iterator
from pathlib import Path

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.admin import passwords
from app.admin.office import Office
from app.conversation.load import load_flows
from app.store.engine import open_store
from app.store.ids import Ids
from tests.admin.builders import an_office
from tests.admin.console.browsing import Browser

FLOWS = load_flows(Path(__file__).parents[3] / "app" / "flows")


@pytest.fixture
def house(sqlite_url: str) -> Iterator[Office]:
    store = open_store(sqlite_url, 4)
    yield an_office(store, Ids(7), flows=FLOWS, key=b"a key of this test, long enough")
    store.close()


@pytest.fixture
def either_house(database_url: str) -> Iterator[Office]:
    store = open_store(database_url, 4)
    yield an_office(store, Ids(7), flows=FLOWS, key=b"a key of this test, long enough")
    store.close()


@pytest.fixture
def browser(house: Office) -> Browser:
    return Browser(house)


@pytest.fixture(autouse=True)
def cheap_hashes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that take no time; what is said of time is measured with real ones."""
    if "unknown_names_take_as_long" not in request.node.name:
        cheap = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
        monkeypatch.setattr(passwords, "_hasher", lambda: cheap)
        monkeypatch.setattr(passwords, "_nobodys", lambda: cheap.hash("nobody"))
