"""What other sites, old forms and hostile words can do to the public pages: nothing."""

import re
from urllib.parse import quote

import pytest
from sqlalchemy import update

from app.store.schema import conversations, groups, outbox, visits
from tests.hostile.reading import DISARMED, difference, plain
from tests.hostile.reading import Page as Read
from tests.hostile.scripts import PAYLOADS
from tests.web.conftest import Page, a_site

NUMBER = "09121110001"
PAGES = ["/join/signup", "/about", "/status", "/poster/signup", "/join/nowhere"]
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "</textarea><svg onload=alert(1)>",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "javascript:alert(1)",
    "<!--#exec cmd=ls-->",
    "&lt;script&gt;",
    "\u202e<b>بدنام</b>",
    "]]><script>1</script>",
    "<iframe srcdoc='<script>1</script>'>",
    "<a href=javascript:alert(1)>x</a>",
]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_keeps_to_itself(site, path):
    guest = site.guest().open(path)
    policy = guest.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert guest.headers["x-content-type-options"] == "nosniff"
    assert guest.headers["cache-control"] == "no-store"
    names = [name for tag, attributes in guest.page.tags for name in attributes]
    assert not [name for name in names if name.startswith("on") or name == "style"]
    assert "<script" not in guest.html
    assert "<style" not in guest.html
    links = re.findall(r'(?:src|href|action)="([^"]*)"', guest.html)
    assert [one for one in links if not one.startswith(("/", "#", "sms:"))] == []


def test_cookies_on_https_are_for_this_host_alone(sqlite_url):
    with a_site(sqlite_url, "https://testserver") as site:
        guest = site.guest().open("/join/signup?lang=en")
        cookies = guest.headers.get_list("set-cookie")
        visit = next(c for c in cookies if c.startswith("__Host-visit="))
        for word in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
            assert word in visit
        assert "Domain" not in visit
        assert all("Secure" in cookie for cookie in cookies)
        guest.prove(NUMBER)
        assert guest.step == "consent"


def test_a_form_without_proof_does_nothing(site):
    guest = site.guest().prove(NUMBER)
    of_another = site.guest().open("/join/signup").page.form("number")["proof"]
    before = len(site.rows(outbox))
    fields = {"number": "09121110002", "answer": "1", "asks": "consent", "language": "en"}
    for do in ("number", "code", "again", "leave", "begin", "language", "answer", "skip", ""):
        for proof in (None, "", "0" * 64, "é", of_another):
            sent = {**fields, "do": do} | ({} if proof is None else {"proof": proof})
            assert guest.client.post("/join/signup", data=sent).status_code == 403
    (row,) = site.rows(conversations)
    assert (row.step, row.language) == ("consent", "fa")
    assert len(site.rows(outbox)) == before
    assert guest.open("/join/signup").step == "consent"


@pytest.mark.parametrize("where", ["cross-site", "same-site"])
def test_a_form_from_another_site_does_nothing(site, where):
    guest = site.guest().prove(NUMBER)
    form = next(f for f in guest.page.forms if "asks" in f["hidden"])["hidden"]
    sent = {**form, "answer": "1"}
    answer = guest.client.post("/join/signup", data=sent, headers={"sec-fetch-site": where})
    assert answer.status_code == 403
    assert site.rows(conversations)[0].step == "consent"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{}", "application/json"),
        (b"proof=1", "text/plain"),
        (b"a=" + b"x" * 40_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"a=1" for _ in range(100)), "application/x-www-form-urlencoded"),
        (b"answer=%ff%fe", "application/x-www-form-urlencoded"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"", "multipart/form-data; boundary=x"),
    ],
)
@pytest.mark.parametrize("path", ["/join/signup", "/status"])
def test_what_is_no_form_of_ours_is_refused(site, path, body, kind):
    guest = site.guest().open("/join/signup")
    answer = guest.client.post(path, content=body, headers={"content-type": kind})
    assert answer.status_code == 403
    assert "Traceback" not in answer.text


def test_without_cookies_people_are_told_what_to_do(site):
    guest = site.guest().open("/join/signup")
    form = guest.page.form("number")
    guest.client.cookies.clear()
    answer = guest.client.post("/join/signup", data={**form, "number": NUMBER})
    assert answer.status_code == 403
    assert "کوکی" in answer.text
    assert site.rows(outbox) == []


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_hostile_words_are_shown_as_words(site, lang):
    for at, words in enumerate(HOSTILE):
        number = f"0912{at:03d}0001"
        guest = site.guest(f"10.0.0.{at}").prove(number, lang).answer("1").answer(words)
        pages = [guest.html, guest.open("/join/signup/name").html]
        guest.open("/join/signup")
        for answer in ("7", "3", "2", "1", "1", words):
            guest.answer(answer)
        pages.append(guest.open("/join/signup/offer").html)
        if guest.open("/join/signup").step == "phone":
            guest.answer(number)
        assert guest.step == "summary_individual"
        pages.append(guest.html)
        pages.append(guest.answer("1").html)
        pages.append(guest.open(f"/join/signup?lang={words}").html)
        for html in pages:
            assert nothing_runs(html)
            assert words not in html or "<" not in words


