"""What a group's status may become by the hand of staff."""

from collections.abc import Mapping

MAY_BECOME: Mapping[str, frozenset[str]] = {
    "registered": frozenset({"verified", "rejected", "withdrawn"}),
    "verified": frozenset({"registered", "rejected", "withdrawn"}),
    "rejected": frozenset({"registered", "verified"}),
    # Its people withdrew: only they, or staff at their word, bring it back.
    "withdrawn": frozenset({"registered"}),
}


def may_become(status: str, wanted: str) -> bool:
    return wanted in MAY_BECOME.get(status, frozenset())
