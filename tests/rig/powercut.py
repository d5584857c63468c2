"""What the files of a program would hold after a power cut at any moment of its run.

Only what was synced is sure to be there. Of the later writes any may have reached the disk, in
any order, and a write may be torn between sectors.
"""

import random
import struct
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.rig.preloaded import compiled

HEAD = struct.Struct("<dIIQQ")
SECTOR = 512


@dataclass(frozen=True)
class Recorder:
    """Give `environment` to a program; afterwards `records` tells what it did to its files."""

    library: Path
    folder: Path
    file: Path

    @classmethod
    def make(cls, folder: Path, at: Path) -> "Recorder":
        return cls(compiled("recorder.c", at), folder.resolve(), at / "records")

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(self.library),
            "RECORDED_FOLDER": str(self.folder),
            "RECORD": str(self.file),
        }

    def records(self) -> Iterator["Record"]:
        data, at = self.file.read_bytes(), 0
        while at < len(data):
            time, kind, path, offset, length = HEAD.unpack_from(data, at)
            at += HEAD.size
            name = Path(data[at : at + path].decode()).name
            at += path
            written = data[at : at + length] if chr(kind) == "w" else b""
            at += len(written)
            yield Record(time, chr(kind), name, offset, written)


@dataclass(frozen=True)
class Record:
    at: float
    kind: str
    """w(rite), t(runcate), u(nlink), b(egin of a sync), s(ynced)."""
    name: str
    offset: int
    data: bytes


@dataclass
class Disk:
    """What is sure of each file, and what was done since."""

    folder: str
    sure: dict[str, bytearray]
    since: defaultdict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))
    begun: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path) -> "Disk":
        files = {path.name: bytearray(path.read_bytes()) for path in folder.iterdir()}
        return cls(folder.name, files)

    def take(self, record: Record) -> None:
        match record.kind:
            case "s" if record.name == self.folder:
                self._forget_unlinked()
            case "b":
                self.begun[record.name] = len(self.since[record.name])
            case "s":
                count = self.begun.get(record.name, 0)
                self._put(record.name, self.since[record.name][:count])
                del self.since[record.name][:count]
                self.begun[record.name] = 0
            case _:
                self.since[record.name].append(record)

    def _forget_unlinked(self) -> None:
        """The folder itself was synced: what was taken out of it does not come back."""
        for name, since in self.since.items():
            gone = max((n for n, record in enumerate(since) if record.kind == "u"), default=-1)
            if gone >= 0:
                self.sure.pop(name, None)
                del since[: gone + 1]

    def _put(self, name: str, done: list[Record]) -> None:
        found = applied(self.sure.pop(name, None), done)
        if found is not None:
            self.sure[name] = found

    def cut(self, chance: random.Random) -> Mapping[str, bytearray]:
        """The files as they might be if the power went now."""
        after: dict[str, bytearray] = {}
        how = chance.choice(["none", "all", "some", "torn"])
        for name in {*self.sure, *self.since}:
            kept = self.sure.get(name)
            done = list(_reached(self.since[name], how, chance))
            found = applied(None if kept is None else bytearray(kept), done)
            if found is not None and not name.endswith("-shm"):  # memory; nothing trusts it
                after[name] = found
        return after


def _reached(since: list[Record], how: str, chance: random.Random) -> Iterator[Record]:
    for record in since:
        if how == "all" or (how != "none" and chance.random() < 0.5):
            yield from _torn(record, chance) if how == "torn" else [record]


def _torn(record: Record, chance: random.Random) -> Iterator[Record]:
    if record.kind != "w":
        yield record
        return
    for start in range(0, len(record.data), SECTOR):
        if chance.random() < 0.5:
            part = record.data[start : start + SECTOR]
            yield Record(record.at, "w", record.name, record.offset + start, part)


def applied(content: bytearray | None, done: list[Record]) -> bytearray | None:
    for record in done:
        match record.kind:
            case "u":
                content = None
            case "t":
                content = content or bytearray()
                if len(content) > record.offset:
                    del content[record.offset :]
                content.extend(bytes(record.offset - len(content)))
            case _:
                content = content or bytearray()
                content.extend(bytes(max(0, record.offset - len(content))))
                content[record.offset : record.offset + len(record.data)] = record.data
    return content
