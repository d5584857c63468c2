"""Reads flow and vocabulary files: YAML 1.2 as plain text, and where each thing was written.

Nothing in a file is ever constructed: every scalar stays the text it is (`no` is a word, `012`
is three digits), tags, anchors and repeated keys are errors, and size and depth have a bound.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from io import StringIO
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

MAX_LETTERS = 2_000_000
MAX_DEPTH = 24
PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{kind}"
    for kind in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map", "merge", "value")
)

Path = tuple[str | int, ...]
Places = Mapping[Path, tuple[int, int]]


@dataclass(frozen=True)
class Problem:
    """Something wrong in a flow, and where. Line and column count from 1; 0 is unknown."""

    message: str
    file: str = ""
    line: int = 0
    column: int = 0
    hint: str = ""
    step: str = ""
    language: str = ""
    medium: str = ""
    offenders: str = ""

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        about = ", ".join(part for part in (self.step, self.language, self.medium) if part)
        said = f"{where}: {self.message}" if where else self.message
        return said + (f" [{about}]" if about else "") + (f" ({self.hint})" if self.hint else "")


class BadFlow(Exception):
    """A flow that must not be used. Says everything that is wrong with it, with its places."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class Source:
    """A file's content as plain values, and the place of each."""

    file: str
    data: Any
    places: Places

    def at(self, path: Path) -> tuple[int, int]:
        """Where the thing, or the nearest thing around it, is written."""
        known: Path = ()
        for part in path:
            # Pydantic puts names of its own into a location; they are in no file.
            if (*known, part) in self.places:
                known = (*known, part)
        return self.places.get(known, (0, 0))

    def problem(self, path: Path, message: str, hint: str = "", **about: str) -> Problem:
        line, column = self.at(path)
        return Problem(message, self.file, line, column, hint, **about)


