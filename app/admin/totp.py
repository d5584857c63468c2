"""Codes of a second device: RFC 6238 as every authenticator speaks it."""

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote

STEP = 30  # seconds
DIGITS = 6
DRIFT = (0, -1, 1)  # steps that a device's clock may be off


def new_secret() -> str:
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(secret: str, step: int) -> str:
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    at = digest[-1] & 0x0F
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step that a code belongs to, if it is right about now."""
    present = int(now.timestamp()) // STEP
    for drift in DRIFT:
        if hmac.compare_digest(code_at(secret, present + drift).encode(), code.encode()):
            return present + drift
    return None


def address_of(secret: str, name: str) -> str:
    """What an authenticator reads from the QR code."""
    return f"otpauth://totp/Muster:{quote(name, safe='')}?secret={secret}&issuer=Muster"
