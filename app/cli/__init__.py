"""The `muster` command. Each group of commands is a file here."""

import importlib
import sys

LIGHT = {
    "carriers": ("list", "parse", "outcome", "docs"),
    "flows": ("check", "play"),
}
"""Commands that need neither web server nor database: they start without loading either."""


def run() -> None:
    """Run the command of the process's own words."""
    group, command = (*sys.argv[1:3], "", "")[:2]
    if command in LIGHT.get(group, ()):
        importlib.import_module("app.cli.light").run(group)
    else:
        importlib.import_module("app.cli.commands").run()
