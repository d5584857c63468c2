"""What every adapter owes, whoever wrote it."""

import base64
import re
from dataclasses import FrozenInstanceError, fields, replace
from itertools import product
from urllib.parse import unquote_plus

import pytest

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    ChannelBroken,
    DialogInput,
    HttpRequest,
    HttpResponse,
    Ignored,
    NotFromCarrier,
    OutboundMessage,
    Outcome,
    Refused,
    Screen,
    TryLater,
    Unclear,
)
from gateway_adapters.describe import abilities, overrides, page, tells
from gateway_adapters.options import build, is_secret
from gateway_adapters.registry import ADAPTERS, ALIASES, find
from tests.gateway_adapters.made import SECRET, made, three_messages
from tests.gateway_adapters.recorded import names, requests

every_adapter = pytest.mark.parametrize("name", sorted(ADAPTERS))
every_sender = pytest.mark.parametrize(
    "name", sorted(name for name, kind in ADAPTERS.items() if kind.sends)
)

every_guarded = pytest.mark.parametrize(
    "name", sorted(name for name, kind in ADAPTERS.items() if kind.guards)
)
"""The others prove nothing: the secret in our URL is all there is."""


def said(request):
    """Everything in a request, decoded the ways that carriers want texts encoded."""
    raw = (request.url + "\n").encode() + request.body
    text = unquote_plus(raw.decode("utf-8", "replace"))
    plain = [
        raw.decode("utf-8", "replace"),
        text,
        unquote_plus(text),
        _unescaped(text),
        _unescaped(unquote_plus(text)),
    ]
    pieces = [piece for piece in text.replace("/", "&").replace("=", "&").split("&") if piece]
    return "\n".join([*plain, *(decoded for piece in pieces for decoded in _hidden(piece))])


def _unescaped(text):
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)


def _base64_without_padding(piece):
    return base64.urlsafe_b64decode(piece + "=" * (-len(piece) % 4))


def _hidden(piece):
    for read in (bytes.fromhex, base64.b64decode, _base64_without_padding):
        try:
            found = read(piece)
        except ValueError:
            continue
        yield found.decode("utf-16-be", "replace")
        yield found.decode("utf-8", "replace")


# --- being there ----------------------------------------------------------------------------


def test_the_registry_can_be_read():
    assert list(ADAPTERS) == sorted(ADAPTERS)
    assert list(ALIASES) == sorted(ALIASES)
    assert not set(ADAPTERS) & set(ALIASES)
    for alias in ALIASES:
        kind, preset = find(alias)
        build(kind, {}, lenient=True, preset=preset)


@every_adapter
def test_has_recordings(name):
    assert names(name)


@every_adapter
def test_says_what_it_can_do_and_where_that_is_written(name):
    text = page(name, ADAPTERS[name])
    assert abilities(ADAPTERS[name])
    assert all(f"`{field.name}`" in text for field in fields(ADAPTERS[name]))
    assert "2026-11" in text, "the module says where its facts are from and when they were read"


@every_adapter
def test_options_cannot_change_under_way(name):
    with pytest.raises((FrozenInstanceError, AttributeError)):
        made(name).batch_size = 2


@every_adapter
def test_secrets_do_not_show(name):
    assert SECRET not in repr(made(name))


@every_adapter
def test_requests_do_not_show_their_contents(name):
    adapter = made(name)
    if adapter.sends:
        messages = three_messages(adapter)
        shown = repr(adapter.send(messages)) + repr(messages)
        assert SECRET not in shown
        assert "912000" not in shown
        assert "muster" not in shown


# --- the door -------------------------------------------------------------------------------


@every_adapter
def test_guards_are_secrets(name):
    secrets = {field.name for field in fields(ADAPTERS[name]) if is_secret(field)}
    assert set(ADAPTERS[name].guards) <= secrets


@every_guarded
def test_strangers_are_refused(name):
    adapter = made(name)
    for request in [*requests(name), HttpRequest("POST", "/hooks/main/x")]:
        with pytest.raises(NotFromCarrier):
            adapter.authenticate(request, "https://muster.example/hooks/main/x")


