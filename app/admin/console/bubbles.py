"""A conversation as bubbles: only what was said in words, in order of time."""

from collections.abc import Iterator, Sequence

from app.admin.api.shapes import Message

WORDLESS = frozenset({"silence", "dialog_ended", "report"})
ON_THE_WEB = "spoken"


def bubbles(said: Sequence[Message]) -> list[Message]:
    return [bubble for one in said for bubble in _of(one)]


def _of(one: Message) -> Iterator[Message]:
    """What was heard, and what was answered on the spot: that has no message of its own."""
    if one.text or one.kind not in WORDLESS:
        yield one
    if one.screen:
        yield one.model_copy(
            update={
                "direction": "out",
                "kind": "page" if one.kind == ON_THE_WEB else "screen",
                "text": one.screen,
                "screen": "",
                "state": "shown",
                "segments": 0,
                "at": one.updated_at or one.at,
            }
        )
