"""A service that answers the simulator: it keeps what its hooks were told, and sends replies."""

import asyncio
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
import httpx2
import uvicorn
from fastapi import FastAPI, Request, Response

from app.simulator.routes import router
from app.static import shared
from tests.rig.ports import free_port

SECRET = "a-made-up-word"
LINE = "30001152"
CODE = "*7#"


@dataclass
class Service:
    """What our side does when the carrier calls, as a test wants it."""

    url: str
    told: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    """Answers of the hook, first to last; 200 when they are used up."""
    replies: dict[str, str] = field(default_factory=dict)
    answers: list[tuple[int, bytes]] = field(default_factory=list)
    """What the carrier answered to our sends; status 0 for a broken connection."""
    hastened: list[str] = field(default_factory=list)
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def forget(self) -> None:
        for memory in (self.told, self.statuses, self.replies, self.answers, self.hastened):
            memory.clear()

    def messages(self) -> list[dict[str, Any]]:
        return [item for item in self.told if "text" in item]

    def reports(self) -> list[dict[str, Any]]:
        return [item for item in self.told if "status" in item]

    def hasten(self, number: str) -> bool:
        self.hastened.append(number)
        return len(self.hastened) == 1

    async def hook(self, request: Request) -> Response:
        if request.headers.get("x-simulator-secret") != SECRET:
            return Response(status_code=403)
        item = await request.json()
        status = self.statuses.pop(0) if self.statuses else 200
        self.told.append({**item, "answered": status})
        if status == 200 and item.get("text") in self.replies:
            task = asyncio.create_task(self.send(item["from"], self.replies[item["text"]]))
            task.add_done_callback(lambda done: done.result())
        return Response('{"ok": true, "screens": []}', status, media_type="application/json")

    async def dialled(self, request: Request) -> dict[str, Any]:
        item = await request.json()
        self.told.append(item)
        if item["phase"] == "end":
            return {"ok": True, "screens": []}
        more = item["phase"] == "begin"
        text = "نام گروه؟" if more else f"سپاس، {item['input']}"
        return {"ok": True, "screens": [{"text": text, "more": more}]}

    async def send(self, to: str, text: str, our_id: str = "") -> None:
        message = {
            "our_id": our_id or f"our-{next(self._ids)}",
            "to": to,
            "from": LINE,
            "text": text,
        }
        headers = {"x-simulator-secret": SECRET}
        url = f"{self.url}/simulator/carrier/send"
        async with aiohttp.ClientSession() as client:
            try:
                async with client.post(
                    url, json={"messages": [message]}, headers=headers
                ) as answer:
                    self.answers.append((answer.status, await answer.read()))
            except aiohttp.ClientError:
                self.answers.append((0, b""))


class Phone:
    """A browser without a browser: what it asks, and what it would show."""

    def __init__(self, url: str, number: str) -> None:
        self._client = httpx2.Client(base_url=f"{url}/simulator", timeout=20)
        self.number = number

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def ask(self, name: str, **body: Any) -> httpx2.Response:
        return self._client.post(f"/{name}", json={"number": self.number, **body})

    def faults(self, **faults: Any) -> None:
        assert self._client.post("/faults", json=faults).status_code == 200

    def shown(self) -> dict[str, Any]:
        said = self._client.post("/watch", json={"numbers": [self.number]}).json()
        shown: dict[str, Any] = said["phones"][0]
        return shown

    def bubbles(self, *ways: str) -> list[dict[str, Any]]:
        """Wait until the phone shows bubbles that went these ways, in this order."""
        eventually(lambda: [bubble["way"] for bubble in self.shown()["bubbles"]] == list(ways))
        bubbles: list[dict[str, Any]] = self.shown()["bubbles"]
        return bubbles


def eventually(holds: Callable[[], bool], within: float = 60.0) -> None:
    ends = time.monotonic() + within
    while not holds():
        assert time.monotonic() < ends, "it never came to hold"
        time.sleep(0.05)


@contextmanager
def running() -> Iterator[Service]:
    """Serve the simulator, and a service behind it, on a port of their own."""
    port = free_port()
    service = Service(f"http://127.0.0.1:{port}")
    files = shared()
    app = FastAPI()
    app.include_router(files.router())
    app.include_router(
        router(
            hook_url=lambda: f"{service.url}/hook",
            carrier_secret=SECRET,
            line=LINE,
            ussd_hook_url=f"{service.url}/dialled",
            ussd_code=CODE,
            hasten=service.hasten,
            static=files,
        )
    )
    app.add_api_route("/hook", service.hook, methods=["POST"])
    app.add_api_route("/dialled", service.dialled, methods=["POST"])
    config = uvicorn.Config(
        app, port=port, log_level="critical", timeout_graceful_shutdown=1, loop="asyncio"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    eventually(lambda: server.started)
    try:
        yield service
    finally:
        server.should_exit = True
        thread.join(10)
