"""Kannel alone, before anything of ours: what it calls, what it delivers, what it reports."""

import asyncio
import urllib.parse
import urllib.request

import pytest
from aiohttp import web

from tests.rig import kannel
from tests.rig.ports import HOST, free_port

PHONE, LINE = "989120000001", "30001152"

pytestmark = pytest.mark.skipif(
    not kannel.INSTALLED, reason="Debian's kannel and kannel-extras are not installed"
)


@pytest.fixture
async def called():
    """Every request that Kannel made to us."""
    calls = asyncio.Queue()
    application = web.Application()

    async def take(request):
        await calls.put(request.raw_path)
        return web.Response()

    application.router.add_get("/{path:.*}", take)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, HOST, port).start()
    calls.url = f"http://{HOST}:{port}"
    yield calls
    await runner.cleanup()


async def test_texts_come_in_and_go_out_with_reports(called, tmp_path):
    peer = kannel.Kannel(tmp_path, called.url + "/mo?from=%p&text=%a&charset=%C")
    answer = "سلام. " * 30
    try:
        await asyncio.to_thread(peer.start)
        await asyncio.to_thread(peer.text, PHONE, LINE, "۹ سلام")
        heard = urllib.parse.unquote_to_bytes((await asyncio.wait_for(called.get(), 60)).encode())
        assert (
            heard
            == b"/mo?from=989120000001&text=\x06\xf9\x00+\x063\x06D\x06'\x06E&charset=UTF-16BE"
        )

        query = urllib.parse.urlencode(
            {"username": kannel.USER, "password": kannel.PASSWORD, "from": LINE, "to": PHONE}
            | {"text": answer, "coding": 2, "charset": "UTF-8"}
            | {"dlr-mask": 31, "dlr-url": called.url + "/report?state=%d"}
        )
        url = f"{peer.sendsms_url}?{query}"
        with await asyncio.to_thread(urllib.request.urlopen, url, timeout=60) as said:
            assert said.status == 202

        assert await asyncio.to_thread(peer.wait_for_answer, PHONE, 0) == [answer]
        reports = {await asyncio.wait_for(called.get(), 60) for _ in range(2)}
        assert reports == {"/report?state=8", "/report?state=1"}
    finally:
        await asyncio.to_thread(peer.stop)
