"""The simulator's pages and calls: `router` makes them of explicit arguments.

Whoever can open the page can text as anybody, so it belongs on a developer's machine. Numbers
never stand in a URL: URLs get into logs.
"""

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.simulator.broken import Broken
from app.simulator.carrier import Carrier, TooMuch
from app.simulator.faults import CarrierAnswer, Faults
from app.simulator.hook import HEADER, Hook, Url
from app.simulator.page import Page
from app.simulator.phones import Phones
from app.simulator.sizes import text_size
from app.simulator.taps import Taps
from app.simulator.ussd import MOST_CODE, Dialler, NoDialog
from app.simulator.watching import Watches
from app.static import Files
from app.text.phone import e164
from gateway_adapters.contract import same_secret

MOST_TEXT = 1600
MOST_WATCHED = 24

Hasten = Callable[[str], bool]
"""Let the silence of this number's open conversation be heard now; whether there is one."""
Typed = Annotated[str, StringConstraints(max_length=MOST_TEXT)]
Number = Annotated[str, StringConstraints(max_length=32)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OfPhone(Body):
    number: Number

    @property
    def e164(self) -> str:
        return _known_number(self.number)


class Texted(OfPhone):
    text: Annotated[Typed, StringConstraints(min_length=1)]


class Measured(Body):
    text: Typed


class Watched(Body):
    numbers: Annotated[list[Number], Field(max_length=MOST_WATCHED)]


class Dialled(OfPhone):
    code: Annotated[str, StringConstraints(max_length=MOST_CODE)]


class Keyed(OfPhone):
    typed: Annotated[str, StringConstraints(max_length=182)]


class Switched(OfPhone):
    on: bool


class OurMessage(BaseModel):
    """One message as the adapter hands it over."""

    our_id: str
    to: str
    text: str
    sender: str = Field("", alias="from")


class OurMessages(BaseModel):
    messages: Annotated[list[OurMessage], Field(max_length=1000)]


def router(
    *,
    hook_url: Url,
    carrier_secret: str,
    line: str = "30001152",
    ussd_hook_url: Url = "",
    ussd_code: str = "",
    hasten: Hasten | None = None,
    static: Files,
) -> APIRouter:
    """Make the simulator: phones at `/simulator`, the carrier at `/simulator/carrier/send`.

    It posts to `hook_url` with `carrier_secret`, and takes sends with the same; USSD is offered
    where a code is given. `static` holds the stylesheet and the font that all pages share.
    """
    phones, watches, taps = Phones(), Watches(), Taps()
    phones.on_change(watches.tell)
    carrier = Carrier(Hook(hook_url, carrier_secret), phones, taps, line)
    dialler = Dialler(Hook(ussd_hook_url, carrier_secret), phones, carrier, ussd_code)
    page = Page(line, ussd_code, static, can_hasten=hasten is not None)
    desk = _Calls(phones, watches, taps, carrier, dialler, page, carrier_secret, hasten)
    routes = APIRouter(prefix="/simulator", include_in_schema=False, lifespan=desk.lifespan)
    desk.add_to(routes)
    outer = APIRouter(include_in_schema=False)
    outer.include_router(routes)
    outer.include_router(page.files.router())
    return outer


@dataclass
class _Calls:
    phones: Phones
    watches: Watches
    taps: Taps
    carrier: Carrier
    dialler: Dialler
    page: Page
    secret: str
    hasten: Hasten | None

    def __repr__(self) -> str:
        return "_Calls()"

    def add_to(self, routes: APIRouter) -> None:
        routes.add_api_route("", self.show, methods=["GET"], response_class=HTMLResponse)
        routes.add_api_route("/events/{token}", self.events, methods=["GET"])
        calls: dict[str, Callable[..., Any]] = {
            "watch": self.watch,
            "text": self.text,
            "measure": self.measure,
            "dial": self.dial,
            "key": self.key,
            "hang-up": self.hang_up,
            "power": self.power,
            "wipe": self.wipe,
            "hasten": self.hasten_silence,
            "faults": self.set_faults,
        }
        for name, call in calls.items():
            own = [Depends(_from_our_page)]
            routes.add_api_route(f"/{name}", call, methods=["POST"], dependencies=own)
        ours = [Depends(self._from_our_worker)]
        routes.add_api_route("/carrier/send", self.send, methods=["POST"], dependencies=ours)
        routes.add_api_route("/carrier/taps", self.open_tap, methods=["POST"], dependencies=ours)
        routes.add_api_route(
            "/carrier/taps/{token}", self.read_tap, methods=["GET"], dependencies=ours
        )

    @contextlib.asynccontextmanager
    async def lifespan(self, _: object) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await self.carrier.close()
            await self.dialler.hook.close()

    # the page

    def show(self, request: Request) -> Response:
        return self.page.render(request)

    def events(
        self, token: str, last_event_id: Annotated[str, Header()] = "0"
    ) -> StreamingResponse:
        watch = self.watches.find(token)
        if watch is None:
            raise HTTPException(404)
        seen = int(last_event_id) if last_event_id.isascii() and last_event_id.isdigit() else 0
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(
            watch.stream(seen), media_type="text/event-stream", headers=headers
        )

    async def watch(self, body: Watched) -> dict[str, Any]:
        numbers = list(dict.fromkeys(_known_number(number) for number in body.numbers))
        shown = [self.phones.touch(number).shown() for number in numbers]
        faults = self.carrier.faults.model_dump(mode="json")
        return {"token": self.watches.begin(numbers), "phones": shown, "faults": faults}

    async def text(self, body: Texted) -> dict[str, Any]:
        try:
            return self.carrier.text(body.e164, body.text).shown()
        except TooMuch as error:
            raise HTTPException(429, "too_much") from error

    async def measure(self, body: Measured) -> dict[str, Any]:
        return dict(text_size(body.text))

    async def dial(self, body: Dialled) -> dict[str, Any]:
        if not self.dialler.code:
            raise HTTPException(404)
        return (await self.dialler.dial(body.e164, body.code)).shown()

    async def key(self, body: Keyed) -> dict[str, Any]:
        try:
            return (await self.dialler.answer(body.e164, body.typed)).shown()
        except NoDialog as error:
            raise HTTPException(409, "no_dialog") from error

    async def hang_up(self, body: OfPhone) -> dict[str, Any]:
        await self.dialler.hang_up(body.e164)
        return {}

    async def power(self, body: Switched) -> dict[str, Any]:
        self.carrier.switch(body.e164, on=body.on)
        return {}

    async def wipe(self, body: OfPhone) -> dict[str, Any]:
        self.phones.wipe(body.e164)
        return {}

    async def hasten_silence(self, body: OfPhone) -> dict[str, bool]:
        if self.hasten is None:
            raise HTTPException(404)
        return {"hastened": await run_in_threadpool(self.hasten, body.e164)}

    async def set_faults(self, body: Faults) -> dict[str, Any]:
        self.carrier.faults = body
        self.watches.tell_all("faults", body.model_dump(mode="json"))
        return body.model_dump(mode="json")

    # the carrier

    def _from_our_worker(self, given: Annotated[str, Header(alias=HEADER)] = "") -> None:
        if not same_secret(given, self.secret):
            raise HTTPException(403)

    async def send(self, body: OurMessages) -> Response:
        messages = [message.model_dump(by_alias=True) for message in body.messages]
        answer = await self.carrier.take(messages)
        if self.carrier.faults.answer is CarrierAnswer.CLOSES:
            return Broken(answer.body)
        return Response(answer.body, answer.status, headers=dict(answer.headers))

    async def open_tap(self) -> JSONResponse:
        token = self.taps.open()
        return JSONResponse({"tap": token}, 201 if token else 429)

    async def read_tap(
        self, token: str, patience: Annotated[float, Query(ge=0, le=5)] = 1
    ) -> list[dict[str, Any]]:
        tap = self.taps.find(token)
        if tap is None:
            raise HTTPException(404)
        return await tap.read(patience)


def _from_our_page(
    content_type: Annotated[str, Header()] = "", sec_fetch_site: Annotated[str, Header()] = ""
) -> None:
    """Refuse other sites' pages: they cannot post JSON without asking, nor hide where they are."""
    if not content_type.startswith("application/json") or sec_fetch_site == "cross-site":
        raise HTTPException(403)


def _known_number(number: str) -> str:
    found = e164(number)
    if not found:
        raise HTTPException(422, "number")
    return found
