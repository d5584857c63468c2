"""The real server as a process: its own folder, port, muster.toml and log."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.error import URLError

from tests.rig.ports import HOST, free_port
from tests.rig.processes import Program

MUSTER = Path(sys.executable).with_name("muster")
SECRET = "a-secret-of-this-test"  # in the URL of every channel's door
PROOF = "what-the-carrier-proves-itself-with"


@dataclass
class Muster:
    folder: Path
    channels: Mapping[str, Mapping[str, Any]]
    settings: Mapping[str, Any] = field(default_factory=dict)
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        given = {"public_url": self.url, "simulator": False, **self.settings}
        lines = [f"{name} = {toml(value)}" for name, value in given.items()]
        lines.append(f"channels = {toml(self.channels)}")
        (self.folder / "muster.toml").write_text("\n".join(lines))

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def database_url(self) -> str:
        return str(self.settings.get("database_url", f"sqlite:///{self.folder}/data/muster.db"))

    def hook(self, channel: str, rest: str = "") -> str:
        return f"{self.url}/hooks/{channel}/{SECRET}{rest}"

    def run(self, *words: str) -> str:
        """Run one command of the CLI to its end and give what it printed."""
        done = subprocess.run(
            [MUSTER, *words],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"muster {' '.join(words)}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def serve(self, *words: str, **environment: str) -> Program:
        """Start it and wait until it says that it is ready."""
        command = [MUSTER, "serve", "--host", HOST, "--port", str(self.port), *words]
        server = Program(command, self.folder / "serve.log", environment).start()
        try:
            server.wait_for(self.is_ready, "the server is ready", within=60)
        except AssertionError:
            if server.runs:
                server.kill9()
            raise
        return server

    def work(self, *words: str, **environment: str) -> Program:
        return Program([MUSTER, "work", *words], self.folder / "work.log", environment).start()

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    @cached_property
    def key(self) -> str:
        return self.run("keys", "add", "tests").strip().split()[-1]

    def api(self, path: str) -> Any:
        headers = {"Authorization": f"Bearer {self.key}"}
        request = urllib.request.Request(f"{self.url}/api/v1/{path}", headers=headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def api_items(self, path: str) -> list[Any]:
        """Every item of a list, page by page."""
        items: list[Any] = []
        cursor = ""
        while True:
            page = self.api(f"{path}?limit=200" + (f"&cursor={cursor}" if cursor else ""))
            items += page["items"]
            if not (cursor := page["next"]):
                return items


def toml(value: Any) -> str:
    """One value as TOML, tables inline."""
    match value:
        case dict():
            pairs = (f"{json.dumps(key)} = {toml(item)}" for key, item in value.items())
            return "{" + ", ".join(pairs) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(toml, value)) + "]"
        case bool() | str() | int() | float():
            return json.dumps(value, ensure_ascii=False)
        case Path():
            return json.dumps(str(value))
    raise TypeError(f"no TOML for {type(value).__name__}")


def every_channel(carrier: str) -> dict[str, dict[str, Any]]:
    """One channel for each of the first eight adapters, all sending to a stub at this URL."""
    password = "the-password-of-the-account"
    options: dict[str, dict[str, Any]] = {
        "simulator": {"secret": PROOF, "send_url": f"{carrier}simulator/send"},
        "template": {
            "send_url": f"{carrier}template/send",
            "send_body": "to={{to}}&text={{text}}&id={{our_id}}",
            "ok_json": "ok",
            "id_json": "id",
        },
        "magfa": {
            "user": "user/domain",
            "password": password,
            "base_url": f"{carrier}magfa",
            "polls": False,
        },
        "kavenegar": {"api_key": password, "base_url": f"{carrier}kavenegar/v1"},
        "melipayamak": {
            "username": "user",
            "password": password,
            "base_url": f"{carrier}melipayamak/api/SendSMS",
        },
        "kannel": {
            "username": "user",
            "password": password,
            "send_url": f"{carrier}kannel/cgi-bin/sendsms",
        },
        "twilio": {
            "account_sid": "AC0001",
            "auth_token": PROOF,
            "api_url": f"{carrier}twilio",
        },
        "africastalking": {
            "username": "user",
            "api_key": password,
            "send_url": f"{carrier}africastalking/version1/messaging",
        },
    }
    regions = {"twilio": "US", "africastalking": "KE"}
    return {
        name: {
            "adapter": name,
            "secrets": [SECRET],
            "lines": ["30001152"],
            "region": regions.get(name, "IR"),
            "tps": 5000,
            "connections": 16,
            "options": given,
        }
        for name, given in options.items()
    }
