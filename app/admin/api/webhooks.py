"""/webhooks: who is told of sign-ups, changes and withdrawals. Needs the scope `admin`."""

import base64
import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from app.admin.api.asks import Admin, Here, Id, Line, Paging, Shape, Text, like, next_of
from app.admin.api.once import SHOWN_ONCE
from app.admin.office import Office
from app.admin.problems import Problem, not_found
from app.admin.sealing import seal
from app.store import audit, callbacks
from app.text.urls import Forbidden, target_of

router = APIRouter(prefix="/webhooks", tags=["webhooks"])

Event = Literal["group.registered", "group.changed", "group.withdrawn"]
EVENTS: list[Event] = ["group.registered", "group.changed", "group.withdrawn"]
PURPOSE = "webhook secret"
BOTH_HOLD = timedelta(hours=24)
MOST = 50
Which = Annotated[Id, Path()]


class Webhook(Shape):
    id: str
    url: str
    events: list[Event]
    note: str
    active: bool
    problem: str = Field(description="Why it is off, where it was switched off for failing.")
    failing_since: datetime | None
    waiting: int = Field(description="Callbacks that wait for a try.")
    given_up: int = Field(description="Callbacks that were tried eight times; replay them.")
    created_at: datetime


class Webhooks(Shape):
    items: list[Webhook]
    next: None = None


class NewWebhook(Shape):
    model_config = like(url="https://crm.example.org/muster", events=["group.registered"])

    url: Text = Field(examples=["https://crm.example.org/muster"])
    events: list[Event] = Field(EVENTS, min_length=1, max_length=3)
    note: Line = ""


class MadeWebhook(Webhook):
    secret: str = Field(description="Checks our signatures. Shown once.", examples=["whsec_…"])


class WebhookChange(Shape):
    model_config = like(active=True)

    url: Text | None = None
    events: Annotated[list[Event], Field(min_length=1, max_length=3)] | None = None
    note: Line | None = None
    active: bool | None = None


class NewSecret(Shape):
    secret: str = Field(description="Shown once. For a day both this and the last one sign.")


class Delivery(Shape):
    id: str
    event: str = Field(description="Also the header webhook-id; the same at every try.")
    type: str = Field(examples=["group.registered"])
    state: str = Field(description="queued, sending, delivered, given_up.")
    tries: int
    due_at: datetime
    status: int | None = Field(description="What was answered last.")
    problem: str
    body: str
    created_at: datetime
    updated_at: datetime


class Deliveries(Shape):
    items: list[Delivery]
    next: str | None = None


class DeliveryFilter(Paging):
    state: Literal["", "queued", "sending", "delivered", "given_up"] = ""


class Replay(Shape):
    model_config = like(ids=["190472113467392000"])

    ids: list[Id] | None = Field(None, max_length=500, description="None: all that were given up.")


class Replayed(Shape):
    queued: int


@router.get("", summary="Everybody who is told")
def list_webhooks(office: Here, caller: Admin) -> Webhooks:
    with office.store.read() as db:
        waiting = callbacks.waiting(db)
        return Webhooks(items=[_shape(row, waiting) for row in callbacks.every(db)])


@router.post("", summary="Tell somebody; gives the secret once", status_code=201)
def add_webhook(office: Here, caller: Admin, given: NewWebhook, response: Response) -> MadeWebhook:
    _check(office, given.url)
    secret, now, id_ = _secret(), datetime.now(UTC), office.new_id()
    row = {
        "id": id_,
        "url": given.url,
        "events": given.events,
        "secrets": [[_sealed(office, secret), None]],
        "note": given.note,
        "active": True,
        "created_at": now,
    }
    with office.store.write() as db:
        if len(callbacks.every(db)) >= MOST:
            raise Problem("conflict", f"There are {MOST} already.")
        callbacks.subscribe(db, row)
        audit.note(db, caller.who, "webhook made", f"webhook:{id_}", now, {"url": given.url})
        made = callbacks.one(db, id_)
    response.headers[SHOWN_ONCE] = "1"
    return MadeWebhook(**_shape(made, {}).model_dump(), secret=secret)


