"""What an adapter can do and which options it has, read from the code itself."""

import ast
import inspect
import textwrap
import typing
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields
from datetime import timedelta
from itertools import pairwise
from typing import Any

from gateway_adapters.contract import (
    Adapter,
    BadPayload,
    Event,
    HttpRequest,
    HttpResponse,
    OutboundMessage,
)
from gateway_adapters.options import is_required, is_secret, presets

ABILITIES = {
    "receive": "receives",
    "polled": "polled",
    "recovered": "recovers",
    "send": "sends",
    "reports": "asks for reports",
    "looked_up": "looks up by our id",
    "balance_from": "tells the balance",
    "logged_in": "logs in",
}


def overrides(kind: type[Adapter], method: str) -> bool:
    return getattr(kind, method) is not getattr(Adapter, method)


def abilities(kind: type[Adapter]) -> list[str]:
    """What this adapter can do, in a few words each."""
    words = [" and ".join(kind.carries)]
    for method, says in ABILITIES.items():
        if kind.sends if method == "send" else overrides(kind, method):
            words.append(f"{says} ({kind.batch_size} a request)" if method == "send" else says)
    if kind.guards:
        words.append(f"proves its origin ({', '.join(kind.guards)})")
    return words


def tells(
    adapter: Adapter, request: HttpRequest, asked: Sequence[OutboundMessage] = ()
) -> Sequence[Event]:
    """Read a request; for a carrier that is asked, the same bytes may be its answer.

    `asked` are the messages whose reports were asked for.
    """
    try:
        return adapter.receive(request)
    except BadPayload:
        answer = HttpResponse(200, request.body, request.headers)
        if overrides(type(adapter), "polled"):
            try:
                return adapter.polled(answer, "").events
            except BadPayload:
                pass
        if overrides(type(adapter), "reports"):
            try:
                return adapter.reports(answer, asked)
            except BadPayload:
                pass
        raise


def page(name: str, kind: type[Adapter], also: Sequence[str] = ()) -> str:
    """The carrier's page in the documentation."""
    module = inspect.getmodule(kind)
    about = inspect.cleandoc((module and module.__doc__) or "")
    setup = textwrap.dedent(getattr(kind, "SETUP", "")).strip()
    parts = [
        f"# {name}",
        "<!-- written by `muster carriers docs`; edit the adapter instead -->",
        about,
        f"Also called: {', '.join(f'`{alias}`' for alias in also)}." if also else "",
        "## What it can do",
        "\n".join(f"* {word}" for word in abilities(kind)),
        "## Setting it up",
        setup or (USSD_SETUP if kind.carries == ("ussd",) else DEFAULT_SETUP),
        "## Options",
        _own_words(kind),
        _options_table(kind),
        _presets_table(kind),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _own_words(kind: type[Adapter]) -> str:
    """What the class says of its options; a dataclass that says nothing repeats its fields."""
    words = kind.__dict__.get("__doc__") or ""
    return "" if words.startswith(f"{kind.__name__}(") else inspect.cleandoc(words)


def index(kinds: Mapping[str, type[Adapter]]) -> str:
    """The table of contents of the pages."""
    rows = [
        f"| [{name}]({name}.md) | {', '.join(abilities(kind))} |"
        for name, kind in sorted(kinds.items())
    ]
    head = [
        "# Carriers",
        "",
        "<!-- written by `muster carriers docs` -->",
        "",
        "A channel names one of these as its `adapter`; its page says what to set up there and",
        "which options there are. To add one, see `gateway_adapters/README.md`.",
        "",
        "| adapter | can |",
        "|---|---|",
    ]
    return "\n".join([*head, *rows]) + "\n"


DEFAULT_SETUP = """Give the carrier this URL for incoming messages and for reports:

    https://<your host>/hooks/<channel>/<secret>"""


USSD_SETUP = """Give the gateway this URL as the callback of your USSD code:

    https://<your host>/hooks/<channel>/<secret>

Name the code as people dial it (`*384#`) among the channel's `lines`; a longer dial (`*384*9#`)
then brings an answer with it."""


def _options_table(kind: type[Adapter]) -> str:
    hints, remarks = typing.get_type_hints(kind), _remarks(kind)
    rows = [_row(field, hints[field.name], remarks.get(field.name, "")) for field in fields(kind)]
    if not rows:
        return "None."
    return "\n".join(["| option | kind | default | |", "|---|---|---|---|", *rows])


def _row(field: Field[Any], hint: Any, remark: str) -> str:
    shown = "secret" if is_secret(field) else _type_name(hint)
    return f"| `{field.name}` | {shown} | {_default(field)} | {remark} |"


def _remarks(kind: type[Adapter]) -> dict[str, str]:
    """What stands as a text below each option in the code."""
    found: dict[str, str] = {}
    for one in reversed(kind.__mro__):
        if not issubclass(one, Adapter) or one is Adapter:
            continue
        (made,) = ast.parse(textwrap.dedent(inspect.getsource(one))).body
        assert isinstance(made, ast.ClassDef)
        for option, below in pairwise(made.body):
            match option, below:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str() as text)),
                ):
                    found[name] = " ".join(text.split()).replace("|", "\\|")
    return found


def _type_name(hint: Any) -> str:
    names = {str: "text", int: "whole number", float: "number", bool: "yes or no"}
    if hint is timedelta:
        return "seconds"
    origin = typing.get_origin(hint)
    return names.get(hint) or ("list" if origin is tuple else "table" if origin else str(hint))


def _default(field: Field[Any]) -> str:
    if is_required(field):
        return "must be given"
    if is_secret(field):
        return "none"
    made = field.default_factory
    value = field.default if made is MISSING else made()
    if isinstance(value, timedelta):
        return f"`{value.total_seconds():g}`"
    if isinstance(value, tuple):
        value = list(value)
    return f"`{value!r}`".replace("|", "\\|") if value not in ("", [], {}) else "empty"


def _presets_table(kind: type[Adapter]) -> str:
    if not presets(kind):
        return ""
    rows = [f"* `{name}`: {', '.join(options)}" for name, options in presets(kind).items()]
    return "## Presets\n\nSet `preset` to one of these; options given besides it win.\n\n" + (
        "\n".join(rows)
    )
