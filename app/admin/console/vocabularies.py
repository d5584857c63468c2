"""Words of the flows' lists in a reader's language: places, specialisms, kinds of groups."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.admin.console.speech import Speech
from app.conversation.compiled import Flow, Flows


@dataclass(frozen=True)
class Labels:
    """Labels of every flow's lists in one language; an id without one is shown as it is."""

    by_field: Mapping[str, Mapping[str, str]]

    def of(self, field: str, value: str) -> str:
        return self.by_field.get(field, {}).get(value, value)

    def every(self, field: str, values: list[str]) -> list[str]:
        return [self.of(field, value) for value in values]

    def choices(self, field: str) -> list[tuple[str, str]]:
        return sorted(self.by_field.get(field, {}).items(), key=lambda pair: pair[1])


def labels_in(flows: Flows, language: str) -> Labels:
    found: dict[str, dict[str, str]] = {}
    for flow in flows.newest.values():
        for name, known in flow.fields.items():
            words = known.labels.get(language) or known.labels.get(flow.languages[0]) or {}
            found.setdefault(name, {}).update(words)
    return Labels(found)


def flow_titles(flows: Flows, language: str) -> dict[str, str]:
    return {name: title(flow, language) for name, flow in flows.newest.items()}


def title(flow: Flow, language: str) -> str:
    return flow.title.get(language) or next(iter(flow.title.values()), flow.name)


def shower(labels: Labels, speech: Speech) -> Callable[[str, Any], str]:
    """How values of fields are read: labels for ids, figures in the reader's digits."""

    def shown(name: str, value: Any) -> str:
        match value:
            case None | "" | [] | {}:
                return "—"
            case list():
                return speech.comma.join(shown(name, one) for one in value)
            case bool():
                return speech.t("yes" if value else "no")
            case int() | float():
                return speech.number(value)
            case str() if name == "phone":
                return speech.digits(value)
            case str() if name == "status":
                return speech.maybe(f"status_{value}", value)
            case _:
                return labels.of(name, str(value))

    return shown
