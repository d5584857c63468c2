"""What one turn of the shipped sign-up costs, with its state stored and loaded as intake does.

.venv/bin/python -m bench turn
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from app.conversation.compiled import Flows
from app.conversation.engine import hear
from app.conversation.load import load_flows
from app.conversation.turn import Heard, HeardKind, Medium, Situation, Standing
from bench.house import Databases
from bench.run import Run

FLOWS = Path(__file__).parents[1] / "app" / "flows"
# Good answers, slips and commands, in the proportion of a rather clumsy public.
BY_SMS = (
    *("۹", "بله", "همیاران امید", "1", "اصفهن", "بله", "کاشان", "راهنما", "۱ و ۳"),
    *("۱،۲", "حدود بیست و پنج نفر", "برگشت", "۲۵", "رد", "مریم رضایی", "چی؟", "بله"),
)
BY_USSD = (
    *("", "1", "همیاران امید", "1", "99", "0", "4", "99", "2", "1 3", "1", "25", "00"),
    *("مریم رضایی", "1"),
)


def measure(run: Run, databases: Databases) -> None:
    rounds = run.size(400, 100)
    started = perf_counter()
    flows = load_flows(FLOWS)
    run.record("flows loaded", seconds=perf_counter() - started)
    for medium, script in ((Medium.SMS, BY_SMS), (Medium.USSD, BY_USSD)):
        turns = [one for _ in range(rounds) for one in talk(flows, medium, script)]
        report(run, medium, script, turns)


def talk(flows: Flows, medium: Medium, script: Sequence[str]) -> Iterator[float]:
    """Go through the script once; gives the seconds of each turn."""
    situation = Situation(medium, default_flow="signup", address="+989120000001")
    now = datetime(2026, 3, 1, 9, tzinfo=UTC)
    for at, line in enumerate(script):
        dials = medium is Medium.USSD and at == 0
        heard = Heard(HeardKind.DIALLED if dials else HeardKind.TEXT, line)
        started = perf_counter()
        turn = hear(flows, replace(situation, fresh_code=f"C{at}"), heard, now)
        yield perf_counter() - started
        situation = replace(situation, conversation=turn.conversation)
        now += timedelta(seconds=40)
    if situation.conversation is None or situation.conversation.standing is not Standing.DONE:
        raise RuntimeError(f"the {medium} script no longer reaches the end")


def report(run: Run, medium: Medium, script: Sequence[str], times: Sequence[float]) -> None:
    cuts = quantiles(times, n=100)
    run.record(
        "engine",
        medium=medium.value,
        turns=len(times),
        median_us=median(times) * 1e6,
        p95_us=cuts[94] * 1e6,
        p99_us=cuts[98] * 1e6,
        by_text_us={
            f"{at + 1} {line}": median(times[at :: len(script)]) * 1e6
            for at, line in enumerate(script)
        },
    )
