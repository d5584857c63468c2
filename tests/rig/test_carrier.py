import aiohttp
import pytest

from tests.rig.carrier import Mood, a_carrier

PAYLOAD = {"messages": [{"our_id": "7", "to": "+989120000001", "from": "3000", "text": "سلام"}]}


@pytest.fixture
def carrier():
    with a_carrier() as carrier:
        yield carrier


@pytest.fixture
async def client():
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(2)) as client:
        yield client


async def test_keeps_what_it_takes(carrier, client):
    async with client.post(carrier.url("simulator/send"), json=PAYLOAD) as answer:
        said = await answer.json()

    assert said["results"][0]["outcome"] == "accepted"
    assert carrier.texts_to("09120000001") == ["سلام"]
    assert carrier.sent_twice() == []


async def test_a_second_hand_over_of_one_message_shows(carrier, client):
    for _ in range(2):
        async with client.post(carrier.url("simulator/send"), json=PAYLOAD) as answer:
            assert answer.status == 200

    assert carrier.sent_twice() == ["7"]


@pytest.mark.parametrize(
    ("mood", "status", "taken"),
    [(Mood.THROTTLING, 429, 0), (Mood.BROKEN, 500, 0), (Mood.GARBAGE, 200, 1)],
)
async def test_its_moods_decide_what_is_taken(carrier, client, mood, status, taken):
    carrier.mood = mood
    async with client.post(carrier.url("simulator/send"), json=PAYLOAD) as answer:
        assert answer.status == status
    assert len(carrier.taken) == taken


@pytest.mark.parametrize("mood", [Mood.CUTTING, Mood.HANGING])
async def test_it_can_take_a_message_and_leave_the_sender_in_doubt(carrier, client, mood):
    carrier.mood = mood
    with pytest.raises((aiohttp.ClientError, TimeoutError)):
        async with client.post(carrier.url("simulator/send"), json=PAYLOAD) as answer:
            await answer.read()
    assert len(carrier.taken) == 1
