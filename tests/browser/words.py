"""What a page says in letters of another alphabet, but for what is no word of any language."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})
SAID = ("alt", "aria-label", "data-ask", "data-count", "data-label", "placeholder", "title")
HIDDEN = frozenset({"code", "pre", "script", "style"})
LATIN = re.compile(r"[A-Za-z][\w.'-]*")


class Words(HTMLParser):
    """Gathers texts and links. What stands in `code`, in another `lang`, or is not to be
    translated is left out."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self.texts: list[str] = []
        self.links: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        other = tag != "html" and given.get("lang", self.language) != self.language
        hides = tag in HIDDEN or other or given.get("translate") == "no"
        if not hides and not self._is_hidden:
            self.texts += [given[name] for name in SAID if given.get(name)]
        if tag == "a":
            self.links.append(given.get("href", ""))
        if tag not in VOID:
            self._open.append((tag, hides))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._is_hidden:
            self.texts.append(data.strip())

    @property
    def _is_hidden(self) -> bool:
        return any(hides for _, hides in self._open)

    def latin(self, allowed: set[str]) -> Iterator[str]:
        for text in self.texts:
            if any(word not in allowed for word in LATIN.findall(text)):
                yield text[:80]
