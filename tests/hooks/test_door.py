import asyncio
import ipaddress
from collections.abc import Sequence
from typing import Any

import pytest

from app.hooks import reading
from app.hooks.door import Door, caller, raw, request_from
from app.intake.channel import Channel
from app.intake.desk import Busy
from app.intake.item import Answer, Item
from app.intake.spooling import NotKept
from gateway_adapters.contract import HttpRequest, Message
from gateway_adapters.kannel import Kannel
from gateway_adapters.simulator import Simulator

SECRET = "0123456789abcdef"
TEXT = b'{"id":"1","from":"09121112233","to":"30001152","text":"\xdb\xb9"}'
DIAL = b'{"dialog":"d1","from":"09121112233","code":"*7#","input":"","phase":"begin"}'


class Intake:
    """Keeps what it is given, or fails as it is told."""

    is_full = False

    def __init__(self, failure: Exception | None = None, answer: Answer | None = None) -> None:
        self.items: list[Item] = []
        self._failure, self._answer = failure, answer or Answer("handled")

    async def submit(self, items: Sequence[Item]) -> list[Answer]:
        self.items += items
        if self._failure is not None:
            raise self._failure
        return [self._answer] * len(items)


def a_channel(**changes: Any) -> Channel:
    adapter = Simulator(secret="carrier-secret", send_url="http://127.0.0.1:1/send")
    return Channel(**{"name": "main", "adapter": adapter, "secrets": (SECRET,), **changes})


async def behind(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b"behind"})


def a_door(intake: Intake | None = None, **changes: Any) -> Door:
    return Door(app=behind, channels={"main": a_channel(**changes)}, intake=intake or Intake())


async def call(
    door: Door,
    path: str = f"/hooks/main/{SECRET}",
    body: bytes = TEXT,
    method: str = "POST",
    headers: dict[str, str] | None = None,
    client: str = "10.0.0.1",
    query: bytes = b"",
) -> tuple[int, bytes, dict[bytes, bytes]]:
    given = {"x-simulator-secret": "carrier-secret", "content-type": "application/json"}
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "client": (client, 1),
        "headers": [(n.encode(), v.encode()) for n, v in {**given, **(headers or {})}.items()],
    }
    sent: list[Any] = []
    chunks = [body[i : i + 65536] for i in range(0, len(body), 65536)] or [b""]

    async def receive() -> Any:
        chunk = chunks.pop(0)
        return {"type": "http.request", "body": chunk, "more_body": bool(chunks)}

    async def send(message: Any) -> None:
        sent.append(message)

    await door(scope, receive, send)
    return sent[0]["status"], sent[1]["body"], dict(sent[0]["headers"])


async def test_a_text_is_taken_in_and_acknowledged() -> None:
    intake = Intake()
    status, _, _ = await call(a_door(intake))
    assert status == 200
    assert [item.event for item in intake.items] == [Message("09121112233", "۹", "30001152", "1")]


@pytest.mark.parametrize(
    "path",
    ["/hooks/main/wrong", "/hooks/main", "/hooks/main/", f"/hooks/other/{SECRET}", "/hooks//"],
)
async def test_an_unknown_channel_or_secret_gives_no_hint(path: str) -> None:
    intake = Intake()
    assert (await call(a_door(intake), path))[:2] == (404, b"Not found")
    assert intake.items == []


async def test_a_channel_without_a_secret_stays_shut() -> None:
    assert (await call(a_door(secrets=("",)), "/hooks/main/"))[0] == 404


async def test_both_secrets_open_while_one_replaces_the_other() -> None:
    door = a_door(secrets=(SECRET, "fedcba9876543210"))
    assert (await call(door, "/hooks/main/fedcba9876543210"))[0] == 200
    assert (await call(door))[0] == 200


async def test_a_request_that_proves_nothing_is_forbidden() -> None:
    intake = Intake()
    status, _, _ = await call(a_door(intake), headers={"x-simulator-secret": "no"})
    assert (status, intake.items) == (403, [])


async def test_what_nobody_can_read_is_kept_and_refused() -> None:
    intake = Intake()
    status, _, _ = await call(a_door(intake), body=b"\x00{not json")
    assert status == 400
    assert [item.kind for item in intake.items] == ["unread"]
    kept = request_from(intake.items[0].raw or b"")
    assert (kept.method, kept.path, kept.body) == ("POST", "/hooks/main/*", b"\x00{not json")


async def test_over_the_limit_nothing_more_is_read() -> None:
    status, _, _ = await call(a_door(), body=b"x" * (reading.MOST_BYTES + 1))
    assert status == 413


