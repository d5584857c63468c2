"""What a page does that none of ours does: words of strangers that came to life."""

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page, expect

CALLED = "zq"
"""What a script of theirs calls."""

COMING = "div[hx-trigger=load], .htmx-request"
"""Parts that a page asks for by itself: they belong to it."""

LOOK = """() => {
    const made = new Set(), abroad = new Set(), words = [];
    for (const one of document.querySelectorAll("*")) {
        made.add(`${one.parentElement?.localName} > ${one.localName}`);
        for (const {name, value} of one.attributes) {
            made.add(`${one.localName}[${name}]`);
            words.push(value);
            if (!/^(href|src|action|formaction|data|xlink:href|ping)$/.test(name)) continue;
            const {origin, protocol} = new URL(value, document.baseURI);
            const own = origin === location.origin || /^(sms:|data:image.png)/.test(value);
            if (!own || /script/.test(protocol)) abroad.add(`${one.localName} ${name}=${value}`);
        }
        if ("value" in one) words.push(String(one.value));
    }
    for (const node of Iterator(document)) words.push(node.data);
    return {made: [...made], abroad: [...abroad], words: words.join("\\n")};
    function* Iterator(root) {
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) yield walker.currentNode;
    }
}"""


@dataclass
class Watch:
    """`noted` is what must never be: scripts, dialogs, requests abroad, refusals of the policy."""

    page: Page
    origin: str
    noted: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    """Elements under elements, and attributes of elements, that pages of ours are made of."""
    expected: str = "nothing"
    """What browsers say of answers that are meant to be errors."""

    def __post_init__(self) -> None:
        self.page.context.expose_function(CALLED, lambda *_: self.noted.append("a script ran"))
        self.page.on("dialog", self._dialog)
        self.page.on("request", self._request)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.noted.append(str(error)))

    def learn(self) -> None:
        """Take this page for one of ours."""
        self.known |= set(self._look()["made"])

    def words(self) -> str:
        """What the page says, hidden or not; notes what it is made of besides."""
        seen = self._look()
        self.noted += [f"made of {one}" for one in sorted(set(seen["made"]) - self.known)]
        self.noted += [f"leads abroad: {one}" for one in seen["abroad"]]
        return str(seen["words"])

    def _look(self) -> dict[str, Any]:
        expect(self.page.locator(COMING)).to_have_count(0, timeout=30_000)
        return dict(self.page.evaluate(LOOK))

    def _dialog(self, dialog: Any) -> None:
        self.noted.append("a dialog opened")
        dialog.dismiss()

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.origin + "/", "data:image/png")):
            self.noted.append(f"asked {request.url[:60]}")

    def _console(self, said: Any) -> None:
        if said.type in ("error", "warning") and self.expected not in said.text:
            self.noted.append(said.text[:200])
