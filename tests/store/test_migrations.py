from app.store import migrate
from app.store.engine import open_store


def test_migrating_from_empty_equals_the_models(database_url: str) -> None:
    store = open_store(database_url)
    try:
        assert migrate.is_current(store)
        assert migrate.differences(store) == []
    finally:
        store.close()


def test_migrating_again_changes_nothing(database_url: str) -> None:
    assert migrate.upgrade(database_url) == migrate.upgrade(database_url)
