"""Which texts fit the default alphabet of GSM 03.38, for carriers that want to be told."""

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = "^{}\\[~]|€\f"
ALPHABET = frozenset(BASIC + EXTENDED)


def fits_gsm7(text: str) -> bool:
    return ALPHABET.issuperset(text)
