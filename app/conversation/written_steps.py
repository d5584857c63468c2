"""The steps of a flow as its file says them, with their texts and where they lead."""

import re
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from app.conversation.turn import Medium

END = "end"
"""The name that ends a conversation wherever a step is named."""
RESERVED = frozenset({"groups", "group_status", "medium", "address", "code", "status", END})
"""Field names with a meaning of their own in conditions and texts."""
MAX_LETTERS = 2000


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,8})?$")]
Words = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_LETTERS, strip_whitespace=True)
]
Few = Annotated[list[Words], Field(max_length=60)]

UNITS = {"minute": 60, "hour": 3600, "day": 86400, "week": 604800}
DURATION = re.compile(r"(\d{1,4}) (minute|hour|day|week)s?")


def duration(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if not (found := DURATION.fullmatch(value.strip())):
        raise ValueError("write a time like '20 minutes', '6 hours' or '3 days'")
    return timedelta(seconds=int(found[1]) * UNITS[found[2]])


Duration = Annotated[timedelta, BeforeValidator(duration)]


class ByMedium(Model):
    """One text in several lengths; `ussd` and `web` say what `sms` says unless they are given."""

    sms: Words
    ussd: Words | None = None
    web: Words | None = None

    def on(self, medium: Medium) -> str:
        return (
            self.ussd if medium is Medium.USSD else self.web if medium is Medium.WEB else None
        ) or self.sms


def by_medium(value: Any) -> Any:
    return {"sms": value} if isinstance(value, str) else value


Text = Annotated[ByMedium, BeforeValidator(by_medium)]
Texts = Annotated[dict[Language, Text], Field(min_length=1)]
Labels = Annotated[dict[Language, Words], Field(min_length=1)]
Aliases = dict[Language, Few]


def one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Values = Annotated[list[str], BeforeValidator(one_or_many)]


# --- where a step leads ---------------------------------------------------------------------


class Test(Model):
    """A condition on one field; all that is given must hold."""

    __test__ = False  # pytest would collect the name

    is_: Annotated[Values | None, Field(alias="is")] = None
    is_not: Annotated[Values | None, Field(alias="not")] = None
    over: int | None = None
    under: int | None = None
    at_least: int | None = None
    at_most: int | None = None
    given: bool | None = None


def as_test(value: Any) -> Any:
    return {"is": value} if isinstance(value, str | list) else value


When = dict[Name, Annotated[Test, BeforeValidator(as_test)]]


class Route(Model):
    """Where to go when everything in `when` holds; the last route of a list has no `when`."""

    when: When = {}
    to: Name


def as_routes(value: Any) -> Any:
    return [{"to": value}] if isinstance(value, str) else value


Routes = Annotated[list[Route], BeforeValidator(as_routes), Field(min_length=1)]


# --- steps ----------------------------------------------------------------------------------


class Step(Model):
    """What every step has. `next` left out means the step below in the file."""

    says: Texts
    next: Routes | None = None
    segments: Annotated[int, Field(ge=1, le=10)] | None = None
    """The most SMS segments this step may cost, where the flow's budget does not do."""
    screens: Annotated[int, Field(ge=1, le=20)] | None = None


class Say(Step):
    """A statement; the conversation goes on without waiting."""

    kind: Literal["say"]
    does: Literal["register", "change", "withdraw", "load"] | None = None


class Question(Step):
    fills: Name
    optional: bool = False
    keep: bool = True
    """False: the answer steers the conversation and is not stored with the group."""
    again: Annotated[list[Texts], Field(max_length=2)] = []
    """What the first and the second unusable answer get, instead of the built-in words."""
    example: Labels | None = None
    help: Texts | None = None


class TextStep(Question):
    kind: Literal["text"]
    least: Annotated[int, Field(ge=1)] = 2
    most: Annotated[int, Field(ge=1, le=MAX_LETTERS)] = 60


class NumberStep(Question):
    kind: Literal["number"]
    least: int = 0
    most: Annotated[int, Field(le=10**12)] = 1_000_000


class Option(Model):
    id: Id
    label: Labels
    aliases: Aliases = {}
    next: Name | None = None


class Picking(Question):
    """Questions answered from a list: written here, a vocabulary, or what is known."""

    options: list[Option] | None = None
    source: Annotated[Name | None, Field(alias="from")] = None
    """A vocabulary, or `groups` (the person's own) or `languages` (of the flow)."""
    level: Annotated[int, Field(ge=1, le=5)] = 1
    under: Name | None = None
    """The field whose answer the options lie under: counties under the province."""
    listed: list[Medium] = [Medium.SMS, Medium.USSD, Medium.WEB]
    """Where the options are shown at once; elsewhere people type, or ask for the list."""

    @model_validator(mode="after")
    def one_source(self) -> "Picking":
        if (self.options is None) == (self.source is None):
            raise ValueError("give either `options` or `from`")
        if self.under and self.level == 1:
            raise ValueError("`under` needs a `level` of 2 or more")
        return self


class ChoiceStep(Picking):
    kind: Literal["choice"]


class ChoicesStep(Picking):
    kind: Literal["choices"]
    least: Annotated[int, Field(ge=1)] = 1
    most: Annotated[int, Field(ge=1, le=20)] = 3


class PlaceStep(Picking):
    kind: Literal["place"]
    listed: list[Medium] = [Medium.USSD, Medium.WEB]


class PhoneStep(Question):
    kind: Literal["phone"]


class DateStep(Question):
    kind: Literal["date"]
    earliest: date = date(1900, 1, 1)
    latest: date = date(2100, 1, 1)


class YesNoLabels(Model):
    yes: Labels
    no: Labels


class YesNo(Step):
    """A question answered by yes or no; `no` left out means the end."""

    yes: Name | None = None
    no: Name = END
    labels: YesNoLabels | None = None
    again: Annotated[list[Texts], Field(max_length=2)] = []
    help: Texts | None = None

    @model_validator(mode="after")
    def leads(self) -> "YesNo":
        if self.next is not None and self.yes is not None:
            raise ValueError("give either `yes` or `next`, not both")
        return self


class ConfirmStep(YesNo):
    kind: Literal["confirm"]


class ConsentStep(YesNo):
    """Its answer is recorded with the exact words that were shown."""

    kind: Literal["consent"]


AnyStep = Annotated[
    Say
    | TextStep
    | NumberStep
    | ChoiceStep
    | ChoicesStep
    | PlaceStep
    | PhoneStep
    | DateStep
    | ConfirmStep
    | ConsentStep,
    Field(discriminator="kind"),
]
