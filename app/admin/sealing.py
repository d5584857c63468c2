"""Secrets that the house must read again, sealed with its key: useless to who has the rows."""

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12


class BadSeal(Exception):
    """It was sealed with another key, for another purpose, or was changed."""


def seal(key: bytes, purpose: str, text: str) -> str:
    nonce = secrets.token_bytes(NONCE)
    sealed = AESGCM(_derived(key)).encrypt(nonce, text.encode(), purpose.encode())
    return base64.b64encode(nonce + sealed).decode()


def unseal(key: bytes, purpose: str, sealed: str) -> str:
    try:
        plain = base64.b64decode(sealed, validate=True)
        return (
            AESGCM(_derived(key)).decrypt(plain[:NONCE], plain[NONCE:], purpose.encode()).decode()
        )
    except (InvalidTag, ValueError) as error:
        raise BadSeal from error


def _derived(key: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=b"muster sealing").derive(key)
