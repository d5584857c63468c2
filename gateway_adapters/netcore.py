"""Netcore (India) SMS: form in, without ids; what is empty comes as the word "None".

Source: praekeltfoundation/vumi, vumi/transports/netcore; read 2026-11. Nothing goes out here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway_adapters.contract import (
    BadPayload,
    Event,
    Fields,
    HearsOnly,
    HttpRequest,
)
from gateway_adapters.reading import sms

EMPTY = ("", "None")


@dataclass(frozen=True, kw_only=True)
class Netcore(HearsOnly):
    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields: Fields = request.any_fields()
        if fields["content"].strip() in EMPTY:
            raise BadPayload("the message has no text")
        return [sms(fields["from_addr"], fields["content"], recipient=fields["to_addr"])]
