"""What a page is made of, so that two of them can be compared: elements, and words apart."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote_plus

COMPARED = ("id", "class", "src", "action", "method", "type", "rel", "http-equiv", "style", "form")
"""Attributes whose values no words of people decide, besides every one of htmx."""
ADDRESSES = ("href", "src", "action", "formaction", "data", "xlink:href", "poster", "ping")
OF_ONE = re.compile(r"[0-9a-f]{32,}|\d+")
"""Ids and tokens: what tells one row from another."""
DISARMED = str.maketrans(dict.fromkeys("<>\"'&`", "·"))
"""What words must lose to mean nothing to a browser."""
DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩٬", "01234567890123456789,")


class Page(HTMLParser):
    """`shape` is every element with its attributes; `words` is what people see or a link says."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.shape: list[tuple[str, ...]] = []
        self.abroad: list[str] = []
        self._words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = sorted(name for name, _ in attrs)
        kept = [
            f"{name}={_kind_of(value or '')}"
            for name, value in sorted(attrs)
            if name in COMPARED or name.startswith(("hx-", "data-hx-", "on"))
        ]
        self.shape.append((tag, *names, *kept))
        for name, value in attrs:
            self._words.append(value or "")
            if name in ADDRESSES and not leads_home(value or ""):
                self.abroad.append(f"<{tag} {name}={value}>")

    def handle_endtag(self, tag: str) -> None:
        self.shape.append((f"/{tag}",))

    def handle_data(self, data: str) -> None:
        self._words.append(data)

    def handle_comment(self, data: str) -> None:
        self.shape.append(("!--",))

    def handle_decl(self, decl: str) -> None:
        self.shape.append(("!",))

    def unknown_decl(self, data: str) -> None:
        self.shape.append(("![",))

    def handle_pi(self, data: str) -> None:
        self.shape.append(("?",))

    @property
    def words(self) -> str:
        return plain("\n".join(self._words))


def _kind_of(value: str) -> str:
    """A value without what is of one row alone; of an address, the first parts of its path."""
    return "/".join(OF_ONE.sub("1", unquote_plus(value)).split("/")[:3])


def leads_home(address: str) -> bool:
    """A path or a part of this host, or a text to a number."""
    own = address.startswith(("/", "#", "?")) and not address.startswith(("//", "/\\"))
    return (
        own or address.startswith(("sms:", "data:image/png;")) or not re.search(r"[:\\/]", address)
    )


def plain(text: str) -> str:
    """As two spellings of one text are compared: digits of one script, spaces of one kind."""
    return " ".join(text.translate(DIGITS).split())


def difference(hostile: str, harmless: str) -> list[str]:
    """What the page with hostile words has besides, or lacks."""
    one, other = Page(hostile), Page(harmless)
    found = [f"leads abroad: {link}" for link in one.abroad]
    for at, (mine, theirs) in enumerate(zip(one.shape, other.shape, strict=False)):
        if mine != theirs:
            return [*found, f"element {at}: {mine} instead of {theirs}"]
    if len(one.shape) != len(other.shape):
        found.append(f"{len(one.shape)} elements instead of {len(other.shape)}")
    return found
