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

CONVERSATIONS = 60


def median_seconds(office: Office, flow: Flow) -> Mapping[str, float]:
    """By step, over the latest finished conversations of the flow's version."""
    found: Mapping[str, float] = office.tally.of(
        ("pace", flow.name), lambda: _measure(office, flow)
    )
    return found


def _measure(office: Office, flow: Flow) -> Mapping[str, float]:
    with office.store.read() as db:
        rows = talk.latest_finished(db, flow.name, flow.version, CONVERSATIONS)
    times: dict[str, list[float]] = {}
    for _, said in groupby(rows, lambda row: row.conversation_id):
        for step, seconds in _played(office, flow, list(said)):
            times.setdefault(step, []).append(seconds)
    return {step: median(taken) for step, taken in times.items()}


def _played(office: Office, flow: Flow, said: list[Any]) -> list[tuple[str, float]]:
    """The question that each text answered and the time it took; none if it went another way."""
    phone = Phone(office.flows, somebody(flow, Medium.SMS), said[0].received_at)
    taken: list[tuple[str, float]] = []
    before = said[0].received_at
    for row in said:
        if phone.step:
            taken.append((phone.step, (row.received_at - before).total_seconds()))
        phone.now = before = row.received_at
        phone.hears(HeardKind.TEXT, row.text)
    return taken if phone.step == said[-1].step else []
