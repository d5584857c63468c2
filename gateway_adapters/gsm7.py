"""The default alphabet of GSM 03.38, for carriers that speak it, and headers of long messages."""

from gateway_adapters.contract import Part

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = "^{}\\[~]|€\f"
ALPHABET = frozenset(BASIC + EXTENDED)


def fits_gsm7(text: str) -> bool:
    return ALPHABET.issuperset(text)


ESCAPE = 0x1B
SEPTETS = BASIC[:ESCAPE] + " " + BASIC[ESCAPE:]  # the escape itself has no letter
AFTER_ESCAPE = dict(zip(b"\x14\x28\x29\x2f\x3c\x3d\x3e\x40\x65\x0a", "^{}\\[~]|€\f", strict=True))


def from_gsm7(septets: bytes) -> str:
    """Read unpacked septets, one a byte. What has no letter becomes a replacement mark."""
    letters, table = [], None
    for septet in septets:
        if septet == ESCAPE and table is None:
            table = AFTER_ESCAPE
            continue
        if table is not None:
            letters.append(table.get(septet) or SEPTETS[septet & 0x7F])
        else:
            letters.append(SEPTETS[septet] if septet < len(SEPTETS) else "\ufffd")
        table = None
    return "".join(letters)


def part_of(header: str) -> Part | None:
    """Read a user data header in hex: which part of a long message this is, None if it is whole."""
    try:
        octets = list(bytes.fromhex(header.strip()))
    except ValueError:
        return None
    match octets[1:]:
        case [0x00, 3, reference, total, number, *_] if 1 <= number <= total:
            return Part(str(reference), number, total)
        case [0x08, 4, high, low, total, number, *_] if 1 <= number <= total:
            return Part(str(high << 8 | low), number, total)
    return None
