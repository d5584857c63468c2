"""The demo's people: who they are, when they first write, and how."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from app.cli.demo.names import OFFERS, group_name, person_name, spelled_otherwise
from app.conversation.compiled import Flow
from app.conversation.turn import Medium
from app.simulator.crowd.people import Person, people

SHARE_THAT_ENDS = 0.72
"""Of those who begin; the rest stop on the way, as people do."""
DUPLICATES = 0.05
MISBEHAVE = 0.10
LOST = 0.03
"""Who gets little right: a human is wanted for some of them."""
BURSTS, JUST_NOW = 0.55, 0.12
"""How many come in the minutes after a spot on TV."""
HOURS = (1, 1, 0, 0, 0, 1, 2, 4, 7, 9, 10, 10, 9, 8, 7, 8, 9, 10, 11, 11, 12, 10, 7, 3)
TYPES = (("people", 42), ("ngo", 20), ("charity", 15), ("religious", 8), ("public", 5))
MORE_TYPES = (("business", 3), ("individual", 7))
MEDIA = ((Medium.SMS, 74), (Medium.WEB, 16), (Medium.USSD, 10))
BIG = {"IR-23": 8, "IR-09": 5, "IR-10": 4, "IR-07": 4, "IR-03": 3, "IR-06": 3, "IR-04": 2}
T = TypeVar("T")
TEHRAN = ZoneInfo("Asia/Tehran")


@dataclass(frozen=True)
class Comer:
    """Somebody who comes at a time, by a medium, and may stop before the end."""

    person: Person
    at: datetime
    medium: Medium
    leaves_after: int
    """Turns; past the last question for most."""


@dataclass(frozen=True)
class Sketch:
    """What somebody means to say of their group."""

    type: str
    province: str
    county: str
    fields: tuple[str, ...]
    specialisms: tuple[str, ...]
    members: int
    name: str
    contact: str
    offer: str


def crowd(flow: Flow, groups: int, seed: int, since: datetime, until: datetime) -> list[Comer]:
    chance = random.Random(seed)  # noqa: S311  a crowd to be repeated, no secret
    comers: list[Comer] = []
    sketches: list[Sketch] = []
    for person in people(flow, round(groups / SHARE_THAT_ENDS), MISBEHAVE, seed):
        if sketches and chance.random() < DUPLICATES:
            sketch = _again(chance, chance.choice(sketches))
        else:
            sketch = _sketch(chance, flow)
            sketches.append(sketch)
        person.language, person.writes = "fa", person.writes if person.language == "fa" else {}
        person.prompts = replace(person.prompts, language="fa", _cache={})
        person.meant.update(
            type=(sketch.type,),
            province=(sketch.province,),
            county=(sketch.county,),
            fields=sketch.fields,
            specialisms=sketch.specialisms,
            members=str(sketch.members),
            name=sketch.name,
            contact=sketch.contact,
            offer=sketch.offer,
        )
        if chance.random() < LOST:
            person.misbehave = 0.9
        ends = chance.random() < SHARE_THAT_ENDS + 0.1
        medium = _one_of(chance, MEDIA)
        leaves = 1000 if ends else chance.randint(1, 9)
        comers.append(Comer(person, _moment(chance, since, until), medium, leaves))
    return sorted(comers, key=lambda comer: comer.at)


def _sketch(chance: random.Random, flow: Flow) -> Sketch:
    kind = _one_of(chance, (*TYPES, *MORE_TYPES))
    provinces = _ids(flow, "province")
    province = chance.choices(provinces, [BIG.get(one, 1) for one in provinces])[0]
    counties = _ids(flow, "county", (province,))
    # The first is as likely as all others together: the capital of the province, or near.
    county = counties[0] if chance.random() < 0.3 else chance.choice(counties)
    fields = tuple(chance.sample(_ids(flow, "fields"), chance.choice((1, 1, 2, 2, 3))))
    below = _ids(flow, "specialisms", fields)
    specialisms = tuple(chance.sample(below, min(len(below), chance.choice((1, 2, 2, 3)))))
    listing = flow.steps["county"].listing
    place = listing.options("fa", (province,)).label(county) if listing else ""
    return Sketch(
        kind,
        province,
        county,
        fields,
        specialisms,
        _harmless(chance),
        group_name(chance, kind, specialisms, place),
        person_name(chance),
        chance.choice(OFFERS),
    )


def _again(chance: random.Random, sketch: Sketch) -> Sketch:
    """Somebody else of the same group, who writes its name in their own way."""
    contact = sketch.contact if chance.random() < 0.4 else person_name(chance)
    return replace(sketch, name=spelled_otherwise(chance, sketch.name), contact=contact)


def _harmless(chance: random.Random) -> int:
    """Any size but 11 and 12, which opt out and in."""
    size = max(2, int(chance.lognormvariate(3.2, 0.9)))
    return size + 2 if size in (11, 12) else size


def _ids(flow: Flow, step: str, parents: Sequence[str] = ()) -> list[str]:
    listing = flow.steps[step].listing
    return [entry.id for entry in listing.entries(tuple(parents))] if listing else []


def _moment(chance: random.Random, since: datetime, until: datetime) -> datetime:
    """In the minutes after a spot, the last of them just now; or when people are awake."""
    length = until - since
    if chance.random() < JUST_NOW:
        return until - timedelta(minutes=min(chance.expovariate(1 / 25) + 2, 100))
    if chance.random() < BURSTS:
        spot = since + length * chance.choice((0.08, 0.5, 0.5, 0.97))
        spot = spot.astimezone(TEHRAN).replace(hour=20, minute=30)
        at = spot + timedelta(minutes=chance.expovariate(1 / 40))
    else:
        day = since + length * chance.random()
        hour = chance.choices(range(24), HOURS)[0]
        at = day.astimezone(TEHRAN).replace(hour=hour, minute=chance.randrange(60))
    at = at.astimezone(until.tzinfo) + timedelta(seconds=chance.uniform(0, 59))
    if at >= until or at < since:
        at = until - timedelta(minutes=chance.uniform(2, 90))
    return at


def _one_of(chance: random.Random, weighted: Sequence[tuple[T, int]]) -> T:
    values, weights = zip(*weighted, strict=True)
    found: T = chance.choices(values, weights)[0]
    return found