def test_two_hundred_hostile_words_are_words_in_every_place(site):
    guest = site.guest().prove(NUMBER).answer("1").answer("سپیدار")
    for answer in ("7", "3", "2", "1", "1", "کمک"):
        guest.answer(answer)
    if guest.open("/join/signup").step == "phone":
        guest.answer(NUMBER)
    seen = ""
    for at in range(0, len(PAYLOADS), 20):
        hostile = " ¶ ".join(PAYLOADS[at : at + 20])
        pages = [_read(site, guest, words) for words in (hostile, hostile.translate(DISARMED))]
        for one, other in zip(*pages, strict=True):
            assert difference(one, other) == []
            seen += Read(one).words
    assert [one for one in PAYLOADS if plain(one) not in seen] == []


def _read(site, guest, words):
    """Every page of somebody in whose sign-up these words stand."""
    (row,) = site.rows(conversations)
    with site.store.write() as db:
        answers = {**row.answers, "name": words, "offer": words}
        db.execute(update(conversations).values(answers=answers))
        db.execute(update(visits).values(said=[words, words]))
        groups_of_theirs = {"name": words, "note": words, "status": words[:16]}
        db.execute(update(groups).values(**groups_of_theirs))
    pages = []
    for lang in ("fa", "en"):
        guest.client.post("/join/signup", data={**guest.page.form("language"), "language": lang})
        own = ("/join/signup", "/join/signup/name", "/join/signup/offer", "/status")
        pages += [guest.client.get(path).text for path in own]
    stranger = site.guest("10.9.9.9").open("/join/signup")
    asked = stranger.page.form("number")
    pages.append(stranger.client.post("/join/signup", data={**asked, "number": words}).text)
    asked = stranger.open("/status").page.forms[0]["hidden"]
    pages.append(stranger.client.post("/status", data={**asked, "code": words}).text)
    text = quote(words[:300])
    public = ("/join", "/join/signup", "/about", "/poster/signup", "/status", "/join/x")
    asked = (f"{path}?lang={text}&step={text}" for path in public)
    return [
        *pages,
        *(stranger.client.get(path).text for path in (*asked, f"/join/signup/{text}")),
    ]


def nothing_runs(html: str) -> bool:
    return not [
        (tag, given)
        for tag, given in Page(html).tags
        if tag in ("script", "svg", "iframe", "object", "style")
        or any(name.startswith("on") for name in given)
        or str(given.get("href", given.get("src"))).startswith(("java", "x"))
    ]


def test_hostile_paths_and_languages_are_no_pages(site):
    for path in ("/join/%3Cscript%3E", "/join/signup/%3Cb%3E", "/poster/..%2f", "/join/signup/a/b"):
        answer = site.guest().client.get(path)
        assert answer.status_code in (200, 404)
        assert "<script>" not in answer.text


def test_the_status_of_a_code_is_asked_a_few_times(site):
    guest = site.guest("10.0.0.1").open("/status")
    for _ in range(10):
        guest.send("", "/status", code="12345678")
        assert guest.status == 404
    guest.send("", "/status", code="12345678")
    assert guest.status == 429
    assert guest.headers["retry-after"] == "600"


@pytest.mark.parametrize("lang", ["fa", "en", "ar", "hu"])
def test_what_fails_inside_is_a_page_with_a_reference(site, monkeypatch, capsys, lang):
    def fails(*_):
        raise RuntimeError("SELECT +989121110001 همیاران")

    guest = site.guest().prove(NUMBER)
    monkeypatch.setattr("app.web.join.visitor_of", fails)
    for path in ("/join/signup", "/join/signup/name"):
        guest.open(f"{path}?lang={lang}")
        assert guest.status == 500
        assert guest.headers["content-security-policy"]
        reference = re.search(r"\u2066([0-9a-f]{8})\u2069", guest.html)
        said = "".join(capsys.readouterr())
        assert reference
        assert reference[1] in said
        for inside in ("SELECT", "98912", "همیاران", "RuntimeError", "Traceback"):
            assert inside not in guest.html
        assert "98912" not in said
