"""What may go wrong between a phone and us, as a tester sets it."""

import random
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Chance = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0, le=60)]


class CarrierAnswer(StrEnum):
    """How the carrier answers when we hand messages over."""

    NORMAL = "normal"
    SLOW = "slow"
    """Takes the messages, and says so after `slow_for` seconds."""
    BUSY = "busy"
    """503: takes nothing."""
    GARBAGE = "garbage"
    """Takes the messages, and answers half a JSON."""
    CLOSES = "closes"
    """Takes the messages, and closes the connection in the middle of its answer."""
    REFUSES = "refuses"
    NO_CREDIT = "no_credit"


class Faults(BaseModel):
    """Chances are of each message, report or screen."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    duplicate: Chance = 0
    """A message or USSD request comes twice, with the same id."""
    reorder: Chance = 0
    """A message is held back for two seconds, so that a later one overtakes it."""
    delay: Seconds = 0
    """A message is on its way for up to this many seconds."""
    lose_report: Chance = 0
    fail_delivery: Chance = 0
    """The phone never gets our message, and the report says so."""
    drop_dialog: Chance = 0
    """The network ends a USSD dialog after a screen."""
    answer: CarrierAnswer = CarrierAnswer.NORMAL
    slow_for: Seconds = 8


def strikes(chance: float) -> bool:
    return random.random() < chance  # noqa: S311  a fault to play with, no secret
