"""Adapters ready to be tried, and messages for them."""

from dataclasses import fields

from gateway_adapters.contract import OutboundMessage
from gateway_adapters.options import build, is_secret
from gateway_adapters.registry import ADAPTERS

SECRET = "S3cr3t-that-must-not-show"

OPTIONS = {
    "template": {
        "secret_name": "x-secret",
        "send_url": "https://sms.example/send?to={{to}}&text={{text}}&key={{password}}",
    },
}
"""What an adapter needs besides its secrets to be able to do anything."""


def made(name):
    """The adapter with every secret set, and whatever else it insists on."""
    kind = ADAPTERS[name]
    secrets = {field.name: SECRET for field in fields(kind) if is_secret(field)}
    return build(kind, {**secrets, **OPTIONS.get(name, {})}, lenient=True)


def three_messages(adapter, text="سلام muster"):
    return [
        OutboundMessage(
            our_id=f"our-{number}",
            to=f"+98912000{number:04}",
            text=f"{text} {number}",
            sender="30001152",
            number=number,
            report_url="https://muster.example/hooks/main/secret",
            dialog_id="" if "sms" in adapter.carries else f"dialog-{number}",
        )
        for number in range(1, min(3, adapter.batch_size) + 1)
    ]
