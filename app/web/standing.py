"""Where a visitor stands, read from the store: who they are, and their latest conversation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.conversation.compiled import Flow
from app.conversation.talk import Talk, opened
from app.conversation.turn import KnownGroup, Medium, Situation, Standing
from app.store import conversations, groups, visits
from app.store.conversations import Kept
from app.store.participants import Person
from app.store.visits import Visit
from app.web.browser import Browser
from app.web.given import Given

TYPED = "typed"
"""The draft that holds what was sent last, with what it was sent for."""


@dataclass(frozen=True)
class Visitor:
    """Who came. Without a visit: a stranger; unproven: a code is on its way."""

    visit: Visit | None
    person: Person | None = None
    kept: Kept | None = None
    groups: tuple[KnownGroup, ...] = ()

    @property
    def is_proven(self) -> bool:
        return self.visit is not None and self.visit.verified_at is not None

    @property
    def drafts(self) -> Mapping[str, Any]:
        return self.visit.drafts if self.visit else {}

    @property
    def notes(self) -> list[str]:
        """What the last turn said, unless the conversation has gone on elsewhere since."""
        if self.visit is None or self.visit.conversation_id is None:
            return []
        fresh = self.kept is not None and (
            (self.visit.conversation_id, self.visit.turns) == (self.kept.id, self.kept.turns)
        )
        return list(self.visit.said) if fresh else []

    def typed(self, asks: str) -> list[str]:
        """What was sent for this very question and could not be used."""
        last = self.drafts.get(TYPED) or {}
        return list(last.get("values", ())) if last.get("asks") == asks and self.notes else []

    def talk(self, given: Given) -> Talk | None:
        """The latest conversation as the engine sees it, to read from."""
        if self.person is None or self.kept is None:
            return None
        situation = Situation(
            Medium.WEB,
            self.kept.conversation,
            self.groups,
            self.person.language,
            regulator_words=given.channel.regulator_words,
            address=self.person.address,
        )
        return opened(given.flows, situation, datetime.now(UTC))

    def open_in(self, given: Given, flow: Flow) -> Talk | None:
        """The conversation, if it waits for an answer in this flow."""
        talk = self.talk(given)
        if talk is None or talk.flow.name != flow.name or talk.standing is not Standing.OPEN:
            return None
        return talk if talk.question else None


def visitor_of(given: Given, browser: Browser) -> Visitor:
    with given.store.read() as db:
        now = datetime.now(UTC)
        visit = None if browser.is_new else visits.find(db, browser.token_hash, now)
        if visit is None or visit.verified_at is None:
            return Visitor(visit)
        person = visits.person(db, visit.address)
        if person is None:
            return Visitor(visit)
        kept = conversations.latest_of(db, [person.id]).get(person.id)
        known = groups.known_to(db, [person.id]).get(person.id, ()) if person.groups else ()
    return Visitor(visit, person, kept, known)
