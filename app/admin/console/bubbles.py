"""A conversation as bubbles: only what was said in words, in order of time."""

from collections.abc import Sequence

from app.admin.api.shapes import Message

WORDLESS = frozenset({"silence", "dialog_ended", "report"})


def bubbles(said: Sequence[Message]) -> list[Message]:
    return [one for one in said if one.text or one.kind not in WORDLESS]
