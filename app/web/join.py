"""Signing up on the web: the number, its code, then the flow's questions one page after the other.

Nothing needs a script: plain forms, each answered by a redirect, so that the way back and a
second look repeat nothing.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from app.intake.desk import Busy
from app.intake.spooling import NotKept
from app.store import visits
from app.store.engine import DatabaseAway
from app.text.digits import digits, shown
from app.web import answering, check, proof
from app.web.browser import (
    FASTEST,
    SLOWEST,
    TRAP,
    Browser,
    Form,
    NotOurForm,
    age,
    browser_of,
    read_form,
    set_cookies,
)
from app.web.given import Given
from app.web.numbers import textable
from app.web.pages import HEADERS, Pages
from app.web.showing import Guest, Showing
from app.web.standing import visitor_of


class Join:
    def __init__(self, given: Given, pages: Pages) -> None:
        self._given, self._pages = given, pages
        self._showing = Showing(given, pages)

    # showing

    def front(self, request: Request) -> Response:
        name = self._given.front
        if not name:
            return self._pages.no_such_page(request)
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/join/{name}{query}", 303, headers=HEADERS)

    async def show(self, request: Request, name: str, step: str = "") -> Response:
        guest = self._guest(request, name)
        if guest is None:
            return self._pages.no_such_page(request)
        async with self._kept(guest) as stand:
            visitor = await asyncio.to_thread(visitor_of, self._given, guest.browser)
            stand.answer = self._showing.page(guest, visitor, step)
        return stand.answer

    # taking

    async def take(self, request: Request, name: str) -> Response:
        """Take a form; what it does stands in its `do`."""
        guest = self._guest(request, name)
        if guest is None:
            return self._pages.no_such_page(request)
        try:
            form = await read_form(self._given, request, guest.browser)
        except NotOurForm:
            labels = self._showing.labels(guest)
            about = {"title": labels["lost_title"], "text": labels["lost"]}
            return self._showing.show(guest, "told", status=403, **about)
        async with self._kept(guest) as stand:
            stand.answer = await self._do(guest, form)
        return stand.answer

    async def _do(self, guest: Guest, form: Form) -> Response:
        match form["do"]:
            case "number":
                answer = await asyncio.to_thread(self._take_number, guest, form)
                self._given.owed()
                return answer
            case "again":
                answer = await asyncio.to_thread(self._take_again, guest, form)
                self._given.owed()
                return answer
            case "code":
                return await self._take_code(guest, form)
            case "leave":
                await asyncio.to_thread(self._leave, guest)
                return self._showing.to(guest, guest.path)
            case "begin" | "language" as do:
                language = form["language"] if do == "language" else guest.browser.asked_language
                labels = self._showing.labels(guest)
                await answering.begin(self._given, guest.browser, guest.flow, language, labels)
                return self._showing.to(guest, guest.path)
            case _:
                labels = self._showing.labels(guest)
                await answering.answer(self._given, guest.browser, guest.flow, form, labels)
                return self._showing.to(guest, guest.path)

    def _take_number(self, guest: Guest, form: Form) -> Response:
        labels, written = self._showing.labels(guest), form["number"]
        number = textable(written, self._given.channel.region)
        if not number:
            return self._showing.number(guest, labels["bad_number"], written, 422)
        if form[TRAP]:
            proof.pretend(self._given, guest.browser, number)
            return self._showing.to(guest, guest.path)
        waited = age(self._given, guest.browser, form["stamp"], time.time())
        if waited is None or not FASTEST <= waited <= SLOWEST:
            return self._showing.number(guest, labels["too_fast"], written, 422)
        return self._owe_code(guest, number, form)

    def _take_again(self, guest: Guest, form: Form) -> Response:
        visit = visitor_of(self._given, guest.browser).visit
        if visit is None or visit.verified_at is not None:
            return self._showing.to(guest, guest.path)
        return self._owe_code(guest, visit.address, form)

    def _owe_code(self, guest: Guest, number: str, form: Form) -> Response:
        given, browser, labels = self._given, guest.browser, self._showing.labels(guest)
        if self._is_coming(guest, number):
            return self._showing.to(guest, guest.path)
        before = []
        if check.is_due(given, browser, number):
            if not check.fits(given, browser, number, form["check"], form["reply"], time.time()):
                return self._check(guest, number, form)
            before = [check.once(given, form["check"])]
        refused = proof.ask(given, browser, number, labels.raw("code_sms"), before)
        if refused is None:
            return self._showing.to(guest, guest.path)
        kind, wait = refused
        if kind == check.ONCE:  # a second press at the same moment, or an answer that went round
            is_coming = self._is_coming(guest, number)
            return (
                self._showing.to(guest, guest.path)
                if is_coming
                else self._check(guest, number, form)
            )
        error = labels["too_many_number" if kind.startswith("number") else "too_many"]
        answer = self._showing.number(guest, error, number, 429)
        answer.headers["retry-after"] = str(int(wait.total_seconds()) + 1)
        return answer

    def _is_coming(self, guest: Guest, number: str) -> bool:
        visit = visitor_of(self._given, guest.browser).visit
        return visit is not None and proof.is_on_its_way(visit, number, datetime.now(UTC))

    def _check(self, guest: Guest, number: str, form: Form) -> Response:
        """Ask the question, or another after an answer that did not fit."""
        labels, error = self._showing.labels(guest), ""
        if form["check"]:
            error = labels["check_again"]
            check.spend(self._given, form["check"])
        question = check.new_check(self._given, guest.browser, number, labels, time.time())
        return self._showing.number(guest, error, number, 422 if error else 200, question)

    async def _take_code(self, guest: Guest, form: Form) -> Response:
        code = "".join(digits(form["code"]).split())[:12]
        token = await asyncio.to_thread(proof.check, self._given, guest.browser, code)
        if not token:
            return await asyncio.to_thread(self._wrong_code, guest)
        proven = Browser(token, False, guest.browser.asked_language, guest.browser.address)
        labels = self._showing.labels(guest)
        with contextlib.suppress(Busy, NotKept):  # the page that follows offers to begin
            language = guest.browser.asked_language
            await answering.begin(self._given, proven, guest.flow, language, labels)
        answer = self._showing.to(guest, guest.path)
        set_cookies(self._given, guest.request, guest.browser, answer, token)
        return answer

    def _wrong_code(self, guest: Guest) -> Response:
        visitor = visitor_of(self._given, guest.browser)
        if visitor.is_proven or visitor.visit is None:
            return self._showing.to(guest, guest.path)
        left = proof.MOST_TRIES - visitor.visit.tries
        error = self._showing.labels(guest)("wrong_code", left=shown(str(left), guest.language))
        return self._showing.stranger(guest, visitor, error)

    def _leave(self, guest: Guest) -> None:
        with self._given.store.write() as db:
            visits.leave(db, guest.browser.token_hash)

    # around

    def _guest(self, request: Request, name: str) -> Guest | None:
        flow = self._given.flow(name)
        if flow is None:
            return None
        browser = browser_of(self._given, request)
        return Guest(request, browser, flow, self._pages.language(browser, flow))

    @contextlib.asynccontextmanager
    async def _kept(self, guest: Guest) -> AsyncIterator["_Stand"]:
        """Turn every way of not being able to keep something into one page that says so."""
        stand = _Stand()
        try:
            yield stand
        except (Busy, NotKept, DatabaseAway):
            labels = self._showing.labels(guest)
            about = {"title": labels["away_title"], "text": labels["away"]}
            stand.answer = self._showing.show(guest, "told", status=503, **about)
            stand.answer.headers["retry-after"] = "60"


class _Stand:
    answer: Response
