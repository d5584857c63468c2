"""The `muster` command. Each group of commands is a file here."""

from app.cli.commands import run

__all__ = ["run"]
