"""Text functions of the admin room at their edges, and what the log is told."""

from collections.abc import Callable

import pytest

from app.admin.limits import Limit
from app.admin.masking import masked_number, masked_text
from app.admin.tally import FRESH, LATE, SHARE, Tally
from app.store import group_edits
from tests.admin.builders import Api, a_group


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+989121234567", "+98912***4567"),
        ("+36301234567", "+3630***4567"),
        ("۰۹۱۲۱۲۳۴۵۶۷", "0912***4567"),
        ("12345", "***"),
        ("masked:main:0123456789abcdef", "***"),
        ("", ""),
    ],
)
def test_a_number_is_shown_in_part(number: str, shown: str) -> None:
    assert masked_number(number) == shown
    digits = sum(letter.isdigit() for letter in number)
    assert sum(letter.isdigit() for letter in shown) <= max(0, digits - 3)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("زنگ 09121234567 بزن", "زنگ 091***4567 بزن"),
        ("۰۹۱۲ ۱۲۳ ۴۵ ۶۷", "۰۹۱***۴۵۶۷"),
        ("+98 (912) 123-4567!", "989***4567!"),
        ("کد 12345670 و 30001152", "کد 12345670 و 30001152"),
        ("1404/02/03", "1404/02/03"),
        ("بدون شماره", "بدون شماره"),
    ],
)
def test_numbers_in_texts_are_masked_and_codes_stay(text: str, shown: str) -> None:
    assert masked_text(text) == shown


def test_a_limit_lets_a_burst_through_and_then_its_rate() -> None:
    now = [0.0]
    limit = Limit(2, 4, now=lambda: now[0])
    assert [limit.take("a") > 0 for _ in range(6)] == [False] * 4 + [True] * 2
    assert limit.take("b") == 0
    assert limit.take("a") == pytest.approx(0.5)
    now[0] = 1.0
    assert [limit.take("a") > 0 for _ in range(3)] == [False, False, True]


def test_ten_times_over_the_limit_takes_no_more_memory() -> None:
    limit = Limit(1, 1, now=lambda: 0.0)
    for who in range(100_000):
        limit.take(who)
    assert len(limit._due) <= 10_000


def test_a_figure_is_kept_the_longer_the_longer_it_took() -> None:
    now = [0.0]
    later: list[Callable[[], None]] = []
    tally, counted = Tally(now=lambda: now[0], behind=later.append), []

    def slow() -> int:
        counted.append(now[0])
        now[0] += 2.0
        return len(counted)

    assert tally.of("a", slow) == 1
    now[0] += 2 / SHARE - 0.1
    assert tally.of("a", slow) == 1
    assert later == []
    now[0] += 0.2
    assert [tally.of("a", slow) for _ in range(3)] == [1, 1, 1], "nobody waits"
    assert len(later) == 1, "and one counts"
    later.pop()()
    assert tally.of("a", slow) == 2
    now[0] += 2 / SHARE + LATE + 0.1
    assert tally.of("a", slow) == 3, "an old one is waited for"
    assert later == []
    assert tally.of("b", lambda: 7) == 7
    now[0] += FRESH + LATE + 0.1
    assert tally.of("b", lambda: 8) == 8


def test_a_figure_that_cannot_be_renewed_is_given_until_it_is_old() -> None:
    now = [0.0]
    tally = Tally(now=lambda: now[0], behind=lambda work: work())
    assert tally.of("a", lambda: 1) == 1
    now[0] += FRESH + 0.1
    for _ in range(2):
        assert tally.of("a", lambda: 1 / 0) == 1
    now[0] += LATE
    with pytest.raises(ZeroDivisionError):
        tally.of("a", lambda: 1 / 0)
    assert tally.of("a", lambda: 2) == 2


def test_a_count_that_fails_is_tried_again() -> None:
    tally = Tally()
    with pytest.raises(ZeroDivisionError):
        tally.of("a", lambda: 1 / 0)
    assert tally.of("a", lambda: 1) == 1


def test_the_log_hears_of_failures_but_not_of_people(
    sqlite_api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    a_group(sqlite_api.office, code="12345670")

    def fails(*_: object) -> None:
        raise RuntimeError("+989121234567 انجمن یاوران")

    monkeypatch.setattr(group_edits, "apply", fails)
    body, headers = {"name": "کانون مهر"}, {"If-Match": "*"}
    answer = sqlite_api.client.patch("/groups/12345670", json=body, headers=headers)
    assert answer.status_code == 500
    said = "".join(capsys.readouterr())
    assert answer.json()["instance"].removeprefix("urn:uuid:") in said
    assert not [word for word in ("98912", "یاوران", "مهر", "12345670", "mk_") if word in said]
