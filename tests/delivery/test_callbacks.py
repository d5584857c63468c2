"""Callbacks against receivers of every kind, on loopback."""

import asyncio
import base64
import contextlib
import hmac
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.delivery import callbacks as sender
from app.delivery.callbacks import SCHEDULE, Callbacks
from app.store import callbacks, group_edits
from app.store.engine import Store, open_store
from app.store.group_edits import Edit
from app.store.ids import Ids
from app.text.urls import Reach, networks
from tests.admin.builders import a_group, an_office

LOCAL = Reach(http_too=True, networks=networks(("127.0.0.0/8",)))
SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
OLD = "whsec_" + base64.b64encode(b"o" * 32).decode()
Behave = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]


@dataclass
class Receiver:
    """Somebody who is told, as they may be."""

    status: str = "200 OK"
    behave: Behave | None = None
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
            plain = dict(line.split(": ", 1) for line in head[1:] if line)
            body = await reader.readexactly(int(headers["content-length"]))
            self.got.append(({n.lower(): v for n, v in plain.items()}, body))
            if self.behave:
                await self.behave(reader, writer)
            else:
                writer.write(f"HTTP/1.1 {self.status}\r\nContent-Length: 0\r\n\r\n".encode())
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    @asynccontextmanager
    async def on(self) -> AsyncIterator["Receiver"]:
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/told?by=muster"


@pytest.fixture
def store(database_url: str) -> Any:
    store = open_store(database_url, 6)
    yield store
    store.close()


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Any:
    store = open_store(sqlite_url, 6)
    yield store
    store.close()


IDS = Ids(9)


def subscribe(store: Store, url: str, *events: str, **changes: Any) -> int:
    row = {
        "id": IDS(),
        "url": url,
        "events": list(events) or ["group.registered", "group.changed", "group.withdrawn"],
        "secrets": [[SECRET, None]],
        "note": "",
        "active": True,
        "created_at": datetime.now(UTC),
        **changes,
    }
    with store.write() as db:
        callbacks.subscribe(db, row)
    return int(row["id"])


def a_sender(store: Store, **changes: Any) -> Callbacks:
    return Callbacks(store, IDS, str, **{"reach": LOCAL, **changes})


async def work(worker: Callbacks) -> None:
    while await worker.step():
        await worker.finish()


def log_of(store: Store, subscription: int) -> list[Any]:
    with store.read() as db:
        return list(callbacks.page(db, subscription, 100))


def make_due(store: Store) -> None:
    with store.write() as db:
        db.execute(callbacks.callbacks.update().values(due_at=datetime.now(UTC)))


async def test_a_sign_up_is_told_once_signed_and_without_numbers(store: Store) -> None:
    async with Receiver().on() as receiver:
        subscription = subscribe(store, receiver.url)
        group = a_group(an_office(store, IDS), name="انجمن یاوران")
        await work(a_sender(store))
        await work(a_sender(store))

    ((headers, body),) = receiver.got
    told = json.loads(body)
    assert headers["webhook-id"] == f"evt_{group}_1"
    assert (told["type"], told["data"]["name"]) == ("group.registered", "انجمن یاوران")
    assert told["data"]["specialisms"] == ["addiction", "youth"]
    assert not {"phone", "contact", "offer", "note", "more"} & set(told["data"])
    assert b"98912" not in body
    age = datetime.now(UTC).timestamp() - int(headers["webhook-timestamp"])
    assert 0 <= age < 60
    plain = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = base64.b64encode(hmac.digest(b"s" * 32, plain, "sha256")).decode()
    assert headers["webhook-signature"] == f"v1,{wanted}"
    assert headers["host"] == f"127.0.0.1:{receiver.port}"
    (row,) = log_of(store, subscription)
    assert (row.state, row.status, row.tries) == ("delivered", 200, 1)


