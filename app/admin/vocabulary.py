"""Which words a field of a flow may hold, for changes made by staff."""

from collections.abc import Mapping

from app.admin.problems import Problem
from app.conversation.compiled import Flow


def offered(flow: Flow, field: str, parent: str = "") -> frozenset[str]:
    """The ids that people may pick for a field; empty where they write freely."""
    found: set[str] = set()
    for step in flow.steps.values():
        if step.fills == field and step.listing is not None:
            below = step.listing.below
            entries = below.get(parent, ()) if step.listing.under and parent else below.get("", ())
            found.update(entry.id for entry in entries)
    return frozenset(found)


def labels(flow: Flow, field: str) -> Mapping[str, Mapping[str, str]]:
    """By language, then by id."""
    known = flow.fields.get(field)
    return {} if known is None else known.labels


def check(flow: Flow | None, field: str, values: list[str], parent: str = "") -> None:
    """Refuse words that the flow does not know; a group of an unknown flow takes any."""
    if flow is None or not (known := offered(flow, field, parent)):
        return
    if wrong := [value for value in values if value and value not in known]:
        errors = [{"where": f"body.{field}", "what": "is no word of the flow's list"}]
        raise Problem("invalid", f"{len(wrong)} unknown for `{field}`.", errors=errors)
