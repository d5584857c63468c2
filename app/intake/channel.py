"""A channel: one configured account on an adapter, with its lines and its manners."""

import ipaddress
from dataclasses import dataclass, field
from datetime import timedelta

from app.conversation.turn import Medium
from app.text.phone import address
from gateway_adapters.contract import Adapter

IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

AWAY = "سرویس موقتاً در دسترس نیست. لطفاً چند دقیقه دیگر دوباره شماره‌گیری کنید."


@dataclass(frozen=True, slots=True)
class Channel:
    name: str
    adapter: Adapter
    secrets: tuple[str, ...] = field(repr=False)
    """Words of our URL that open the door; two while one replaces the other."""
    lines: tuple[str, ...] = ()
    region: str = "IR"
    """Country of numbers written without one."""
    default_flow: str = ""
    regulator_words: bool = False
    masked: bool = False
    """Senders are the carrier's own ids, not numbers."""
    sms_through: str = ""
    """For USSD and web: the channel that texts the same people."""
    tps: float = 10.0
    """Messages a second the carrier takes."""
    connections: int = 4
    answer_within: float = 30.0
    """Seconds that the carrier has for an answer; after that a message may have arrived."""
    reply_within: timedelta = timedelta(hours=6)
    """A reply older than this is not sent."""
    quiet: tuple[int, int] | None = None
    """Hours of the day between which bulk rests, as (22, 7)."""
    zone: str = "Asia/Tehran"
    allow_from: tuple[IpNetwork, ...] = ()
    away_screen: str = AWAY
    former: Adapter | None = None
    """The adapter with the carrier's secrets as they were, while they are changed."""
    report_url: str = field(default="", repr=False)
    """Where the carrier brings reports, if it is told so with each message."""

    @property
    def medium(self) -> Medium:
        return Medium.USSD if self.adapter.carries == ("ussd",) else Medium.SMS

    def address_of(self, sender: str) -> str:
        """Who this is, as `participants.address`; empty if nobody we could answer."""
        found = address(sender, self.region)
        if found.dialable:
            return found.value
        return f"masked:{self.name}:{found.value}" if self.masked and found.value else ""


def dialable(address_: str) -> str:
    """What a carrier wants as `to`: the number, or its own id for a masked one."""
    return address_.split(":", 2)[2] if address_.startswith("masked:") else address_
