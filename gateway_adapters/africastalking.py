"""Africa's Talking: SMS and USSD by unsigned form posts; a screen opens with CON or END.

Reference: https://developers.africastalking.com/docs/sms and .../docs/ussd, with
https://help.africastalking.com/en/articles/1284071, read 2026-11. USSD wants its answer within
15 seconds; a status of 4xx ends the dialog.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from gateway_adapters.contract import (
    Accepted,
    BadPayload,
    ChannelBroken,
    DialogEnded,
    DialogInput,
    Event,
    Fields,
    HttpRequest,
    HttpResponse,
    Ignored,
    Message,
    OptedIn,
    OptedOut,
    OutboundMessage,
    Outcome,
    Phase,
    Refused,
    Report,
    Screen,
    Status,
    TryLater,
    Unclear,
    secret,
)
from gateway_adapters.json_answers import entries, inner, json_object
from gateway_adapters.one_by_one import OneByOne
from gateway_adapters.times import iso_time

STATUSES = {
    "sent": Status.SENT,
    "submitted": Status.SENT,
    "buffered": Status.QUEUED,
    "success": Status.DELIVERED,
    "failed": Status.FAILED,
    "rejected": Status.REJECTED,
    "expired": Status.EXPIRED,
}
TAKEN = ("100", "101", "102")
CODES: Mapping[str, Outcome] = {
    "401": Refused("RiskHold"),
    "402": ChannelBroken("InvalidSenderId"),
    "403": Refused("InvalidPhoneNumber"),
    "404": Refused("UnsupportedNumberType"),
    "405": ChannelBroken("InsufficientBalance"),
    "406": Refused("UserInBlacklist", opted_out=True),
    "407": Refused("CouldNotRoute"),
}
WORDS = {outcome.reason.lower(): outcome for outcome in CODES.values()}  # type: ignore[union-attr]
TO_THE_SECOND = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d.*")
OPTED_OUT = "userinblacklist"
ENDED = ("durationinmillis", "hopscount", "lastappresponse")


@dataclass(frozen=True, kw_only=True)
class AfricasTalking(OneByOne):
    username: str
    api_key: str = secret()
    send_url: str = "https://api.africastalking.com/version1/messaging"
    retry_codes: tuple[str, ...] = ("500", "501", "502")
    """Taken for passing failures of theirs; an assumption, their meaning is not published."""
    opt_out_field: str = "phoneNumber"
    """Holds the number in a bulk opt-out callback; assumed. Its URL ends in `/optout`."""

    carries: ClassVar[tuple[str, ...]] = ("sms", "ussd")
    SETUP: ClassVar[str] = """
        In the dashboard, under SMS → SMS Callback URLs, set Incoming Messages, Delivery Reports
        and Subscription Notifications to

            https://<your host>/hooks/<channel>/<secret>

        and Bulk SMS Opt Out to the same with `/optout` at its end. Under USSD → Service Codes,
        set the callback to the first URL and the events URL to the same with `/events`.
        For the sandbox set `send_url` to `https://api.sandbox.africastalking.com/version1/messaging`.
    """

    def receive(self, request: HttpRequest) -> Sequence[Event]:
        fields = request.any_fields()
        if request.purpose == "optout":
            return [OptedOut(fields.phone(self.opt_out_field))]
        if "sessionid" in fields or "servicecode" in fields:
            return [_dialog(fields, request.purpose)]
        if "updatetype" in fields:
            return [_subscription(fields)]
        if "status" in fields or request.purpose == "status":
            return [_report(fields)]
        if "text" not in fields:
            raise BadPayload("neither a message, a report nor a dialog")
        date = fields.get("date")
        sent_at = iso_time(date) if TO_THE_SECOND.fullmatch(date.strip()) else None
        ids = (fields.get("to"), fields.get("id"), sent_at)
        return [
            Message(fields.phone("from"), fields["text"], *ids, reply_token=fields.get("linkid"))
        ]

    def acknowledge(
        self, request: HttpRequest, events: Sequence[Event], screens: Sequence[Screen]
    ) -> HttpResponse:
        for screen in screens:
            return HttpResponse.plain(("CON " if screen.more else "END ") + screen.text)
        return HttpResponse.plain("OK")

    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        form = {"username": self.username, "to": message.to, "message": message.text}
        if message.sender:
            form["from"] = message.sender
        if message.reply_token:
            form["linkId"] = message.reply_token
        headers = {"apikey": self.api_key, "accept": "application/json"}
        return HttpRequest.post_form(self.send_url, form, **headers)

    def verdict(self, response: HttpResponse) -> Outcome:
        data = inner(json_object(response), "smsmessagedata")
        match entries(data, "recipients"):
            case [recipient]:
                return self._outcome(Fields.of(recipient.items()))
            case []:
                word = str(data.get("message", "")).strip()
                return WORDS.get(word.lower(), Refused(word[:60] or "no recipient was taken"))
        raise BadPayload("more than one recipient in the answer")

    def _outcome(self, recipient: Fields) -> Outcome:
        code, word = recipient.get("statuscode"), recipient.get("status")
        if code in TAKEN or (not code and word.lower() == "success"):
            carrier_id = recipient.get("messageid")
            return Accepted((carrier_id,) if carrier_id not in ("", "None") else ())
        if code in self.retry_codes:
            return TryLater(word or code)
        known = CODES.get(code) or WORDS.get(word.lower())
        return known or (Refused(word[:60]) if word else Unclear("no status in the answer"))


def _dialog(fields: Fields, purpose: str) -> Event:
    dialog_id, sender = fields.filled("sessionId"), fields.get("phonenumber")
    if purpose == "events" or any(name in fields for name in ENDED):
        return DialogEnded(dialog_id, sender, fields.first("errormessage", "status"))
    typed = fields["text"]
    first = DialogInput(
        dialog_id, fields.phone("phonenumber"), Phase.BEGIN, typed, fields.get("servicecode"), typed
    )
    if not typed:
        return first
    latest = typed.rpartition("*")[2]
    return replace(first, phase=Phase.CONTINUE, input=latest, otherwise=first)


def _subscription(fields: Fields) -> Event:
    match fields["updatetype"].strip().lower():
        case "addition":
            return OptedIn(fields.phone("phonenumber"), fields.get("shortcode"))
        case "deletion":
            return OptedOut(fields.phone("phonenumber"), fields.get("shortcode"))
    return Ignored("a subscription changed in a way we do not know")


def _report(fields: Fields) -> Event:
    status = STATUSES.get(fields.filled("status").strip().lower())
    if status is None:
        return Ignored("a report of an unknown status")
    reason = fields.get("failurereason")
    opted_out = reason.lower() == OPTED_OUT
    recipient = fields.get("phonenumber")
    return Report(status, fields.filled("id"), "", reason, recipient, opted_out=opted_out)