async def test_a_declared_length_over_the_limit_is_refused_at_once() -> None:
    status, _, _ = await call(a_door(), headers={"content-length": str(reading.MOST_BYTES + 1)})
    assert status == 413


async def test_a_full_desk_is_told_before_the_body_is_read() -> None:
    intake = Intake()
    intake.is_full = True
    status, _, headers = await call(a_door(intake))
    assert (status, headers[b"retry-after"], intake.items) == (503, b"5", [])


async def test_a_body_that_trickles_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "READ_DEADLINE", 0.05)
    monkeypatch.setattr(reading, "LOOK_EVERY", 0.02)

    async def receive() -> Any:
        await asyncio.sleep(0.03)
        return {"type": "http.request", "body": b"x", "more_body": True}

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    path = f"/hooks/main/{SECRET}"
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": []}
    await a_door()(scope, receive, send)
    assert sent[0]["status"] == 408


async def test_the_former_secret_of_a_carrier_counts_while_it_is_changed() -> None:
    old = Simulator(secret="former-secret", send_url="http://127.0.0.1:1/send")
    former = {"x-simulator-secret": "former-secret"}
    assert (await call(a_door(), headers=former))[0] == 403
    assert (await call(a_door(former=old), headers=former))[0] == 200
    assert (await call(a_door(former=old)))[0] == 200


@pytest.mark.parametrize("failure", [Busy(), NotKept(), RuntimeError("anything")])
async def test_what_is_not_kept_is_never_acknowledged(failure: Exception) -> None:
    status, _, headers = await call(a_door(Intake(failure)))
    assert status == 503
    assert headers[b"retry-after"] == b"5"


async def test_a_caller_gets_a_screen_that_says_we_are_away() -> None:
    status, body, _ = await call(a_door(Intake(NotKept()), away_screen="later"), body=DIAL)
    assert status == 200
    assert b"later" in body


async def test_a_dialog_gets_its_screen() -> None:
    answer = Answer("handled", ("Name?",), more=True)
    status, body, _ = await call(a_door(Intake(answer=answer)), body=DIAL)
    assert status == 200
    assert b"Name?" in body


async def test_other_paths_are_somebody_elses() -> None:
    assert (await call(a_door(), "/healthz"))[0] == 299


async def test_other_methods_are_refused() -> None:
    assert (await call(a_door(), method="DELETE"))[0] == 405


async def test_addresses_outside_the_list_find_nothing() -> None:
    door = a_door(allow_from=(ipaddress.ip_network("192.0.2.0/24"),))
    assert (await call(door, client="10.0.0.1"))[0] == 404
    assert (await call(door, client="192.0.2.7"))[0] == 200


async def test_a_forwarded_address_counts_only_from_our_own_proxy() -> None:
    door = a_door(allow_from=(ipaddress.ip_network("192.0.2.0/24"),))
    forwarded = {"x-forwarded-for": "192.0.2.7"}
    assert (await call(door, headers=forwarded))[0] == 404
    door.trusted_proxies = (ipaddress.ip_network("10.0.0.0/8"),)
    assert (await call(door, headers=forwarded))[0] == 200
    assert (await call(door, headers={"x-forwarded-for": "192.0.2.7, 203.0.113.5"}))[0] == 404


def test_the_nearest_address_we_do_not_trust_is_the_caller() -> None:
    trusted = (ipaddress.ip_network("10.0.0.0/8"),)
    scope = {
        "client": ("10.0.0.1", 1),
        "headers": [(b"x-forwarded-for", b"192.0.2.1, 203.0.113.9, 10.0.0.2")],
    }
    assert str(caller(scope, trusted)) == "203.0.113.9"


def test_a_kept_request_holds_no_secret() -> None:
    request = HttpRequest(
        "POST", f"/hooks/main/{SECRET}/report?x=1", {"authorization": "Basic abc"}, b"body"
    )
    kept = raw(request)
    assert SECRET.encode() not in kept
    assert b"abc" not in kept
    assert request_from(kept).url == "/hooks/main/*/report?x=1"


async def test_kannel_is_answered_with_nothing_to_text_back() -> None:
    intake = Intake()
    door = Door(behind, {"main": a_channel(adapter=Kannel(username="u", password="p"))}, intake)
    body = b"sender=%2B989121112233&message=9&to=30001152&id=7"
    status, answer, _ = await call(
        door, body=body, headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert (status, answer) == (200, b"")
    assert intake.items[0].event == Message("+989121112233", "9", "30001152", "7")
