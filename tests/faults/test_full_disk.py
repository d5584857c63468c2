"""The disk is full or fails: nothing is acknowledged that is not kept, and it goes on by itself."""

import json
import time
import urllib.request
from functools import partial
from urllib.error import HTTPError

import pytest

from tests.e2e.signup import posts_of
from tests.faults.conftest import short_and_long
from tests.faults.storm import Storm
from tests.faults.test_kills import make
from tests.rig import checker
from tests.rig.failing_disk import FailingDisk
from tests.rig.ports import free_port
from tests.rig.processes import wait_until
from tests.rig.small_disk import a_small_disk

pytestmark = pytest.mark.slow
FULL = "its disk is full"
FAILS = "its disk fails"


@pytest.fixture
def disk(tmp_path):
    with a_small_disk(tmp_path / "small", megabytes=64) as disk:
        yield disk


def ready(muster):
    """What `/readyz` says, with its status."""
    try:
        with urllib.request.urlopen(f"{muster.url}/readyz", timeout=10) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        with error:
            return error.code, json.load(error)


def for_a_while(begin, why, end, muster, seen):
    """Break the disk until the server says why it keeps nothing, and mend it."""
    begin()
    wait_until(lambda: why in ready(muster)[1]["database"], "it says why", every=0.1)
    seen.append(ready(muster))
    time.sleep(1)
    end()
    wait_until(lambda: ready(muster)[1]["database"] == "reachable", "well", every=0.1)


@pytest.mark.parametrize("spool", ["beside it", "on another disk"])
@short_and_long(1, 8)
async def test_the_databases_disk(carrier, disk, tmp_path, times, spool):
    url = f"sqlite:///{disk.folder}/muster.db"
    place = disk.folder if spool == "beside it" else tmp_path
    path = {"path": place / "spool.db"}
    muster = make(tmp_path / "muster", carrier, url, spool=path)
    muster.run("db", "upgrade")
    server = muster.serve()
    seen = []
    storm = Storm(partial(posts_of, muster), connections=8, pause=0.05)
    fault = partial(for_a_while, disk.fill, FULL, disk.free, muster, seen)
    await storm.rage(fault, times, pause=0.5)

    wait_until(lambda: not checker.lost(checker.read(url), storm.sender.acked), "drained", 120)
    server.stop()
    storm.check(url)
    check_statuses(storm, seen, spool)


def check_statuses(storm, seen, spool):
    statuses = {one.status for one in storm.sender.attempts}
    expected = 503 if spool == "beside it" else 200
    assert expected in {status for status, _ in seen}
    assert statuses <= {200, 503}
    assert (503 in statuses) == (spool == "beside it")


@pytest.mark.parametrize("spool", ["beside it", "on another disk"])
@short_and_long(1, 8)
async def test_every_write_fails(carrier, tmp_path, times, spool):
    disk = FailingDisk.make(tmp_path / "failing", tmp_path)
    url = f"sqlite:///{disk.folder}/muster.db"
    place = disk.folder if spool == "beside it" else tmp_path
    muster = make(tmp_path / "muster", carrier, url, spool={"path": place / "spool.db"})
    muster.run("db", "upgrade")
    server = muster.serve(**disk.environment)
    seen = []
    storm = Storm(partial(posts_of, muster), connections=8, pause=0.05)
    fault = partial(for_a_while, disk.fail, FAILS, disk.recover, muster, seen)
    await storm.rage(fault, times, pause=0.5)

    wait_until(lambda: not checker.lost(checker.read(url), storm.sender.acked), "drained", 120)
    server.stop()
    storm.check(url)
    check_statuses(storm, seen, spool)


async def test_the_spools_disk_while_the_database_is_away(carrier, disk, tmp_path):
    away = f"postgresql://muster@127.0.0.1:{free_port()}/none"
    path = {"path": disk.folder / "spool.db"}
    muster = make(tmp_path / "muster", carrier, away, spool=path)
    server = muster.serve()
    storm = Storm(partial(posts_of, muster), connections=8, pause=0.05)

    def full_for_a_while():
        disk.fill()
        wait_until(lambda: ready(muster)[1]["spool"] == "full", "it says so", 20, every=0.1)
        assert ready(muster)[0] == 503
        time.sleep(0.5)
        disk.free()
        wait_until(lambda: ready(muster)[1]["spool"] == "on", "room again", 20, every=0.1)

    await storm.rage(full_for_a_while, 1, pause=0.5)
    status, said = ready(muster)
    assert (status, said["spooled"]) == (200, len(storm.sender.acked))
    assert {one.status for one in storm.sender.attempts} == {200, 503}
    server.stop()
