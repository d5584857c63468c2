"""Kannel 1.4.5 in the same run: HTTP SMSC in, a store on disk, smsbox's reply, HTTP out.

Debian's package, driven by the same generator and the same stub carrier as we are. It stores
messages and does no more with them; a turn of ours also registers, and is fsynced.
"""

import itertools
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench import usage, wrk
from bench.carrier import Carrier, a_carrier
from bench.house import Databases
from bench.run import Run
from bench.turns import CONNECTIONS
from bench.wrk import Load
from tests.rig.kannel import BEARERBOX, PASSWORD, SMSBOX, USER
from tests.rig.ports import HOST, free_port, is_open
from tests.rig.processes import Program

INSTALLED = BEARERBOX.exists() and SMSBOX.exists()
STORES = ("file", "spool")
MARKS = itertools.count(1)
DRAINS_WITHIN = 60.0

CONFIGURATION = """\
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = {password}
smsbox-port = {box}
smsbox-interface = 127.0.0.1
box-allow-ip = "127.0.0.1"
log-level = 3
store-type = {store}
store-location = "{location}"

group = smsc
smsc = http
smsc-id = web
system-type = kannel
port = {smsc}
smsc-username = {user}
smsc-password = {password}
send-url = "{send_url}"
max-pending-submits = 64
connect-allow-ip = "127.0.0.1"

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {box}
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
log-level = 3

group = sms-service
keyword = default
catch-all = true
text = "Thank you"
max-messages = 1
"""


@dataclass(frozen=True)
class Kannel:
    port: int
    pids: dict[str, int]

    @property
    def head(self) -> str:
        query = f"username={USER}&password={PASSWORD}&from=SENDER&to=30001152&text=MESSAGE&id=ID"
        return f"/sms?{query}&coding=2&charset=UTF-8 HTTP/1.1\r\nHost: {HOST}:{self.port}"


def measure(run: Run, databases: Databases) -> None:
    if not INSTALLED:
        run.record("kannel missing", hint="apt-get install kannel")
        return
    for round_ in run.rounds:
        one(run, databases, round_)


def one(run: Run, databases: Databases, round_: int) -> None:
    """Measure each of its two stores in one round; which is faster depends on the file system."""
    if not INSTALLED:
        return
    for store in run.track(f"Kannel, round {round_}", STORES):
        for connections in CONNECTIONS if store == "file" else (64,):
            place = databases.folder
            with a_carrier(place) as carrier, a_kannel(place, store, carrier) as kannel:
                both_ways(run, kannel, carrier, store, connections, round_)


def both_ways(
    run: Run, kannel: Kannel, carrier: Carrier, store: str, connections: int, round_: int
) -> None:
    """Record what it accepts, and what of that comes out at the carrier, and when."""
    load = Load(
        url=f"http://{HOST}:{kannel.port}",
        head=kannel.head,
        connections=connections,
        seconds=run.size(8, 2),
        prefix=f"k{next(MARKS)}",
        first_person=0,
        dialect="kannel",
    )
    began = time.monotonic()
    measured = wrk.fire(load, kannel.pids)
    if measured.errors:
        raise RuntimeError(f"Kannel failed {measured.errors} requests")
    tally = carrier.wait_for(measured.completed, DRAINS_WITHIN)
    run.record(
        "kannel",
        store=store,
        connections=connections,
        round=round_,
        accepted_per_second=measured.per_second,
        end_to_end_per_second=tally.messages / max(tally.last - began, 0.001),
        accepted=measured.completed,
        replies=tally.messages,
        p50_ms=measured.p50_ms,
        p99_ms=measured.p99_ms,
        cpu_us={name: used / measured.requests * 1e6 for name, used in measured.cpu.items()},
        peak_mb=max(usage.peak_mb(pid) for pid in kannel.pids.values()),
    )


@contextmanager
def a_kannel(folder: Path, store: str, carrier: Carrier) -> Iterator[Kannel]:
    place = folder / f"kannel-{next(MARKS)}"
    (place / "store").mkdir(parents=True)
    ports = {name: free_port() for name in ("admin", "box", "smsc", "sendsms")}
    location = place / "store" if store == "spool" else place / "store" / "kannel.store"
    words = {"store": store, "location": location, "user": USER, "password": PASSWORD}
    send_url = f"{carrier.url}cgi-bin/sendsms"
    file = place / "kannel.conf"
    file.write_text(CONFIGURATION.format(**ports, **words, send_url=send_url))
    programs: list[Program] = []
    try:
        for path, port in ((BEARERBOX, "smsc"), (SMSBOX, "sendsms")):
            program = Program([path, "-v", "3", file], place / f"{path.name}.log").start()
            programs.append(program)
            program.wait_for(partial(is_open, ports[port]), f"{path.name} listens", within=60)
        yield Kannel(ports["smsc"], {path.pid_name: path.pid for path in map(_Named, programs)})
    finally:
        for program in programs:
            program.kill9()
        shutil.rmtree(place / "store")


@dataclass(frozen=True)
class _Named:
    program: Program

    @property
    def pid_name(self) -> str:
        return Path(self.program.command[0]).name

    @property
    def pid(self) -> int:
        return self.program.pid


def version() -> str:
    if not INSTALLED:
        return "not installed"
    said = subprocess.run([BEARERBOX, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"version `([^']+)'", said.stdout + said.stderr)
    return found[1] if found else "unknown"