@every_guarded
def test_an_empty_secret_lets_nobody_in(name):
    adapter = made(name)
    shut = replace(adapter, **dict.fromkeys(adapter.guards, ""))
    for request in [*requests(name), HttpRequest("POST", "/hooks/main/x?token=&secret=")]:
        for url in ("", request.url, "https://muster.example/hooks/main/x"):
            with pytest.raises(NotFromCarrier):
                shut.authenticate(request, url)


# --- what comes in --------------------------------------------------------------------------


@every_adapter
def test_recordings_are_read_and_answered(name):
    adapter = made(name)
    for request in requests(name):
        events = adapter.receive(request)
        assert events
        screens = [Screen("خوش آمدید", more=True) for e in events if isinstance(e, DialogInput)]
        answer = adapter.acknowledge(request, events, screens)
        assert 200 <= answer.status < 300
        assert adapter.acknowledge(request, events, screens) == answer


RUBBISH = [
    *[b"", b"\xd9=&;{", b"{", b"[]", b"{}", b"null", b"<a/>", b"\x00" * 64, b"[" * 100_000],
]
TYPES = ("application/json", "application/x-www-form-urlencoded", "text/xml", "")


@every_adapter
def test_rubbish_is_a_bad_payload_or_ignored(name):
    for body, content_type in product(RUBBISH, TYPES):
        request = HttpRequest("POST", "/hooks/main/x", {"content-type": content_type}, body)
        try:
            events = tells(made(name), request)
        except BadPayload:
            continue
        assert all(isinstance(event, Ignored) for event in events), (body[:20], content_type)


# --- what goes out --------------------------------------------------------------------------


@every_sender
def test_a_send_holds_what_it_was_given(name):
    adapter = made(name)
    messages = three_messages(adapter)
    text = said(adapter.send(messages))
    for message in messages:
        assert message.text in text
        # A screen goes to a dialog, and some carriers want no number besides.
        assert message.to[-9:] in text or (message.dialog_id and message.dialog_id in text)


@every_sender
def test_a_text_arrives_as_it_was_written(name):
    adapter = made(name)
    for text in ("a&b=c", 'say "9"', "50% + 1", "<b>", "خط\nدوم", "😀", "\\"):
        message = OutboundMessage("our-1", "+989120000001", text, "30001152", 1, dialog_id="d-1")
        whole = said(adapter.send([message]))
        escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        forms = {text, escaped, escaped.replace('"', "&quot;"), text.replace("\n", "\\n")}
        forms |= {text.replace("\\", "\\\\"), text.replace('"', '\\"')}
        assert any(form in whole for form in forms), text


EMPTY_ANSWERS = [b"", b"{", b"{}", b"[]", b"null", b'"x"', b"<html></html>"]
HTTP_STATUSES = [200, 201, 204, 400, 401, 403, 404, 429, 500, 502, 503]


@every_sender
def test_an_answer_that_says_nothing_is_never_a_success(name):
    adapter = made(name)
    messages = three_messages(adapter)
    for status, body in product(HTTP_STATUSES, EMPTY_ANSWERS):
        check_empty_answer(adapter, messages, HttpResponse(status, body))


def check_empty_answer(adapter, messages, response):
    try:
        outcomes = adapter.outcomes(response, messages)
    except BadPayload:
        assert response.status not in (429, 503), "what was not taken may be tried again"
        return
    assert len(outcomes) == len(messages)
    assert all(isinstance(outcome, Outcome) for outcome in outcomes)
    if response.status >= 300:
        assert not any(isinstance(outcome, Accepted) for outcome in outcomes)
    if response.status == 429:
        assert all(isinstance(outcome, TryLater) for outcome in outcomes)
    if response.status == 502:
        assert not any(isinstance(outcome, Refused) for outcome in outcomes)


@every_adapter
def test_optional_abilities_come_in_pairs(name):
    kind = ADAPTERS[name]
    pairs = [
        *[("poll", "polled"), ("recover", "recovered"), ("ask_reports", "reports")],
        *[("look_up", "looked_up"), ("balance", "balance_from"), ("login", "logged_in")],
    ]
    for ask, read in pairs:
        assert overrides(kind, ask) == overrides(kind, read)


def test_outcomes_are_these_five():
    assert Outcome == Accepted | Refused | TryLater | ChannelBroken | Unclear
