"""The doctor names what cannot be promised."""

import time

import pytest
import time_machine
from sqlalchemy import event

from app.cli.doctor import examine
from app.settings import Settings
from app.store.engine import open_store
from app.store.promises import durability
from tests.rig.postgres import Postgres


def examined(url, tmp_path, **more):
    given = {"database_url": url, "data_folder": tmp_path, "simulator": False}
    spool = {"path": tmp_path / "spool/spool.db"}
    return [(one.level, one.what) for one in examine(Settings(**{**given, "spool": spool, **more}))]


def of(findings, part):
    (found,) = [finding for finding in findings if finding[1].startswith(part)]
    return found


def test_it_says_what_sqlite_can_promise(sqlite_url, tmp_path):
    findings = examined(sqlite_url, tmp_path)
    assert of(findings, "durability")[0] == "ok"
    assert of(findings, "spool")[0] == "ok"
    assert of(findings, "clock")[0] == "ok"


def test_it_warns_of_a_spool_that_is_off(sqlite_url, tmp_path):
    level, what = of(examined(sqlite_url, tmp_path, spool={"on": False}), "spool")
    assert (level, "503" in what) == ("warn", True)


def test_sqlite_below_full_fails(sqlite_url):
    store = open_store(sqlite_url)
    event.listen(store._reader, "connect", lambda db, _: db.execute("PRAGMA synchronous = NORMAL"))
    assert list(durability(store)) == [("fail", "durability: journal wal, synchronous below FULL")]
    store.close()


def test_it_fails_a_database_that_can_forget(postgres_url, tmp_path):
    findings = examined(postgres_url, tmp_path)  # the tests' own server has no fsync
    assert ("fail", "durability: fsync is off; acknowledged messages can be lost") in findings
    assert of(findings, "failover")[0] == "warn"


@pytest.mark.parametrize("ahead", [-5, 5])
def test_it_sees_a_clock_that_differs(postgres_url, tmp_path, ahead):
    with time_machine.travel(time.time() + ahead, tick=True):
        assert of(examined(postgres_url, tmp_path), "clock")[0] == "warn"


@pytest.mark.slow
def test_it_says_what_a_failover_would_leave():
    primary = Postgres.make(durable=True).start()
    store = open_store(primary.url())

    def failover():
        return next(finding for finding in durability(store) if finding[1].startswith("failover"))

    assert "no synchronous standby;" in failover()[1]
    standby = primary.standby()
    assert "asynchronous" in failover()[1]
    primary.wait_for_standby()
    assert failover()[0] == "ok"
    local = open_store(f"{primary.url()}?options=-c%20synchronous_commit%3Dlocal")
    assert [what for level, what in durability(local) if "is local" in what]
    local.close()
    standby.stop()
    assert failover()[0] == "warn"
    store.close()
    standby.remove()
    primary.remove()


def test_without_its_database_it_still_says_the_rest(tmp_path):
    findings = examined("postgresql://muster@127.0.0.1:1/none", tmp_path)
    assert of(findings, "database")[0] == "fail"
    assert of(findings, "flows")[0] == "ok"
