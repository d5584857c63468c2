"""Whatever people write is shown as text, on every page and in every language."""

from html.parser import HTMLParser

import pytest

from app.admin.console.pages import LANGUAGES
from tests.admin.builders import a_group, a_message_in, a_message_out, a_person
from tests.admin.console.browsing import Browser

TAGS = ("script", "img", "svg", "iframe", "math", "body", "video", "details", "a", "style", "form")
FORMS = (
    "<{tag} onload=alert(1)>", "<{tag} src=x onerror=alert(1)>",
    '"><{tag} autofocus onfocus=alert(1)>',
    "'><{tag}/onmouseover=alert(1)>", "</title><{tag}>", "</textarea><{tag}>", "-->< {tag}>",
    "<{tag} href=javascript:alert(1)>", "<{tag}\x0bonclick=alert(1)>", "</script><{tag}>",
    "{{{{7*7}}}}<{tag}>", "{{%raw%}}<{tag}>", "\u202e<{tag}>", "<{tag} style=x:expression(1)>",
    "&lt;{tag}&gt;<{tag}>", "<<{tag}//<", "`<{tag} onpointerenter=alert`1`>", "\\u003c{tag}>",
)  # fmt: skip
PAYLOADS = [form.format(tag=tag) for form in FORMS for tag in TAGS][:200]
MARK = "zqx"


class Found(HTMLParser):
    """Every element and attribute of a page that holds the mark, other than as text or value."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.odd: list[str] = []
        self.seen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if MARK in name or MARK in tag or name.startswith("on") or name == "style":
                self.odd.append(f"<{tag} {name}={value}>")
            if name in ("href", "src", "action") and (value or "").lower().startswith("javascript"):
                self.odd.append(f"<{tag} {name}={value}>")

    def handle_data(self, data: str) -> None:
        self.seen += MARK in data


def test_there_are_two_hundred():
    assert len(PAYLOADS) == 198
    assert len(set(PAYLOADS)) == 198


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_words_stay_words(house, language):
    person = a_person(house)
    pages = ["/", "/signups?column=contact&column=tags&column=type", "/messages", "/desk?show=all"]
    for number, payload in enumerate(PAYLOADS[:: 6 if language != "fa" else 1]):
        words = f"{MARK}{payload}"
        code = f"{20_000_000 + number}"
        fields = {"contact": words, "offer": words, "type": words[:60], "province": words[:60]}
        a_group(house, code=code, name=words, tags=[words[:60]], **fields)
        a_message_in(house, person, words, state="poisoned", problem=words, raw=words.encode())
        out = a_message_out(house, person, words, reason=words, state="failed")
        pages += (
            [f"/signups/{code}", f"/signups/{code}/alike", f"/messages/{out}"]
            if number % 12 == 0
            else []
        )
    browser = Browser(house).as_("admin")
    browser.client.cookies.set("muster_language", language)
    pages += ["/messages/unhandled", "/signups/alike", f"/signups?q={MARK}&tag={MARK}"]
    clean = elements(browser.get("/keys"))
    seen = 0
    for path in pages:
        html = browser.get(path)
        found = Found()
        found.feed(html)
        assert found.odd == [], path
        seen += found.seen
        for tag in ("iframe", "math", "video", "img", "style", "script"):
            assert elements(html).count(tag) == clean.count(tag), (path, tag)
    assert seen > len(pages)
    hostile = browser.client.get("/console/signups", params={"q": '"><script>alert(1)</script>'})
    assert "<script>alert" not in hostile.text


def elements(html: str) -> list[str]:
    tags: list[str] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            tags.append(tag)

    Tags().feed(html)
    return tags
