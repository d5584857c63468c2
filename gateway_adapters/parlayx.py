"""ParlayX SMS of operators: SOAP to us and from us (MTN and Irancell on Huawei's SDP, MCI).

Reference: the ParlayX 2.1/2.2/4.0 namespaces as spoken by https://github.com/HarryLoghman/Portal
(Iran, 2019) and https://github.com/praekeltfoundation/vumi, read 2026-11. Addresses of the
platform and all contract values are the operator's to give. The correlator of a report is ours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import ClassVar
from urllib.parse import unquote_plus

from gateway_adapters.contract import (
    BadPayload,
    Event,
    HttpRequest,
    HttpResponse,
    Ignored,
    Message,
    OptedIn,
    OptedOut,
    OutboundMessage,
    Outcome,
    Polled,
    Report,
    Screen,
    Status,
    by_http_status,
    phone_number,
    secret,
)
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.reading import each
from gateway_adapters.soap import SCHEMA, envelope, fault, huawei_header, opened, outcome, post
from gateway_adapters.times import iso_time
from gateway_adapters.xml import Node, escape, parse_xml

STATUSES: Mapping[str, Status] = {
    "deliveredtoterminal": Status.DELIVERED,
    "deliveredtonetwork": Status.SENT,
    "deliveryuncertain": Status.SENT,
    "messagewaiting": Status.QUEUED,
    "deliveryimpossible": Status.FAILED,
    "expired": Status.EXPIRED,
}  # DeliveryNotificationNotSupported is no news
IRAN: Mapping[str, Status | None] = {
    **STATUSES,
    "deliveryuncertain": None,
    "messagewaiting": Status.SENT,
}


@dataclass(frozen=True, kw_only=True)
class _Soap(OneByOne):
    """What both dialects share: reports, ids and faults."""

    send_url: str = ""
    encoded: bool = True
    """The text of received messages is percent-encoded inside the XML."""

    REPORT_WORDS: ClassVar[Mapping[str, Status | None]] = IRAN

    def refuse(self, request: HttpRequest, reason: str) -> HttpResponse:
        return fault(reason)

    def refusal(self, response: HttpResponse) -> Outcome | None:
        """Faults come with HTTP 500 and a SOAP body that says more."""
        if response.status == 500 and response.body.strip():
            return outcome(response)
        return by_http_status(response)

    def verdict(self, response: HttpResponse) -> Outcome:
        return outcome(response)

    def reports_in(self, receipt: Node) -> Sequence[Event]:
        """One receipt, or a collection of them."""
        each_one = [
            node
            for node in receipt
            if any(child.name.lower() == "correlator" for child in node.children)
        ]
        return each(each_one, self._report)

    def _report(self, receipt: Node) -> Event:
        our_id = receipt.value("correlator").strip()
        inside = receipt.first("deliveryStatus") or receipt
        said = next(
            (n.text for n in inside if n.name.lower() == "deliverystatus" and not n.children), ""
        )
        status = self.REPORT_WORDS.get(said.strip().lower())
        if not our_id:
            raise BadPayload("a receipt without its correlator")
        if status is None:
            return Ignored("a receipt without news")
        return Report(status, "", our_id, said.strip(), _address(inside.value("address")))

    def text(self, written: str) -> str:
        return unquote_plus(written) if self.encoded else written


@dataclass(frozen=True, kw_only=True)
class ParlayX(_Soap):
    """Version 2.2 on Huawei's SDP, as MTN has it."""

    sp_id: str = ""
    password: str = secret("")
    """Signs each request with its time; left out where the operator wants none."""
    service_id: str = ""
    poll_url: str = ""
    """`…/ReceiveSmsService/services/ReceiveSms`; empty where messages are pushed."""
    registration: str = ""
    """Our short code, as registered for polling."""
    encoded: bool = False
    utc_offset_minutes: int = 0

    REPORT_WORDS: ClassVar[Mapping[str, Status | None]] = STATUSES
    SETUP: ClassVar[str] = """
        Ask the operator to notify (startSmsNotification, `SmsNotification`) this endpoint of
        received messages; reports come there too:

            https://<your host>/hooks/<channel>/<secret>

        `send_url` is the operator's `…/SendSmsService/services/SendSms`; `sp_id`, `password` and
        `service_id` are in the contract.
    """

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        element, header = opened(request.body)
        match element.name.lower():
            case "notifysmsreception":
                return [self._message(element, header.value("linkid").strip())]
            case "notifysmsdeliveryreceipt":
                return self.reports_in(element)
        raise BadPayload("neither a message nor a receipt")

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        element, _ = opened(request.body)
        answer = f"<loc:{element.name}Response/>"
        return HttpResponse.of_xml(envelope(answer, f"{SCHEMA}/sms/notification/v2_2/local"))

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        body = _send_sms(message, f"tel:{message.to.removeprefix('+')}")
        header = huawei_header(
            self.sp_id, self.password, self.service_id, link_id=message.reply_token
        )
        return post(self.send_url, envelope(body, f"{SCHEMA}/sms/send/v2_2/local", header))

    def poll(self, cursor: str) -> HttpRequest | None:
        if not self.poll_url:
            return None
        asks = (
            "<loc:getReceivedSms><loc:registrationIdentifier>"
            f"{escape(self.registration)}</loc:registrationIdentifier></loc:getReceivedSms>"
        )
        header = huawei_header(self.sp_id, self.password, self.service_id)
        return post(self.poll_url, envelope(asks, f"{SCHEMA}/sms/receive/v2_2/local", header))

    def polled(self, response: HttpResponse, cursor: str) -> Polled:
        element, _ = opened(response.body)
        if element.name.lower() != "getreceivedsmsresponse":
            raise BadPayload("not the answer to getReceivedSms")
        found = element.all("result")
        return Polled(each(found, self._message) if found else [])

    def _message(self, element: Node, link_id: str = "") -> Event:
        texts = [node for node in element.all("message") if not node.children]
        if not texts:
            raise BadPayload("no message in the notification")
        zone = timezone(timedelta(minutes=self.utc_offset_minutes))
        return Message(
            phone_number(element.value("senderAddress")),
            self.text(texts[0].text),
            _address(element.value("smsServiceActivationNumber")),
            sent_at=iso_time(element.value("dateTime"), zone),
            reply_token=link_id,
        )


