"""Simulated people against the engine itself: those who do as they are told get registered."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.conversation.engine import hear
from app.conversation.load import load_flows
from app.conversation.turn import Heard, HeardKind, Medium, Registered, Situation
from app.simulator.crowd.people import State, people
from app.simulator.crowd.prompts import Prompts
from app.text.fold import key

FLOWS = load_flows(Path("app/flows"))
SIGN_UP = FLOWS.current("signup")
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def talk(person):
    """Let a person and the engine talk; gives what was registered, and what was said."""
    conversation, registered, lines = None, [], []
    saying = person.first()
    while saying is not None:
        says = []
        for _ in range(1 + saying.again):
            situation = Situation(
                Medium.SMS,
                conversation,
                regulator_words=True,
                fresh_code="52174908",
                address=person.number,
            )
            turn = hear(FLOWS, situation, Heard(HeardKind.TEXT, saying.text), NOW)
            conversation = turn.conversation
            registered += [effect for effect in turn.effects if isinstance(effect, Registered)]
            says += turn.says
        lines += [f"> {saying.text}", *(f"< {text}" for text in says)]
        saying = person.hears(says)
    return registered, "\n".join(lines)


@pytest.mark.parametrize("number", range(40))
def test_well_behaved_people_are_registered_as_they_meant(number):
    person = people(SIGN_UP, 40, misbehave=0, seed=7)[number]
    registered, lines = talk(person)
    assert person.state is State.DONE, lines
    assert len(registered) == 1, lines
    fields = registered[0].fields
    for name, meant in person.meant.items():
        if name in fields:
            assert as_stored(fields[name]) == as_stored(meant), f"{name}\n{lines}"


def as_stored(value):
    match value:
        case str() | int():
            return {key(str(value))}
        case None:
            return set()
        case several:
            return {key(str(one)) for one in several}


def test_everyone_who_misbehaves_comes_to_an_end_too():
    crowd = people(SIGN_UP, 300, misbehave=0.3, seed=8)
    ends = Counter()
    for person in crowd:
        registered, lines = talk(person)
        ends[person.state] += 1
        assert len(registered) == (person.state is State.DONE), lines
    assert ends[State.TALKING] == 0
    assert ends[State.DONE] > 100
    assert ends[State.LEFT] > 10
    assert ends[State.STOPPED] > 5
    assert ends[State.GAVE_UP] < 15


def test_the_same_seed_is_the_same_crowd():
    first, second = (people(SIGN_UP, 20, misbehave=0.3, seed=9) for _ in range(2))
    assert [(p.number, p.first()) for p in first] == [(p.number, p.first()) for p in second]
    assert len({p.number for p in people(SIGN_UP, 500, misbehave=0, seed=9)}) == 500


@pytest.mark.parametrize("language", SIGN_UP.languages)
def test_every_question_is_recognised(language):
    prompts = Prompts(SIGN_UP, language)
    for step in SIGN_UP.steps.values():
        shown = step.says[language, Medium.SMS].fill(lambda field: f"«{field}»")
        found = prompts.read(f"چیز دیگر\n{shown}\n1. a\n2. b")
        assert found.step is not None, step.name
        same = found.step.says[language, Medium.SMS] == step.says[language, Medium.SMS]
        assert same, (step.name, found.step.name)


def test_the_code_is_read_from_the_text():
    text = (
        "ثبت شد. از همراهی شما سپاسگزاریم.\nکد رهگیری: ۵۲۱۷۴۹۰۸\nبرای تکمیل مشخصات بنویسید «تکمیل»."
    )
    assert Prompts(SIGN_UP, "fa").read(text).code == "۵۲۱۷۴۹۰۸"
    assert Prompts(SIGN_UP, "fa").read("سلام").step is None
