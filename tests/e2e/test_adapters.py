"""Recorded requests of each adapter through the real server, answers at the stub carrier."""

import asyncio
import base64
import hashlib
import hmac
import itertools
import json
import re
from urllib.parse import parse_qsl, urlencode

import aiohttp
import pytest
from yarl import URL

from tests.gateway_adapters.recorded import is_request, names, recorded
from tests.rig import checker
from tests.rig.carrier import a_carrier
from tests.rig.processes import wait_until
from tests.rig.server import PROOF, Muster, every_channel

RECORDED_AT = "/hooks/main/s3cret"
RECORDED_NUMBER = re.compile(r"(912000|500555|70000)000\d(?!\d)")
RECORDED_ID = re.compile(
    r"\b[akmtu]-\d\b|\bSM\d{4}\b"
    r"|(?<=messageid=)\d+|(?<=\"messageid\": )\d+|(?<=\"message_id\": )\d+"
)
_someone = itertools.count(1000)
ADAPTERS = sorted(every_channel(""))
TEXTS = (
    "africastalking/message",
    "kannel/message",
    "kannel/utf16",
    "kavenegar/message",
    "kavenegar/message_as_json",
    "magfa/callback",
    "melipayamak/message",
    "simulator/message",
    "template/message",
    "template/message_as_json",
    "template/message_as_multipart",
    "template/message_as_xml",
    "twilio/message",
)
# What each carrier says later of a message that it took, by the stub's id of it.
REPORTS = {
    "simulator": lambda t: {"json": {"id": t.carrier_id, "status": "delivered"}},
    "template": lambda t: {"data": {"id": t.carrier_id, "status": "delivered"}},
    "kavenegar": lambda t: {"data": {"messageid": t.carrier_id, "status": "10"}},
    "africastalking": lambda t: {"data": {"id": f"ATXid_{t.carrier_id}", "status": "Success"}},
    "twilio": lambda t: {
        "data": {"MessageSid": f"SM{int(t.carrier_id):032x}", "MessageStatus": "delivered"}
    },
}


@pytest.fixture(scope="module")
def carrier():
    with a_carrier() as carrier:
        yield carrier


@pytest.fixture(scope="module")
def muster(carrier, tmp_path_factory):
    muster = Muster(tmp_path_factory.mktemp("muster"), every_channel(carrier.url()))
    muster.run("db", "upgrade")
    server = muster.serve()
    yield muster
    server.stop()


@pytest.fixture
def someone():
    """The last digits of a number that no other test uses; the recordings all say 000N."""
    return f"{next(_someone):04d}"


@pytest.fixture
async def client():
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(10)) as client:
        yield client


async def _post(client, muster, name, url="", method="POST", **what):
    """Call the door of a channel as its carrier does, with its proof; give status and body."""
    url = url or muster.hook(name)
    headers = dict(what.pop("headers", {}))
    if name == "simulator":
        headers["x-simulator-secret"] = PROOF
    if name == "twilio":
        headers["x-twilio-signature"] = _signed(url, what.get("data", b""))
    request = client.request(method, URL(url, encoded=True), headers=headers, **what)
    async with request as answer:
        return answer.status, await answer.text()


def _signed(url, form):
    pairs = form.items() if isinstance(form, dict) else parse_qsl(form.decode(), True)
    whole = url + "".join(name + value for name, value in sorted(set(pairs)))
    digest = hmac.new(PROOF.encode(), whole.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


async def _replay(client, muster, recording, someone):
    """Post a recording to the channel of its adapter, as if this person had texted just now."""
    name = recording.partition("/")[0]
    request = recorded(recording)
    url = request.url.replace(RECORDED_AT, muster.hook(name))
    body = _from(someone, request.body.decode("latin-1")).encode("latin-1")
    return await _post(
        client,
        muster,
        name,
        _from(someone, url),
        request.method,
        data=body,
        headers=request.headers,
    )


def _from(someone, recorded_text):
    """Put a number and an id of their own into a recording, else it is a repeat."""
    return RECORDED_ID.sub(
        rf"\g<0>{someone}", RECORDED_NUMBER.sub(rf"\g<1>{someone}", recorded_text)
    )


def _owed_to(muster, someone):
    """States of what we owe this person."""
    return checker.owed_to(muster.database_url, someone)


@pytest.mark.parametrize("recording", TEXTS)
async def test_a_recorded_text_is_answered_through_the_same_carrier(
    client, muster, carrier, recording, someone
):
    for _ in range(2):  # a carrier's repeat changes nothing where it has an id
        status, _ = await _replay(client, muster, recording, someone)
        assert status == 200

    name = recording.partition("/")[0]
    wait_until(lambda: carrier.taken_for(someone), "an answer")
    assert {taken.dialect for taken in carrier.taken_for(someone)} == {name}
    if name not in {"magfa", "melipayamak"} and "as_" not in recording:
        assert len(carrier.taken_for(someone)) == 1


@pytest.mark.parametrize("name", ADAPTERS)
async def test_every_recorded_request_gets_an_answer_and_none_is_our_fault(
    client, muster, name, someone
):
    recordings = [one for one in names(name) if is_request(one)]
    assert recordings
    for recording in recordings:
        status, body = await _replay(client, muster, recording, someone)
        assert status in {200, 204}, f"{recording}: {status} {body}"


@pytest.mark.parametrize("name", REPORTS)
async def test_a_report_is_taken_in(client, muster, carrier, name, someone):
    await _replay(client, muster, f"{name}/message", someone)
    wait_until(lambda: carrier.taken_for(someone), "an answer")

    (taken,) = carrier.taken_for(someone)
    status, _ = await _post(client, muster, name, **REPORTS[name](taken))

    assert status in {200, 204}
    wait_until(lambda: _owed_to(muster, someone) == ["delivered"], "delivered")


async def test_kannels_report_comes_to_the_url_that_we_gave_it(client, muster, carrier, someone):
    await _replay(client, muster, "kannel/message", someone)
    wait_until(lambda: carrier.taken_for(someone), "an answer")

    (taken,) = carrier.taken_for(someone)
    url = taken.report_url.replace("%d", "1").replace("%A", "").replace("%F", "7")
    status, _ = await _post(client, muster, "kannel", url, "GET")

    assert status == 200
    wait_until(lambda: _owed_to(muster, someone) == ["delivered"], "delivered")


async def _announce(muster, size):
    """Say how much will come, and send none of it; gives the status."""
    reader, writer = await asyncio.open_connection("127.0.0.1", muster.port)
    path = muster.hook("simulator").partition(str(muster.port))[2]
    writer.write(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode())
    line = await reader.readline()
    writer.close()
    return int(line.split()[1])


async def test_what_strangers_get(client, muster, carrier, someone):
    text = {"id": "1", "from": f"+98912000{someone}", "to": "3", "text": "9"}
    body = json.dumps(text).encode()
    wrong_secret = muster.hook("simulator")[:-1]
    no_channel = muster.hook("nobody")
    twilio = urlencode({"MessageSid": "SM1", "From": f"+1500555{someone}", "Body": "9"}).encode()

    assert (await _post(client, muster, "simulator", wrong_secret, data=body))[0] == 404
    assert (await _post(client, muster, "simulator", no_channel, data=body))[0] == 404
    assert (await _post(client, muster, "simulator", data=b"{]"))[0] == 400
    assert await _announce(muster, 1024 * 1024 + 1) == 413
    form = {"content-type": "application/x-www-form-urlencoded"}
    async with client.post(muster.hook("twilio"), data=twilio, headers=form) as answer:
        assert answer.status == 403
    assert carrier.taken_for(someone) == []
