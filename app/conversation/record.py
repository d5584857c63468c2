"""Turns written down: as JSON for programs, as a script that plays the same again."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from app.conversation.compiled import Flow
from app.conversation.script import effect_name
from app.conversation.turn import Medium, Registered, Turn
from app.text.segments import segments


def as_json(heard: str, turn: Turn) -> dict[str, Any]:
    conversation = turn.conversation
    return {
        "heard": heard.removeprefix("> "),
        "says": list(turn.says),
        "by_sms": list(turn.by_sms),
        "segments": [segments(text).count for text in turn.says],
        "encoding": [segments(text).encoding.value for text in turn.says],
        "more": turn.more,
        "step": conversation.step if conversation else None,
        "standing": conversation.standing.value if conversation else None,
        "language": turn.language,
        "answers": dict(conversation.answers) if conversation else {},
        "effects": [
            {"kind": effect_name(one).replace("-", "_"), **asdict(one)} for one in turn.effects
        ],
        "rule": turn.rule,
    }


def header(flow: Flow, language: str, medium: Medium, now: str) -> Iterator[str]:
    yield f"flow: {flow.name}"
    yield f"language: {language or flow.languages[0]}"
    yield f"channel: {medium.value}"
    if now:
        yield f"now: {now}"


def as_script(heard: str, turn: Turn) -> Iterator[str]:
    """The lines of one turn. A phone opened at the start of a page is a dial there too."""
    yield ""
    yield heard.replace("\n", " ")
    for text in turn.says:
        yield "< " + text.replace("\n", "\n  ")
    if turn.conversation:
        yield f"? {turn.conversation.step} {turn.conversation.standing.value}"
    for effect in turn.effects:
        code = f" code={effect.code}" if isinstance(effect, Registered) else ""
        yield f"! {effect_name(effect)}{code}"
