"""Every place of the API that takes words, and requests that are right but for one such place."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.admin.builders import (
    Api,
    a_conversation,
    a_group,
    a_message_in,
    a_message_out,
    a_person,
)

FREE = {"type", "maxLength", "minLength"}
"""What may be said of a text that takes any letters."""


@dataclass(frozen=True)
class Spot:
    """A parameter in a path or a query, or a field of a body; of a filter in one: two names."""

    method: str
    path: str
    where: str
    name: tuple[str, ...]
    schema: Mapping[str, Any]
    body: str = ""
    """What the body's schema is called."""

    def __str__(self) -> str:
        return f"{self.method} {self.path} {'.'.join(self.name)}"

    @property
    def takes_any_text(self) -> bool:
        kinds = [one for one in self.schema.get("anyOf", [self.schema]) if one != {"type": "null"}]
        kinds = [one["items"] if one.get("type") == "array" else one for one in kinds]
        return all(one.get("type") == "string" and set(one) <= FREE for one in kinds)

    @property
    def is_a_list(self) -> bool:
        kinds = self.schema.get("anyOf", [self.schema])
        return any(one.get("type") == "array" for one in kinds)

    @property
    def rule(self) -> str:
        """Places of one rule are read by the same code."""
        return json.dumps([self.where, self.schema], sort_keys=True)


def spots_of(document: dict[str, Any]) -> list[Spot]:
    """Those of questions first: what changes write may be found by them."""
    found = list(_spots(document))
    return sorted(found, key=lambda one: one.method != "GET")


def _spots(document: dict[str, Any]) -> Iterator[Spot]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            kinds = _bodies(operation)
            about = kinds[-1].get("$ref", "").rpartition("/")[2] if kinds else ""
            for one in operation.get("parameters", ()):
                if one["in"] in ("query", "path"):
                    rule = _rule(one["schema"])
                    yield Spot(method.upper(), path, one["in"], (one["name"],), rule, about)
            for kind in kinds:
                for name, rule in _fields(document, kind):
                    yield Spot(method.upper(), path, "body", name, rule, about)


def _bodies(operation: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if "requestBody" not in operation:
        return []
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    return [one for one in (schema, *schema.get("anyOf", ())) if "$ref" in one]


def _fields(document: dict[str, Any], kind: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    called = kind.get("$ref", "").rpartition("/")[2]
    described = document["components"]["schemas"].get(called, {})
    for name, rule in described.get("properties", {}).items():
        if "$ref" in rule:
            yield from (((name, *rest), inner) for rest, inner in _fields(document, rule))
        else:
            yield (name,), _rule(rule)


def _rule(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    told = ("title", "description", "examples", "default")
    return {name: value for name, value in schema.items() if name not in told}


@dataclass(frozen=True)
class House:
    """One of each thing, so that a request reaches what it is about."""

    api: Api
    ids: Mapping[str, str]
    bodies: Mapping[str, Mapping[str, Any]]

    def ask(self, spot: Spot, words: str) -> Any:
        """Put the words there; all else of the request is right."""
        filled = "/".join(self._part(spot, part, words) for part in spot.path.split("/"))
        body = None
        if spot.method in ("POST", "PATCH"):
            body = json.loads(json.dumps(self.bodies.get(spot.body, {})))
        if spot.where == "body":
            inner = body
            for name in spot.name[:-1]:
                inner = inner.setdefault(name, {})
            inner[spot.name[-1]] = [words] if spot.is_a_list else words
        query = {spot.name[0]: words} if spot.where == "query" else None
        headers = {"If-Match": "*"}
        return self.api.client.request(
            spot.method, filled, params=query, json=body, headers=headers
        )

    def _part(self, spot: Spot, part: str, words: str) -> str:
        if not part.startswith("{"):
            return part
        name = part.strip("{}")
        if spot.where == "path" and spot.name == (name,):
            return "".join(f"%{byte:02x}" for byte in words.encode())
        if name == "name":
            return "main" if "channels" in spot.path else "signup"
        return self.ids[name]


def furnished(api: Api) -> House:
    """A few things of each kind, none of whose words are in a payload."""
    office = api.office
    person = a_person(office)
    made: dict[str, int] = {}
    for number in range(3):
        made["other"] = made.get("key", 0)
        made["key"] = a_group(office, f"+98935000000{number}", tags=["بازدید"])
        made["row_id"] = a_message_in(office, person, "سلام", state="poisoned")
        made["message_id"] = a_message_out(office, person, "سلام", state="failed")
        somebody = a_person(office, f"+98936000000{number}")
        made["conversation"] = a_conversation(office, somebody)
    ids = {name: str(one) for name, one in made.items()} | {"flow": "signup", "field": "type"}
    for name, path, body in (
        ("key_id", "/keys", {"name": "a key"}),
        ("operator", "/operators", {"name": "sara"}),
        ("webhook", "/webhooks", {"url": "https://crm.example.org/muster"}),
    ):
        ids[name] = api.send("POST", path, body, 201)["id"]
    ids["change"] = api.post("/changes", {"groups": {}, "add_tags": ["x"]})["id"]
    api.send("POST", f"/conversations/{ids['conversation']}/take-over")
    nobody = "+989350000009"
    bodies = {
        "Other": {"other": ids["other"]},
        "ManyGroups": {"ids": [ids["other"]]},
        "NewChange": {"groups": {}, "add_tags": ["x"]},
        "Merge": {"into": ids["other"]},
        "Forget": {"number": nobody, "for_good": True},
        "NewBulk": {"channel": "main", "text": "سلام"},
        "Said": {"text": "سلام"},
        "InPlaceOf": {"phone": nobody, "text": "9"},
        "Trial": {"phone": nobody},
        "NewKey": {"name": "x"},
        "NewWebhook": {"url": "https://crm.example.org/muster"},
        "NewOperator": {"name": "somebody"},
        "NewStatus": {"status": "verified"},
    }
    return House(api, {**ids, "bulk": "7"}, bodies)
