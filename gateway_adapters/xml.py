"""Read and write the little XML that carriers speak; DTDs, entities and bombs are refused.

Names are compared without prefix and without case, as carriers change both.
"""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn
from xml.parsers import expat

from gateway_adapters.http import BadPayload, Fields

MAX_BYTES = 1_048_576
MAX_DEPTH = 40
MAX_NODES = 20_000

_NOT_XML = re.compile("[^\\t\\n\\r\\u0020-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


@dataclass(frozen=True)
class Node:
    """One element. `name` has no prefix; `text` is its own text, without its children's."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: list["Node"] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list, repr=False)

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def __iter__(self) -> Iterator["Node"]:
        """Walk through this node and all below it, as written."""
        yield self
        for child in self.children:
            yield from child

    def all(self, name: str) -> list["Node"]:
        """Every element of this name, this one and below."""
        return [node for node in self if node.name.lower() == name.lower()]

    def first(self, *names: str) -> "Node | None":
        """The first element that has one of these names, looked for in their order."""
        return next((node for name in names for node in self.all(name)), None)

    def value(self, *names: str) -> str:
        """The text of the first element of these names that is there, else an empty text."""
        found = self.first(*names)
        return found.text if found else ""

    def fields(self) -> Fields:
        """The leaves below as fields; the first of a name counts."""
        return Fields.of((node.name, node.text) for node in self if not node.children)


def parse_xml(body: bytes) -> Node:
    """Read a document, refusing what is not XML, and what XML should never have been."""
    if len(body) > MAX_BYTES:
        raise BadPayload("the XML is too long")
    builder = _Builder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    try:
        parser.Parse(body.strip(), True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise BadPayload("the body is not XML") from error
    return builder.root


class _Builder:
    def __init__(self) -> None:
        self.top = Node("")
        self.open = [self.top]
        self.count = 0

    @property
    def root(self) -> Node:
        return self.top.children[0]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.open) > MAX_DEPTH or self.count > MAX_NODES:
            raise BadPayload("the XML is nested too deep or too long")
        node = Node(_local(name), {_local(key).lower(): text for key, text in attributes.items()})
        self.open[-1].children.append(node)
        self.open.append(node)

    def end(self, _name: str) -> None:
        self.open.pop()

    def characters(self, text: str) -> None:
        self.open[-1].pieces.append(text)


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _refuse(*_: Any) -> NoReturn:
    raise BadPayload("XML with a DTD or entities is refused")


def escape(text: str) -> str:
    """Make text fit between tags and inside attributes; what XML forbids is left out."""
    return html.escape(_NOT_XML.sub("", text), quote=True)
