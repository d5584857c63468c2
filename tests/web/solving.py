"""Answering the question before a code, as somebody who reads it does."""

import re

from app.conversation.numbers import whole_number
from app.web.pages import LANGUAGES, read_words

KINDS = {"check_plus": 1, "check_minus": -1}


def asked_on(words: str) -> tuple[str, int]:
    """The question among these words and its answer; an empty text where there is none."""
    for language in LANGUAGES:
        for kind, sign in KINDS.items():
            said = re.escape(read_words(language)[kind])
            for slot in ("one", "other"):
                said = said.replace(rf"\{{{slot}\}}", rf"(?P<{slot}>\S+)")
            if found := re.search(said, words):
                one, other = whole_number(found["one"]), whole_number(found["other"])
                assert one is not None, found[0]
                assert other is not None, found[0]
                return found[0], one + sign * other
    return "", 0


def question_on(words: str) -> str:
    return asked_on(words)[0]


def solved(words: str) -> int:
    question, answer = asked_on(words)
    assert question, words
    return answer
