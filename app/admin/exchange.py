"""A carrier's request as staff may read it: without the secrets of the channel."""

from dataclasses import fields

from app.intake.channel import Channel

MOST = 16_000
HIDDEN = "•••"


def raw_text(channel: Channel | None, raw: bytes) -> str:
    """The request with every secret of its channel covered; NUL and half letters replaced."""
    text = raw[:MOST].decode("utf-8", "replace").replace("\x00", "\ufffd")
    for secret in _secrets(channel):
        text = text.replace(secret, HIDDEN)
    return text


def _secrets(channel: Channel | None) -> list[str]:
    if channel is None:
        return []
    adapter = channel.adapter
    options = [getattr(adapter, f.name) for f in fields(adapter) if not f.repr]
    texts = [value for value in options if isinstance(value, str) and value]
    return sorted([*texts, *channel.secrets], key=len, reverse=True)
