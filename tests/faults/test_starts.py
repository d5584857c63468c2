"""Starting in bad circumstances: no database, or several processes that are all the first."""

import asyncio
import json
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from app.conversation.load import load_flows
from app.main import SHIPPED_FLOWS
from app.store import flow_versions
from app.store.engine import open_store
from tests.e2e.signup import posts_of
from tests.faults.storm import Storm
from tests.faults.test_kills import make
from tests.rig import checker
from tests.rig.ports import HOST, free_port
from tests.rig.processes import Program, wait_until
from tests.rig.proxy import Network, proxy_to
from tests.rig.server import MUSTER

pytestmark = pytest.mark.slow


def told(muster, path):
    with urllib.request.urlopen(f"{muster.url}/{path}", timeout=10) as answer:
        return json.load(answer)


async def test_a_server_that_starts_without_its_database_takes_texts(
    carrier, postgres, postgres_url, tmp_path
):
    async with proxy_to(postgres.port) as proxy:
        proxy.network = Network.REFUSING
        url = postgres_url.replace(f":{postgres.port}/", f":{proxy.port}/")
        muster = make(tmp_path / "muster", carrier, url)
        server = await asyncio.to_thread(muster.serve)
        storm = Storm(partial(posts_of, muster))
        await storm.rage(lambda: None, 1, pause=0.1)

        assert {one.outcome for one in storm.sender.attempts} == {"ok"}
        ready = await asyncio.to_thread(told, muster, "readyz")
        assert ready["database"] == "away: OperationalError"
        assert ready["spooled"] == len(storm.sender.acked)
        health = await asyncio.to_thread(told, muster, "healthz")
        assert (health["status"], health["database"]) == ("alive", "OperationalError")

        proxy.recover()
        acked, kept = storm.sender.acked, partial(checker.read, postgres_url)
        await asyncio.to_thread(
            wait_until, lambda: not checker.lost(kept(), acked), "drained", 60, every=0.3
        )
        await asyncio.to_thread(
            wait_until, lambda: not checker.open_count(postgres_url), "answered", 60, every=0.3
        )
        ready = await asyncio.to_thread(told, muster, "readyz")
        assert (ready["database"], ready["spooled"]) == ("reachable", 0)
        await asyncio.to_thread(server.stop)
    storm.check(postgres_url)


async def test_a_log_on_a_full_disk_stops_nothing(carrier, postgres, postgres_url, tmp_path):
    """Whoever says that the database is away must live to see it come back."""
    async with proxy_to(postgres.port) as proxy:
        proxy.network = Network.REFUSING
        url = postgres_url.replace(f":{postgres.port}/", f":{proxy.port}/")
        muster = make(tmp_path / "muster", carrier, url)
        serve = ["serve", "--host", HOST, "--port", str(muster.port)]
        command = ["sh", "-c", 'exec "$0" "$@" 2>/dev/full', str(MUSTER), *serve]
        server = Program(command, muster.folder / "serve.log").start()
        await asyncio.to_thread(server.wait_for, muster.is_ready, "it is ready", 60)
        storm = Storm(partial(posts_of, muster))
        await storm.rage(lambda: None, 1, pause=2)
        proxy.recover()
        acked, kept = storm.sender.acked, partial(checker.read, postgres_url)
        settled = (
            lambda: not checker.lost(kept(), acked),
            lambda: not checker.open_count(postgres_url),
        )
        for happened in settled:
            await asyncio.to_thread(wait_until, happened, "all is in and answered", 60, every=0.3)
        await asyncio.to_thread(server.stop)
    storm.check(postgres_url)


async def test_it_stops_at_once_while_it_waits_for_its_database(carrier, tmp_path):
    muster = make(tmp_path, carrier, f"postgresql://muster@127.0.0.1:{free_port()}/none")
    server = await asyncio.to_thread(muster.serve)
    await asyncio.to_thread(server.stop)


def test_without_a_spool_it_says_why_it_does_not_start(carrier, tmp_path):
    url = f"postgresql://muster@127.0.0.1:{free_port()}/none"
    make(tmp_path, carrier, url, spool={"on": False})
    done = subprocess.run(
        [MUSTER, "serve"], cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith("muster: the database cannot be reached, and no spool is on")
    assert "Traceback" not in done.stderr


KEPT = """
import sys, time
from pathlib import Path
from app.opening import kept_word
from app.settings import Settings
while time.time() < float(sys.argv[1]):
    pass
print(kept_word(Settings(data_folder=Path(sys.argv[2])), "secret"))
"""


def test_processes_that_are_all_the_first_agree_on_the_word_they_keep(tmp_path):
    at = str(time.time() + 4)
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", KEPT, at, tmp_path / "data"], stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    words = {program.communicate(timeout=60)[0].strip() for program in programs}
    (word,) = words
    assert len(word) == 64
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret.key"]


def test_processes_that_are_all_the_first_publish_the_flows_once(database_url):
    flow = load_flows(SHIPPED_FLOWS).newest["signup"]
    stores = [open_store(database_url, 2) for _ in range(4)]

    def publish(store):
        with store.write() as db:
            return flow_versions.publish(db, flow.name, flow.version, flow.digest, flow.files)

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(publish, stores)) == [False, False, False, True]
    for store in stores:
        store.close()
