"""What the admin API and the console work with: given by whoever puts the house together."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from app.admin.limits import Limit, Slots
from app.admin.problems import Problem
from app.admin.tally import Tally
from app.conversation.compiled import Flows
from app.intake.channel import Channel
from app.intake.item import Answer, Item
from app.store.engine import Store
from app.store.ids import Ids
from app.text.urls import Reach

REQUESTS_A_SECOND = 20
REQUESTS_AT_ONCE = 200
EXPORTS_AT_ONCE = 2
STRANGERS_A_SECOND = 1
STRANGERS_AT_ONCE = 30


async def _closed(_: object) -> "list[Answer]":
    raise Problem("unavailable", "This process takes nothing in.")


async def _cannot_replay(_: int) -> str:
    raise Problem("unavailable", "This process takes nothing in.")


@dataclass(frozen=True)
class Office:
    store: Store
    """On PostgreSQL best one of its own, so that a busy API never keeps the intake waiting."""
    new_id: Ids
    flows: Flows = field(default_factory=lambda: Flows({}))
    channels: Mapping[str, Channel] = field(default_factory=dict)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Tehran"))
    region: str = "IR"
    public_url: str = ""
    key: bytes = field(default=b"", repr=False)
    """The installation's own key: seals the secrets that must be read again."""
    reach: Reach = field(default_factory=Reach)
    """Where callbacks may go."""
    submit: Callable[[Sequence[Item]], Awaitable[list[Answer]]] = _closed
    """The intake desk's way in, for what the help desk says in a caller's place."""
    replay: Callable[[int], Awaitable[str]] = _cannot_replay
    """Handle an inbox row again; gives its state then. Raises ValueError if it cannot be read."""
    taken: Callable[[], int] = lambda: 0
    """How many things this process has taken in so far: long work gives way while they come."""
    tally: Tally = field(default_factory=Tally)
    exports: Slots = field(default_factory=lambda: Slots(EXPORTS_AT_ONCE))
    requests: Limit = field(default_factory=lambda: Limit(REQUESTS_A_SECOND, REQUESTS_AT_ONCE))
    """Of one API key."""
    strangers: Limit = field(default_factory=lambda: Limit(STRANGERS_A_SECOND, STRANGERS_AT_ONCE))
    """Requests without a valid key, of one address."""