async def test_each_change_is_told_to_those_who_want_it(store: Store) -> None:
    async with Receiver().on() as all_, Receiver().on() as some:
        subscribe(store, all_.url)
        subscribe(store, some.url, "group.withdrawn")
        subscribe(store, some.url, active=False)
        group = a_group(an_office(store, IDS))
        with store.write() as db:
            now = datetime.now(UTC)
            group_edits.apply(db, Edit(group, "edited", {"members": 99}), "cli", now)
            group_edits.apply(db, Edit(group, "status", {"status": "withdrawn"}), "cli", now)
        await work(a_sender(store))

    told = [json.loads(body) for _, body in all_.got]
    assert sorted(one["type"] for one in told) == [
        "group.changed",
        "group.registered",
        "group.withdrawn",
    ]
    assert [one["data"]["changed"] for one in told if one["type"] == "group.changed"] == [
        ["members"]
    ]
    assert [json.loads(body)["type"] for _, body in some.got] == ["group.withdrawn"]


async def test_nobody_subscribed_leaves_nothing_behind(store: Store) -> None:
    a_group(an_office(store, IDS))
    with store.read() as db:
        assert db.execute(callbacks.group_events.select()).all() == []


async def test_both_secrets_sign_while_they_change(sqlite_store: Store) -> None:
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    past = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    async with Receiver().on() as receiver:
        subscribe(sqlite_store, receiver.url, secrets=[[SECRET, None], [OLD, later], [OLD, past]])
        a_group(an_office(sqlite_store, IDS))
        await work(a_sender(sqlite_store))
    signatures = receiver.got[0][0]["webhook-signature"].split(" ")
    assert len(signatures) == len(set(signatures)) == 2


async def test_the_schedule_and_giving_up_and_trying_again(sqlite_store: Store) -> None:
    async with Receiver(status="500 No").on() as receiver:
        subscription = subscribe(sqlite_store, receiver.url)
        a_group(an_office(sqlite_store, IDS))
        worker = a_sender(sqlite_store)
        for tried in range(1, len(SCHEDULE) + 1):
            await work(worker)
            (row,) = log_of(sqlite_store, subscription)
            assert (row.tries, row.status) == (tried, 500)
            if tried < len(SCHEDULE):
                wait = (row.due_at - row.updated_at) / SCHEDULE[tried]
                assert 0.8 <= wait <= 1.2
                assert row.state == "queued"
            make_due(sqlite_store)
        assert row.state == "given_up"
        await work(worker)
        assert len(receiver.got) == 8
        assert {headers["webhook-id"] for headers, _ in receiver.got} == {row.event}

        receiver.status = "204 Fine"
        with sqlite_store.write() as db:
            assert callbacks.replay(db, subscription, None, datetime.now(UTC)) == 1
        await work(worker)
    (row,) = log_of(sqlite_store, subscription)
    assert row.state == "delivered"
    with sqlite_store.read() as db:
        assert callbacks.one(db, subscription).failing_since is None  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "status", ["301 x\r\nLocation: http://127.0.0.1:1/", "404 No", "199 x", "302 y"]
)
async def test_only_a_2xx_is_taken_and_no_redirect_is_followed(
    sqlite_store: Store, status: str
) -> None:
    async with Receiver(status=status).on() as receiver:
        subscription = subscribe(sqlite_store, receiver.url)
        a_group(an_office(sqlite_store, IDS))
        await work(a_sender(sqlite_store))
    (row,) = log_of(sqlite_store, subscription)
    assert row.state == "queued"
    assert receiver.connections == 1


async def test_one_who_is_gone_is_told_no_more(sqlite_store: Store) -> None:
    async with Receiver(status="410 Gone").on() as receiver:
        subscription = subscribe(sqlite_store, receiver.url)
        a_group(an_office(sqlite_store, IDS))
        await work(a_sender(sqlite_store))
        make_due(sqlite_store)
        await work(a_sender(sqlite_store))
    with sqlite_store.read() as db:
        row = callbacks.one(db, subscription)
    assert row is not None
    assert (row.active, receiver.connections) == (False, 1)
    assert "gone" in row.problem


