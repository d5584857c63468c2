"""A thousand people sign up at once: nobody is lost, nobody is there twice."""

import pytest

from tests.e2e.signup import in_latin, name_of, number_of, posts_of, words_of
from tests.rig import checker
from tests.rig.processes import wait_until
from tests.rig.sender import Outcome, Sender

PEOPLE = range(1000)


@pytest.mark.slow
async def test_a_thousand_interleaved_sign_ups(muster, carrier):
    sender = Sender(connections=64)
    await sender.post_all(posts_of(muster, PEOPLE))

    said = sum(len(words_of(person)) for person in PEOPLE)
    assert [a for a in sender.attempts if a.outcome is not Outcome.OK] == []
    assert len(sender.acked) == said
    wait_until(lambda: len(carrier.taken) >= said, "an answer to everything", within=60)

    listed = muster.api_items("groups")
    assert sorted(group["name"] for group in listed) == sorted(name_of(p) for p in PEOPLE)
    assert {len(group["specialisms"]) for group in listed} == {3}
    codes = {group["name"]: group["code"] for group in listed}
    for person in PEOPLE:
        answers = carrier.texts_to(number_of(person))
        assert len(answers) == len(words_of(person)), answers
        assert codes[name_of(person)] in in_latin(answers[-1])
    assert len(set(codes.values())) == len(PEOPLE)
    kept = checker.read(muster.database_url)
    assert checker.lost(kept, sender.acked) == set()
    assert checker.doubled(kept) == []
    assert checker.out_of_order(kept) == []
    assert carrier.sent_twice() == []
