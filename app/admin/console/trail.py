"""The audit trail, for admins: who did what, in words; and whether its chain holds."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from app.admin.api.audit import AuditFilter, Verified, list_audit, verify_audit
from app.admin.console.house import Console
from app.admin.console.naming import Names
from app.admin.console.visitor import Admin, Checked, Here, Visitor
from app.admin.office import Office
from app.admin.staffing import NAME
from app.store import groups_search
from app.text.digits import digits
from app.text.fold import cleaned

router = APIRouter(prefix="/audit", include_in_schema=False)

A_PAGE = 100
HOUSE = ("cli", "system")
"""Who acts besides operators and keys."""
DEEDS = (
    "signed in", "signed out", "sign-in failed", "login ended", "logins ended",
    "password changed", "second factor set", "second factor removed",
    "operator made", "operator changed", "operator reset", "key made", "key revoked",
    "saw numbers: list", "saw numbers: group", "saw numbers: conversation",
    "saw numbers: history", "saw numbers: message", "saw numbers: request",
    "saw numbers: export", "saw webhook URL", "groups exported",
    "group edited", "group status", "group tagged", "group merged", "group unmerged",
    "duplicate dismissed", "change of many begun", "change of many cancelled", "many changed",
    "conversation taken over", "conversation handed back", "conversation said",
    "spoke for a caller", "message resent", "message cancelled", "inbox replayed",
    "inbox set aside", "bulk message sent", "bulk message cancelled",
    "channel paused", "channel resumed", "channel tried",
    "webhook made", "webhook changed", "webhook removed", "webhook replayed",
    "webhook secret changed", "webhook tried", "number forgotten",
)  # fmt: skip
"""Everything that is written down."""


class Asked:
    """The search as it was typed, and as the audit has it."""

    def __init__(self, who: str = "", what: str = "", to: str = "", after: str = "") -> None:
        self.who, self.to = cleaned(who)[:200], cleaned(to)[:200]
        self.what = what if what in DEEDS else ""
        self.after = after[:80]

    def filter(self, office: Office) -> AuditFilter:
        who = self.who.lower()
        if who and ":" not in who and who not in HOUSE and NAME.fullmatch(who):
            who = f"operator:{who}"
        to = self.to
        if (code := digits(to)).isascii() and code.isdigit():
            with office.store.read() as db:
                row = groups_search.by_code_or_id(db, code)
            to = f"group:{row.id}" if row is not None else to
        return AuditFilter(limit=A_PAGE, cursor=self.after, who=who, what=self.what, to=to)


@router.get("")
def audit_page(
    request: Request, console: Here, visitor: Admin, asked: Annotated[Asked, Depends()]
) -> Response:
    return _trail(request, console, visitor, asked)


@router.post("/verify")
def verify(request: Request, console: Here, visitor: Admin, given: Checked) -> Response:
    """Walk the chain and say whether it holds."""
    found = verify_audit(console.office, visitor.caller, given.text("known", 100))
    return _trail(request, console, visitor, Asked(), found)


def _trail(
    request: Request, console: Console, visitor: Visitor, asked: Asked,
    verified: Verified | None = None,
) -> Response:  # fmt: skip
    office = console.office
    found = list_audit(office, visitor.caller, asked.filter(office))
    names = Names(console.pages.speech(request, visitor.language), office.flows)
    return console.pages.render(
        request,
        "audit.html",
        visitor,
        rows=found.items,
        next=found.next,
        given=asked,
        known=sorted(((one, names.done(one)) for one in DEEDS), key=lambda pair: pair[1]),
        verified=verified,
    )