@router.patch("/{webhook}", summary="Change it, or switch it on again")
def change_webhook(office: Here, caller: Admin, webhook: Which, given: WebhookChange) -> Webhook:
    sets = {name: v for name, v in given.model_dump(exclude_unset=True).items() if v is not None}
    if given.url is not None:
        _check(office, given.url)
    if given.active:
        sets |= {"problem": "", "failing_since": None}
    with office.store.write() as db:
        _known(db, webhook)
        if sets:
            callbacks.change(db, int(webhook), **sets)
            details = {"fields": sorted(given.model_fields_set)}
            now = datetime.now(UTC)
            audit.note(db, caller.who, "webhook changed", f"webhook:{webhook}", now, details)
        return _shape(callbacks.one(db, int(webhook)), callbacks.waiting(db))


@router.delete("/{webhook}", summary="Tell them no more", status_code=204)
def remove_webhook(office: Here, caller: Admin, webhook: Which) -> None:
    with office.store.write() as db:
        if not callbacks.unsubscribe(db, int(webhook)):
            raise not_found("webhook")
        audit.note(db, caller.who, "webhook removed", f"webhook:{webhook}", datetime.now(UTC))


@router.post("/{webhook}/secret", summary="Change the secret; both hold for a day")
def rotate_secret(office: Here, caller: Admin, webhook: Which, response: Response) -> NewSecret:
    secret, now = _secret(), datetime.now(UTC)
    with office.store.write() as db:
        row = _known(db, webhook)
        old = [[sealed, (now + BOTH_HOLD).isoformat()] for sealed, _ in row.secrets[:1]]
        callbacks.change(db, row.id, secrets=[[_sealed(office, secret), None], *old])
        audit.note(db, caller.who, "webhook secret changed", f"webhook:{webhook}", now)
    response.headers[SHOWN_ONCE] = "1"
    return NewSecret(secret=secret)


@router.post("/{webhook}/test", summary="Send a callback that means nothing", status_code=202)
def test_webhook(office: Here, caller: Admin, webhook: Which) -> Delivery:
    now, id_ = datetime.now(UTC), office.new_id()
    event = {"id": f"evt_test_{id_}", "type": "test", "timestamp": now, "data": {}}
    with office.store.write() as db:
        row = _known(db, webhook)
        callbacks.add(db, [callbacks.row(id_, row.id, event, now)])
        audit.note(db, caller.who, "webhook tried", f"webhook:{webhook}", now)
        return _delivery(callbacks.page(db, row.id, 1)[0])


@router.get("/{webhook}/deliveries", summary="What they were told, newest first")
def list_deliveries(
    office: Here, caller: Admin, webhook: Which, given: Annotated[DeliveryFilter, Query()]
) -> Deliveries:
    below = given.below
    with office.store.read() as db:
        row = _known(db, webhook)
        rows = callbacks.page(db, row.id, given.limit, below.id if below else None, given.state)
    return Deliveries(items=[_delivery(one) for one in rows], next=next_of(rows, given.limit))


@router.post("/{webhook}/replay", summary="Try again what was given up")
def replay(office: Here, caller: Admin, webhook: Which, given: Replay) -> Replayed:
    now = datetime.now(UTC)
    ids = None if given.ids is None else [int(one) for one in given.ids]
    with office.store.write() as db:
        row = _known(db, webhook)
        queued = callbacks.replay(db, row.id, ids, now)
        details = {"queued": queued}
        audit.note(db, caller.who, "webhook replayed", f"webhook:{webhook}", now, details)
    return Replayed(queued=queued)


def _check(office: Office, url: str) -> None:
    """What a name leads to is checked at every connection; here what can be seen already."""
    try:
        target_of(url, office.reach)
    except Forbidden as error:
        raise Problem("invalid", f"We do not call this: {error}.") from error


def _known(db: Any, webhook: str) -> Any:
    row = callbacks.one(db, int(webhook))
    if row is None:
        raise not_found("webhook")
    return row


def _secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _sealed(office: Office, secret: str) -> str:
    if not office.key:
        raise Problem("unavailable", "The installation has no secret key.")
    return seal(office.key, PURPOSE, secret)


def _shape(row: Any, waiting: dict[int, dict[str, int]]) -> Webhook:
    counts = waiting.get(row.id, {})
    own = {
        "id": str(row.id),
        "waiting": counts.get("queued", 0) + counts.get("sending", 0),
        "given_up": counts.get("given_up", 0),
    }
    names = [name for name in Webhook.model_fields if name not in own]
    return Webhook(**own, **{name: getattr(row, name) for name in names})


def _delivery(row: Any) -> Delivery:
    own = {"id": str(row.id), "type": row.kind}
    names = [name for name in Delivery.model_fields if name not in own]
    return Delivery(**own, **{name: getattr(row, name) for name in names})
