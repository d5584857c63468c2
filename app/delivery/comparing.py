"""Looks for groups that may be one, a few at a time. One process at a time does it."""

import asyncio
import secrets
import time
from datetime import timedelta

import structlog

from app.intake.comparing import Comparing
from app.store import channels
from app.store.engine import Store, clock

log = structlog.get_logger()

NAME = "~comparing"  # stands beside the channels' leases; no channel can be called so
LEASE = timedelta(minutes=1)
LOOK_EVERY = 10.0  # seconds between looks while there is nothing to compare
SHARE = 0.25
"""Of the time, at most this part goes into comparing: intake and replies share the processors."""


async def compare(store: Store, comparing: Comparing) -> None:
    """Work until cancelled."""
    owner = secrets.token_hex(8)
    while True:
        began = time.monotonic()
        try:
            more = await asyncio.to_thread(_step, store, comparing, owner)
        except Exception as error:  # noqa: BLE001  one fault must not end this for good
            log.warning("comparing.waits", error=type(error).__name__)
            more = 0
        took = time.monotonic() - began
        await asyncio.sleep(took * (1 / SHARE - 1) if more else LOOK_EVERY)


def _step(store: Store, comparing: Comparing, owner: str) -> int:
    with store.write() as db:
        channels.know(db, [NAME])
        if channels.lease(db, NAME, owner, clock(db), LEASE) is None:
            return 0
    return comparing.step()
