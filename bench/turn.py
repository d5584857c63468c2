"""What one turn of the shipped sign-up costs: `.venv/bin/python bench/turn.py [ROUNDS]`."""

import sys
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

FLOWS = Path(__file__).parents[1] / "app" / "flows"
# Good answers, slips and commands, in the proportion of a rather clumsy public.
BY_SMS = (
    *("۹", "بله", "همیاران امید", "1", "اصفهن", "بله", "کاشان", "راهنما", "۱ و ۳"),
    *("۱،۲", "حدود بیست و پنج نفر", "برگشت", "۲۵", "رد", "مریم رضایی", "چی؟", "بله"),
)
BY_USSD = (
    *("", "1", "همیاران امید", "1", "99", "0", "4", "99", "2"),
    *("1 3", "1", "25", "00", "مریم رضایی", "1"),
)
Timed = list[tuple[str, float]]


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    started = perf_counter()
    flows = load_flows(FLOWS)
    print(f"flows loaded in {perf_counter() - started:.2f} s")
    for medium, script in ((Medium.SMS, BY_SMS), (Medium.USSD, BY_USSD)):
        turns = [one for _ in range(rounds) for one in talk(flows, medium, script)]
        report(medium, script, turns)


def talk(flows: Flows, medium: Medium, script: Sequence[str]) -> Iterator[tuple[str, float]]:
    situation = Situation(medium, default_flow="signup", address="+989120000001")
    now = datetime(2026, 3, 1, 9, tzinfo=UTC)
    for at, line in enumerate(script):
        dials = medium is Medium.USSD and at == 0
        heard = Heard(HeardKind.DIALLED if dials else HeardKind.TEXT, line)
        started = perf_counter()
        turn = hear(flows, replace(situation, fresh_code=f"C{at}"), heard, now)
        yield line, perf_counter() - started
        situation = replace(situation, conversation=turn.conversation)
        now += timedelta(seconds=40)
    if situation.conversation is None or situation.conversation.standing is not Standing.DONE:
        raise SystemExit(f"the {medium} script no longer reaches the end: {situation.conversation}")


def report(medium: Medium, script: Sequence[str], turns: Timed) -> None:
    times = [seconds for _, seconds in turns]
    cuts = quantiles(times, n=100)
    print(
        f"{medium}: {len(times)} turns, median {median(times) * 1e6:.0f} us,"
        f" p95 {cuts[94] * 1e6:.0f} us, p99 {cuts[98] * 1e6:.0f} us"
    )
    for at, line in enumerate(script):
        own = median(seconds for _, seconds in turns[at :: len(script)])
        print(f"  {own * 1e6:6.0f} us  {line}")


if __name__ == "__main__":
    main()
