"""Pages to read: what the plan is about, the poster and its QR code, the status of a code."""

import asyncio
from datetime import timedelta
from io import BytesIO
from typing import Any

import segno
from fastapi import Request
from fastapi.responses import Response

from app.directory.codes import is_code
from app.store import asked, groups
from app.store.asked import Allowance
from app.store.engine import DatabaseAway, clock
from app.text.digits import digits
from app.web.browser import NotOurForm, browser_of, keyed, read_form
from app.web.given import Given
from app.web.pages import HEADERS, Pages
from app.web.proof import network_of

WITHIN = timedelta(minutes=10)
ASKED_BY_ONE, ASKED_BY_ALL = 10, 1000
"""Questions after codes. What one learns is a word about a number that says nothing else."""


class Reading:
    def __init__(self, given: Given, pages: Pages) -> None:
        self._given, self._pages = given, pages

    def about(self, request: Request) -> Response:
        return self._show(request, "about")

    def poster(self, request: Request, name: str) -> Response:
        flow = self._given.flow(name)
        if flow is None:
            return self._pages.no_such_page(request)
        browser = browser_of(self._given, request)
        language = self._pages.language(browser, flow)
        return self._pages.show("poster", request, browser, language, flow=flow)

    def qr(self, request: Request, name: str) -> Response:
        """The sign-up page's address as a QR code."""
        if self._given.flow(name) is None:
            return self._pages.no_such_page(request)
        drawn = BytesIO()
        code = segno.make(f"{self._given.url}/join/{name}", error="m", micro=False)
        code.save(drawn, kind="svg", border=2, dark="#17211f", light="#fff", scale=8, omitsize=True)
        headers = {**HEADERS, "cache-control": "public, max-age=3600"}
        return Response(drawn.getvalue(), media_type="image/svg+xml", headers=headers)

    def status(self, request: Request) -> Response:
        return self._show(request, "status", found="", code="", error="")

    async def ask_status(self, request: Request) -> Response:
        browser = browser_of(self._given, request)
        language = self._pages.language(browser, None)
        labels = self._pages.labels_of(None, language)
        try:
            form = await read_form(self._given, request, browser)
        except NotOurForm:
            about = {"title": labels["lost_title"], "text": labels["lost"]}
            return self._show(request, "told", status=403, **about)
        code = "".join(digits(form["code"]).split())[:20]
        try:
            found = await asyncio.to_thread(self._status_of, browser.address, code)
        except DatabaseAway:
            about = {"title": labels["away_title"], "text": labels["away"]}
            return self._show(request, "told", status=503, **about)
        if found is None:
            error = labels["status_too_many"]
            answer = self._show(request, "status", status=429, found="", code=code, error=error)
            answer.headers["retry-after"] = str(int(WITHIN.total_seconds()))
            return answer
        error = "" if found else labels["status_none"]
        shown = labels["statuses"].get(found, found)
        return self._show(
            request, "status", status=200 if found else 404, found=shown, code=code, error=error
        )

    def _status_of(self, address: str, code: str) -> str | None:
        """The status, empty where there is none; None for whoever asked too often."""
        subjects = (("one", network_of(address), ASKED_BY_ONE), ("all", "", ASKED_BY_ALL))
        with self._given.store.write() as db:
            allowances = [
                Allowance(kind, keyed(self._given, "status", kind, who), most, WITHIN)
                for kind, who, most in subjects
            ]
            if asked.count(db, allowances, clock(db)):
                return None
            return groups.status_of(db, code) if is_code(code) else ""

    def _show(self, request: Request, page: str, *, status: int = 200, **about: Any) -> Response:
        browser = browser_of(self._given, request)
        language = self._pages.language(browser, None)
        return self._pages.show(page, request, browser, language, status=status, **about)
