"""HTTP requests and responses as values, and the fields carriers put into them.

Nothing here opens a connection: `delivery` and `hooks` own the sockets.
"""

import base64
import contextlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self
from urllib.parse import parse_qsl, quote, urlencode

import orjson

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


class NotFromCarrier(Exception):
    """The request does not prove that it comes from this channel's carrier."""


class BadPayload(Exception):
    """The request or answer contradicts the carrier's own manual."""


class Fields(dict[str, str]):
    """A carrier's fields by lower-case name; a missing or malformed one is a BadPayload."""

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, object]]) -> Self:
        """Keep the first value of each name; None counts as not given."""
        fields = cls()
        for name, value in pairs:
            if value is not None:
                fields.setdefault(name.lower(), value if type(value) is str else _as_text(value))
        return fields

    def __contains__(self, name: object) -> bool:
        return dict.__contains__(self, str(name).lower())

    def __missing__(self, name: str) -> str:
        """Look again for a name in the carrier's own case; say what is missing."""
        value = dict.get(self, name.lower())
        if value is None:
            raise BadPayload(f"no field {name!r}")
        return value

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
        return dict.get(self, name.lower(), default)

    def filled(self, name: str) -> str:
        """The field, which must be there and not empty."""
        if not (value := self[name].strip()):
            raise BadPayload(f"field {name!r} is empty")
        return value

    def first(self, *names: str) -> str:
        """The first of these fields that is there and not empty, else an empty text."""
        for name in names:
            value = self.get(name)
            if value.strip():
                return value
        return ""

    def phone(self, *names: str) -> str:
        """The first of these fields that is filled, which must be a possible number."""
        return phone_number(self.first(*names))

    def integer(self, name: str) -> int:
        try:
            return int(self[name])
        except ValueError as error:
            raise BadPayload(f"field {name!r} is not a whole number") from error


def phone_number(text: str) -> str:
    """The number without `tel:` and outer spaces. A name (`MTN`) is refused: service messages.

    Short codes and masked numbers pass; whether one can be answered is for `intake` to say.
    """
    number = text.strip()
    if len(number) > 2 and number.removeprefix("+").isdigit():
        return number
    if number[:4].lower() == "tel:":
        number = number[4:].strip()
    if sum(letter.isdigit() for letter in number) < 3:
        raise BadPayload("the sender is not a possible number")
    return number


def national(number: str, country: str = "98") -> str:
    """`+98912…` as people of the country write it, `0912…`; others as digits."""
    digits = number.removeprefix("+")
    return f"0{digits.removeprefix(country)}" if digits.startswith(country) else digits


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


ANY_DIGIT_IS_0 = bytes.maketrans(b"123456789", b"000000000")
LONG_NUMBER = b"0" * 19


def parse_json(body: bytes) -> Any:
    """Read JSON, refusing what is not, and what is nested past reading."""
    if LONG_NUMBER not in body.translate(ANY_DIGIT_IS_0):  # the fast reader rounds long ids
        with contextlib.suppress(orjson.JSONDecodeError):
            return orjson.loads(body)
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadPayload("the body is not JSON") from error


