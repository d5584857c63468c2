"""A flow as its file says it: the models that a flow file and a vocabulary must fit.

Only shapes are checked here. What the parts mean to each other is `check`'s business, and what
runs is the compiled form in `compiled`.
"""

from collections.abc import Iterator
from datetime import time, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from app.conversation.written_steps import (
    END,
    RESERVED,
    Aliases,
    AnyStep,
    ByMedium,
    ChoicesStep,
    ChoiceStep,
    ConfirmStep,
    ConsentStep,
    DateStep,
    Duration,
    Few,
    Id,
    Labels,
    Language,
    Model,
    Name,
    NumberStep,
    Option,
    PhoneStep,
    Picking,
    PlaceStep,
    Question,
    Route,
    Routes,
    Say,
    Step,
    Test,
    Texts,
    TextStep,
    YesNo,
    by_medium,
    duration,
)

__all__ = [
    "END",
    "RESERVED",
    "Aliases",
    "AnyStep",
    "Budget",
    "ByMedium",
    "ChoiceStep",
    "ChoicesStep",
    "ConfirmStep",
    "ConsentStep",
    "DateStep",
    "Entry",
    "FlowDefinition",
    "Keys",
    "NumberStep",
    "Option",
    "PhoneStep",
    "Picking",
    "PlaceStep",
    "Price",
    "Question",
    "Quiet",
    "Route",
    "Say",
    "Silence",
    "Step",
    "Test",
    "TextStep",
    "Vocabulary",
    "VocabularyRef",
    "YesNo",
    "by_medium",
    "duration",
    "walk",
]

Key = Annotated[str, StringConstraints(pattern=r"^[0-9*#]{1,3}$")]


class Keys(Model):
    """What moves through the pages of a screen, and past an optional question."""

    back: Key = "0"
    more: Key = "99"
    skip: Key = "00"


class Quiet(Model):
    """No reminder between these hours, in the flow's zone."""

    start: Annotated[time, Field(alias="from")]
    end: Annotated[time, Field(alias="to")]


class Silence(Model):
    remind_after: Duration = timedelta(hours=20)
    expire_after: Duration = timedelta(days=3)
    after_hang_up: Duration = timedelta(minutes=3)
    """How soon a person whose USSD dialog died is reminded by SMS."""
    quiet: Quiet | None = None


class Budget(Model):
    segments: Annotated[int, Field(ge=1, le=10)] = 2
    screens: Annotated[int, Field(ge=1, le=20)] = 6


class Price(Model):
    """What one segment costs, for the table that `check` prints."""

    gsm7: Decimal = Decimal(0)
    ucs2: Decimal = Decimal(0)
    currency: str = ""


class VocabularyRef(Model):
    file: Annotated[
        str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*\.(yaml|csv)$")
    ]
    fallback: dict[Language, Language] = Field(default_factory=dict)
    """`hu: en`: labels that a vocabulary lacks in Hungarian are taken in English."""
    ignore: Aliases = Field(default_factory=dict)
    """Words that people put before or after a label, besides the vocabulary's own."""


def as_ref(value: Any) -> Any:
    return {"file": value} if isinstance(value, str) else value


class FlowDefinition(Model):
    flow: Name
    version: Annotated[int, Field(ge=1)]
    title: Labels
    languages: Annotated[list[Language], Field(min_length=1)]
    """The first is spoken until something else is known of the person."""
    zone: str = "UTC"
    region: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = "IR"
    """The country whose way of writing phone numbers is understood without a prefix."""
    keywords: dict[Literal["any"] | Language, Few] = Field(default_factory=dict)
    keys: Keys = Keys()
    silence: Silence = Silence()
    budget: Budget = Budget()
    price: Price = Price()
    vocabularies: dict[Name, Annotated[VocabularyRef, BeforeValidator(as_ref)]] = Field(
        default_factory=dict
    )
    help: Texts | None = None
    phrases: dict[Name, Texts] = Field(default_factory=dict)
    """Built-in phrases in this flow's own words, by their names in `words.yaml`."""
    start: Routes | None = None
    """The first step in the file unless given."""
    steps: Annotated[dict[Name, AnyStep], Field(min_length=1, max_length=500)]


# --- vocabularies ---------------------------------------------------------------------------


class Entry(Model):
    id: Id
    label: Labels
    aliases: Aliases = Field(default_factory=dict)
    entries: list["Entry"] = Field(default_factory=list)


def distinct(entries: list[Entry]) -> list[Entry]:
    seen: set[str] = set()
    for entry in walk(entries):
        if entry.id in seen:
            raise ValueError(f"two entries have the id {entry.id!r}")
        seen.add(entry.id)
    return entries


def walk(entries: list[Entry]) -> Iterator[Entry]:
    for entry in entries:
        yield entry
        yield from walk(entry.entries)


class Vocabulary(Model):
    """Things to pick from, in one level or several."""

    vocabulary: Name
    fallback: dict[Language, Language] = Field(default_factory=dict)
    ignore: Aliases = Field(default_factory=dict)
    """Words that people put before or after a label: province, county of."""
    entries: Annotated[list[Entry], Field(min_length=1), AfterValidator(distinct)]
