"""Spoiled requests and answers: events, outcomes or a BadPayload come out, and nothing else."""

import os
import random
from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest

from gateway_adapters.contract import (
    BadPayload,
    DialogInput,
    Message,
    NotFromCarrier,
    Report,
    Screen,
)
from gateway_adapters.registry import ADAPTERS
from tests.gateway_adapters.made import made, three_messages
from tests.gateway_adapters.mutations import spoil, spoil_request
from tests.gateway_adapters.recorded import answers, requests

MUTATIONS = [
    (1402, int(os.environ.get("MUSTER_MUTATIONS", "3000"))),
    pytest.param(7, 100_000, marks=pytest.mark.slow),
]


def read_spoiled(name, adapter, request, chance):
    spoiled = spoil_request(request, chance)
    for url in ("", "https://muster.example" + spoiled.url):
        try:
            adapter.authenticate(spoiled, url, datetime(2026, 11, 1, tzinfo=UTC))
        except NotFromCarrier:
            pass
        except BadPayload as error:
            raise AssertionError(f"{name} parses before it knows the sender") from error
    try:
        events = adapter.receive(spoiled)
    except BadPayload as error:
        adapter.refuse(spoiled, str(error))
        return
    screens = [Screen("متن", more=False) for event in events if isinstance(event, DialogInput)]
    adapter.acknowledge(spoiled, events, screens)
    for event in events:
        _check_types(event)


def _check_types(event):
    for field in fields(event):
        if field.type is str:
            value = getattr(event, field.name)
            assert isinstance(value, str), f"{type(event).__name__}.{field.name} is {value!r}"
    if isinstance(event, Message):
        assert event.sender
        assert event.sent_at is None or event.sent_at.tzinfo is not None
    if isinstance(event, Report):
        assert event.carrier_id or event.our_id


@pytest.mark.parametrize(("seed", "count"), MUTATIONS)
def test_spoiled_requests_are_a_bad_payload_or_events_and_nothing_else(seed, count):
    chance = random.Random(seed)
    adapters = {name: made(name) for name in ADAPTERS}
    every = [(name, request) for name in sorted(ADAPTERS) for request in requests(name)]
    for _ in range(count):
        name, request = chance.choice(every)
        read_spoiled(name, adapters[name], request, chance)


@pytest.mark.parametrize(("seed", "count"), MUTATIONS)
def test_spoiled_answers_are_outcomes_or_a_bad_payload(seed, count):
    chance = random.Random(seed)
    every = [(name, answer) for name in sorted(ADAPTERS) for answer in answers(name)]
    for _ in range(count // 3):
        name, answer = chance.choice(every)
        adapter = made(name)
        spoiled = replace(answer, body=spoil(answer.body, chance))
        messages = three_messages(adapter)
        for read in (
            lambda a=adapter, s=spoiled, m=messages: a.outcomes(s, m),
            lambda a=adapter, s=spoiled: a.polled(s, "0").events,
            lambda a=adapter, s=spoiled: a.recovered(s, 1).events,
            lambda a=adapter, s=spoiled: a.reports(s),
            lambda a=adapter, s=spoiled, m=messages: a.looked_up(s, m[0]),
            lambda a=adapter, s=spoiled: a.balance_from(s),
            lambda a=adapter, s=spoiled: a.logged_in(s),
        ):
            try:
                read()
            except BadPayload:
                continue
