"""The pages of signing up on the web, as they stand for whoever asks."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from app.conversation.compiled import Flow
from app.conversation.leaving import REGULATORS_JOIN
from app.conversation.show import show_phone
from app.conversation.talk import Talk
from app.conversation.turn import Standing
from app.text.digits import shown
from app.web import check, proof
from app.web.asking import asks_of, gone_back, question_of
from app.web.browser import Browser, set_cookies
from app.web.given import Given
from app.web.pages import HEADERS, Labels, Pages
from app.web.standing import Visitor

MORE_ABOUT = "profile"
"""The flow that asks more, offered after a sign-up where there is one."""


@dataclass(frozen=True)
class Guest:
    """One request: who asks, for which flow, in which language."""

    request: Request
    browser: Browser
    flow: Flow
    language: str

    @property
    def path(self) -> str:
        return f"/join/{self.flow.name}"


class Showing:
    def __init__(self, given: Given, pages: Pages) -> None:
        self._given, self._pages = given, pages

    def page(self, guest: Guest, visitor: Visitor, step: str) -> Response:
        """What stands at a step's address, or where to look instead."""
        if not visitor.is_proven:
            return self.to(guest, guest.path) if step else self.stranger(guest, visitor)
        talk = visitor.open_in(self._given, guest.flow)
        if talk is None or (visitor.kept and visitor.kept.taken_by is not None):
            if step:
                return self.to(guest, guest.path)
            return self._lobby(guest, visitor)
        if step == talk.step:
            return self._question(guest, visitor, talk, talk)
        if step and (found := gone_back(talk, step)):
            return self._question(guest, visitor, found[0], talk)
        return self.to(guest, f"{guest.path}/{talk.step}")

    def stranger(self, guest: Guest, visitor: Visitor, error: str = "") -> Response:
        visit = visitor.visit
        if visit is None:
            return self.number(guest)
        if visit.code_until <= datetime.now(UTC) or visit.tries >= proof.MOST_TRIES:
            return self.number(guest, self.labels(guest)["code_over"], visit.address)
        return self._code(guest, visitor, error)

    def number(
        self,
        guest: Guest,
        error: str = "",
        number: str = "",
        status: int = 200,
        question: check.Check | None = None,
    ) -> Response:
        local = show_phone(number, guest.language) if number.startswith("+") else number
        about: dict[str, Any] = {"error": error, "number": local, "check": question}
        return self.show(guest, "number", status=status, **about)

    def _code(self, guest: Guest, visitor: Visitor, error: str = "", status: int = 200) -> Response:
        assert visitor.visit is not None
        number = show_phone(visitor.visit.address, guest.language)
        isolated = f"\u2066{number}\u2069"
        labels = self.labels(guest)
        word = REGULATORS_JOIN if self._given.channel.regulator_words else labels["join_word"]
        return self.show(
            guest,
            "code",
            status=status,
            error=error,
            lead=labels("code_lead", number=isolated),
            join_word=shown(word, guest.language),
        )

    def _question(self, guest: Guest, visitor: Visitor, shown_talk: Talk, now: Talk) -> Response:
        is_earlier = shown_talk is not now
        typed = [] if is_earlier else visitor.typed(asks_of(now))
        question = question_of(shown_talk, {**visitor.drafts, **now.answers}, typed)
        return self.show(
            guest,
            "question",
            language=now.language,
            q=question,
            notes=[] if is_earlier else visitor.notes,
            missed=not is_earlier and bool(visitor.notes) and now.misses > 0,
            is_earlier=is_earlier,
            current=now.step,
        )

    def _lobby(self, guest: Guest, visitor: Visitor) -> Response:
        kept = visitor.kept
        is_of_this = kept is not None and kept.conversation.flow == guest.flow.name
        said = visitor.notes if is_of_this else []
        done = kept is not None and kept.conversation.standing is Standing.DONE
        code = str(kept.conversation.answers.get("group") or "") if kept and said and done else ""
        known = {group.code for group in visitor.groups}
        language = kept.conversation.language if kept and said else guest.language
        more = MORE_ABOUT if self._given.flow(MORE_ABOUT) else ""
        return self.show(
            guest,
            "lobby",
            language=language,
            taken=kept is not None and kept.taken_by is not None,
            code=code if code in known else "",
            notes=said,
            groups=visitor.groups,
            unfinished=is_of_this and not done,
            more=more if guest.flow.name != more else "",
        )

    def labels(self, guest: Guest) -> Labels:
        return self._pages.labels_of(guest.flow, guest.language)

    def show(
        self, guest: Guest, page: str, *, status: int = 200, language: str = "", **about: Any
    ) -> Response:
        return self._pages.show(
            page,
            guest.request,
            guest.browser,
            language or guest.language,
            flow=guest.flow,
            status=status,
            **about,
        )

    def to(self, guest: Guest, path: str) -> Response:
        answer = RedirectResponse(path, 303, headers=HEADERS)
        set_cookies(self._given, guest.request, guest.browser, answer)
        return answer
