"""Spoil a request or an answer in the ways that networks, bugs and attackers do."""

import random
from collections.abc import Callable
from dataclasses import replace

from gateway_adapters.contract import HttpRequest

ODD = [
    b"\x00",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\\ud800",
    b"%00",
    b"%ED%A0%80",
    b"%",
    b"[" * 3000,
    b"<a>" * 60,
    b"null",
    b"NaN",
    b"1e999",
    b"9" * 5000,
    b"-1",
    b"{}",
    b"[]",
    b'"',
    b"&",
    b"=",
    b"+",
    "۹".encode(),
    "متن".encode("cp1256"),
    "سلام".encode("utf-16"),
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
    b"A" * 20_000,
]
TYPES = [
    "",
    "application/json",
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=windows-1256",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "text/xml",
    "text/plain; charset=utf-16",
]


def spoil(body: bytes, chance: random.Random) -> bytes:
    """One or two wounds."""
    for _ in range(chance.choice([1, 1, 2])):
        body = chance.choice(WAYS)(body, chance)
    return body


def spoil_request(request: HttpRequest, chance: random.Random) -> HttpRequest:
    headers = dict(request.headers)
    if chance.random() < 0.15:
        headers["content-type"] = chance.choice(TYPES)
    if headers and chance.random() < 0.1:
        name = chance.choice(sorted(headers))
        headers[name] = spoil(headers[name].encode("latin-1", "replace"), chance).decode("latin-1")
    path, mark, query = request.url.partition("?")
    if query and chance.random() < 0.6:
        query = spoil(query.encode(), chance).decode("latin-1")
    method = chance.choice(["GET", "POST", "PUT"]) if chance.random() < 0.05 else request.method
    body = request.body
    if body and chance.random() < 0.8:
        body = spoil(body, chance)
    return replace(request, method=method, url=path + mark + query, headers=headers, body=body)


def _flip(body: bytes, chance: random.Random) -> bytes:
    if not body:
        return bytes([chance.randrange(256)])
    place = chance.randrange(len(body))
    return body[:place] + bytes([chance.randrange(256)]) + body[place + 1 :]


def _cut(body: bytes, chance: random.Random) -> bytes:
    return body[: chance.randrange(len(body) + 1)]


def _drop(body: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(body) + 1)
    return body[:start] + body[start + chance.randrange(30) :]


def _double(body: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(body) + 1)
    end = start + chance.randrange(60)
    return body[:end] + body[start:end] + body[end:]


def _insert(body: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(body) + 1)
    return body[:place] + chance.choice(ODD) + body[place:]


def _value(body: bytes, chance: random.Random) -> bytes:
    """Change what follows one `=`, `:` or `>` into something odd."""
    places = [place for place, letter in enumerate(body) if letter in b"=:>"]
    if not places:
        return _insert(body, chance)
    place = chance.choice(places) + 1
    ends = [at for at in (body.find(end, place) for end in b"&,<}") if at >= 0] or [len(body)]
    return body[:place] + chance.choice(ODD) + body[min(ends) :]


def _instead(body: bytes, chance: random.Random) -> bytes:
    return chance.choice([b"", b"null", b"[]", b"{}", b"0", b'""', b"<a/>", *ODD])


WAYS: list[Callable[[bytes, random.Random], bytes]] = [
    *[_flip, _cut, _drop, _double, _insert, _value, _value],
    _instead,
]