@dataclass(frozen=True)
class HttpRequest:
    """A request, theirs to us or ours to them. Header names are lower case."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    def __repr__(self) -> str:
        """Say the method alone: URLs and bodies carry keys, numbers and texts."""
        return f"HttpRequest({self.method})"

    @property
    def path(self) -> str:
        before = self.url.partition("#")[0].partition("?")[0]
        _, absolute, rest = before.partition("://")
        return "/" + rest.partition("/")[2] if absolute else before

    @property
    def query_string(self) -> str:
        return self.url.partition("#")[0].partition("?")[2]

    @property
    def purpose(self) -> str:
        """The last word of the path: carriers with several URLs are given one word each."""
        return self.path.rstrip("/").rpartition("/")[2].lower()

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def query_pairs(self, encoding: str = "utf-8") -> list[tuple[str, str]]:
        return _pairs(self.query_string, encoding)

    def form_pairs(self, encoding: str = "utf-8") -> list[tuple[str, str]]:
        """The form's fields as sent, repeated ones too; nothing if the body is another kind."""
        if self.content_type not in (FORM, ""):
            return []
        return _pairs(self.body.decode("latin-1"), encoding)

    def query(self, encoding: str = "utf-8") -> Fields:
        return Fields.of(self.query_pairs(encoding))

    def form(self, encoding: str = "utf-8") -> Fields:
        return Fields.of(self.form_pairs(encoding))

    def fields(self, encoding: str = "utf-8") -> Fields:
        """Form and query together; some carriers POST with the data in the query."""
        return Fields.of([*self.form_pairs(encoding), *self.query_pairs(encoding)])

    def any_fields(self, encoding: str = "utf-8") -> Fields:
        """Fields from wherever they are: a JSON object, a form of any kind, the query."""
        body = self.body.strip()
        if body.startswith(b"{"):
            return Fields.of([*self.json_object().items(), *self.query_pairs(encoding)])
        if self.content_type == "multipart/form-data":
            return Fields.of([*_multipart(self, encoding), *self.query_pairs(encoding)])
        form = _pairs(body.decode("latin-1"), encoding) if b"=" in body else []
        return Fields.of([*form, *self.query_pairs(encoding)])

    @cached_property
    def _json(self) -> Any:
        return parse_json(self.body)

    def json(self) -> Any:
        """Parse the body as JSON, whatever its content type says."""
        return self._json

    def json_object(self) -> dict[str, Any]:
        if not isinstance(self._json, dict):
            raise BadPayload("the body is not a JSON object")
        return self._json

    def json_fields(self) -> Fields:
        """Give the top level of a JSON object as fields, names in lower case."""
        return Fields.of(self.json_object().items())

    @classmethod
    def get(cls, url: str, params: Mapping[str, str], **headers: str) -> Self:
        mark = "&" if "?" in url else "?"
        target = f"{url}{mark}{urlencode(params, quote_via=quote)}" if params else url
        return cls("GET", target, _headers(headers))

    @classmethod
    def post_form(
        cls, url: str, params: Mapping[str, str] | Iterable[tuple[str, str]], **headers: str
    ) -> Self:
        pairs = list(params.items()) if isinstance(params, Mapping) else list(params)
        return cls(
            "POST", url, {"content-type": FORM, **_headers(headers)}, urlencode(pairs).encode()
        )

    @classmethod
    def post_json(cls, url: str, payload: object, **headers: str) -> Self:
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        return cls("POST", url, {"content-type": JSON, **_headers(headers)}, body)


@dataclass(frozen=True)
class HttpResponse:
    """An answer, theirs to us or ours to them. Header names are lower case."""

    status: int = 200
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        return parse_json(self.body)

    @classmethod
    def plain(cls, text: str, status: int = 200) -> Self:
        return cls(status, _encoded(text), {"content-type": "text/plain; charset=utf-8"})

    @classmethod
    def of_json(cls, payload: object, status: int = 200) -> Self:
        return cls(
            status, _encoded(json.dumps(payload, ensure_ascii=False)), {"content-type": JSON}
        )

    @classmethod
    def of_xml(cls, text: str, status: int = 200) -> Self:
        return cls(status, _encoded(text), {"content-type": "text/xml; charset=utf-8"})


def _encoded(text: str) -> bytes:
    """Answers repeat what strangers sent; half a character of theirs must not raise."""
    return text.encode("utf-8", "replace")


def _pairs(text: str, encoding: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            text, keep_blank_values=True, encoding=encoding, errors="replace", max_num_fields=1000
        )
    except ValueError as error:
        raise BadPayload("too many fields") from error


def _multipart(request: HttpRequest, encoding: str) -> list[tuple[str, str]]:
    """The plain fields of a multipart form; files are left out."""
    found = re.search(
        r'boundary="?([^";,]+)', request.headers.get("content-type", ""), re.IGNORECASE
    )
    if not found:
        raise BadPayload("a multipart body without a boundary")
    pairs = []
    for piece in request.body.split(b"--" + found[1].strip().encode("latin-1", "replace"))[1:]:
        head, blank, content = piece.partition(b"\r\n\r\n")
        name = re.search(rb'name="([^"]*)"', head)
        if blank and name and b"filename=" not in head:
            text = content.removesuffix(b"\r\n").decode(encoding, "replace")
            pairs.append((name[1].decode(encoding, "replace"), text))
    return pairs


def _headers(given: Mapping[str, str]) -> dict[str, str]:
    """Make header names of keyword arguments: `x_api_key` is `x-api-key`."""
    return {name.replace("_", "-").lower(): value for name, value in given.items()}


def basic(user: str, password: str) -> str:
    """Build the value of a Basic `Authorization` header."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
