"""The power is cut: whatever was acknowledged is in the files, and every start succeeds."""

import random
import shutil
import sqlite3
from functools import partial

import pytest

from app.main import put_together
from app.settings import ChannelSettings, Settings
from app.store.spool import Spool
from tests.e2e.signup import posts_of
from tests.faults.conftest import a_seed, short_and_long
from tests.faults.storm import Storm
from tests.faults.test_kills import make
from tests.rig import checker
from tests.rig.ports import free_port
from tests.rig.powercut import Disk, Recorder
from tests.rig.server import every_channel

pytestmark = pytest.mark.slow

STARTS = 3  # of the cuts, the whole server is put together after so many


async def recorded(muster, tmp_path):
    """Run under load and record; gives the disk at the start, the records and the sender."""
    data = tmp_path / "muster/data"
    recorder = Recorder.make(data, tmp_path)
    disk = Disk.of(data)
    server = muster.serve(**recorder.environment)
    storm = Storm(partial(posts_of, muster))
    await storm.rage(lambda: None, 1, pause=0.5)
    server.kill9()
    return disk, list(recorder.records()), storm.sender


def cuts(disk, records, sender, times, folder):
    """Cut the power at so many moments; gives each time what was acknowledged before."""
    seed = a_seed()
    chance = random.Random(seed)
    acks = sorted((one.began + one.took, one.key) for one in sender.attempts if one.status == 200)
    first = next(n for n, record in enumerate(records) if record.at > acks[0][0])
    moments = set(chance.sample(range(first, len(records)), min(times, len(records) - first)))
    acked: set[str] = set()
    for number, record in enumerate(records):
        if number in moments:
            while acks and acks[0][0] < record.at:
                acked.add(acks.pop(0)[1])
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            for name, content in disk.cut(chance).items():
                (folder / name).write_bytes(content)
            yield acked
        disk.take(record)
    print(f"{len(moments)} cuts, {len(sender.acked)} acknowledged")


@short_and_long(40, 1500)
async def test_the_database_on_sqlite(carrier, tmp_path, times):
    muster = make(tmp_path / "muster", carrier, f"sqlite:///{tmp_path}/muster/data/muster.db")
    muster.run("db", "upgrade")
    disk, records, sender = await recorded(muster, tmp_path)
    folder = tmp_path / "after"
    url = f"sqlite:///{folder}/muster.db"

    for number, acked in enumerate(cuts(disk, records, sender, times, folder)):
        with sqlite3.connect(folder / "muster.db") as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        db.close()
        kept = checker.read(url)
        assert checker.lost(kept, acked) == set()
        assert checker.doubled(kept) == []
        assert checker.out_of_order(kept) == []
        if number % max(1, times // STARTS) == 0:
            start(folder, url)


def start(folder, url):
    channel = ChannelSettings(**every_channel("http://127.0.0.1:9/")["simulator"])
    settings = Settings(
        database_url=url,
        data_folder=folder,
        spool={"path": folder / "spool.db"},
        channels={"simulator": channel},
        simulator=False,
    )
    put_together(settings).close()


@short_and_long(40, 500)
async def test_the_spool(carrier, tmp_path, times):
    away = f"postgresql://muster@127.0.0.1:{free_port()}/none"
    muster = make(tmp_path / "muster", carrier, away)
    (tmp_path / "muster/data").mkdir()
    disk, records, sender = await recorded(muster, tmp_path)
    folder = tmp_path / "after"

    for acked in cuts(disk, records, sender, times, folder):
        spool = Spool(folder / "spool.db")
        items = [item for _, item in spool.oldest(10**6)]
        spool.close()
        keys = [item["event"]["carrier_id"] for item in items]
        assert set(keys) >= acked
        assert len(keys) == len(set(keys))
