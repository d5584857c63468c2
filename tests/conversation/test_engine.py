from app.conversation.turn import Consented, Registered, Standing
from tests.conversation.conversing import Person

SIGN_UP = ("۹", "بله", "همیاران امید", "اصفهان", "کاشان", "۱و۳", "بیست و پنج نفر", "رد")


def test_nine_leads_to_a_registered_group() -> None:
    person = Person()
    summary = person.says(*SIGN_UP)
    assert summary.says[0].startswith("همیاران امید، کاشان، ۲۵ نفر، معیشت و فقر، کودکان. درست است؟")
    done = person.says("بله")
    assert done.says == ("ثبت شد. کد پیگیری شما C9 است.",)
    assert done.effects == (
        Registered(
            "C9",
            {
                "name": "همیاران امید",
                "province": "isfahan",
                "county": "isfahan.kashan",
                "specialisms": ["poverty", "children"],
                "members": 25,
            },
        ),
    )
    assert done.conversation is not None
    assert done.conversation.standing is Standing.DONE
    assert done.conversation.wake_at is None


def test_consent_is_recorded_in_the_words_that_were_shown() -> None:
    person = Person()
    asked = person.says("join")
    assert asked.language == "en"
    agreed = person.says("yes")
    assert agreed.effects == (
        Consented("agree", "May we keep what you tell us about your group?", given=True),
    )
    assert asked.says[0].startswith(agreed.effects[0].wording)
