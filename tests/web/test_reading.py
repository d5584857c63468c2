"""The pages to read: about the plan, the poster and its code, the status of a registration."""

import shutil

import pytest

from app.conversation.show import show_status
from app.conversation.source import BadFlow
from app.main import SHIPPED_PAGES
from app.store.schema import groups
from app.web.about import read_pages
from app.web.pages import LANGUAGES, Labels, read_words

E164 = "+989121110001"
SIGN_UP = ["9", "1", "همیاران", "1", "گیلان", "رشت", "1", "1", "12", "رد", "مریم رضایی", "1"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plan_is_told_in_every_language(site, language):
    guest = site.guest().open(f"/about?lang={language}")
    about = read_pages(SHIPPED_PAGES)[language]
    assert guest.status == 200
    for point in (*about.aims.points, *about.definitions.points):
        assert point.title in guest.words
        assert point.text in guest.words
    assert len(about.aims.points) == 4
    assert len(about.definitions.points) == 5


def test_persian_comes_first(site):
    assert 'lang="fa" dir="rtl"' in site.guest().open("/about").html


def test_a_chosen_language_stays(site):
    guest = site.guest().open("/about?lang=hu").open("/status")
    assert 'lang="hu" dir="ltr"' in guest.html


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_is_there_in_every_language(language):
    words, first = read_words(language), read_words("fa")
    assert words.keys() == first.keys()
    for name, word in words.items():
        if isinstance(word, str):
            assert slots(word) == slots(first[name]), name
        else:
            assert word.keys() == first[name].keys()
    assert len(Labels(words, {})) == len(words)


def slots(text: str) -> set[str]:
    return {part.partition("}")[0] for part in text.split("{")[1:]}


def test_the_campaign_edits_the_page(tmp_path):
    shutil.copy(SHIPPED_PAGES / "about.fa.yaml", tmp_path)
    page = tmp_path / "about.fa.yaml"
    page.write_text(page.read_text("utf-8").replace("چهار هدف", "هدف‌های ما"), "utf-8")
    assert read_pages(tmp_path)["fa"].aims.title == "هدف‌های ما"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [("slogan: ", "sloga: "), ("aims:", "aim:"), ("  title: چهار هدف", "  title: [")],
)
def test_a_page_that_cannot_be_used_says_where(tmp_path, change, complaint):
    text = (SHIPPED_PAGES / "about.fa.yaml").read_text("utf-8")
    (tmp_path / "about.fa.yaml").write_text(text.replace(change, complaint, 1), "utf-8")
    with pytest.raises(BadFlow, match=r"about\.fa\.yaml:\d+"):
        read_pages(tmp_path)


def test_a_folder_without_pages_is_refused(tmp_path):
    with pytest.raises(BadFlow, match="about"):
        read_pages(tmp_path)


def test_the_poster_says_what_to_send_where(site):
    guest = site.guest().open("/poster/signup")
    assert "۹ را به ۳۰۰۰۱۱۵۲ بفرستید" in guest.words
    assert "http://testserver/join/signup" in guest.words
    drawn = site.client.get("/poster/signup/qr.svg")
    assert drawn.headers["content-type"] == "image/svg+xml"
    assert b"<svg" in drawn.content
    assert site.client.get("/poster/nothing/qr.svg").status_code == 404


def test_a_tracking_code_tells_its_status_and_no_more(any_site):
    any_site.by_sms(E164, *SIGN_UP)
    (group,) = any_site.rows(groups)
    guest = any_site.guest().open("/status")
    guest.send("", "/status", code=f" {group.code[:4]} {group.code[4:]}")
    assert guest.status == 200
    assert "در انتظار بررسی" in guest.words
    assert "همیاران" not in guest.words
    assert "مریم" not in guest.words
    wrong = group.code[:-1] + str((int(group.code[-1]) + 1) % 10)
    guest.send("", "/status", code=wrong)
    assert guest.status == 404
    assert "پیدا نشد" in guest.words


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_became_of_a_group_is_said_as_in_a_text(language):
    for status, words in read_words(language)["statuses"].items():
        assert words == show_status(status, language)