@dataclass(frozen=True, kw_only=True)
class Irancell(ParlayX):
    """MTN Irancell: as MTN's, with texts percent-encoded."""

    encoded: bool = True
    utc_offset_minutes: int = 210

    REPORT_WORDS: ClassVar[Mapping[str, Status | None]] = IRAN


@dataclass(frozen=True, kw_only=True)
class Mci(_Soap):
    """MCI's IMI, over a private network: it posts to us the `sendSms` that we post to it."""

    service_key: str = secret()

    SETUP: ClassVar[str] = """
        Give MCI this endpoint for received messages, reports and subscriptions:

            https://<your host>/hooks/<channel>/<secret>

        `send_url` and `service_key` are in the contract. Lines are written `98` and short code.
    """

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        if (root := parse_xml(request.body)).name.lower() == "notifications":
            return each(root.all("notification"), _subscription)
        element, _ = opened(request.body)
        match element.name.lower():
            case "sendsms":
                found = [node for node in element if _is_message(node)]
                return each(found, self._message)
            case "notifysmsdeliveryreceipt":
                return self.reports_in(element)
        raise BadPayload("neither a message nor a receipt")

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        return _status(200, "Success")

    def refuse(self, request: HttpRequest, reason: str) -> HttpResponse:
        return _status(400, reason)

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        body = _send_sms(message, message.to.removeprefix("+"))
        request = post(self.send_url, envelope(body, f"{SCHEMA}/sms/send/v4_0/local"))
        headers = {**request.headers, "servicekey": self.service_key}
        return HttpRequest(request.method, request.url, headers, request.body)

    def _message(self, element: Node) -> Event:
        sender, line = element.value("addresses"), element.value("senderName")
        return Message(phone_number(sender), self.text(element.value("message")), line.strip())


def _send_sms(message: OutboundMessage, address: str) -> str:
    receipt = ""
    if message.report_url:
        receipt = (
            f"<loc:receiptRequest><endpoint>{escape(message.report_url)}</endpoint>"
            "<interfaceName>SmsNotification</interfaceName>"
            f"<correlator>{escape(message.our_id)}</correlator></loc:receiptRequest>"
        )
    return (
        f"<loc:sendSms><loc:addresses>{escape(address)}</loc:addresses>"
        f"<loc:senderName>{escape(message.sender)}</loc:senderName>"
        f"<loc:message>{escape(message.text)}</loc:message>{receipt}</loc:sendSms>"
    )


def _is_message(node: Node) -> bool:
    return {"addresses", "message"} <= {child.name.lower() for child in node.children}


def _subscription(node: Node) -> Event:
    sender, line = phone_number(node.value("msisdn")), node.value("shortcode").strip()
    match node.value("event-type").strip():
        case "1.1":
            return OptedIn(sender, line)
        case "1.2":
            return OptedOut(sender, line)
    return Ignored("a subscription changed in a way we do not know")


def _address(text: str) -> str:
    return text.strip().removeprefix("tel:")


def _status(status: int, description: str) -> HttpResponse:
    text = f"<status>{status}</status><description>{escape(description)}</description>"
    return HttpResponse.plain(f"<response>{text}</response>", status)
