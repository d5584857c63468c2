"""A carrier's answer as operators may read it: without secrets, numbers and texts."""

import re
from collections.abc import Sequence
from dataclasses import fields

from gateway_adapters.contract import Adapter, HttpResponse, OutboundMessage

MOST = 600
NUMBERS = re.compile(r"\+?\d[\d\s-]{7,}\d")


def exchange_text(
    adapter: Adapter,
    answer: HttpResponse | None,
    messages: Sequence[OutboundMessage],
    codes: Sequence[str] = (),
) -> str:
    """The answer's status and body, made harmless; empty if there was none."""
    if answer is None:
        return ""
    body = answer.text[: MOST * 2].replace("\x00", "")
    for given in fields(adapter):
        value = getattr(adapter, given.name)
        if given.metadata.get("secret") and isinstance(value, str) and value:
            body = body.replace(value, "•••")
    for message in messages:
        for private in (message.text, message.to, message.to.lstrip("+")):
            body = body.replace(private, "•••") if private else body
    for code in filter(None, codes):  # a carrier may give the text back in other letters
        body = body.replace(code, "•••")
    ids = {message.our_id for message in messages}
    body = NUMBERS.sub(lambda found: found[0] if found[0] in ids else "•••", body)
    return f"HTTP {answer.status}\n{body}"[:MOST]
