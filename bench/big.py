"""Turns and memory with millions of people in the database, against an empty one.

Newcomers' numbers lie scattered among all others; people who were there before come back in turn.
"""

from typing import Any

from bench import filling
from bench.house import Databases, Serving
from bench.run import Run
from bench.turns import Firing, Setting, closed, standing

SETTING = Setting("postgresql", 2)
CONNECTIONS = 64
A_ROUND = 200_000  # people who come back, more than one round hears


def measure(run: Run, databases: Databases) -> None:
    people = run.size(10_000_000, 1_000_000)
    with databases.fresh("postgresql") as empty, databases.fresh("postgresql") as full:
        name = full.rpartition("/")[2]
        filling.fill(run, databases.postgres, name, filling.EVERYTHING, people, people // 5)
        size = databases.bytes_of(full) / 1e9
        run.record("big database", participants=people, gigabytes=size)
        places = {0: empty, people: full}
        for round_ in run.rounds:
            for there, url in run.track(f"many people, round {round_}", places.items()):
                with standing(databases, SETTING, url) as place:
                    one(run, place, there, round_)


def one(run: Run, place: Serving, there: int, round_: int) -> None:
    """Load with newcomers, and with people who were there before."""
    about: dict[str, Any] = {"participants": there, "round": round_}
    seconds = run.size(6, 2)
    closed(run, place, Firing(CONNECTIONS, seconds), "big", who="new", **about)
    if there:  # those before these have a group already, and take another way
        back = Firing(CONNECTIONS, seconds, first_person=there // 5 + round_ * A_ROUND)
        closed(run, place, back, "big", who="known", **about)
