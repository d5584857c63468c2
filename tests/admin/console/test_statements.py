"""No field of any form and no question of any page becomes part of a statement."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import cycle, islice
from urllib.parse import urlencode, urlsplit

from app.directory.search import terms_of
from tests.admin.builders import (
    Api,
    a_conversation,
    a_group,
    a_message_in,
    a_message_out,
    a_person,
)
from tests.admin.console.browsing import Browser
from tests.hostile.statements import PAYLOADS, listening

PAGES = (
    "/", "/signups", "/signups/alike", "/messages", "/messages/unhandled", "/flows", "/channels",
    "/channels/main", "/desk?show=all", "/desk/call", "/operators", "/keys", "/audit", "/account",
)  # fmt: skip
BESIDES = {
    "/signups": ("after", "column", "done", "lang", "merged", "channel", "flow"),
    "/signups/count": ("q", "province", "status", "from"),
    "/signups/alike": ("after",),
    "/messages": ("after", "direction", "channel"),
    "/messages/unhandled": ("after",),
    "/desk": ("after", "show"),
    "/audit": ("after", "who", "what", "to"),
    "/": ("flow",),
    "/login": ("next",),
}
"""Questions of addresses that stand in no form."""
PATHS = (
    "/signups/{}", "/signups/{}/alike", "/messages/{}", "/messages/unhandled/{}", "/flows/{}",
    "/channels/{}", "/conversations/{}", "/conversations/{}/said/live",
)  # fmt: skip
A_FEW = 3
ENDS = ("/logout", "/totp", "/end", "/reset", "/sign-out", "/password")
"""Forms that end what the test goes on with; what they take is no text that is looked for."""


@dataclass
class Form:
    action: str
    method: str = "get"
    fields: dict[str, str] = field(default_factory=dict)


class Forms(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(given.get("action", ""), given.get("method", "get")))
        elif tag in ("input", "select", "textarea", "button") and self.found and "name" in given:
            self.found[-1].fields.setdefault(given["name"], given.get("value", ""))


def a_day(browser: Browser) -> tuple[str, ...]:
    """A few things of each kind; gives the pages that show one."""
    office = browser.office
    person = a_person(office)
    group = a_group(office, tags=["بازدید"])
    a_group(office, "+989350000001")
    bad = a_message_in(office, person, "سلام", state="poisoned")
    out = a_message_out(office, person, "سلام", state="failed")
    talk = a_conversation(office, person, flagged="circles")
    return (
        f"/signups/{group}",
        f"/signups/{group}/alike",
        f"/messages/unhandled/{bad}",
        f"/messages/{out}",
        f"/conversations/{talk}",
    )


def forms(browser: Browser, pages: tuple[str, ...]) -> Iterator[Form]:
    seen = set()
    for path in pages:
        for form in Forms(browser.get(path)).found:
            form.action = form.action or f"/console{urlsplit(path).path}"
            key = (form.action, form.method, tuple(sorted(form.fields)))
            if key not in seen and not form.action.endswith(ENDS):
                seen.add(key)
                yield form


def test_no_field_of_any_form_is_part_of_a_statement(either_house):
    browser = Browser(either_house).as_("admin")
    pages = (*PAGES, *a_day(browser))
    payloads, asked, wrong = cycle(PAYLOADS), 0, {}
    every = list(forms(browser, pages))
    assert len(every) > 25
    with listening(either_house.store) as glued:
        for form in every:
            for name in (*form.fields,):
                if name == "csrf":
                    continue
                for payload in islice(payloads, A_FEW):
                    given = {**form.fields, name: payload}
                    if "csrf" in form.fields:
                        given["csrf"] = browser.word()
                    answer = browser.client.request(
                        form.method,
                        f"{form.action}?{urlencode(given)}"
                        if form.method == "get"
                        else form.action,
                        data=given if form.method == "post" else None,
                    )
                    asked += 1
                    if answer.status_code >= 500 and answer.status_code != 503:
                        wrong[f"{form.action} {name}"] = payload
    assert wrong == {}
    assert glued == []
    assert asked > 150
    found = Api(either_house).get("/groups", merged=True)["items"]
    assert len(found) == 2, "and nothing is gone"


def test_no_question_of_any_page_is_part_of_a_statement(either_house):
    browser = Browser(either_house).as_("admin")
    a_day(browser)
    payloads, wrong = cycle(PAYLOADS), {}
    with listening(either_house.store) as glued:
        for path, names in BESIDES.items():
            for name in names:
                for payload in islice(payloads, A_FEW):
                    answer = browser.client.get(f"/console{path}", params={name: payload})
                    if answer.status_code >= 500:
                        wrong[f"{path} {name}"] = payload
        for path in PATHS:
            for payload in islice(payloads, 10 * A_FEW):
                encoded = "".join(f"%{byte:02x}" for byte in payload.encode())
                answer = browser.client.get(f"/console{path.format(encoded)}")
                if answer.status_code not in (307, 400, 404, 422):
                    wrong[path] = (payload, answer.status_code)
    assert wrong == {}
    assert glued == []


def test_payloads_are_searched_for_and_found_to_be_nobody(house):
    browser = Browser(house).as_("viewer")
    a_day(browser)
    wrong = {}
    with listening(house.store) as glued:
        for payload in PAYLOADS[::4]:  # the API's test goes through all
            answer = browser.client.get("/console/signups", params={"q": payload})
            shown = answer.text.count("/console/signups/1")
            if "\x00" not in payload and bool(shown) is bool(terms_of(payload[:200])):
                wrong[payload] = shown
    assert wrong == {}
    assert glued == []


def test_a_view_of_hostile_words_is_kept_and_used_as_words(either_house):
    browser = Browser(either_house).as_("viewer")
    a_day(browser)
    with listening(either_house.store) as glued:
        for payload in PAYLOADS[::40]:
            query = urlencode({"q": payload, "province": payload, "column": payload})
            kept = browser.post("/signups/views", name=payload[:60], query=query)
            assert browser.client.get(kept.headers["location"]).status_code == 200
            assert browser.client.get("/console/signups").status_code == 200
            browser.post("/signups/views", name="x", query=payload)
            assert browser.client.get("/console/signups").status_code == 200
    assert glued == []
