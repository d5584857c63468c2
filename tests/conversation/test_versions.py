"""Moving people from one version of a flow to the next; telling a conversation again."""

from dataclasses import replace
from pathlib import Path

from app.conversation.compiled import Flow, Flows
from app.conversation.load import flow_of
from app.conversation.replay import Recorded, replay
from app.conversation.turn import Heard, HeardKind, Standing
from app.conversation.versions import moved, plan
from tests.conversation.conversing import Person, the_flows

FOLDER = Path(__file__).parent / "flows"
FILES = {name: (FOLDER / name).read_text() for name in ("tiny.yaml", "places.csv", "subjects.yaml")}


def tiny(*changes: tuple[str, str], version: int = 2) -> Flow:
    text = FILES["tiny.yaml"].replace("version: 1", f"version: {version}")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return flow_of({**FILES, "tiny.yaml": text})


OLD = tiny(version=1)
RENAMED = (("  members:\n", "  size:\n"),)
INSIDE = {"name": 3, "members": 5, "summary": 1, "offer": 0}


def at_members(flows: Flows) -> Person:
    person = Person(flows=flows)
    person.says("۹", "بله", "امید", "اصفهان", "کاشان", "1")
    return person


def test_running_conversations_stay_on_their_version() -> None:
    person = at_members(Flows({"tiny": OLD}))
    new = tiny(("چند نفر عضو دارید؟", "شمار اعضا؟"))
    person.flows = Flows({"tiny": new})
    person.flows.remember([OLD])
    assert person.says("زیاد").conversation.version == 1
    assert person.says("کمک").says[-1].endswith("چند نفر عضو دارید؟")
    person.says("25", "رد", "بله")
    assert person.says("۹").conversation.version == 2


def test_a_version_that_is_gone_goes_on_in_the_newest() -> None:
    person = at_members(Flows({"tiny": OLD}))
    person.flows = Flows({"tiny": tiny()})
    turn = person.says("25")
    assert (turn.conversation.version, turn.conversation.step) == (2, "offer")


def test_a_step_that_is_gone_begins_anew_and_says_so() -> None:
    person = at_members(Flows({"tiny": OLD}))
    person.flows = Flows({"tiny": tiny(*RENAMED)})
    turn = person.says("25")
    assert turn.says[0].startswith("این پرسش‌ها به‌روز شده است")
    assert turn.conversation.step == "agree"
    assert turn.began


def test_a_plan_tells_who_is_where_and_would_be_stranded() -> None:
    found = plan(OLD, tiny(*RENAMED), INSIDE)
    assert [(one.step, one.people, one.to) for one in found.waiting] == [
        ("members", 5, "members"),
        ("name", 3, "name"),
        ("summary", 1, "summary"),
    ]
    assert [one.stranded for one in found.waiting] == ["version 2 has no step 'members'", "", ""]
    assert found.strands


def test_a_mapping_takes_them_along() -> None:
    found = plan(OLD, tiny(*RENAMED), INSIDE, {"members": "size"})
    assert not found.strands
    person = at_members(Flows({"tiny": OLD}))
    person.says("زیاد", "برگشت", "1")
    there = moved(person.conversation, found)
    assert (there.version, there.step) == (2, "size")
    assert there.answers == person.conversation.answers
    person.flows = Flows({"tiny": found.new})
    person.situation = replace(person.situation, conversation=there)
    assert person.says("25").conversation.step == "offer"
    assert person.says("برگشت", "برگشت").conversation.step == "specialisms"


def test_a_mapping_to_nowhere_is_refused() -> None:
    found = plan(OLD, tiny(*RENAMED), INSIDE, {"members": "sizes", "nobody": "name"})
    assert set(found.problems) == {
        "version 2 has no step 'sizes'",
        "version 1 has no step 'nobody'",
    }
    assert plan(OLD, tiny(version=1), INSIDE).problems == ("version 1 is not newer than 1",)


def test_nobody_is_moved_past_a_question() -> None:
    town = "  town:\n    kind: text\n    fills: town\n    says: {fa: شهر؟, en: Town?}\n\n"
    late = tiny(("  name:\n", town + "  name:\n"), ("yes: name", "yes: town"))
    found = plan(OLD, late, INSIDE)
    assert [one.stranded for one in found.waiting] == ["nobody would ask for town"] * 3
    optional = plan(OLD, late, {"agree": 4})
    assert not optional.strands


def test_nobody_is_moved_to_a_language_that_is_gone() -> None:
    found = plan(OLD, tiny(("languages: [fa, en]", "languages: [fa]")), INSIDE)
    assert found.problems == ("version 2 no longer speaks 'en'",)


def test_answers_that_are_no_options_any_more_are_left_behind() -> None:
    fewer = FILES["places.csv"].replace("isfahan.kashan", "isfahan.natanz")
    text = FILES["tiny.yaml"].replace("version: 1", "version: 2")
    new = flow_of({**FILES, "tiny.yaml": text, "places.csv": fewer})
    found = plan(OLD, new, INSIDE)
    assert found.lost == ("county",)
    there = moved(at_members(Flows({"tiny": OLD})).conversation, found)
    assert set(there.answers) == {"name", "province", "specialisms"}


def test_a_flow_that_gave_its_name_away_is_another_flow() -> None:
    everything = the_flows().newest["everything"]
    assert "are two flows" in plan(OLD, everything, {}).problems[0]


# --- telling it again ----------------------------------------------------------------------


def recording(*texts: str) -> list[Recorded]:
    person = Person()
    turns = []
    for text in texts:
        situation, now = person.situation, person.now
        turn = person.says(text)
        fresh = replace(situation, fresh_code=f"C{person.turns}", conversation=None)
        heard = Heard(HeardKind.TEXT, text)
        turns.append(Recorded(heard, fresh, now, turn.says, turn.rule, turn.conversation.step))
    return turns


TEXTS = ("۹", "بله", "x", "امید", "اصفهن", "بله", "کاشان", "۱و۳", "۲۵", "رد", "بله")


def test_a_recorded_conversation_comes_out_the_same() -> None:
    again = list(replay(the_flows(), recording(*TEXTS)))
    assert all(one.same for one in again)
    assert again[-1].turn.conversation.standing is Standing.DONE


def test_changed_words_and_changed_ways_are_noticed() -> None:
    turns = recording(*TEXTS)
    changed = Flows({"tiny": tiny(("چند نفر عضو دارید؟", "شمار اعضا؟"), version=1)})
    found = {at: one.differences for at, one in enumerate(replay(changed, turns)) if not one.same}
    assert found == {7: ("other words",)}
    stricter = Flows({"tiny": tiny(("    most: 100000", "    most: 20"), version=1)})
    found = {at: one.differences for at, one in enumerate(replay(stricter, turns)) if not one.same}
    assert found[8] == (
        "other words",
        "decided by 'miss', then by 'answer'",
        "stands at 'members', then at 'offer'",
    )
