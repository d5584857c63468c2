"""The time that each question takes, by what people came by."""

from datetime import timedelta

from app.admin.console.pace import median_seconds
from app.admin.office import Office
from tests.admin.builders import NOW, a_conversation, a_message_in, a_person

SIGNUP = "signup"
ANSWERS = {"sms": ("9", "1", "یاوران"), "web": ("9", "1", "یاوران"), "ussd": ("", "1", "یاوران")}
KINDS = {"sms": "message", "ussd": "dialog", "web": "spoken"}


def a_talk(house: Office, number: int, way: str, gaps: tuple[int, ...], step: str = "type") -> None:
    """Somebody who took these seconds for each thing they said."""
    person = a_person(house, f"+98912000{number:04d}")
    talk = a_conversation(house, person, standing="done", step=step)
    at = NOW
    for text, gap in zip(ANSWERS[way], gaps, strict=True):
        at += timedelta(seconds=gap)
        heard = "dialled" if way == "ussd" and not text else "text"
        about = {"conversation_id": talk, "kind": KINDS[way], "heard": heard, "received_at": at}
        a_message_in(house, person, text, **about)


def test_each_way_has_its_own_times(house):
    for number, name_took in enumerate((60, 40, 50)):
        a_talk(house, number, "sms", (0, 10, name_took))
    a_talk(house, 10, "ussd", (0, 4, 21))
    a_talk(house, 11, "web", (0, 7, 33))
    found = median_seconds(house, house.flows.newest[SIGNUP])
    assert found == {
        "sms": {"consent": 10, "name": 50},
        "ussd": {"consent": 4, "name": 21},
        "web": {"consent": 7, "name": 33},
    }


def test_what_came_out_otherwise_is_not_counted(house):
    a_talk(house, 1, "sms", (0, 10, 20), step="members")
    assert median_seconds(house, house.flows.newest[SIGNUP]) == {}


def test_a_reminder_between_only_makes_it_longer(house):
    person = a_person(house)
    talk = a_conversation(house, person, standing="done", step="name")
    said = (
        ("9", "message", "text", 0),
        ("", "silence", "silence", 600),
        ("1", "message", "text", 30),
    )
    at = NOW
    for text, kind, heard, gap in said:
        at += timedelta(seconds=gap)
        about = {"conversation_id": talk, "kind": kind, "heard": heard, "received_at": at}
        a_message_in(house, person, text, **about)
    assert median_seconds(house, house.flows.newest[SIGNUP]) == {"sms": {"consent": 630}}
