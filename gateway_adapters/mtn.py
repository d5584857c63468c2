"""MTN's own APIs: the developer portal's v2 and MADAPI's SMS v3, both with a token log-in.

Source: api-evangelist/mtn-group (openapi/mtn-group-sms-v3-api.yml) and public payloads of the
v2 portal; read 2026-11.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, ClassVar, Self

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    Event,
    Fields,
    HttpRequest,
    HttpResponse,
    Ignored,
    OutboundMessage,
    Outcome,
    Refused,
    Report,
    Status,
    secret,
)
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.reading import inner, json_object, rfc3339, sms
from gateway_adapters.times import unix_time

STATUSES = {
    "delivrd": Status.DELIVERED,
    "delivered": Status.DELIVERED,
    "deliveredtoterminal": Status.DELIVERED,
    "deliveredtonetwork": Status.SENT,
    "deliveryuncertain": Status.SENT,
    "expired": Status.EXPIRED,
    "deliveryimpossible": Status.FAILED,
    "undeliv": Status.FAILED,
    "rejectd": Status.REJECTED,
}
"""MessageWaiting and DeliveryNotificationNotSupported are missing: they change nothing."""

SUCCESS = "0000"


@dataclass(frozen=True, kw_only=True)
class MtnPortal(OneByOne):
    """The developer portal's v2. Some countries have a host or a `cp_address` of their own."""

    SETUP: ClassVar[str] = """
        Subscribe your short code to inbound messages and delivery receipts on developers.mtn.com
        with this *notify URL*; `client_id` and `client_secret` are your app's consumer key and
        secret.

            https://<your host>/hooks/<channel>/<secret>"""

    client_id: str = ""
    client_secret: str = secret("")
    cp_address: str = ""
    base_url: str = "https://api.mtn.com"
    access_token: str = secret("")
    """Filled by the log-in; leave it out."""

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = inner(json_object(request.body))
        return [self._report(fields) if "deliverystatus" in fields else _message(fields)]

    def _report(self, fields: Fields) -> Event:
        """A report without a transaction is about a request that MTN did not take on."""
        status = STATUSES.get(fields["deliverystatus"].strip().lower())
        if status is None or not fields.get("transactionid"):
            return Ignored("a report without news, of an unknown status or about nothing")
        return Report(status, fields["transactionid"], our_id=fields.get("clientcorrelator"))

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        payload = {**_payload(message), "clientCorrelator": message.our_id}
        if self.cp_address:
            payload["cpAddress"] = self.cp_address
        url = f"{self.base_url}/v2/messages/sms/outbound"
        return HttpRequest.post_json(url, payload, authorization=f"Bearer {self.access_token}")

    def verdict(self, response: HttpResponse) -> Outcome:
        found = inner(json_object(response.body))
        if found.get("statuscode", SUCCESS) != SUCCESS:
            return Refused(f"status {found.get('statuscode')}"[:40])
        return Accepted((found["transactionid"],) if found.get("transactionid") else ())

    def login(self) -> HttpRequest | None:
        url = f"{self.base_url}/v1/oauth/access_token?grant_type=client_credentials"
        form = {"client_id": self.client_id, "client_secret": self.client_secret}
        return HttpRequest.post_form(url, form)

    def logged_in(self, response: HttpResponse) -> tuple[Self, timedelta]:
        if not 200 <= response.status < 300:
            raise BadPayload(f"the log-in was refused: HTTP {response.status}")
        found = inner(json_object(response.body))
        lasts = found.get("expires_in", "3600")
        seconds = int(lasts) if lasts.isdecimal() and len(lasts) < 8 else 3600
        return replace(self, access_token=found.filled("access_token")), timedelta(seconds=seconds)


@dataclass(frozen=True, kw_only=True)
class MtnMadapi(MtnPortal):
    """MADAPI's SMS v3: our correlator is the key of its reports."""

    service_code: str = ""

    def _report(self, fields: Fields) -> Event:
        status = STATUSES.get(fields["deliverystatus"].strip().lower())
        if status is None:
            return Ignored("a report without news, or of an unknown status")
        our_id = fields.first("clientcorrelatorid", "clientcorrelator")
        if not our_id:
            raise BadPayload("the report has no correlator")
        return Report(status, our_id=our_id, recipient=fields.get("receiveraddress"))

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        payload = {
            **_payload(message),
            "clientCorrelatorId": message.our_id[:36],
            "serviceCode": self.service_code or message.sender.removeprefix("+"),
            "requestDeliveryReceipt": bool(message.report_url),
        }
        url = f"{self.base_url}/v3/sms/messages/sms/outbound"
        return HttpRequest.post_json(url, payload, authorization=f"Bearer {self.access_token}")

    def verdict(self, response: HttpResponse) -> Outcome:
        found = inner(json_object(response.body))
        if found["statuscode"] != SUCCESS:
            return Refused(f"status {found['statuscode']}"[:40])
        return Accepted((found["transactionid"],) if found.get("transactionid") else ())


def _payload(message: OutboundMessage) -> Mapping[str, Any]:
    return {
        "senderAddress": message.sender.removeprefix("+"),
        "receiverAddress": [message.to.removeprefix("+")],
        "message": message.text,
    }


def _message(fields: Fields) -> Event:
    created = fields.get("created")
    return sms(
        fields["senderaddress"],
        fields["message"],
        recipient=fields.get("receiveraddress"),
        carrier_id=fields.get("id"),
        sent_at=unix_time(created) or rfc3339(created),
    )
