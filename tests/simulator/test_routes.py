"""The page and its calls: who may call, what is refused, what a browser hears."""

import json
import threading

import httpx2
import pytest

from app.simulator.page import LANGUAGES, read_words
from app.simulator.phones import MOST_BUBBLES, MOST_PHONES, Phones, Way
from app.simulator.watching import MEMORY, Watch
from tests.simulator.service import Phone, eventually


@pytest.mark.parametrize(("language", "direction"), [("", "rtl"), ("en", "ltr"), ("ar", "rtl")])
def test_the_page_speaks_its_language(service, language, direction):
    answer = httpx2.get(f"{service.url}/simulator", params={"lang": language} if language else {})
    words = read_words(language or "fa")
    assert f'<html lang="{language or "fa"}" dir="{direction}">' in answer.text
    assert words["title"] in answer.text


def test_the_page_remembers_the_language(service):
    with httpx2.Client(base_url=service.url) as browser:
        browser.get("/simulator?lang=hu")
        assert '<html lang="hu"' in browser.get("/simulator").text
        assert '<html lang="hu"' in browser.get("/simulator?lang=xx").text


def test_every_language_has_every_word():
    names = {language: set(read_words(language)) for language in LANGUAGES}
    assert all(words == names["fa"] for words in names.values())
    assert all(value for language in LANGUAGES for value in read_words(language).values())


def test_the_page_lets_no_foreign_script_in(service):
    answer = httpx2.get(f"{service.url}/simulator")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http://" not in answer.text.replace(service.url, "")
    assert "https://" not in answer.text
    assert "style=" not in answer.text


def test_its_own_files_are_served(service):
    page = httpx2.get(f"{service.url}/simulator").text
    addresses = {part.split('"')[0].split("#")[0] for part in page.split('="/')[1:]}
    assert len(addresses) > 7
    for address in addresses:
        assert httpx2.get(f"{service.url}/{address}").status_code == 200, address


def test_numbers_are_read_in_any_form(service):
    with Phone(service.url, "۰۹۱۲ ۰۰۰ ۰۰۰۱") as phone:
        assert phone.shown()["number"] == "+989120000001"


@pytest.mark.parametrize("number", ["", "abc", "12", "<script>"])
def test_what_is_no_number_is_refused(service, number):
    with Phone(service.url, number) as phone:
        assert phone.ask("text", text="9").status_code == 422


def test_other_sites_cannot_call(phone):
    url = "/text"
    body = json.dumps({"number": phone.number, "text": "9"})
    plain = phone._client.post(url, content=body, headers={"content-type": "text/plain"})
    other = phone._client.post(
        url,
        content=body,
        headers={"content-type": "application/json", "sec-fetch-site": "cross-site"},
    )
    assert (plain.status_code, other.status_code) == (403, 403)


@pytest.mark.parametrize(
    ("call", "body"),
    [
        ("text", {"text": ""}),
        ("text", {"text": "x" * 1601}),
        ("text", {"text": "9", "extra": 1}),
        ("dial", {"code": "*" * 41}),
        ("power", {}),
    ],
)
def test_bodies_are_checked(phone, call, body):
    assert phone.ask(call, **body).status_code == 422


def test_unknown_faults_are_refused(phone):
    for faults in ({"rain": 1}, {"duplicate": 1.5}, {"answer": "sings"}, {"delay": 1000}):
        assert phone._client.post("/faults", json=faults).status_code == 422


def test_time_can_be_moved_on(service, phone):
    assert phone.ask("hasten").json() == {"hastened": True}
    assert phone.ask("hasten").json() == {"hastened": False}
    assert service.hastened == [phone.number] * 2


def test_typing_is_measured(phone):
    size = phone._client.post("/measure", json={"text": "۹" * 71}).json()
    assert (size["encoding"], size["segments"], size["room"]) == ("ucs2", 2, 134)


def test_a_wiped_phone_is_empty(phone):
    phone.ask("text", text="9")
    phone.bubbles("taken")
    phone.ask("wipe")
    assert phone.shown()["bubbles"] == []


def test_a_browser_hears_of_changes_and_misses_none(phone):
    token = phone._client.post("/watch", json={"numbers": [phone.number]}).json()["token"]
    phone.ask("text", text="before the stream")
    phone.bubbles("taken")
    heard: list[tuple[str, str]] = []
    thread = threading.Thread(target=listen, args=(phone, token, heard, 4), daemon=True)
    thread.start()
    phone.ask("text", text="during")
    thread.join(60)
    assert heard == [
        ("before the stream", "going"),
        ("before the stream", "taken"),
        ("during", "going"),
        ("during", "taken"),
    ]


def listen(phone, token, heard, count):
    with httpx2.stream("GET", f"{phone._client.base_url}events/{token}") as answer:
        for line in answer.iter_lines():
            if line.startswith("data: "):
                said = json.loads(line[6:])
                assert said["number"] == phone.number
                heard.append((said["item"]["text"], said["item"]["way"]))
                if len(heard) == count:
                    return


def test_an_unknown_stream_ends(service):
    assert httpx2.get(f"{service.url}/simulator/events/nothing").status_code == 404


def test_a_browser_that_missed_too_much_is_told_to_start_afresh():
    watch = Watch(frozenset())
    for number in range(MEMORY + 5):
        watch.tell("bubble", {"n": number})
    assert watch.since(2) is None
    assert watch.since(MEMORY + 99) is None
    missed = watch.since(MEMORY + 3)
    assert missed is not None
    assert [number for number, _ in missed] == [MEMORY + 4, MEMORY + 5]


def test_memory_is_bounded():
    phones = Phones()
    for number in range(MOST_PHONES + 10):
        phones.touch(str(number))
    assert phones.find("9") is None
    assert phones.find("10") is not None
    for number in range(MOST_BUBBLES + 10):
        phones.add("10", str(number), Way.GOING, mine=True)
    kept = phones.touch("10").bubbles
    assert (len(kept), kept[0].text) == (MOST_BUBBLES, "10")


def test_ussd_shows_screens_and_their_size(service, phone):
    screen = phone.ask("dial", code="*7#").json()
    assert (screen["text"], screen["open"], screen["room"], screen["fits"]) == (
        "نام گروه؟",
        True,
        80,
        True,
    )
    last = phone.ask("key", typed="همیاران").json()
    assert (last["text"], last["open"]) == ("سپاس، همیاران", False)
    assert phone.ask("key", typed="more").status_code == 409
    phases = [(told["phase"], told["input"]) for told in service.told]
    assert phases == [("begin", ""), ("continue", "همیاران")]
    assert len({told["dialog"] for told in service.told}) == 1


def test_ussd_can_be_hung_up(service, phone):
    phone.ask("dial", code="*7*9#")
    assert service.told[0]["code"] == "*7*9#"
    phone.ask("hang-up")
    assert (service.told[-1]["phase"], service.told[-1]["reason"]) == ("end", "hung up")
    assert phone.shown()["dialog"] is None


def test_ussd_knows_one_code(service, phone):
    assert phone.ask("dial", code="*8#").json()["note"] == "unknown_code"
    assert service.told == []


def test_ussd_is_cut_off_on_demand(service, phone):
    phone.faults(drop_dialog=1)
    assert phone.ask("dial", code="*7#").json()["note"] == "dropped"
    eventually(lambda: service.told[-1].get("reason") == "network lost")


def test_a_repeated_ussd_request_is_compared(phone):
    phone.faults(duplicate=1)
    assert phone.ask("dial", code="*7#").json()["repeated_alike"] is True
