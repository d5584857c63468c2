"""Groups, messages and callers to test with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from app.admin.api.application import application
from app.admin.office import Office
from app.conversation.load import load_flows
from app.directory.names import name_key, words_of
from app.intake.channel import Channel
from app.store import conversations, inbox, keys, outbox, participants
from app.store import groups as store_groups
from app.store.engine import Store
from app.store.groups import Registration
from app.store.ids import Ids
from gateway_adapters.simulator import Simulator

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


FLOWS = load_flows(Path("app/flows"))


def a_channel(name: str = "main", **changes: Any) -> Channel:
    adapter = Simulator(secret="the-proof-of-the-carrier", send_url="http://127.0.0.1:1/")
    given = {"name": name, "adapter": adapter, "secrets": ("x" * 16,), "lines": ("30001152",)}
    return Channel(**{**given, **changes})


def an_office(store: Store, new_id: Ids, **changes: Any) -> Office:
    channels = {"main": a_channel(), "other": a_channel("other", lines=("2000",))}
    given = {
        "flows": FLOWS,
        "channels": channels,
        "public_url": "https://muster.example",
        "key": b"k" * 32,
    }
    return Office(store=store, new_id=new_id, **{**given, **changes})


@dataclass
class Api:
    """The API as a caller with all scopes meets it; `as_` makes others."""

    office: Office
    scopes: tuple[str, ...] = ("read", "write", "numbers", "admin")
    client: TestClient = field(init=False)

    def __post_init__(self) -> None:
        with self.office.store.write() as db:
            name = "-".join(self.scopes)
            key = keys.add(db, name, self.scopes, datetime.now(UTC), self.office.new_id)
        self.client = TestClient(
            application(self.office),
            headers={"Authorization": f"Bearer {key}"},
            raise_server_exceptions=True,
        )

    def as_(self, *scopes: str) -> "Api":
        return Api(self.office, scopes)

    def get(self, path: str, expect: int = 200, **query: Any) -> Any:
        answer = self.client.get(path, params=query)
        assert answer.status_code == expect, answer.text
        return answer.json()

    def send(
        self, method: str, path: str, body: Any = None, expect: int = 200, **headers: str
    ) -> Any:
        """Make a change; gives what was answered, or None."""
        answer = self.client.request(method, path, json=body, headers=headers)
        assert answer.status_code == expect, answer.text
        return answer.json() if answer.content else None

    def post(self, path: str, body: Any = None, expect: int = 200) -> Any:
        return self.send("POST", path, body, expect)

    def every(self, path: str, **query: Any) -> list[Any]:
        """All items of a list, page by page."""
        found: list[Any] = []
        cursor = ""
        while True:
            page = self.get(path, **query, cursor=cursor)
            found += page["items"]
            if not (cursor := page["next"] or ""):
                return found


def a_person(office: Office, number: str = "+989121234567") -> int:
    with office.store.write() as db:
        _, people = participants.hold(db, [number], office.new_id)
    return people[number].id


_codes = iter(range(10_000_000, 99_999_999))


def a_group(office: Office, number: str = "+989121234567", **changes: Any) -> int:
    """Register a group as the intake does; gives its id."""
    code = changes.pop("code", str(next(_codes)))
    row = {
        "id": office.new_id(),
        "participant_id": a_person(office, number),
        "conversation_id": changes.pop("conversation_id", 1),
        "flow": changes.pop("flow", "signup"),
        "status": changes.pop("status", "registered"),
        "phone": number,
        "language": "fa",
        "channel": changes.pop("channel", "main"),
        "way": changes.pop("way", "sms"),
        "tags": changes.pop("tags", []),
        "created_at": changes.pop("created_at", NOW),
        "updated_at": changes.pop("updated_at", NOW),
    }
    fields = {
        "name": "انجمن یاوران",
        "type": "ngo",
        "province": "gilan",
        "county": "rasht",
        "specialisms": ["addiction", "youth"],
        "members": 12,
        "contact": "مریم رضایی",
        **changes,
    }
    words = words_of(fields["name"], fields["contact"], code, number.removeprefix("+"))
    what = Registration(code, fields, name_key(fields["name"]), words)
    with office.store.write() as db:
        store_groups.register(db, [(row, what)])
    return int(row["id"])


def a_message_in(office: Office, person: int, text: str, **changes: Any) -> int:
    row = {
        "id": office.new_id(),
        "channel": "main",
        "kind": "message",
        "key": f"k{office.new_id()}",
        "participant_id": person,
        "conversation_id": 1,
        "line": "30001152",
        "text": text,
        "state": "handled",
        "received_at": NOW,
        "handled_at": NOW,
        "seen": 1,
        "raw": b"raw",
        **changes,
    }
    with office.store.write() as db:
        inbox.add(db, [row])
    return int(row["id"])


def a_message_out(office: Office, person: int, text: str, **changes: Any) -> int:
    row = {
        "id": office.new_id(),
        "channel": "main",
        "participant_id": person,
        "conversation_id": 1,
        "inbox_id": None,
        "address": "+989121234567",
        "line": "30001152",
        "text": text,
        "segments": 1,
        "priority": 0,
        "state": "queued",
        "more": False,
        "tries": 0,
        "due_at": NOW,
        "expires_at": NOW,
        "created_at": NOW,
        "updated_at": NOW,
        **changes,
    }
    with office.store.write() as db:
        outbox.add(db, [row])
    return int(row["id"])


def a_conversation(office: Office, person: int, **changes: Any) -> int:
    row = {
        "id": office.new_id(),
        "participant_id": person,
        "flow": "signup",
        "version": 1,
        "language": "fa",
        "step": "name",
        "standing": "open",
        "answers": {"name": "یاوران", "phone": "+989121234567"},
        "state": {},
        "flagged": "",
        "wake_at": None,
        "channel": "main",
        "line": "30001152",
        "turns": 2,
        "started_at": NOW,
        "updated_at": NOW,
        **changes,
    }
    with office.store.write() as db:
        conversations.add(db, [row])
    return int(row["id"])


def names(items: Sequence[dict[str, Any]]) -> list[str]:
    return [item["name"] for item in items]
