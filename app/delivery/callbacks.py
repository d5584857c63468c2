"""Tells subscribers: signed, to public addresses alone, again and again by a schedule.

A receiver that is slow, endless or gone costs its own turns and nobody else's.
"""

import asyncio
import base64
import hmac
import random
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from ipaddress import ip_address
from typing import Any

import httpx2
import structlog

from app.store import callbacks
from app.store.engine import DatabaseAway, Store, clock
from app.store.ids import Ids
from app.text.urls import Forbidden, Ip, Reach, Target, check, target_of

log = structlog.get_logger()

SCHEDULE = tuple(
    timedelta(seconds=seconds) for seconds in (0, 5, 300, 1800, 7200, 18000, 36000, 36000)
)
"""Before each try; after the last one a callback is given up, and waits for somebody."""
JITTER = 0.2
DEADLINE = 10.0  # seconds for a whole exchange
LEASE = timedelta(seconds=60)
AT_ONCE = 4
"""Tries at a time to one subscriber; the next wait for these."""
OFF_AFTER = timedelta(days=5)
KEEP_DELIVERED = timedelta(days=30)
LOOK_EVERY = 0.5
TIDY_EVERY = 600.0

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Answered:
    """What a try led to: a status, or why there is none."""

    status: int | None = None
    problem: str = ""

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


async def resolve(host: str, port: int) -> Sequence[str]:
    """Every address of a name, as the system knows them."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[4][0]) for address in found]


@cache
def tls() -> ssl.SSLContext:
    """Who is believed; made once, for it is slow to make."""
    return ssl.create_default_context()


def signature(secret: str, event: str, timestamp: int, body: str) -> str:
    """Standard Webhooks 1.0; `secret` is whsec_ and base64."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{event}.{timestamp}.{body}".encode(), "sha256")
    return "v1," + base64.b64encode(digest).decode()


