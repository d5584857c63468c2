"""Mediana: JSON sends; messages pushed by GET, as its older interface does.

Reference: public clients of https://api.mediana.ir and of its callbacks, read 2026-11. A report
names its message and no status, so it tells nothing. Accounts moved to Edge use `ippanel`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    Event,
    Fields,
    HttpRequest,
    HttpResponse,
    Ignored,
    Message,
    OutboundMessage,
    Outcome,
    Refused,
    secret,
)
from gateway_adapters.http import national
from gateway_adapters.json_answers import code_of, json_object
from gateway_adapters.one_by_one import OneByOne


@dataclass(frozen=True, kw_only=True)
class Mediana(OneByOne):
    api_key: str = secret()
    base_url: str = "https://api.mediana.ir"
    key_header: str = "x-api-key"
    """The header that carries the key; assumed, the clients hide it."""
    id_names: tuple[str, ...] = ("requestId", "id")
    """Where the answer's data has the id; assumed."""
    kind: str = "Informational"
    """Informational, PromotionalToCustomers or PromotionalAll; used where the line is not named."""

    SETUP: ClassVar[str] = """
        In the panel, set the URL for received messages to

            https://<your host>/hooks/<channel>/<secret>

        It is called with `from`, `to` and `message`.
    """

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = request.any_fields()
        if "message" in fields:
            return [Message(fields.phone("from"), fields["message"], fields.get("to"))]
        if fields.get("messageid"):
            return [Ignored("a report that names no status")]
        raise BadPayload("neither a message nor a report")

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        how: dict[str, Any] = {"sendingNumber": message.sender} if message.sender else {}
        asks = {"recipients": [national(message.to)], "messageText": message.text}
        url = f"{self.base_url}/sms/v1/send/sms"
        headers = {self.key_header: self.api_key}
        return HttpRequest.post_json(url, (how or {"type": self.kind}) | asks, **headers)

    def verdict(self, response: HttpResponse) -> Outcome:
        code = code_of(response, "meta", "code")
        if not code:
            raise BadPayload("no meta.code in the answer")
        if code.upper() != "OK":
            return Refused(code[:60])
        data = json_object(response).get("data")
        carrier_id = Fields.of(data.items()).first(*self.id_names) if isinstance(data, dict) else ""
        return Accepted((carrier_id,) if carrier_id else ())
