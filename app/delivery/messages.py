"""Rows of the outbox as adapters know them: to be sent, or to be asked about."""

from datetime import UTC, datetime
from typing import Any

from app.intake.channel import Channel, dialable
from app.store import outbox
from app.store.engine import Found
from gateway_adapters.contract import OutboundMessage


def to_send(row: Found, channel: Channel) -> OutboundMessage:
    return OutboundMessage(
        our_id=str(row.id),
        number=row.id,
        to=dialable(row.address),
        text=outbox.whole_text(row),
        sender=row.line,
        reply_token=row.reply_token,
        report_url=channel.report_url,
        expires_in=outbox.moment_of(row.expires_at) - outbox.moment_of(row.updated_at),
        dialog_id=row.dialog_id,
        more=bool(row.more),
        at=datetime.now(UTC),
    )


def to_ask_about(row: Any) -> OutboundMessage:
    return OutboundMessage(
        our_id=str(row.id),
        number=row.id,
        to=dialable(row.address),
        text=row.text,
        sender=row.line,
        carrier_id=row.carrier_id,
    )
