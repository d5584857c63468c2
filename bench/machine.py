"""What was measured on, and with: without it a figure means nothing."""

import os
import platform
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from bench import kannel
from bench.house import POSTGRES_OPTIONS, Databases
from bench.run import HERE, Run

LIBRARIES = ("sqlalchemy", "psycopg", "uvicorn", "uvloop", "httptools", "orjson", "aiohttp")
SYNCS = 500


def measure(run: Run, databases: Databases) -> None:
    os_name = platform.freedesktop_os_release()["PRETTY_NAME"]
    postgres = databases.postgres.sql("show server_version")[0][0]
    settings = [f"{name} = {value}" for name, value in POSTGRES_OPTIONS.items()]
    fsync = databases.postgres.sql("show fsync")[0][0]
    run.record(
        "machine",
        processors=os.cpu_count(),
        processor=_processor(),
        memory_gb=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9,
        system=f"{os_name}, Linux {platform.release().partition('-')[0]}",
        disk=_file_system(),
        fdatasync_us=_fdatasync(databases.folder) * 1e6,
        load_before=os.getloadavg()[0],
        python=sys.version.split()[0],
        sqlite=sqlite3.sqlite_version,
        postgresql=postgres,
        postgresql_settings=[*settings, f"fsync = {fsync}"],
        wrk=_first_line("wrk", "-v"),
        kannel=kannel.version(),
        libraries={name: version(name) for name in LIBRARIES},
        commit=_first_line("git", "describe", "--always", "--dirty"),
        rounds=len(run.rounds),
        quick=run.quick,
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


def _file_system() -> str:
    """The file system that databases of the bench lie on."""
    command = ["stat", "-f", "-c", "%T", tempfile.gettempdir()]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _fdatasync(folder: Path) -> float:
    """Median seconds to append 4 KiB durably."""
    took = []
    with (folder / "sync").open("wb", buffering=0) as file:
        for _ in range(SYNCS):
            file.write(bytes(4096))
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - began)
    return statistics.median(took)


def _first_line(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE)
    except FileNotFoundError:
        return "not installed"
    return (done.stdout + done.stderr).strip().splitlines()[0]
