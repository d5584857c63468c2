"""Reading the JSON that carriers' APIs answer: what should be there is there, or BadPayload."""

from collections.abc import Mapping
from typing import Any

from gateway_adapters.contract import BadPayload, HttpResponse, Outcome, Unclear, by_http_status


def lower(value: Any) -> Any:
    """The same value with every object's names in lower case; the first of a name counts."""
    if isinstance(value, dict):
        found: dict[str, Any] = {}
        for name, inner in value.items():
            found.setdefault(str(name).lower(), lower(inner))
        return found
    return [lower(inner) for inner in value] if isinstance(value, list) else value


def json_object(response: HttpResponse) -> dict[str, Any]:
    """The answer, which must be a JSON object; its names are in lower case."""
    if not isinstance(answer := lower(response.json()), dict):
        raise BadPayload("the answer is not a JSON object")
    return answer


def code_of(response: HttpResponse, *path: str) -> str:
    """The code at this path of the answer, as text; empty where it cannot be read."""
    try:
        found: Any = json_object(response)
    except BadPayload:
        return ""
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


def refusal(response: HttpResponse, code: str, codes: Mapping[str, Outcome]) -> Outcome:
    """What an answer that is no success means: by its own code, else by HTTP's status."""
    if found := codes.get(code) or by_http_status(response):
        return found
    if not code:
        raise BadPayload("the answer has no status of its own")
    return Unclear(f"status {code[:12]}, which the manual does not name")


def entries(answer: Any, name: str) -> list[dict[str, Any]]:
    """The list of objects under this name; null counts as an empty list."""
    found = answer.get(name, answer) if isinstance(answer, dict) else answer
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise BadPayload(f"no list of objects under {name!r}")
    return found


def inner(answer: Any, name: str) -> dict[str, Any]:
    """The object under this name."""
    if not isinstance(answer, dict) or not isinstance(answer.get(name), dict):
        raise BadPayload(f"no object under {name!r}")
    found: dict[str, Any] = answer[name]
    return found


def number(answer: dict[str, Any], name: str) -> int:
    """The whole number under this name, also where it is written as a text; null is 0."""
    found = answer.get(name, "")
    if found is None:
        return 0
    try:
        return int(str(found).strip().partition(".")[0])
    except ValueError as error:
        raise BadPayload(f"{name!r} is not a whole number") from error
