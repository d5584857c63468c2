"""Every adapter's recordings, spoiled, through the door: never a 5xx, all that was read kept."""

import json
import os
import random
from collections.abc import Sequence

import pytest

from app.hooks.door import Door
from app.intake.channel import Channel
from app.intake.item import Answer, Item, restored, stored
from gateway_adapters.options import build
from gateway_adapters.registry import ADAPTERS
from tests.gateway_adapters.recorded import requests as requests_of
from tests.hooks.test_door import behind, call

SECRET = "0123456789abcdef"
SEED = int(os.environ.get("MUSTER_SEED", "20261122"))
EACH = int(os.environ.get("MUSTER_MUTATIONS", "0")) // len(ADAPTERS) or 40
SPOILS = (
    lambda body, dice: body[: dice.randrange(len(body) + 1)],
    lambda body, dice: body + body,
    lambda body, dice: body[::-1],
    lambda body, dice: bytes(b ^ (dice.random() < 0.02) * dice.randrange(256) for b in body),
    lambda body, dice: body.replace(b"=", b"=\x00").replace(b":", b":\xff", 1),
    lambda body, dice: body.replace(b'"', b'"\\ud800', 3),
    lambda body, dice: b"[" * 3000 + body,
    lambda body, dice: body.replace(b"0", b"\xdb\xb0").replace(b"&", b"&&"),
    lambda body, dice: json.dumps({"x": [body.decode("latin-1")] * 5}).encode(),
)


class Keeping:
    """Keeps what the spool would keep, so that it must be storable."""

    is_full = False

    def __init__(self) -> None:
        self.kept: list[Item] = []

    async def submit(self, items: Sequence[Item]) -> list[Answer]:
        for item in items:
            if item.kind not in ("unread", "dialog", "dialog_ended"):
                assert restored(stored(item)).kind == item.kind
        self.kept += items
        return [Answer("handled", ("…",)) for _ in items]


@pytest.mark.parametrize("name", [name for name in sorted(ADAPTERS) if requests_of(name)])
async def test_no_spoiled_request_is_our_failure(name: str) -> None:
    dice = random.Random(f"{SEED} {name}")
    intake = Keeping()
    adapter = build(ADAPTERS[name], {}, lenient=True)
    door = Door(behind, {"main": Channel("main", adapter, (SECRET,))}, intake)
    requests = requests_of(name)
    for _ in range(EACH):
        request = dice.choice(requests)
        body = dice.choice(SPOILS)(request.body, dice)
        query = dice.choice(SPOILS)(request.query_string.encode(), dice).decode("latin-1")
        status, answer, _ = await call(
            door,
            f"/hooks/main/{SECRET}",
            body,
            request.method if request.method in ("GET", "POST", "PUT") else "POST",
            headers={k: v for k, v in request.headers.items() if v.isascii()},
            query=query.encode("latin-1"),
        )
        # A SOAP fault travels with 500: that is how its carriers want to be refused.
        assert status < 500 or b":Fault>" in answer, f"seed {SEED}"
        assert status != 404
