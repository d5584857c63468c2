from pathlib import Path

import pytest

from app.conversation.definition import FlowDefinition, Vocabulary
from app.conversation.source import BadFlow, fit, read_csv, read_yaml

FLOWS = Path(__file__).parent / "flows"
TINY = (FLOWS / "tiny.yaml").read_text()


def refusal(text: str) -> str:
    with pytest.raises(BadFlow) as caught:
        fit(FlowDefinition, read_yaml(text, "f.yaml"))
    return str(caught.value)


def test_words_stay_words() -> None:
    data = read_yaml("a: no\nb: 012\nc: 12:30\nd: ''\ne:\nf: [9, ۹]", "f.yaml").data
    assert data == {"a": "no", "b": "012", "c": "12:30", "d": "", "e": None, "f": ["9", "۹"]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\na: 2", "f.yaml:2:1: 'a' is here twice (first on line 1)"),
        ("a: &x 1", "f.yaml:1:4: anchors and aliases are not used here (write it out)"),
        ("a: !!python/name:os.system x", "f.yaml:1:4: tag"),
        ("[" * 3000, "f.yaml:1:1: nested too deeply"),
        ("a: [", "f.yaml:1:5: not YAML"),
        ("\ta: 1", "f.yaml:1:1: not YAML"),
        ("", "f.yaml:1:1: the file is empty"),
        ("? [a]\n: b", "f.yaml:1:3: a key must be a word"),
    ],
)
def test_files_with_tricks_are_refused_with_their_place(text: str, said: str) -> None:
    assert refusal(text).startswith(said)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: place", "kind: plaice", "f.yaml:35:3: 'plaice' is no kind of step [province]"),
        ("most: 3\n", "mst: 3\n", "f.yaml:57:5: 'mst' is not known here [specialisms]"),
        ("version: 1", "version: one", "f.yaml:4:1: "),
        ("flow: tiny", "flow: Tiny flow", "f.yaml:3:1: 'Tiny flow' cannot be used as a name here"),
        ("    fills: name\n", "", "f.yaml:28:3: 'fills' is missing [name]"),
        ("yes: name", "next: name\n    yes: name", "f.yaml:20:3: give either `yes` or `next`"),
    ],
)
def test_what_does_not_fit_is_named_with_its_place(old: str, new: str, said: str) -> None:
    assert old in TINY
    assert said in refusal(TINY.replace(old, new, 1))


def test_a_table_is_a_vocabulary() -> None:
    source = read_csv((FLOWS / "places.csv").read_text(), "places.csv", "places")
    places = fit(Vocabulary, source)
    assert [entry.id for entry in places.entries[0].entries] == ["tehran.rey", "tehran.tehran"]
    assert places.entries[0].entries[0].aliases == {"fa": ["شهرری", "شهر ری"]}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("id,under,fa\na,,x\nb,c,y\n", "t.csv:3:1: 'c' is no id of a row above"),
        ("id,under,fa\na,,x,y\n", "t.csv:2:1: more cells than columns"),
        ("id,under,fa\na,,x\na,,y\n", "t.csv:1:1: two entries have the id 'a'"),
        ("id,under,fa\na b,,x\n", "t.csv:2:1: 'a b' cannot be used as a name here"),
    ],
)
def test_a_wrong_table_is_refused_with_its_line(table: str, said: str) -> None:
    with pytest.raises(BadFlow) as caught:
        fit(Vocabulary, read_csv(table, "t.csv", "t"))
    assert said in str(caught.value)
