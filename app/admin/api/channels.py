"""/channels: each account with a carrier, how it does, pausing it and trying it."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field

from app.admin import texting
from app.admin.api.asks import Admin, Here, Line, Reader, Shape, Text, Writer, like
from app.admin.office import Office
from app.admin.problems import Problem, not_found
from app.intake.channel import Channel as Configured
from app.store import audit, channels, outbox, participants
from app.store.channels import ChannelState

router = APIRouter(prefix="/channels", tags=["channels"])

Name = Annotated[str, Path(max_length=64)]


class Waiting(Shape):
    replies: int
    reminders: int
    bulk: int
    oldest: datetime | None = Field(description="Since when the oldest is due.")


class Channel(Shape):
    name: str
    adapter: str
    lines: list[str]
    carries: list[str] = Field(examples=[["sms"], ["ussd"]])
    sends: bool
    tps: float = Field(description="Messages a second the carrier takes.")
    quiet_hours: tuple[int, int] | None
    paused: bool
    pause_reason: str
    probe_at: datetime | None = Field(description="When a paused channel tries one message.")
    served: bool = Field(description="Whether a worker sends on it now.")
    waiting: Waiting
    balance: str
    last_error: str
    last_error_at: datetime | None
    last_sent_at: datetime | None
    last_heard_at: datetime | None


class Channels(Shape):
    items: list[Channel]
    next: None = None


class Pause(Shape):
    model_config = like(reason="no credit")

    reason: Line = ""


class Hook(Shape):
    url: str = Field(description="What to give the carrier. It holds a secret.")
    report_url: str


class Trial(Shape):
    model_config = like(phone="09121234567", text="آزمایش")

    phone: Line = Field(min_length=3, examples=["09121234567"])
    text: Text = Field("Muster", min_length=1)


class Tried(Shape):
    id: str = Field(description="Of the message; ask /messages/{id} what became of it.")


@router.get("", summary="Every channel and how it does")
def list_channels(office: Here, caller: Reader) -> Channels:
    now = datetime.now(UTC)
    with office.store.read() as db:
        states = channels.states(db)
        depth = outbox.depth(db)
    items = []
    for name, channel in office.channels.items():
        state = states.get(name, ChannelState(name))
        items.append(_shape(channel, state, [row for row in depth if row[0] == name], now))
    return Channels(items=items)


@router.get("/{name}/webhook", summary="The URL to give to the carrier")
def webhook(office: Here, caller: Admin, name: Name) -> Hook:
    channel = _known(office, name)
    with office.store.write() as db:
        audit.note(db, caller.who, "saw webhook URL", f"channel:{name}", datetime.now(UTC))
    url = f"{office.public_url.rstrip('/')}/hooks/{name}/{channel.secrets[0]}"
    return Hook(url=url, report_url=channel.report_url or f"{url}/report")


@router.post("/{name}/pause", summary="Send nothing more on it for now", status_code=204)
def pause(office: Here, caller: Writer, name: Name, given: Pause) -> None:
    _known(office, name)
    now = datetime.now(UTC)
    with office.store.write() as db:
        channels.know(db, [name])
        channels.pause(db, name, given.reason or "paused by staff")
        audit.note(db, caller.who, "channel paused", f"channel:{name}", now)


@router.post("/{name}/resume", summary="Send on it again", status_code=204)
def resume(office: Here, caller: Writer, name: Name) -> None:
    _known(office, name)
    with office.store.write() as db:
        channels.resume(db, name)
        audit.note(db, caller.who, "channel resumed", f"channel:{name}", datetime.now(UTC))


@router.post("/{name}/test", summary="Send a text to see whether it works", status_code=202)
def test(office: Here, caller: Writer, name: Name, given: Trial) -> Tried:
    channel = _known(office, name)
    if "sms" not in channel.adapter.carries or not channel.adapter.sends:
        raise Problem("conflict", "This channel sends no texts.")
    text = texting.checked(given.text)
    address = channel.address_of(given.phone)
    if not address:
        raise Problem("invalid", "This is no phone number.")
    now = datetime.now(UTC)
    with office.store.write() as db:
        _, people = participants.hold(db, [address], office.new_id)
        message = texting.owe(office, db, people[address], channel, text)
        details = {"message": str(message)}
        audit.note(db, caller.who, "channel tried", f"channel:{name}", now, details)
    return Tried(id=str(message))


def _known(office: Office, name: str) -> Configured:
    if name not in office.channels:
        raise not_found("channel")
    return office.channels[name]


def _shape(channel: Configured, state: ChannelState, depth: list[Any], now: datetime) -> Channel:
    counts = {priority: count for _, priority, count, _ in depth}
    names = (
        "paused",
        "pause_reason",
        "probe_at",
        "balance",
        "last_error",
        "last_error_at",
        "last_sent_at",
        "last_heard_at",
    )
    return Channel(
        name=channel.name,
        adapter=type(channel.adapter).__name__,
        lines=list(channel.lines),
        carries=list(channel.adapter.carries),
        sends=channel.adapter.sends,
        tps=channel.tps,
        quiet_hours=channel.quiet,
        served=state.lease_until is not None and state.lease_until > now,
        waiting=Waiting(
            replies=counts.get(0, 0),
            reminders=counts.get(1, 0),
            bulk=counts.get(2, 0),
            oldest=min((row[3] for row in depth), default=None),
        ),
        **{name: getattr(state, name) for name in names},
    )
