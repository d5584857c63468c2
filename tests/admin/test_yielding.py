"""Long work gives way to texts."""

from dataclasses import dataclass, field

from app.admin.yielding import BUSY_FOR, LONGEST_REST, RESTS_PER_WORK, Yielding


@dataclass
class Day:
    """A clock that goes by work and by rests, and what came in."""

    time: float = 100.0
    texts: int = 0
    rests: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.time

    def rest(self, seconds: float) -> None:
        self.rests.append(round(seconds, 6))
        self.time += seconds

    def yielding(self) -> Yielding:
        return Yielding(lambda: self.texts, self.now, self.rest)


def test_nobody_rests_when_nothing_comes() -> None:
    day = Day(texts=1_000_000)
    yielding = day.yielding()
    for _ in range(100):
        day.time += 0.001
        yielding.step()
    assert day.rests == []


def test_a_text_makes_it_rest_until_none_are_expected() -> None:
    day = Day()
    yielding = day.yielding()
    day.texts += 1
    for _ in range(200):
        day.time += 0.001
        yielding.step()
    a_rest = 0.001 * RESTS_PER_WORK
    assert set(day.rests) == {a_rest}
    assert len(day.rests) == round(BUSY_FOR / (0.001 + a_rest)) + 1


def test_a_rest_is_never_long() -> None:
    day = Day()
    yielding = day.yielding()
    day.texts += 1
    day.time += 10
    yielding.step()
    assert day.rests == [LONGEST_REST]
