"""Fixtures every folder of tests may use: fresh databases on SQLite and on a real PostgreSQL."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from app.store.migrate import upgrade
from tests.rig.postgres import Postgres
from tests.rig.processes import end_what_is_left

# A busy machine is slow; no test says how fast a case must be.
settings.register_profile("muster", deadline=None, print_blob=True)
settings.load_profile("muster")

TEMPLATE = "muster_template"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long fault runs out unless they, or other marks, are asked for."""
    if config.option.markexpr:
        return
    long = [item for item in items if item.get_closest_marker("faults")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


@pytest.fixture(scope="module", autouse=True)
def nothing_left_running() -> Iterator[None]:
    yield
    end_what_is_left()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server a test process, without fsync; tests about crashes make a durable one."""
    server = Postgres.make()
    try:
        yield server.start()
    finally:
        server.remove()


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    postgres.sql(f"create database {TEMPLATE}")
    upgrade(postgres.url(TEMPLATE))
    return TEMPLATE


@pytest.fixture
def postgres_url(postgres: Postgres, postgres_template: str) -> Iterator[str]:
    """A migrated database of this test's own."""
    name = postgres.create_database(postgres_template)
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    template = tmp_path_factory.mktemp("sqlite") / "template.db"
    upgrade(f"sqlite:///{template}")
    return template


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated file of this test's own."""
    copy = tmp_path / "muster.db"
    for suffix in ("", "-wal", "-shm"):
        if (part := sqlite_template.with_name(sqlite_template.name + suffix)).exists():
            shutil.copyfile(part, copy.with_name(copy.name + suffix))
    return f"sqlite:///{copy}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Run the test on a migrated database of each kind."""
    kind = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(kind)
    return url
