"""`muster carriers`: what each adapter can do, and how it reads a request or an answer."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.wire import outcome, parse
from gateway_adapters.describe import abilities, index, page
from gateway_adapters.registry import ADAPTERS, ALIASES

carriers = typer.Typer(no_args_is_help=True, help="What carriers say, and how we read it.")


@carriers.command("list")
def list_carriers() -> None:
    """Show every adapter with what it can do, and its other names."""
    width = max(map(len, ADAPTERS), default=0)
    for name, kind in sorted(ADAPTERS.items()):
        names = f"  (also {', '.join(also)})" if (also := _also(name)) else ""
        print(f"{name:<{width}}  {', '.join(abilities(kind))}{names}")


@carriers.command("parse")
def parse_request(
    name: Annotated[str, typer.Argument(help="the adapter; lines may name another")] = "",
    lines: Annotated[bool, typer.Option("--lines", help="one request a line")] = False,
) -> None:
    """Read a request to us (or the answer to a poll) as JSON; print the events in it."""
    _each(name, lines, parse)


@carriers.command("outcome")
def read_outcome(
    name: Annotated[str, typer.Argument(help="the adapter; lines may name another")] = "",
    lines: Annotated[bool, typer.Option("--lines", help="one answer a line")] = False,
) -> None:
    """Read the answer to a send as JSON; print what became of the message."""
    _each(name, lines, outcome)


@carriers.command("docs")
def write_docs(folder: Path = Path("docs/carriers")) -> None:
    """Write a page for each carrier, its options read from the code."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, kind in sorted(ADAPTERS.items()):
        (folder / f"{name}.md").write_text(page(name, kind, _also(name)), encoding="utf-8")
    (folder / "README.md").write_text(index(ADAPTERS), encoding="utf-8")
    print(f"{len(ADAPTERS)} pages in {folder}")


def _also(name: str) -> list[str]:
    return sorted(alias for alias, target in ALIASES.items() if target.partition("/")[0] == name)


def _each(name: str, lines: bool, read: Callable[[str, Any], dict[str, Any]]) -> None:
    for text in sys.stdin if lines else [sys.stdin.read()]:
        if text.strip():
            print(json.dumps(_guarded(name, text, read), ensure_ascii=False), flush=lines)


def _guarded(name: str, text: str, read: Callable[[str, Any], dict[str, Any]]) -> dict[str, Any]:
    try:
        line = json.loads(text)
    except ValueError:
        return {"error": "BadInput", "reason": "the line is not JSON"}
    if not isinstance(line, dict):
        return {"error": "BadInput", "reason": "the line is not a JSON object"}
    return read(str(line.get("carrier") or name), line)


if __name__ == "__main__":
    carriers()
