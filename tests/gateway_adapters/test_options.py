from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from gateway_adapters.contract import HearsOnly, secret
from gateway_adapters.describe import abilities, page
from gateway_adapters.options import BadOptions, build


@dataclass(frozen=True, kw_only=True)
class Peyk(HearsOnly):
    key: str = secret()
    url: str
    names: tuple[str, ...] = ("from",)
    """Where the sender stands; a | b."""
    codes: Mapping[str, str] = field(default_factory=dict)
    every: timedelta = timedelta(seconds=5)
    size: int = 10
    rate: float = 1.5
    polls: bool = False


@dataclass(frozen=True, kw_only=True)
class Peyk2(Peyk):
    """Inherits its options' remarks."""

    url: str = "https://peyk.example"
    """The newer address."""


def test_values_are_brought_to_the_options_type():
    made = build(
        Peyk,
        {"key": "k", "url": "u", "names": ["a", "b"], "every": 2, "rate": 2, "codes": {"1": "x"}},
    )
    assert made == Peyk(
        key="k", url="u", names=("a", "b"), every=timedelta(seconds=2), rate=2.0, codes={"1": "x"}
    )
    assert build(Peyk, {"key": 30, "url": "u", "names": "a"}) == Peyk(
        key="30", url="u", names=("a",)
    )


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"url": "u"}, "'key' is missing"),
        ({"key": "k", "url": "u", "colour": 1}, "unknown option 'colour'; known are codes, every"),
        ({"key": "k", "url": ["u"]}, "'url' must be str, not list"),
        ({"key": "k", "url": "u", "size": True}, "'size' must be"),
        ({"key": "k", "url": "u", "size": "10"}, "'size' must be int, not str"),
        ({"key": "k", "url": "u", "polls": 1}, "'polls' must be bool"),
        ({"key": "k", "url": "u", "codes": ["1"]}, "'codes' must be Mapping"),
        ({"key": "k", "url": "u", "preset": "x"}, "unknown preset 'x'"),
    ],
)
def test_bad_options_are_named(options, says):
    with pytest.raises(BadOptions, match=says):
        build(Peyk, options)


def test_a_wrong_secret_does_not_show_in_the_reason():
    with pytest.raises(BadOptions) as caught:
        build(Peyk, {"key": ["made-up"], "url": "u"})
    assert "made-up" not in str(caught.value)


def test_to_read_recordings_what_is_missing_is_nothing():
    assert build(Peyk, {}, lenient=True) == Peyk(key="", url="")


def test_a_page_tells_options_remarks_and_defaults():
    text = page("peyk2", Peyk2, ["peyk-two"])
    assert "| `key` | secret | must be given |  |" in text
    assert "| `url` | text | `'https://peyk.example'` | The newer address. |" in text
    assert "| `names` | list | `['from']` | Where the sender stands; a \\| b. |" in text
    assert "| `every` | seconds | `5` |" in text
    assert "| `codes` | table | empty |" in text
    assert "Also called: `peyk-two`." in text
    assert "https://<your host>/hooks/<channel>/<secret>" in text


def test_abilities_are_read_from_what_is_there():
    assert abilities(Peyk) == ["sms"]
