import psycopg
import pytest

from tests.rig.postgres import Postgres


@pytest.fixture(scope="module")
def primary():
    server = Postgres.make(durable=True).start()
    yield server
    server.remove()


def test_what_was_committed_survives_a_kill(primary):
    primary.sql("create table kept (n int)")
    primary.sql("insert into kept values (1)")

    primary.kill9()
    with pytest.raises(psycopg.OperationalError):
        primary.sql("select 1")
    primary.start()

    assert primary.sql("select n from kept") == [(1,)]
    assert primary.sql("show fsync") == [("on",)]


def test_a_paused_standby_lags_and_a_promoted_one_takes_writes(primary):
    primary.sql("create table streamed (n int)")
    standby = primary.standby()
    try:
        with standby.paused("walreceiver"):
            primary.sql("insert into streamed values (1)")
            assert standby.sql("select n from streamed") == []
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            standby.sql("insert into streamed values (2)")

        standby.promote()

        standby.sql("insert into streamed values (2)")
    finally:
        standby.remove()


def test_each_database_comes_whole_from_its_template(postgres):
    template = postgres.create_database()
    postgres.sql("create table here (n int)", template)

    copies = [postgres.create_database(template) for _ in range(2)]
    postgres.sql("insert into here values (1)", copies[0])

    assert postgres.sql("select n from here", copies[0]) == [(1,)]
    assert postgres.sql("select n from here", copies[1]) == []
