"""Recorded requests of each adapter through the real server, answers at the stub carrier."""

import base64
import hashlib
import hmac
import json
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
ADAPTERS = sorted(every_channel(""))
TEXTS = {
    "africastalking/message": "+254700000001",
    "kannel/message": "+989120000001",
    "kannel/utf16": "+989120000001",
    "kavenegar/message": "+989120000001",
    "kavenegar/message_as_json": "+989120000002",
    "magfa/callback": "+989120000001",
    "melipayamak/message": "+989120000001",
    "simulator/message": "+989120000001",
    "template/message": "+989120000001",
    "template/message_as_json": "+989120000001",
    "template/message_as_multipart": "+989120000001",
    "template/message_as_xml": "+989120000001",
    "twilio/message": "+15005550001",
}
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


@pytest.fixture
def carrier():
    with a_carrier() as carrier:
        yield carrier


@pytest.fixture
def muster(carrier, sqlite_url, tmp_path):
    settings = {"database_url": sqlite_url}
    muster = Muster(tmp_path / "muster", every_channel(carrier.url()), settings)
    server = muster.serve()
    yield muster
    assert server.stop() == 0


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


async def _replay(client, muster, recording):
    """Post a recording to the channel of its adapter."""
    name = recording.partition("/")[0]
    request = recorded(recording)
    url = muster.url + request.url.replace(RECORDED_AT, muster.hook(name).removeprefix(muster.url))
    return await _post(
        client, muster, name, url, request.method, data=request.body, headers=request.headers
    )


@pytest.mark.parametrize("recording", TEXTS)
async def test_a_recorded_text_is_answered_through_the_same_carrier(
    client, muster, carrier, recording
):
    for _ in range(2):  # a carrier's repeat changes nothing where it has an id
        status, _ = await _replay(client, muster, recording)
        assert status == 200

    wait_until(lambda: carrier.texts_to(TEXTS[recording]), "an answer")
    name = recording.partition("/")[0]
    assert {taken.dialect for taken in carrier.taken} == {name}
    with_id = name not in {"magfa", "melipayamak"} and "as_" not in recording
    if with_id:
        assert len(carrier.texts_to(TEXTS[recording])) == 1


@pytest.mark.parametrize("name", ADAPTERS)
async def test_every_recorded_request_gets_an_answer_and_none_is_our_fault(client, muster, name):
    recordings = [one for one in names(name) if is_request(one)]
    assert recordings
    for recording in recordings:
        status, body = await _replay(client, muster, recording)
        assert status in {200, 204}, f"{recording}: {status} {body}"


@pytest.mark.parametrize("name", REPORTS)
async def test_a_report_is_taken_in(client, muster, carrier, name):
    await _replay(client, muster, f"{name}/message")
    wait_until(lambda: carrier.taken, "an answer")

    status, _ = await _post(client, muster, name, **REPORTS[name](carrier.taken[0]))

    assert status in {200, 204}
    wait_until(lambda: "delivered" in checker.read(muster.database_url).owed.values(), "delivered")


async def test_kannels_report_comes_to_the_url_that_we_gave_it(client, muster, carrier):
    await _replay(client, muster, "kannel/message")
    wait_until(lambda: carrier.taken, "an answer")

    url = carrier.taken[0].report_url.replace("%d", "1").replace("%A", "").replace("%F", "7")
    status, _ = await _post(client, muster, "kannel", url, "GET")

    assert status == 200
    wait_until(lambda: "delivered" in checker.read(muster.database_url).owed.values(), "delivered")


async def test_what_strangers_get(client, muster, carrier):
    body = json.dumps({"id": "1", "from": "+989120000001", "to": "3", "text": "9"}).encode()
    wrong_secret = muster.hook("simulator")[:-1]
    no_channel = muster.hook("nobody")
    too_large = b" " * (1024 * 1024 + 1)
    twilio = urlencode({"MessageSid": "SM1", "From": "+15005550001", "Body": "9"}).encode()

    assert (await _post(client, muster, "simulator", wrong_secret, data=body))[0] == 404
    assert (await _post(client, muster, "simulator", no_channel, data=body))[0] == 404
    assert (await _post(client, muster, "simulator", data=b"{]"))[0] == 400
    assert (await _post(client, muster, "simulator", data=too_large))[0] == 413
    form = {"content-type": "application/x-www-form-urlencoded"}
    async with client.post(muster.hook("twilio"), data=twilio, headers=form) as answer:
        assert answer.status == 403
    assert carrier.taken == []
