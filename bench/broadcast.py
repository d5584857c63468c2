"""One text to everybody: queued by the API's bulk message, sent a hundred a request."""

import json
import time
import urllib.request
from typing import Any

from bench import filling, house, usage
from bench.carrier import Carrier, a_carrier
from bench.end_to_end import a_worker
from bench.house import Databases, Serving
from bench.run import Run

LEAST_A_SECOND = 500
"""Slower than this is an error, not a figure."""


def measure(run: Run, databases: Databases) -> None:
    people = run.size(1_000_000, 20_000)
    with databases.fresh("postgresql") as url, a_carrier(databases.folder) as carrier:
        name = url.rpartition("/")[2]
        filling.fill(run, databases.postgres, name, filling.GROUPS_ONLY, people, people)
        channels = {"simulator": house.simulator(carrier.url)}
        with (
            house.serving(databases, "postgresql", url, channels=channels) as place,
            a_worker(place, "postgresql") as pids,
        ):
            _send(run, Serving(place.muster, url, {**place.pids, **pids}), carrier, people)


def _send(run: Run, place: Serving, carrier: Carrier, people: int) -> None:
    words = ("keys", "add", "bench", "--scope", "write", "--scope", "read")
    key = place.muster.run(*words).strip().split()[-1]
    pids = {**place.pids, "carrier": carrier.pid}
    used, began = usage.snapshot(pids), time.monotonic()
    asked = {"channel": "simulator", "text": "جلسه فردا ساعت ۱۶ در سالن شهر", "dry_run": False}
    bulk = _api(place, key, "messages/bulk", asked)["bulk"]["id"]
    planned = time.monotonic() - began
    queued = 0.0
    with run.bar(f"broadcast to {people:,}", people) as done:
        while (tally := carrier.tally()).messages < people:
            if time.monotonic() > began + 60 + people / LEAST_A_SECOND:
                raise RuntimeError(f"only {tally.messages} of {people} were sent")
            if not queued and _api(place, key, f"messages/bulk/{bulk}")["state"] == "done":
                queued = time.monotonic() - began
            done(tally.messages)
            time.sleep(0.5)
    time.sleep(1)
    tally = carrier.tally()
    if tally.messages != people:
        raise RuntimeError(f"{tally.messages} messages for {people} people")
    seconds = tally.last - began
    run.record(
        "broadcast",
        messages=people,
        planned_seconds=planned,
        queued_seconds=queued or seconds,
        seconds=seconds,
        per_second=people / seconds,
        requests=tally.requests,
        cpu_us={k: v / people * 1e6 for k, v in usage.since(used, pids).items()},
        peak_mb=max(usage.peak_mb(place.pids[name]) for name in ("server", "worker")),
    )


def _api(place: Serving, key: str, path: str, body: dict[str, Any] | None = None) -> Any:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{place.muster.url}/api/v1/{path}", data, headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)
