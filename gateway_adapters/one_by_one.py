"""The shape of carriers that take one message a request."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from gateway_adapters.contract import (
    Adapter,
    HttpRequest,
    HttpResponse,
    OutboundMessage,
    Outcome,
    by_http_status,
)


@dataclass(frozen=True, kw_only=True)
class OneByOne(Adapter):
    """Subclasses build one request and read one answer that came with 2xx."""

    def send(self, messages: Sequence[OutboundMessage]) -> HttpRequest:
        (message,) = messages
        return self.hand_over(message)

    def outcomes(
        self, response: HttpResponse, messages: Sequence[OutboundMessage]
    ) -> Sequence[Outcome]:
        return [self.refusal(response) or self.verdict(response)]

    @abstractmethod
    def hand_over(self, message: OutboundMessage) -> HttpRequest:
        """The request that hands over this message."""

    @abstractmethod
    def verdict(self, response: HttpResponse) -> Outcome:
        """What a 2xx answer says. Raise BadPayload if it cannot be read."""

    def refusal(self, response: HttpResponse) -> Outcome | None:
        """What another status than 2xx says, None for 2xx; carriers with error bodies say more."""
        return by_http_status(response)
