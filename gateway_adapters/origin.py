"""Proofs of origin: HMACs, JSON web tokens, Basic log-ins and the age of what was signed."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from gateway_adapters.contract import BadPayload, Fields, HttpRequest, NotFromCarrier, same_secret
from gateway_adapters.http import basic, parse_json
from gateway_adapters.times import unix_time

WINDOW = timedelta(seconds=300)
"""How old a signature may be, and how far ahead its clock; older ones are replays."""

_JWT_HASHES = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}


def check_age(stamp: str | float, now: datetime | None, window: timedelta = WINDOW) -> None:
    """Refuse what was signed too long ago or in the future. `now` None checks nothing."""
    if now is None:
        return
    signed_at = unix_time(stamp)
    if signed_at is None or abs(now - signed_at) > window:
        raise NotFromCarrier("the signature is too old or from the future")


def sign(key: str, content: str | bytes, hash_name: str = "sha256") -> bytes:
    """HMAC of what was signed; hashlib names the hash."""
    content = raw(content) if isinstance(content, str) else content
    return hmac.new(raw(key), content, hash_name).digest()


def raw(text: str) -> bytes:
    """Text as bytes, lone surrogates too: what strangers send must not raise."""
    return text.encode("utf-8", "surrogatepass")


def in_base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def check_basic(request: HttpRequest, user: str, password: str) -> None:
    """The carrier logs in at our door with the Basic user and password set in its panel."""
    expected = basic(user, password) if user and password else ""
    if not same_secret(request.headers.get("authorization", ""), expected):
        raise NotFromCarrier("wrong Basic log-in")


def shown_fields(request: HttpRequest) -> Fields:
    """Fields to look for a proof in; a request that cannot be read proves nothing."""
    try:
        return request.any_fields()
    except BadPayload as error:
        raise NotFromCarrier("the request cannot be read") from error


def jwt_claims(token: str, key: str) -> Mapping[str, Any]:
    """Give the claims of a token signed with our key (HS256, 384 or 512; never `none`)."""
    signed, _, signature = token.strip().rpartition(".")
    header, _, payload = signed.partition(".")
    try:
        hash_name = _JWT_HASHES.get(str(_object(header).get("alg")))
        given = _unpadded(signature)
        if (
            not key
            or hash_name is None
            or not hmac.compare_digest(sign(key, signed, hash_name), given)
        ):
            raise NotFromCarrier("wrong token signature")
        return _object(payload)
    except (ValueError, binascii.Error, BadPayload) as error:
        raise NotFromCarrier("the token cannot be read") from error


def check_times(claims: Mapping[str, Any], now: datetime | None) -> None:
    """Refuse a token before its `nbf` or after its `exp`; both must be there."""
    moments = [unix_time(_number(claims.get(name))) for name in ("nbf", "exp")]
    if now is None:
        return
    begins, ends = moments
    slack = timedelta(seconds=1)
    if begins is None or ends is None or not begins - slack <= now <= ends + slack:
        raise NotFromCarrier("the token is not valid at this time")


def sha256_hex(content: str | bytes) -> str:
    return hashlib.sha256(raw(content) if isinstance(content, str) else content).hexdigest()


def _object(part: str) -> dict[str, Any]:
    found = parse_json(_unpadded(part))
    if not isinstance(found, dict):
        raise NotFromCarrier("the token is not an object")
    return found


def _unpadded(part: str) -> bytes:
    content = raw(part)
    return base64.urlsafe_b64decode(content + b"=" * (-len(content) % 4))


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotFromCarrier("the token has no times")
    return value
