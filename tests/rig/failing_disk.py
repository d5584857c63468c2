"""A disk on which every write and sync fails for a while."""

from dataclasses import dataclass
from pathlib import Path

from tests.rig.preloaded import compiled


@dataclass(frozen=True)
class FailingDisk:
    """Give `environment` to a program; it is the files in `folder` that it cannot write."""

    folder: Path
    library: Path

    @classmethod
    def make(cls, folder: Path, at: Path) -> "FailingDisk":
        folder.mkdir()
        return cls(folder.resolve(), compiled("failing.c", at))

    @property
    def _switch(self) -> Path:
        return self.library.with_name("fails")

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(self.library),
            "FAILING_FOLDER": f"{self.folder}/",
            "FAILS_WHILE": str(self._switch),
        }

    def fail(self) -> None:
        self._switch.touch()

    def recover(self) -> None:
        self._switch.unlink()
