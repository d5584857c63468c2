"""What a form says, put to the intake as a person's words; and what came of it, kept for the page.

The page after the redirect reads the conversation, like any page: a second press of the button,
a page from before, or words by SMS in between change nothing that was not meant.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from app.conversation.compiled import Flow
from app.conversation.talk import Talk
from app.conversation.turn import Heard, HeardKind
from app.conversation.words import Command
from app.intake.item import Answer, Item, Spoken
from app.store import visits
from app.store.engine import clock
from app.web.asking import asks_of, gone_back, notes_of, word_for
from app.web.browser import Browser, Form
from app.web.given import Given
from app.web.standing import TYPED, Visitor, visitor_of

ONE_FORM = timedelta(seconds=15)
"""Longer than any turn takes; a process that dies over one leaves no visit shut."""

Labels = Mapping[str, str]
Columns = dict[str, Any]
"""Of the visit."""


async def begin(given: Given, browser: Browser, flow: Flow, language: str, labels: Labels) -> None:
    """Begin the flow, or go on with it where the person left off."""
    heard = Heard(HeardKind.DIALLED, keyword_for(flow, language))

    async def take(visitor: Visitor) -> Columns:
        return await _say(given, browser, visitor, [heard], labels)

    await _one_form(given, browser, take)


async def answer(given: Given, browser: Browser, flow: Flow, form: Form, labels: Labels) -> None:
    """Take an answer to the open question, or to an earlier one that it goes back to."""

    async def take(visitor: Visitor) -> Columns:
        talk = visitor.open_in(given, flow)
        if talk is None:
            return {}
        found = _asked(talk, form["asks"])
        if found is None:
            return _noted(visitor, labels["moved_on"])
        asked, backs = found
        words = _words(form, asked)
        if not words:
            return _noted(visitor, labels["empty"])
        back = Heard(HeardKind.TEXT, word_for(Command.BACK, talk.language))
        heard = [back] * backs + [Heard(HeardKind.TEXT, words)]
        typed = {"asks": form["asks"], "values": form.all("answer")}
        columns = await _say(given, browser, visitor, heard, labels)
        return {**columns, "drafts": {**visitor.drafts, **talk.answers, TYPED: typed}}

    await _one_form(given, browser, take)


def keyword_for(flow: Flow, language: str) -> str:
    """The keyword that starts the flow in this language; without one, in the person's own."""
    words = {spoken: word for word, spoken in reversed(list(flow.keywords.items()))}
    return words.get(language) or words.get("") or next(iter(flow.keywords))


def _asked(talk: Talk, asks: str) -> tuple[Talk, int] | None:
    """Where the form's question was open, and how many steps back; None if it never was."""
    return (talk, 0) if asks == asks_of(talk) else gone_back(talk, asks)


def _words(form: Form, asked: Talk) -> str:
    """What was answered. Nothing at all passes over a question that may be left out."""
    words = " ".join(form.all("answer")).strip()
    may_be_left_out = asked.question is not None and asked.question.optional
    if form["do"] == "skip" or (not words and may_be_left_out):
        return word_for(Command.SKIP, asked.language)
    return words


async def _one_form(given: Given, browser: Browser, take: Any) -> None:
    """Take one form of a visit at a time; another that comes meanwhile is left aside."""
    if not await asyncio.to_thread(_claim, given, browser):
        return
    columns: Columns = {}
    try:
        visitor = await asyncio.to_thread(visitor_of, given, browser)
        if visitor.is_proven:
            columns = await take(visitor)
    finally:
        await asyncio.to_thread(_release, given, browser, columns)


async def _say(
    given: Given, browser: Browser, visitor: Visitor, heard: Sequence[Heard], labels: Labels
) -> Columns:
    """Say these one after the other; what the last one is answered is what the page shows."""
    assert visitor.visit is not None
    answered = Answer("")
    for one in heard:
        spoken = Spoken(visitor.visit.address, one)
        answered = (await given.submit([Item(given.channel.name, spoken, datetime.now(UTC))]))[0]
    after = await asyncio.to_thread(visitor_of, given, browser)
    said = notes_of(answered.says, after.talk(given))
    if answered.state == "poisoned":
        said = [labels["failed"]]
    return _shown(after, said)


def _noted(visitor: Visitor, note: str) -> Columns:
    return _shown(visitor, [note])


def _shown(visitor: Visitor, said: Sequence[str]) -> Columns:
    if visitor.kept is None:
        return {"said": list(said)}
    return {
        "said": list(said),
        "conversation_id": visitor.kept.id,
        "turns": visitor.kept.turns,
    }


def _claim(given: Given, browser: Browser) -> bool:
    with given.store.write() as db:
        now = clock(db)
        return visits.begin_form(db, browser.token_hash, now + ONE_FORM, now)


def _release(given: Given, browser: Browser, columns: Columns) -> None:
    with given.store.write() as db:
        visits.end_form(db, browser.token_hash, columns)