def read_yaml(text: str, file: str) -> Source:
    if len(text) > MAX_LETTERS:
        raise BadFlow(Problem(f"larger than {MAX_LETTERS:,} characters", file))
    try:
        node = YAML(typ="safe", pure=True).compose(StringIO(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise BadFlow(
            Problem(f"not YAML: {error.problem}", file, line, column, yaml_hint(text))
        ) from error
    except YAMLError as error:
        raise BadFlow(Problem(f"not YAML: {str(error).splitlines()[0]}", file, 1, 1)) from error
    except RecursionError as error:
        raise BadFlow(Problem("nested too deeply", file, 1, 1)) from error
    except ValueError as error:
        raise BadFlow(Problem("not YAML", file, 1, 1)) from error
    if node is None:
        raise BadFlow(Problem("the file is empty", file, 1, 1))
    places: dict[Path, tuple[int, int]] = {}
    return Source(file, plain(node, (), places, file), places)


def yaml_hint(text: str) -> str:
    return "use spaces, not tabs" if "\t" in text else "texts with a colon or a # need quotes"


def plain(node: Node, path: Path, places: dict[Path, tuple[int, int]], file: str) -> Any:
    line, column = node.start_mark.line + 1, node.start_mark.column + 1
    places.setdefault(path, (line, column))
    if node.anchor:
        raise BadFlow(
            Problem("anchors and aliases are not used here", file, line, column, "write it out")
        )
    if node.tag not in PLAIN_TAGS:
        raise BadFlow(
            Problem(f"tag {node.tag} is not used here", file, line, column, "take it off")
        )
    if len(path) > MAX_DEPTH:
        raise BadFlow(Problem("nested too deeply", file, line, column))
    match node:
        case ScalarNode():
            absent = node.style is None and node.value in {"", "~", "null"}
            return None if absent else node.value
        case SequenceNode():
            return [plain(item, (*path, at), places, file) for at, item in enumerate(node.value)]
        case MappingNode():
            return plain_mapping(node, path, places, file)
        case _:
            raise BadFlow(Problem("not understood", file, line, column))


def plain_mapping(
    node: MappingNode, path: Path, places: dict[Path, tuple[int, int]], file: str
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        line, column = key.start_mark.line + 1, key.start_mark.column + 1
        if not isinstance(key, ScalarNode):
            raise BadFlow(Problem("a key must be a word", file, line, column))
        if key.value in found:
            first = places[(*path, key.value)]
            raise BadFlow(
                Problem(
                    f"{key.value!r} is here twice", file, line, column, f"first on line {first[0]}"
                )
            )
        places[(*path, key.value)] = (line, column)
        found[key.value] = plain(value, (*path, key.value), places, file)
    return found


M = TypeVar("M", bound=BaseModel)


def fit(model: type[M], source: Source) -> M:
    """The source as a model, or every way in which it does not fit."""
    try:
        return model.model_validate(source.data)
    except ValidationError as error:
        raise BadFlow(*problems_of(error, source)) from error
    except RecursionError as error:
        raise BadFlow(Problem("nested too deeply", source.file, 1, 1)) from error


PLAIN_WORDS = {
    "extra_forbidden": ("{at!r} is not known here", "look for a misspelling"),
    "missing": ("{at!r} is missing", ""),
    "union_tag_invalid": ("{tag!r} is no kind of step", "use one of {expected_tags}"),
    "union_tag_not_found": ("a step needs its `kind`", "for example `kind: text`"),
    "string_pattern_mismatch": ("{input!r} cannot be used as a name here", "expected {pattern}"),
    "dict_type": ("this should be a list of `name: value` lines", ""),
    "model_type": ("this should be a list of `name: value` lines", ""),
    "list_type": ("this should be a list", "start each item with `- `"),
    "string_type": ("this should be a text", "put it in quotes"),
}


def problems_of(error: ValidationError, source: Source) -> Iterator[Problem]:
    for found in error.errors(include_url=False):
        path: Path = found["loc"]
        message, hint = PLAIN_WORDS.get(
            found["type"], (found["msg"].removeprefix("Value error, "), "")
        )
        if found["type"] in PLAIN_WORDS:
            words = {
                **found.get("ctx", {}),
                "at": path[-1] if path else "",
                "input": found["input"],
            }
            message, hint = message.format(**words), hint.format(**words)
        step = path[1] if len(path) > 1 and path[0] == "steps" else ""
        yield replace(source.problem(path, message, hint), step=str(step))


def read_csv(text: str, file: str, name: str) -> Source:
    """A vocabulary as a table: `id`, `under`, a column a language, `aliases_<language>` (`a|b`).

    `under` names the row that this one belongs to, which stands above it.
    """
    rows = csv.DictReader(StringIO(text.removeprefix("\ufeff")), strict=True)
    places: dict[Path, tuple[int, int]] = {(): (1, 1), ("entries",): (1, 1)}
    top: list[dict[str, Any]] = []
    known: dict[str, tuple[dict[str, Any], Path]] = {}
    try:
        for row in rows:
            entry, under = entry_of(row, rows.line_num, file)
            if under and under not in known:
                raise BadFlow(Problem(f"{under!r} is no id of a row above", file, rows.line_num, 1))
            parent, path = known.get(under, ({"entries": top}, ()))
            path = (*path, "entries", len(parent["entries"]))
            parent["entries"].append(entry)
            places[path] = places[(*path, "entries")] = (rows.line_num, 1)
            known[entry["id"]] = (entry, path)
    except csv.Error as error:
        raise BadFlow(Problem(f"not CSV: {error}", file, rows.line_num, 1)) from error
    return Source(file, {"vocabulary": name, "entries": top}, places)


def entry_of(row: Mapping[str, Any], line: int, file: str) -> tuple[dict[str, Any], str]:
    if None in row:
        raise BadFlow(
            Problem("more cells than columns", file, line, 1, "texts with a comma need quotes")
        )
    cells = {name: value.strip() for name, value in row.items() if value}
    own, under = cells.pop("id", ""), cells.pop("under", "")
    aliases = {
        name.removeprefix("aliases_"): [
            alias.strip() for alias in value.split("|") if alias.strip()
        ]
        for name, value in cells.items()
        if name.startswith("aliases_")
    }
    label = {
        name: value for name, value in cells.items() if not name.startswith("aliases_") and value
    }
    return {"id": own, "label": label, "aliases": aliases, "entries": []}, under
