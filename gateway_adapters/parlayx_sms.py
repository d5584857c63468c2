"""ParlayX SMS 2.x of Huawei's SDP (MTN in many countries): SOAP in both directions.

Read 2026-11: the Vumi transport and public clients. In a report the correlator is our own id; in
a message it names the subscription, so messages have no id unless the header traces them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway_adapters import soap
from gateway_adapters.contract import (
    BadPayload,
    Event,
    HttpRequest,
    HttpResponse,
    Ignored,
    OutboundMessage,
    Outcome,
    Report,
    Screen,
    Status,
    secret,
)
from gateway_adapters.http import iso_time, phone_number
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.reading import sms
from gateway_adapters.xml import Node, escape

NOTIFICATION = f"{soap.SCHEMA}/sms/notification/v2_2/local"
SEND = f"{soap.SCHEMA}/sms/send/v2_2/local"
STATUSES = {
    "deliveredtoterminal": Status.DELIVERED,
    "deliveredtonetwork": Status.SENT,
    "deliveryuncertain": Status.SENT,
    "messagewaiting": Status.QUEUED,
    "deliveryimpossible": Status.FAILED,
}


@dataclass(frozen=True, kw_only=True)
class ParlayXSms(OneByOne):
    """`report_url` of a message is where receipts go; without it none are asked for."""

    sp_id: str
    password: str = secret()
    service_id: str
    url: str
    short_code: str = ""

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        element, header = soap.opened(request.body)
        match element.name.lower():
            case "notifysmsreception":
                return [_message(element, header)]
            case "notifysmsdeliveryreceipt":
                return _reports(element)
            case name:
                raise BadPayload(f"no handler for {name[:40]}")

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        element, _ = soap.opened(request.body)
        return HttpResponse.of_xml(soap.envelope(f"<loc:{element.name}Response/>", NOTIFICATION))

    def refuse(self, request: HttpRequest, reason: str) -> HttpResponse:
        return soap.fault(reason)

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        subscriber = message.to.lstrip("+")
        receipt = ""
        if message.report_url:
            receipt = (
                f"<loc:receiptRequest><endpoint>{escape(message.report_url)}</endpoint>"
                "<interfaceName>SmsNotification</interfaceName>"
                f"<correlator>{escape(message.our_id)}</correlator></loc:receiptRequest>"
            )
        sender = message.sender or self.short_code
        body = soap.elements(
            addresses=f"tel:{subscriber}",
            **({"senderName": sender} if sender else {}),
            message=message.text,
        )
        header = soap.huawei_header(
            self.sp_id,
            self.password,
            self.service_id,
            subscriber=subscriber,
            link_id=message.reply_token,
        )
        whole = soap.envelope(f"<loc:sendSms>{body}{receipt}</loc:sendSms>", SEND, header)
        return soap.post(self.url, whole)

    def refusal(self, response: HttpResponse) -> Outcome | None:
        """Faults come with HTTP 500 and say more than the status."""
        return None if b"Envelope" in response.body else super().refusal(response)

    def verdict(self, response: HttpResponse) -> Outcome:
        return soap.outcome(response)


def _message(element: Node, header: Node) -> Event:
    fields = element.fields()
    message = element.first("message")
    if message is None or message.first("senderAddress") is None:
        raise BadPayload("no message in the notification")
    # The message's text is an element of the same name inside it.
    text = next((node for node in message.children if node.name.lower() == "message"), None)
    if text is None:
        raise BadPayload("the message has no text")
    return sms(
        fields.filled("senderAddress"),
        text.text,
        recipient=fields.get("smsServiceActivationNumber"),
        carrier_id=header.value("traceUniqueID").strip(),
        sent_at=iso_time(fields.get("dateTime")),
        reply_token=header.value("linkid").strip(),
    )


def _reports(element: Node) -> list[Event]:
    our_id = element.value("correlator").strip()
    if not our_id:
        raise BadPayload("a receipt without a correlator")
    found = [node for node in element.children if node.name.lower() == "deliverystatus"]
    if not found:
        raise BadPayload("a receipt without a status")
    return [_report(our_id, node) for node in found]


def _report(our_id: str, node: Node) -> Event:
    fields = node.fields()
    word = fields.filled("deliveryStatus")
    status = STATUSES.get(word.lower())
    if status is None:
        return Ignored("a receipt without news, or of a status that was not documented")
    reason = "" if status is Status.DELIVERED else fields.first("ErrorCode") or word
    return Report(status, "", our_id, reason, phone_number(fields.filled("address")))
