"""The report of a crowd: every way in which a sign-up may have gone wrong is seen."""

from pathlib import Path

import pytest

from app.conversation.load import load_flows
from app.simulator.crowd.account import figures, percentiles, settle
from app.simulator.crowd.door import NotLoopback, on_loopback
from app.simulator.crowd.people import State, people
from app.simulator.crowd.play import Tally

SIGN_UP = load_flows(Path("app/flows")).current("signup")
MEANT = {"name": "یاوران امید", "type": ("ngo",), "specialisms": ("a", "b"), "members": "25"}
KEPT = {"name": "یاوران امید", "type": "ngo", "specialisms": ["b", "a"], "members": 25}


def somebody(code="", state=State.DONE, codes=1):
    person = people(SIGN_UP, 1, misbehave=0, seed=1)[0]
    person.code, person.state, person.codes, person.meant = code, state, codes, dict(MEANT)
    return person


def a_group(code, **changes):
    return {"code": code, **KEPT, **changes}


def test_all_is_well():
    account = settle([somebody("۱۲۳")], [a_group("123")])
    assert (account.as_meant, account.is_clean) == (1, True)


def test_another_spelling_is_the_same_name():
    assert settle([somebody("1")], [a_group("1", name="ياوران‌ امید")]).is_clean


@pytest.mark.parametrize(
    ("crowd", "groups", "what"),
    [
        ([somebody("1")], [], "missing"),
        ([somebody("1")], [a_group("1"), a_group("1")], "doubled"),
        ([somebody("1"), somebody("1")], [a_group("1")], "doubled"),
        ([somebody("2", codes=2)], [a_group("2"), a_group("1")], "doubled"),
        ([somebody(state=State.LEFT)], [a_group("1")], "untold"),
    ],
)
def test_what_went_wrong_is_counted(crowd, groups, what):
    account = settle(crowd, groups)
    assert getattr(account, what) > 0
    assert not account.is_clean


def test_what_differs_is_named():
    account = settle([somebody("1")], [a_group("1", members=52, type="charity")])
    assert account.differing == {"members": 1, "type": 1}
    assert account.examples == ["1: type ('ngo',) became charity"]
    assert not account.is_clean


def test_people_who_left_are_no_fault_but_unanswered_ones_are():
    assert settle([somebody(state=State.LEFT), somebody(state=State.GAVE_UP)], []).is_clean
    assert not settle([somebody(state=State.UNANSWERED)], []).is_clean


def test_figures_are_plain():
    tally = Tally(seconds=2.0, acknowledged_in=[0.1, 0.2])
    tally.texts["sent"] = 10
    said = figures(tally, settle([somebody("1")], [a_group("1")]))
    assert (said["texts_a_second"], said["clean"], said["ends"]) == (5.0, True, {"done": 1})


def test_percentiles():
    assert percentiles([n / 1000 for n in range(1, 101)]) == {
        "p50": 51,
        "p95": 95,
        "p99": 99,
        "max": 100,
    }
    assert percentiles([]) == {}


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://localhost/x", "http://[::1]:80"])
def test_this_machine_may_be_crowded(url):
    assert on_loopback(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://192.168.1.2:8000",
        "https://muster.example",
        "http://127.0.0.1.example",
        "http://127.0.0.1@evil.example/",
        "http://localhost.example",
        "http://0x7f000001/",
        "",
    ],
)
def test_other_machines_may_not(url):
    with pytest.raises(NotLoopback):
        on_loopback(url)
