"""Tracking codes: short, never given twice, not to be guessed, safe against a wrong digit."""

import hashlib
import hmac
import itertools

DIGITS = 7  # and a check digit; longer ones follow when ten million are used up
ROUNDS = 4
DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)  # H. M. Damm, Total anti-symmetrische Quasigruppen, 2004: catches every swap of neighbours


def code_of(number: int, key: bytes) -> str:
    """Turn a running number into a code. The same key never gives one code twice."""
    for width in itertools.count(DIGITS, 2):
        if number < 10**width:
            break
        number -= 10**width
    hidden = number
    while True:  # walk the cycle until the result has the right width
        hidden = _shuffled(hidden, width, key)
        if hidden < 10**width:
            break
    plain = f"{hidden:0{width}d}"
    return plain + str(check_digit(plain))


def is_code(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) > DIGITS and check_digit(text) == 0


def check_digit(digits: str) -> int:
    state = 0
    for digit in digits:
        state = DAMM[state][int(digit)]
    return state


def _shuffled(number: int, width: int, key: bytes) -> int:
    """Permute the numbers below the next even power of two (a Feistel network)."""
    half: int = ((10**width - 1).bit_length() + 1) // 2
    left, right = number >> half, number & ((1 << half) - 1)
    for turn in range(ROUNDS):
        word = hmac.digest(key, b"%d %d %d" % (width, turn, right), hashlib.sha256)
        left, right = right, left ^ (int.from_bytes(word[:8], "big") & ((1 << half) - 1))
    return left << half | right
