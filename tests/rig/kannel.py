"""Kannel as a peer that nobody here wrote: bearerbox and smsbox on loopback, fakesmsc as phones.

From Debian's `kannel` and `kannel-extras`. fakesmsc takes its messages on the command line, so
each text from a phone is one run of it; it goes on listening until the next.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

from tests.rig.ports import HOST, free_port, is_open
from tests.rig.processes import Program, wait_until

BEARERBOX = Path("/usr/sbin/bearerbox")
SMSBOX = Path("/usr/sbin/smsbox")
FAKESMSC = Path("/usr/lib/kannel/test/fakesmsc")
INSTALLED = all(program.exists() for program in (BEARERBOX, SMSBOX, FAKESMSC))
USER, PASSWORD = "muster", "kannel-password"
GOT = re.compile(r"Got message \d+: <(\S+) (\S+) (text|ucs-2|udh|data) (.*)>")

CONFIGURATION = """\
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = {password}
admin-allow-ip = "127.0.0.1"
smsbox-port = {box}
smsbox-interface = 127.0.0.1
box-allow-ip = "127.0.0.1"

group = smsc
smsc = fake
smsc-id = fake
host = 127.0.0.1
port = {smsc}
connect-allow-ip = "127.0.0.1"

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {box}
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
http-request-retry = 5
http-queue-delay = 1
mo-recode = {recode}

group = sms-service
keyword = default
catch-all = true
max-messages = 0
{method}-url = "{hook}"
assume-plain-text = true

group = sendsms-user
username = {user}
password = {password}
max-messages = 10
concatenation = true
"""


@dataclass
class Kannel:
    folder: Path
    hook: str
    """The URL that Kannel calls for each text, with Kannel's own %-escapes in its query."""
    method: str = "get"
    recode: bool = False
    """Whether Kannel turns the phones' UTF-16 into UTF-8 before it calls."""
    admin: int = field(default_factory=free_port)
    box: int = field(default_factory=free_port)
    smsc: int = field(default_factory=free_port)
    sendsms: int = field(default_factory=free_port)
    _programs: list[Program] = field(default_factory=list)
    _phones: Program | None = None
    _runs: int = 0

    @property
    def sendsms_url(self) -> str:
        return f"http://{HOST}:{self.sendsms}/cgi-bin/sendsms"

    def start(self) -> "Kannel":
        file = self.folder / "kannel.conf"
        ports = {name: getattr(self, name) for name in ("admin", "box", "smsc", "sendsms")}
        words = {"hook": self.hook, "method": self.method, "user": USER, "password": PASSWORD}
        recode = "true" if self.recode else "false"
        file.write_text(CONFIGURATION.format(**ports, **words, recode=recode))
        for program, port in ((BEARERBOX, self.box), (SMSBOX, self.sendsms)):
            box = Program([program, "-v", "1", file], self.folder / f"{program.name}.log").start()
            self._programs.append(box)
            box.wait_for(lambda port=port: is_open(port), f"{program.name} listens")
        return self

    def stop(self) -> None:
        """End it hard: bearerbox would otherwise rest ten seconds over undelivered reports."""
        for program in [*self._programs, *([self._phones] if self._phones else [])]:
            program.kill9()

    def text(self, sender: str, to: str, text: str) -> None:
        """Send one text from a phone, through fakesmsc and Kannel, to the hook."""
        if self._phones and self._phones.runs:
            self._phones.kill9()
        if text.isascii():
            message = f"{sender} {to} text {text}"
        else:
            message = f"{sender} {to} ucs2 {quote(text.encode('utf-16-be'))}"
        self._runs += 1
        log = self.folder / f"fakesmsc-{self._runs:03d}.log"
        phones = Program([FAKESMSC, "-H", HOST, "-r", str(self.smsc), "-m", "1", message], log)
        self._phones = phones.start()
        phones.wait_for(lambda: "sent message 1" in phones.said, "fakesmsc sends")

    def received(self, number: str) -> list[str]:
        """What arrived whole at this phone, long messages joined from their parts."""
        texts: list[str] = []
        parts: list[str] = []
        for run in range(1, self._runs + 1):
            said = (self.folder / f"fakesmsc-{run:03d}.log").read_text(errors="replace")
            for _, to, kind, data in GOT.findall(said):
                if to[-10:] != number[-10:]:
                    continue
                total, text = _read(kind, data)
                parts.append(text)
                if len(parts) == total:
                    texts.append("".join(parts))
                    parts = []
        return texts

    def wait_for_answer(self, number: str, already: int, within: float = 60) -> list[str]:
        """Wait until more than `already` whole messages arrived at this phone."""
        wait_until(lambda: len(self.received(number)) > already, "an answer through Kannel", within)
        return self.received(number)[already:]


def _read(kind: str, data: str) -> tuple[int, str]:
    """How many parts the message has, and the text of this one; Kannel sends them in order."""
    if kind != "udh":
        return 1, _decoded(kind, data)
    header, kind, body = data.split(" ", 2)
    total = unquote_to_bytes(header)[-2]  # ..., reference, total, number
    return total, _decoded(kind, body)


def _decoded(kind: str, data: str) -> str:
    if kind == "text":
        return data
    return unquote_to_bytes(data.replace("+", " ")).decode("utf-16-be")
