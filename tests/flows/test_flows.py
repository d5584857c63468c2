"""The shipped flows: proven, walked whole by their scripts, and as short as promised."""

from pathlib import Path

import pytest

from app.conversation.check import check, transitions
from app.conversation.compiled import Flows
from app.conversation.load import load_flows
from app.conversation.measure import Row, measured
from app.conversation.script import Outcome, parse, run
from app.conversation.turn import Medium

FOLDER = Path(__file__).parents[2] / "app" / "flows"
SCRIPTS = sorted(FOLDER.rglob("*.script"))
SUMMARIES = {"summary", "summary_individual"}
LANGUAGES = ["fa", "en", "ar", "hu"]


@pytest.fixture(scope="module")
def flows() -> Flows:
    return load_flows(FOLDER)


@pytest.fixture(scope="module")
def outcomes(flows: Flows) -> list[Outcome]:
    return [
        outcome
        for path in SCRIPTS
        for outcome in run(flows, parse(path.read_text(encoding="utf-8"), path.name))
    ]


@pytest.fixture(scope="module")
def rows(flows: Flows) -> list[Row]:
    return [row for flow in flows.newest.values() for row in measured(flow)]


def test_the_checker_finds_nothing(flows: Flows) -> None:
    assert {name: check(flow) for name, flow in flows.newest.items()} == {
        "about": [],
        "profile": [],
        "signup": [],
    }


def test_every_script_comes_out_as_written(outcomes: list[Outcome]) -> None:
    assert [str(problem) for outcome in outcomes for problem in outcome.problems] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_scripts_walk_every_way_in_every_language(
    flows: Flows, outcomes: list[Outcome], language: str
) -> None:
    walked = {way for outcome in outcomes if outcome.language == language for way in outcome.walked}
    missed = [
        (flow.name, *way)
        for flow in flows.newest.values()
        for way in transitions(flow)
        if (flow.name, *way) not in walked
    ]
    assert missed == []


@pytest.mark.parametrize("medium", list(Medium))
def test_there_is_a_whole_sign_up_on_every_channel_and_in_every_language(
    outcomes: list[Outcome], medium: Medium
) -> None:
    done = {
        outcome.language
        for outcome in outcomes
        if outcome.medium == medium and ("signup", "registered", "end") in outcome.walked
    }
    assert done == set(LANGUAGES)


def test_no_text_costs_more_than_two_segments_and_no_summary_more_than_four(
    rows: list[Row],
) -> None:
    dear = [
        (row.spot.step, row.spot.what, row.spot.language, row.segments)
        for row in rows
        if row.segments > (4 if row.spot.step in SUMMARIES else 2)
    ]
    assert dear == []


def test_lists_come_in_one_message_unless_several_fields_were_picked(rows: list[Row]) -> None:
    paged = {row.spot.step for row in rows if row.spot.medium is Medium.SMS and row.pages > 1}
    assert paged == {"specialisms"}
