"""What every page of the console works with."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request

from app.admin.console.pages import Pages
from app.admin.office import Office


def direct_address(request: Request) -> str:
    return request.client.host if request.client else ""


def nothing_spooled() -> int:
    return 0


@dataclass(frozen=True)
class Console:
    office: Office
    pages: Pages
    secure: bool = True
    """Whether browsers reach it by https alone."""
    totp_required: bool = False
    """Admins without a second factor can do nothing but set one up."""
    simulator: bool = False
    address_of: Callable[[Request], str] = direct_address
    """Who really calls, behind proxies of our own."""
    spooled: Callable[[], int] = nothing_spooled

    @property
    def secret(self) -> bytes:
        return self.office.key

    @property
    def cookie(self) -> str:
        """Browsers keep the prefix to the promise: secure, this host, every path."""
        return "__Host-muster" if self.secure else "muster"


def console_of(request: Request) -> Console:
    console: Console = request.app.state.console
    return console