class Callbacks:
    """One a worker; workers share what is due, never a callback."""

    def __init__(
        self,
        store: Store,
        new_id: Ids,
        unseal: Callable[[str], str],
        reach: Reach | None = None,
        resolver: Resolve = resolve,
    ) -> None:
        self._store, self._new_id, self._unseal = store, new_id, unseal
        self._reach, self._resolve = reach or Reach(), resolver
        self._busy: dict[int, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Work until cancelled."""
        tidied = -TIDY_EVERY
        loop = asyncio.get_running_loop()
        try:
            while True:
                try:
                    await self.step()
                    if loop.time() - tidied > TIDY_EVERY:
                        await asyncio.to_thread(self._tidy)
                        tidied = loop.time()
                except Exception as error:  # noqa: BLE001  one fault must not end this for good
                    log.warning("callbacks.wait", error=type(error).__name__)
                await asyncio.sleep(LOOK_EVERY)
        finally:
            await self.finish()

    async def finish(self) -> None:
        """Let what is under way come to its end, which is near."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def step(self) -> int:
        """Begin everything that is due, as far as there are turns; gives how many."""
        begun = await asyncio.to_thread(self._claim)
        for callback, subscription in begun:
            self._busy[subscription.id] = self._busy.get(subscription.id, 0) + 1
            task = asyncio.create_task(self._try(callback, subscription))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return len(begun)

    def _claim(self) -> list[tuple[Any, Any]]:
        begun: list[tuple[Any, Any]] = []
        with self._store.read() as db:
            if callbacks.is_idle(db, clock(db)):
                return begun
        with self._store.write() as db:
            now = clock(db)
            callbacks.fan_out(db, self._new_id, now)
            for id_ in callbacks.due(db, now):
                free = AT_ONCE - self._busy.get(id_, 0)
                subscription = callbacks.one(db, id_)
                if free <= 0 or subscription is None or not subscription.active:
                    continue
                rows = callbacks.claim(db, id_, free, now, LEASE)
                begun += [(row, subscription) for row in rows]
        return begun

    def _tidy(self) -> None:
        with self._store.write() as db:
            callbacks.forget(db, clock(db) - KEEP_DELIVERED)

    # one try

    async def _try(self, callback: Any, subscription: Any) -> None:
        try:
            answered = await self._post(callback, subscription)
            await asyncio.to_thread(self._settle, callback, subscription, answered)
        except DatabaseAway:
            pass  # its lease runs out and it is tried again; receivers know it by its id
        finally:
            self._busy[subscription.id] -= 1

    async def _post(self, callback: Any, subscription: Any) -> Answered:
        try:
            async with asyncio.timeout(DEADLINE):
                target = target_of(subscription.url, self._reach)
                address = await self._address(target)
                return await self._exchange(target, address, callback, subscription)
        except Forbidden as error:
            return Answered(problem=str(error))
        except TimeoutError:
            return Answered(problem="no answer in time")
        except OSError:
            return Answered(problem="the name leads nowhere, or nobody listens")
        except httpx2.HTTPError as error:
            return Answered(problem=type(error).__name__)

    async def _address(self, target: Target) -> Ip:
        """Where the name leads now; this very address is then connected to."""
        found = [
            ip_address(one.partition("%")[0])
            for one in await self._resolve(target.host, target.port)
        ]
        if not found:
            raise Forbidden("the name leads nowhere")
        for address in found:
            check(address, self._reach)
        return found[0]

    async def _exchange(
        self, target: Target, address: Ip, callback: Any, subscription: Any
    ) -> Answered:
        host = f"[{address}]" if address.version == 6 else str(address)
        url = f"{target.scheme}://{host}:{target.port}{target.path}"
        limits = httpx2.Limits(max_keepalive_connections=0)
        transport = httpx2.AsyncHTTPTransport(verify=tls(), trust_env=False, limits=limits)
        async with httpx2.AsyncClient(
            transport=transport, timeout=DEADLINE, follow_redirects=False, trust_env=False
        ) as client:
            request = client.build_request(
                "POST",
                url,
                content=callback.body.encode(),
                headers=self._headers(target, callback, subscription),
                extensions={"sni_hostname": target.host},
            )
            answer = await client.send(request, stream=True)
            try:
                return Answered(status=answer.status_code)
            finally:
                await answer.aclose()  # unread: what it says besides is none of our business

    def _headers(self, target: Target, callback: Any, subscription: Any) -> dict[str, str]:
        timestamp = int(callback.updated_at.timestamp())
        signatures = [
            signature(self._unseal(sealed), callback.event, timestamp, callback.body)
            for sealed, until in subscription.secrets
            if until is None or datetime.fromisoformat(until) > callback.updated_at
        ]
        host = f"[{target.host}]" if ":" in target.host else target.host
        standard = target.port == {"https": 443, "http": 80}[target.scheme]
        return {
            "Host": host if standard else f"{host}:{target.port}",
            "Content-Type": "application/json",
            "User-Agent": "Muster-Webhooks/1",
            "Accept-Encoding": "identity",
            "webhook-id": callback.event,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": " ".join(signatures),
        }

    # what became of it

    def _settle(self, callback: Any, subscription: Any, answered: Answered) -> None:
        with self._store.write() as db:
            now = clock(db)
            what = {"status": answered.status, "problem": answered.problem, "updated_at": now}
            if answered.taken:
                callbacks.settle(db, callback.id, callback.tries, state="delivered", **what)
                if subscription.failing_since is not None:
                    callbacks.change(db, subscription.id, failing_since=None, problem="")
                return
            if callback.tries >= len(SCHEDULE):
                callbacks.settle(db, callback.id, callback.tries, state="given_up", **what)
            else:
                again = now + _with_jitter(SCHEDULE[callback.tries])
                callbacks.settle(
                    db, callback.id, callback.tries, state="queued", due_at=again, **what
                )
            self._note_failing(db, subscription.id, answered, now)

    def _note_failing(self, db: Any, subscription: int, answered: Answered, now: datetime) -> None:
        row = callbacks.one(db, subscription)
        if row is None:
            return
        since = row.failing_since or now
        values: dict[str, Any] = {"failing_since": since}
        if answered.status == 410:
            values |= {"active": False, "problem": "it answered that it is gone for good"}
        elif now - since > OFF_AFTER:
            values |= {"active": False, "problem": "nothing was taken for five days"}
        callbacks.change(db, subscription, **values)


def _with_jitter(delay: timedelta) -> timedelta:
    return delay * (1 + random.uniform(-JITTER, JITTER))  # noqa: S311  spreads load, hides nothing
