"""Traces: off and unimported by default; on, they hold counts and no words of anybody."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from app import tracing
from app.store.schema import outbox
from tests.delivery.conftest import Carrier, Post, carrier, post, settings

__all__ = ["carrier", "post", "settings"]

NUMBER, TEXT = "989120000001", "a secret between us"


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """What a collector on loopback was sent."""
    bodies: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.path.encode())
            bodies.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
    yield bodies
    tracing.end()
    server.shutdown()
    thread.join()
    server.server_close()


def test_nothing_is_imported_unless_it_is_wanted() -> None:
    code = (
        "import sys, app.main, app.tracing\n"
        "app.tracing.begin()\n"
        "with app.tracing.span('group', items=1) as traced: traced.set_attributes({})\n"
        "app.tracing.end()\n"
        "heavy = ('opentelemetry.sdk', 'opentelemetry.exporter')\n"
        "assert not [name for name in sys.modules if name.startswith(heavy)]"
    )
    environment = {"PATH": "", "PYTHONPATH": "."}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, timeout=60)


def test_without_the_extra_it_says_so_and_goes_on(
    collected: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    tracing.begin()
    with tracing.span("group", items=1):
        pass
    tracing.end()
    assert collected == []


async def test_exchanges_are_traced_without_numbers_and_texts(
    post: Post, carrier: Carrier, collected: list[bytes]
) -> None:
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason="the extra is absent")
    tracing.begin()
    post.owe(1, TEXT)
    post.start()
    await post.until(lambda: [row.state for row in post.rows(outbox)] == ["sent"])
    await post.stop()
    tracing.end()

    sent = b"".join(collected)
    assert b"/v1/traces" in sent
    for word in (b"exchange", b"muster.channel", b"main", b"muster.accepted"):
        assert word in sent
    for word in (TEXT, NUMBER, post.channel.secrets[0] * 3):
        assert word.encode() not in sent


def test_an_error_in_a_span_is_not_told(collected: list[bytes]) -> None:
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason="the extra is absent")
    tracing.begin()
    with pytest.raises(ValueError, match=TEXT), tracing.span("group", items=1):
        raise ValueError(TEXT)
    tracing.end()
    assert b"group" in b"".join(collected)
    assert TEXT.encode() not in b"".join(collected)
