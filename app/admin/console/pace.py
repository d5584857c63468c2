"""How long people take for each question, by playing back what the last of them said."""

from collections.abc import Mapping
from itertools import groupby
from statistics import median
from typing import Any

from app.admin.office import Office
from app.conversation.compiled import Flow
from app.conversation.phone import Phone, somebody
from app.conversation.turn import HeardKind, Medium
from app.store import talk

CONVERSATIONS = 120
MEDIA = {
    "message": Medium.SMS,
    "silence": Medium.SMS,
    "dialog": Medium.USSD,
    "dialog_ended": Medium.USSD,
    "spoken": Medium.WEB,
}
"""What kind of inbox row came by what; other kinds are no words."""
WORDS = frozenset({HeardKind.TEXT, HeardKind.DIALLED})
"""After these the question stands anew; silence and hanging up only make it wait."""

Pace = Mapping[str, Mapping[str, float]]


def median_seconds(office: Office, flow: Flow) -> Pace:
    """By medium and step, over the latest finished conversations of the flow's version."""
    found: Pace = office.tally.of(("pace", flow.name), lambda: _measure(office, flow))
    return found


def _measure(office: Office, flow: Flow) -> Pace:
    with office.store.read() as db:
        rows = talk.latest_finished(db, flow.name, flow.version, CONVERSATIONS)
    times: dict[str, dict[str, list[float]]] = {}
    for _, said in groupby(rows, lambda row: row.conversation_id):
        for medium, step, seconds in _played(office, flow, list(said)):
            times.setdefault(medium, {}).setdefault(step, []).append(seconds)
    return {
        medium.value: {step: median(taken) for step, taken in times[medium.value].items()}
        for medium in Medium
        if medium.value in times
    }


def _played(office: Office, flow: Flow, said: list[Any]) -> list[tuple[str, str, float]]:
    """What each answer came by, its question, and the time it took; none if it went otherwise."""
    phone = Phone(office.flows, somebody(flow, Medium.SMS), said[0].received_at)
    taken: list[tuple[str, str, float]] = []
    before = said[0].received_at
    for row in said:
        if (medium := MEDIA.get(row.kind)) is None:
            continue
        heard = HeardKind(row.heard)
        if phone.step and heard is HeardKind.TEXT:
            taken.append((medium.value, phone.step, (row.received_at - before).total_seconds()))
        phone.change(medium)
        phone.now = row.received_at
        before = row.received_at if heard in WORDS else before
        phone.hears(heard, row.text)
    return taken if phone.step == said[-1].step else []
