import time
import tracemalloc

import pytest

from gateway_adapters.contract import BadPayload
from gateway_adapters.xml import escape, parse_xml

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
BOMB = f'<!DOCTYPE z [<!ENTITY l0 "ha">{LAUGHS}]><z>&l11;</z>'.encode()


@pytest.mark.parametrize(
    "body",
    [
        BOMB,
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b"<!DOCTYPE a [<!ENTITY % p 'x'>]><a/>",
        b"<a>&unknown;</a>",
        b"<a>" * 100_000,
        b"<a>" + b"<b/>" * 300_000 + b"</a>",
        b"<a>" + b"x" * 2_000_000 + b"</a>",
        b'<?xml version="1.0" encoding="no-such"?><a/>',
        b"<a>\xff</a>",
        b"<a></b>",
        b"",
    ],
)
def test_bombs_and_rubbish_are_refused_at_once(body):
    tracemalloc.start()
    before = time.perf_counter()
    with pytest.raises(BadPayload):
        parse_xml(body)
    took, most = time.perf_counter() - before, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 10_000_000
    assert took < 5  # with the tracing, on a busy machine; a bomb would take for ever


def test_names_are_found_without_prefix_and_case():
    root = parse_xml('<s:A xmlns:s="u"><s:B x:Y="1">۹</s:B><b>2</b></s:A>'.encode())
    assert root.name == "A"
    assert [node.text for node in root.all("b")] == ["۹", "2"]
    assert root.first("none", "B").attributes == {"y": "1"}
    assert root.value("none") == ""
    assert root.fields() == {"b": "۹"}


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "iso-8859-1", "windows-1256"])
def test_declared_charsets_are_read(charset):
    text = "é" if charset == "iso-8859-1" else "سلام"
    body = f'<?xml version="1.0" encoding="{charset}"?><a>{text}</a>'.encode(charset)
    assert parse_xml(body).text == text


def test_what_is_escaped_comes_back():
    text = "a<b>&\"'\n۹😀"
    assert parse_xml(f"<a>{escape(text)}</a>".encode()).text == text
    assert escape("a\x00b\ud800") == "ab"
