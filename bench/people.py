"""People for the load: everything each of them says on the way through the shipped sign-up.

The same words as the end-to-end tests use, so a sign-up that changes breaks those first.
"""

from pathlib import Path

from tests.e2e.signup import LINE, name_of, words_of

WALKS = 12
"""As many ways to write the answers as the tests have: places, digits, keyboards."""
STEPS = 12
NAME = "{n}"
"""Stands in the group's name for the person's number, so that names differ as they do in life."""
SCATTER = 7_368_787
"""Coprime to 10^9: neighbours in order of arrival are no neighbours by number."""

__all__ = ["LINE", "STEPS", "WALKS", "Crowd", "number_of", "walks", "write_walks"]


def walks() -> list[list[str]]:
    return [[_marked(word, person) for word in words_of(person)] for person in range(WALKS)]


def _marked(word: str, person: int) -> str:
    return "همیاران امید " + NAME if word == name_of(person) else word


def number_of(person: int) -> str:
    return f"+989{person * SCATTER % 10**9:09d}"


def write_walks(path: Path) -> Path:
    """Write one walk a line, its texts between tabs, as the Lua script reads them."""
    path.write_text("\n".join("\t".join(walk) for walk in walks()) + "\n", encoding="utf-8")
    return path


class Crowd:
    """So many people at once, each a step further whenever everybody else had a turn.

    The first person of each place leaves early: from the second on all steps are mixed.
    `lua/people.lua` does the same for wrk.
    """

    def __init__(self, first: int, places: int) -> None:
        self._walks = walks()
        self._people = [[first + n, 0, n % STEPS + 1] for n in range(places)]
        self._next = first + places
        self._at = -1

    def says(self) -> tuple[str, str]:
        """The next person's number and text."""
        self._at = (self._at + 1) % len(self._people)
        place = self._people[self._at]
        person, step, leaves = place
        text = self._walks[person % WALKS][step].replace(NAME, str(person))
        place[1] = step + 1
        if step + 1 == leaves:
            place[:] = self._next, 0, STEPS
            self._next += 1
        return number_of(person), text
