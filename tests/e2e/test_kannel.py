"""A sign-up through Kannel: a peer that nobody here wrote moves every word, both ways."""

import pytest

from tests.e2e.signup import LINE, in_latin, name_of, number_of, words_of
from tests.rig import checker, kannel
from tests.rig.ports import HOST, free_port
from tests.rig.processes import wait_until
from tests.rig.server import Muster, every_channel

# Kannel's own escapes, as our guide gives them.
QUERY = "?backend=%i&sender=%p&to=%P&message=%b&ts=%T&id=%I&coding=%c&charset=%C"
PERSON = 7
PHONE = number_of(PERSON).removeprefix("+")

pytestmark = pytest.mark.skipif(
    not kannel.INSTALLED, reason="Debian's kannel and kannel-extras are not installed"
)


@pytest.fixture
def muster(postgres_url, tmp_path):
    channel = every_channel("")["kannel"]
    port = free_port()
    channel["options"] = {
        "username": kannel.USER,
        "password": kannel.PASSWORD,
        "send_url": f"http://{HOST}:{port}/cgi-bin/sendsms",
    }
    muster = Muster(tmp_path / "muster", {"kannel": channel}, {"database_url": postgres_url})
    muster.sendsms = port
    server = muster.serve()
    yield muster
    server.stop()


@pytest.fixture(params=["as our guide says", "GET with the phones' own UTF-16"])
def peer(request, muster, tmp_path):
    (tmp_path / "kannel").mkdir()
    guide = request.param == "as our guide says"
    peer = kannel.Kannel(
        tmp_path / "kannel",
        muster.hook("kannel", QUERY),
        method="post" if guide else "get",
        recode=guide,
        sendsms=muster.sendsms,
    )
    try:
        yield peer.start()
    finally:
        peer.stop()


@pytest.mark.slow
def test_a_whole_sign_up_through_kannel(muster, peer):
    answers = 0
    for word in words_of(PERSON):
        peer.text(PHONE, LINE, word)
        answers += len(peer.wait_for_answer(PHONE, answers))

    (group,) = muster.api_items("groups")
    assert group["name"] == name_of(PERSON)
    assert len(group["specialisms"]) == 3
    assert group["code"] in in_latin(peer.received(PHONE)[-1])
    wait_until(
        lambda: set(checker.read(muster.database_url).owed.values()) == {"delivered"},
        "Kannel's report of every message",
    )


def test_a_long_text_arrives_in_one_piece_and_is_stored_as_written(muster, peer):
    peer.text(PHONE, LINE, "9")
    peer.wait_for_answer(PHONE, 0)
    peer.text(PHONE, LINE, "۱")
    peer.wait_for_answer(PHONE, 1)
    name = "خیریه‌ی «یاران كوچك» (شعبهٔ ۲) 🌱"
    peer.text(PHONE, LINE, name)
    peer.wait_for_answer(PHONE, 2)

    (conversation,) = checker.answers(muster.database_url)
    assert conversation["name"] == name