async def test_who_took_nothing_for_five_days_is_switched_off(sqlite_store: Store) -> None:
    async with Receiver(status="500 No").on() as receiver:
        since = datetime.now(UTC) - timedelta(days=5, minutes=1)
        subscription = subscribe(sqlite_store, receiver.url, failing_since=since)
        a_group(an_office(sqlite_store, IDS))
        await work(a_sender(sqlite_store))
    with sqlite_store.read() as db:
        assert callbacks.one(db, subscription).active is False  # type: ignore[union-attr]


# --- receivers that mean no good ------------------------------------------------------------


async def hangs(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def trickles(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for letter in b"HTTP/1.1 200 OK\r\nX-Y: " + b"a" * 1000:
        writer.write(bytes([letter]))
        await writer.drain()
        await asyncio.sleep(0.05)


async def never_ends_its_headers(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-Header: " + b"a" * 1000 + b"\r\n")
        await writer.drain()


async def talks_nonsense(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x00\xff nonsense\r\n\r\n")
    await writer.drain()


@pytest.mark.parametrize("behave", [hangs, trickles, never_ends_its_headers, talks_nonsense])
async def test_a_bad_receiver_costs_its_own_time_alone(
    sqlite_store: Store, behave: Behave, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "DEADLINE", 4.0)
    async with Receiver(behave=behave).on() as bad, Receiver().on() as good:
        subscription = subscribe(sqlite_store, bad.url)
        others = subscribe(sqlite_store, good.url)
        for number in range(6):
            a_group(an_office(sqlite_store, IDS), f"+98912000000{number}")
        worker = a_sender(sqlite_store)
        loop = asyncio.get_running_loop()
        began = loop.time()
        assert await worker.step() == 2 * sender.AT_ONCE
        await worker.finish()
        assert loop.time() - began < 60
        assert bad.connections <= sender.AT_ONCE
    tried = [row for row in log_of(sqlite_store, subscription) if row.tries]
    assert {(row.state, row.status) for row in tried} == {("queued", None)}
    assert all(row.problem for row in tried)
    taken = [row for row in log_of(sqlite_store, others) if row.state == "delivered"]
    assert len(taken) == sender.AT_ONCE, "others lose nothing by it"
    if behave in (hangs, trickles):
        assert max(r.updated_at for r in taken) <= min(r.updated_at for r in tried)


async def test_a_gigabyte_is_not_read(sqlite_store: Store) -> None:
    sent = 0

    async def pours(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while sent < 1_000_000_000:
            writer.write(b"a" * 65536)
            sent += 65536
            await writer.drain()

    async with Receiver(behave=pours).on() as receiver:
        subscription = subscribe(sqlite_store, receiver.url)
        a_group(an_office(sqlite_store, IDS))
        await work(a_sender(sqlite_store))
    (row,) = log_of(sqlite_store, subscription)
    assert row.state == "delivered"
    assert sent < 20_000_000, "what the machine's own buffers hold, and no more"


# --- where it connects to -------------------------------------------------------------------


@pytest.mark.parametrize(
    "leads_to",
    [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["::ffff:127.0.0.1"], ["fe80::1%eth0"], []],
)
async def test_a_name_that_leads_inside_is_not_connected_to(
    sqlite_store: Store, leads_to: list[str]
) -> None:
    async def resolver(_: str, __: int) -> list[str]:
        return leads_to

    async with Receiver().on() as receiver:
        url = f"http://rebinding.example:{receiver.port}/"
        subscription = subscribe(sqlite_store, url)
        a_group(an_office(sqlite_store, IDS))
        await work(a_sender(sqlite_store, reach=Reach(http_too=True), resolver=resolver))
    assert receiver.connections == 0
    (row,) = log_of(sqlite_store, subscription)
    assert (row.state, row.status) == ("queued", None)
    assert row.problem


async def test_the_address_that_was_checked_is_the_one_connected_to(sqlite_store: Store) -> None:
    asked: list[str] = []

    async def resolver(host: str, _: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.255.255.1"]

    async with Receiver().on() as receiver:
        subscribe(sqlite_store, f"http://crm.example:{receiver.port}/x")
        a_group(an_office(sqlite_store, IDS))
        await work(a_sender(sqlite_store, resolver=resolver))
    assert asked == ["crm.example"], "asked once, and never again by the client"
    assert receiver.got[0][0]["host"] == f"crm.example:{receiver.port}"


async def test_two_workers_share_what_is_due(store: Store) -> None:
    async with Receiver().on() as receiver:
        subscribe(store, receiver.url)
        for number in range(12):
            a_group(an_office(store, IDS), f"+9891200000{number:02d}")
        await asyncio.gather(*(work(a_sender(store)) for _ in range(3)))
        await work(a_sender(store))
    events = [headers["webhook-id"] for headers, _ in receiver.got]
    assert len(events) == len(set(events)) == 12


async def test_what_a_dead_worker_had_begun_is_tried_again(sqlite_store: Store) -> None:
    async with Receiver().on() as receiver:
        subscription = subscribe(sqlite_store, receiver.url)
        a_group(an_office(sqlite_store, IDS))
        with sqlite_store.write() as db:
            past = datetime.now(UTC) - timedelta(minutes=5)
            callbacks.fan_out(db, IDS, past)
            assert len(callbacks.claim(db, subscription, 5, past, timedelta(minutes=1))) == 1
        await work(a_sender(sqlite_store))
    (row,) = log_of(sqlite_store, subscription)
    assert (row.state, row.tries, len(receiver.got)) == ("delivered", 2, 1)


async def test_a_certificate_must_be_of_the_name_and_believed(
    sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cert = a_certificate(tmp_path, "crm.example")
    asked: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert)
    context.sni_callback = lambda _, name, __: asked.append(name)  # type: ignore[assignment]

    async def resolver(_: str, __: int) -> list[str]:
        return ["127.0.0.1"]

    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    right = subscribe(sqlite_store, f"https://crm.example:{port}/")
    wrong = subscribe(sqlite_store, f"https://other.example:{port}/")
    a_group(an_office(sqlite_store, IDS))
    await work(a_sender(sqlite_store, resolver=resolver))
    assert set(asked) == {"crm.example", "other.example"}
    assert receiver.got == [], "nobody vouches for this certificate"

    monkeypatch.setattr(sender, "tls", lambda: ssl.create_default_context(cafile=str(cert)))
    make_due(sqlite_store)
    await work(a_sender(sqlite_store, resolver=resolver))
    server.close()
    assert [row.state for row in log_of(sqlite_store, right)] == ["delivered"]
    assert [row.state for row in log_of(sqlite_store, wrong)] == ["queued"]


def a_certificate(folder: Path, name: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    cert = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "cert.pem"
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    pem = key.private_bytes(serialization.Encoding.PEM, form, plain)
    path.write_bytes(pem + cert.public_bytes(serialization.Encoding.PEM))
    return path


async def test_it_runs_until_it_is_stopped(sqlite_store: Store) -> None:
    async with Receiver().on() as receiver:
        subscribe(sqlite_store, receiver.url)
        running = asyncio.create_task(a_sender(sqlite_store).run())
        a_group(an_office(sqlite_store, IDS))
        async with asyncio.timeout(60):
            while not receiver.got:  # noqa: ASYNC110  the receiver has no event to wait for
                await asyncio.sleep(0.05)
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
    with sqlite_store.read() as db:
        assert callbacks.waiting(db) == {}, "what was under way was noted before it stopped"
