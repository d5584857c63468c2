"""What the public pages work with, given by whoever puts the house together."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from app.conversation.compiled import Flow, Flows
from app.intake.channel import Channel
from app.intake.item import Answer, Item
from app.static import Files
from app.store.engine import Store
from app.store.ids import Ids

Check = Literal["auto", "always", "off"]
Submit = Callable[[Sequence[Item]], Awaitable[list[Answer]]]


@dataclass(frozen=True)
class Given:
    store: Store
    submit: Submit
    """The intake's desk."""
    flows: Flows
    channel: Channel
    """The one that texts: codes go out by it, and conversations are the same as by SMS on it."""
    static: Files
    key: bytes = field(repr=False)
    """Signs forms and hashes codes."""
    new_id: Ids
    pages: Path
    """A folder with what the campaign says of itself, a file for each language."""
    public_url: str
    caller: Callable[[Any], str]
    """Who really calls, from the ASGI scope; empty where nobody can tell."""
    check: Check = "auto"
    """When a person's question is asked before a code is sent; `auto`: where many are asked for."""
    owed: Callable[[], None] = lambda: None
    """Told when a text is owed, so that it leaves at once."""

    @property
    def url(self) -> str:
        return self.public_url.rstrip("/")

    @property
    def is_secure(self) -> bool:
        return urlsplit(self.public_url).scheme == "https"

    @property
    def line(self) -> str:
        return next(iter(self.channel.lines), "")

    def flow(self, name: str) -> Flow | None:
        """The flow of a page; only what a keyword starts can be begun from outside."""
        flow = self.flows.current(name)
        return flow if flow and flow.keywords else None

    @property
    def front(self) -> str:
        """The flow that a page without a name is about."""
        names = (self.channel.default_flow, "signup", *self.flows.newest)
        return next((name for name in names if self.flow(name)), "")
