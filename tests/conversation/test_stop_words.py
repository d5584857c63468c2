"""Five hundred ways to say stop, five hundred sentences that only sound like it."""

import itertools
import random
from dataclasses import replace

from app.conversation.turn import WantsOut
from app.conversation.understand import word_of
from app.conversation.words import Command, lexicon
from tests.conversation.conversing import Person

REQUIRED = [
    *("لغو", "لغو۱۱", "لغو 11", "لغو١١", "انصراف", "توقف"),
    *(
        "STOP",
        "STOPALL",
        "QUIT",
        "END",
        "REVOKE",
        "OPTOUT",
        "CANCEL",
        "UNSUBSCRIBE",
        "STOP ALL",
        "opt-out",
    ),
    *("إيقاف", "ايقاف", "الغاء", "إلغاء الاشتراك"),
    *("leiratkozás", "LEIRATKOZAS", "állj", "Stop!"),
]
SENTENCES = [
    *(
        "stop by at {}",
        "we cannot stop {}",
        "the bus stop near {}",
        "non-stop {}",
        "please stop at {} and wait",
    ),
    *(
        "end of the month, {}",
        "we quit smoking with {} people",
        "cancel culture and {}",
        "revoke what? {}",
    ),
    *(
        "لغو نمی‌کنیم، {} نفریم",
        "جلسه {} لغو شد یا نه؟",
        "لغو تحریم {}",
        "{} نفر را لغو کردند",
        "توقف در ایستگاه {}",
    ),
    *(
        "انصراف از مدرسه {}",
        "خروج از خانه در {}",
        "قطع برق در {} روستا",
        "حذف {} نام",
        "پایان‌نامه {}",
    ),
    *(
        "إيقاف العمل في {}",
        "إلغاء الديون عن {}",
        "خروج من {}",
        "leiratkozás helyett {}",
        "vége a {} napnak",
    ),
]
FILLERS = [
    *(
        "5",
        "۱۱",
        "12",
        "۱۱ نفر",
        "11 people",
        "الان",
        "تهران",
        "tomorrow",
        "امروز",
        "noon",
        "سه‌شنبه",
    ),
    *("ری", "خانه", "دوازده", "eleven", "یازده", "ما", "us", "x", "…", "؟"),
]


def spellings() -> list[str]:
    """Every stop word as people and carriers spell it."""
    seeded = random.Random("stop")
    found = set(REQUIRED)
    for word in sorted(lexicon().stop):
        found |= {
            word,
            f" {word} ",
            f"«{word}»",
            f"{word}.",
            f"{word}!!",
            f"\u200f{word}\u200e",
            f"#{word}#",
        }
        found |= {
            word.upper(),
            word.title(),
            word.translate(ARABIC),
            "\u200c".join((word[:2], word[2:])),
        }
        found |= {
            word.replace("11", "۱۱"),
            word.replace("11", "١١"),
            "ـ".join((word[:1], word[1:])),
        }
    return seeded.sample(sorted(spelling for spelling in found if spelling.strip()), 500) + REQUIRED


ARABIC = str.maketrans({"ی": "ي", "ک": "ك", "ه": "ة", "ا": "أ"})


def at(step: str, **changes: object) -> Person:
    person = Person()
    person.situation = replace(person.situation, **changes)
    texts = {
        "agree": ["۹"],
        "name": ["۹", "بله"],
        "members": ["۹", "بله", "نام", "تهران", "ری", "1"],
    }
    person.says(*texts[step])
    assert person.conversation.step == step
    return person


def test_five_hundred_spellings_stop_everything() -> None:
    asked = at("agree").situation
    for text in spellings():
        person = Person(situation=asked)
        turn = person.says(text)
        assert (turn.rule, turn.effects) == ("stop", (WantsOut(),)), repr(text)
        assert len(turn.says) == 1


def test_five_hundred_sentences_are_answers_or_go_to_a_person() -> None:
    texts = [sentence.format(filler) for sentence, filler in itertools.product(SENTENCES, FILLERS)]
    assert len(set(texts)) >= 500
    at_a_name, at_a_number = (
        at(step, regulator_words=True).situation for step in ("name", "members")
    )
    for text in texts:
        turn = Person(situation=at_a_name).says(text)
        assert turn.rule == "answer", text
        assert turn.conversation.answers["name"]
        assert Person(situation=at_a_number).says(text).rule in {"answer", "miss"}, text


def test_stop_is_heard_in_every_state() -> None:
    for flow in ("tiny", "everything"):
        person = Person()
        person.situation = replace(person.situation, default_flow=flow, regulator_words=True)
        person.says("سلام")
        for text in ("1", "1", "Hope", "1", "1", "20", "09120000002", "1", "1", "1", "1", "1"):
            for stop in ("stop", "۱۱"):
                turn = Person(situation=person.situation).says(stop)
                assert turn.rule == "stop"
                assert turn.effects == (WantsOut(),)
            person.says(text)


def test_no_word_means_two_things_in_one_language() -> None:
    words = lexicon()
    for language, table in words.commands.items():
        meant = [*table, *words.yes[language], *words.no[language]]
        twice = {word for word in meant if meant.count(word) > 1}
        assert not twice, (language, twice)
        # A word to come back with may be a command too: both lead to the open question.
        assert not words.stop & {
            word for word, command in table.items() if command is not Command.JOIN
        }
        assert not words.stop & (words.yes[language] | words.no[language])


def test_every_language_has_every_word_and_phrase() -> None:
    words = lexicon()
    languages = set(words.commands)
    assert languages == {"fa", "en", "ar", "hu"}
    for phrase, texts in words.phrases.items():
        assert set(texts) == languages, phrase
    for table in words.commands.values():
        assert set(table.values()) == set(Command)
    assert word_of("؟") == "?"
