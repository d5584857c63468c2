"""A log is read by people and programs: nobody else's words may make lines, or steer a terminal."""

import json
import logging
import socket
import urllib.request
import warnings
from collections.abc import Iterator
from contextlib import redirect_stderr, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from urllib.error import URLError

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from app.logs import ALLOWED, set_up_logs
from tests.rig.server import Muster

PLAIN = frozenset(map(chr, range(32, 127)))
NASTY = (
    *("\r", "\n", "\r\n", "\x00", "\x1b[31m", "\x1b]0;x\x07", "\x7f", "\x85", "\x9b2J", "\u2028"),
    *(
        "\u2029",
        "\u202e",
        "\u2066",
        "\u2069",
        "\u200f",
        "\ufeff",
        "\ud800",
        '"',
        "\\",
        '","level":"',
        "}{",
    ),
)
words = st.lists(st.sampled_from(NASTY) | st.text(st.characters(codec=None)), max_size=6).map(
    "".join
)
keys = st.sampled_from(sorted(ALLOWED - {"event", "level", "timestamp"}))
values = words | st.integers() | st.lists(words, max_size=3) | st.none() | st.binary(max_size=9)


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    logging.captureWarnings(False)
    root.handlers[:], root.level = before


def logged(what: Any) -> list[str]:
    """The lines that the log has when this is done."""
    with TemporaryFile("w+", encoding="utf-8", newline="") as out, redirect_stderr(out):
        set_up_logs()
        what()
        out.seek(0)
        return out.read().split("\n")[:-1]


@given(event=words, told=st.dictionaries(keys, values))
def test_an_event_is_one_line_that_says_what_was_said(event, told):
    (line,) = logged(lambda: structlog.get_logger().warning(event, **told))
    assert set(line) <= PLAIN
    read = json.loads(line)
    assert read["event"] == event
    for key, value in told.items():
        assert read[key] == (str(value) if isinstance(value, bytes) else value)


@given(name=words.filter(bool), said=words)
def test_a_librarys_record_is_one_line_without_its_words(name, said):
    def complain() -> None:
        try:
            raise ValueError(said)  # noqa: TRY301
        except ValueError:
            logging.getLogger(name).exception("%s", said)

    (line,) = logged(complain)
    assert set(line) <= PLAIN
    assert json.loads(line)["error"] == "ValueError"
    assert json.loads(line).keys() == {"event", "level", "where", "error"}


def test_a_warning_of_python_is_an_event_as_well():
    def warn() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("of +989121234567\nx", stacklevel=1)

    (line,) = logged(warn)
    assert json.loads(line)["where"].startswith("py.warnings")
    assert "98912" not in line


def test_what_nobody_has_called_harmless_is_left_out():
    told = {"number": "+989121234567", "text": "x", "body": b"x", "id": "7"}
    (line,) = logged(lambda: structlog.get_logger().error("page failed", **told))
    assert json.loads(line).keys() == {"event", "level", "timestamp", "id"}


def test_a_server_that_is_talked_to_nastily_logs_no_line_of_anybodys(tmp_path: Path) -> None:
    """Paths, names of channels, fields, headers and halves of requests; its log is JSON or ours."""
    muster = Muster(tmp_path, {}, {"simulator": True})
    muster.run("db", "upgrade")
    server = muster.serve()
    for at, nasty in enumerate(NASTY):
        bad = (nasty + "PLANTED").encode("utf-8", "surrogatepass")
        quoted = "".join(f"%{byte:02x}" for byte in bad)
        for path in (
            f"hooks/{quoted}/x",
            f"join/{quoted}",
            f"console/{quoted}",
            f"api/v1/{quoted}",
        ):
            ask(f"{muster.url}/{path}?{quoted}={quoted}")
        body = json.dumps({"number": f"+98912000{at:04}", "text": "9 PLANTED" + nasty}).encode()
        ask(f"{muster.url}/simulator/text", body)
        raw(muster.port, b"GET / HTTP/1.1\r\nhost: x\r\nx-a: " + bad + b"\r\n\r\n")
        raw(muster.port, b"GET /" + bad + b" HTTP/1.1\r\n" + bad)
    server.stop()
    lines = (tmp_path / "serve.log").read_bytes().decode("ascii").splitlines()
    said = [line for line in lines if not line.startswith((" ", "Muster serves"))]
    assert said, "the halves of requests are complained of"
    assert all(isinstance(json.loads(line), dict) for line in said)
    assert "PLANTED" not in "".join(lines)


def ask(url: str, body: bytes | None = None) -> None:
    request = urllib.request.Request(url, body, {"content-type": "application/json"})
    with suppress(URLError, OSError):
        urllib.request.urlopen(request, timeout=30).close()


def raw(port: int, said: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(said)
        line.shutdown(socket.SHUT_WR)
        line.settimeout(0.1)
        with suppress(OSError):
            line.recv(4096)
