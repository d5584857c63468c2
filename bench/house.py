"""Places to measure in: fresh databases that do fsync, and real server processes on them."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from app.store.migrate import upgrade
from bench.people import LINE
from tests.rig.ports import HOST
from tests.rig.postgres import Postgres
from tests.rig.processes import Program
from tests.rig.server import MUSTER, PROOF, SECRET, Muster

POSTGRES_OPTIONS = {
    "shared_buffers": "2GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "synchronous_commit": "on",
}
"""Besides the defaults: what one sets on a machine of 8 GB or more. fsync is on."""
TEMPLATE = "bench_template"
SECRET_KEY = "no secret: everything here is on loopback and made up"
NOWHERE = "http://127.0.0.1:9/"


@dataclass
class Databases:
    """Makes databases for one run, and removes them all at its end."""

    folder: Path
    _postgres: Postgres | None = None

    @property
    def postgres(self) -> Postgres:
        if self._postgres is None:
            self._postgres = Postgres.make(durable=True, **POSTGRES_OPTIONS).start()
            self._postgres.sql(f"create database {TEMPLATE}")
            upgrade(self._postgres.url(TEMPLATE))
        return self._postgres

    @cached_property
    def sqlite_template(self) -> Path:
        path = self.folder / "template.db"
        upgrade(f"sqlite:///{path}")
        return path

    @contextmanager
    def fresh(self, kind: str) -> Iterator[str]:
        """Make a migrated database; gives its URL."""
        if kind == "sqlite":
            with tempfile.TemporaryDirectory(dir=self.folder) as folder:
                copy = Path(folder) / "muster.db"
                shutil.copyfile(self.sqlite_template, copy)
                yield f"sqlite:///{copy}"
            return
        name = self.postgres.create_database(TEMPLATE)
        yield self.postgres.url(name)
        self.postgres.drop_database(name)

    def bytes_of(self, url: str) -> int:
        """How much disk a database takes, with its indexes and without its log."""
        if url.startswith("sqlite"):
            return Path(url.removeprefix("sqlite:///")).stat().st_size
        size = f"select pg_database_size('{url.rpartition('/')[2]}')"
        return int(self.postgres.sql(size)[0][0])

    def pids(self, kind: str) -> dict[str, int]:
        """The database's processes, where it has any."""
        if kind == "sqlite":
            return {}
        assert self.postgres.process is not None
        return {"database": self.postgres.process.pid}


@contextmanager
def databases() -> Iterator[Databases]:
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        made = Databases(Path(folder))
        try:
            yield made
        finally:
            if made._postgres is not None:  # noqa: SLF001  made here, ended here
                made._postgres.remove()  # noqa: SLF001


@dataclass(frozen=True)
class Serving:
    """A server that answers, and the processes behind it."""

    muster: Muster
    url: str
    """Of its database."""
    pids: Mapping[str, int]

    @property
    def server(self) -> int:
        return self.pids["server"]

    def head(self, channel: str, query: str = "") -> str:
        """A request line without its method, and the headers that every request has."""
        path = f"/hooks/{channel}/{SECRET}{query}"
        proof = f"\r\nX-Simulator-Secret: {PROOF}" if channel == "simulator" else ""
        return f"{path} HTTP/1.1\r\nHost: {HOST}:{self.muster.port}{proof}"


@contextmanager
def serving(
    databases: Databases,
    kind: str,
    url: str,
    processes: int = 1,
    channels: Mapping[str, Any] | None = None,
    *,
    worker: bool = False,
    **settings: Any,
) -> Iterator[Serving]:
    """Serve on this database, as `muster serve` does for everybody."""
    with tempfile.TemporaryDirectory(dir=databases.folder) as folder:
        given = {
            "environment": "production",
            "secret_key": SECRET_KEY,
            "database_url": url,
            "worker": worker,
            **settings,
        }
        muster = Muster(Path(folder), channels or {"simulator": simulator()}, given)
        words = ["--workers", str(processes)] if processes > 1 else []
        command: list[str | Path] = [
            MUSTER,
            "serve",
            "--host",
            HOST,
            "--port",
            str(muster.port),
            *words,
        ]
        server = Program(command, muster.folder / "serve.log").start()
        try:
            server.wait_for(muster.is_ready, "the server is ready", within=90)
            yield Serving(muster, url, {"server": server.pid, **databases.pids(kind)})
        finally:
            server.stop()


def simulator(carrier: str = NOWHERE, **more: Any) -> dict[str, Any]:
    """The channel of the simulated carrier: many texts in a request, a hundred in a send."""
    options = {"secret": PROOF, "send_url": f"{carrier}simulator/send"}
    return {"adapter": "simulator", "options": options, **_lines(), **more}


def kannel(carrier: str = NOWHERE, **more: Any) -> dict[str, Any]:
    """A channel in Kannel's dialect: one text a request, one text a send."""
    options = {"username": "user", "password": PROOF, "send_url": f"{carrier}cgi-bin/sendsms"}
    return {"adapter": "kannel", "options": options, **_lines(), **more}


def _lines() -> dict[str, Any]:
    return {"secrets": [SECRET], "lines": [LINE], "tps": 100_000, "connections": 64}
