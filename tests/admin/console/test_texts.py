import ast
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

import pytest
from ruamel.yaml import YAML

from app.admin.caller import ROLES, SCOPES
from app.admin.console import desk, messages, signups, trail
from app.admin.console.dates import read_day, show_day, show_time
from app.admin.console.diagram import draw
from app.admin.console.naming import Names, browser_name
from app.admin.console.speech import LANGUAGES, Speech, read_texts
from app.admin.problems import TITLES
from tests.admin.console.conftest import FLOWS

CONSOLE = Path(signups.__file__).parent
TEXTS = read_texts()
NAMED = re.compile(r"""\bt\(\s*["']([a-z_]+)["']\s*[,)]""")
TEHRAN = ZoneInfo("Asia/Tehran")


def speech(language: str) -> Speech:
    return Speech(language, TEXTS[language], TEHRAN)


def test_every_text_is_there_in_every_language():
    for key in TEXTS["fa"]:
        fields = set()
        for language in LANGUAGES:
            text = TEXTS[language][key]
            assert isinstance(text, str), (key, language)
            assert text.strip(), (key, language)
            fields.add(frozenset(f for _, f, _, _ in Formatter().parse(text) if f))
        assert len(fields - {frozenset()}) <= 1, key


def test_no_text_is_cut_off_or_has_a_form_of_nobodys():
    """Words after a comma without quotes would be a key of their own."""
    rows = YAML(typ="safe", pure=True).load((CONSOLE / "texts.yaml").read_text("utf-8"))
    forms = {"en": {"one", "other"}, "ar": {"one", "two", "few", "many", "other"}}
    for key, row in rows.items():
        assert set(row) == set(LANGUAGES), key
        for language, text in row.items():
            if not isinstance(text, str):
                assert {"one", "other"} <= set(text) <= forms[language], key
                assert all(isinstance(one, str) for one in text.values()), key


@pytest.mark.parametrize(
    ("language", "number", "words"),
    [
        ("fa", 1, "۱ گروه"),
        ("en", 1, "1 group"),
        ("en", 1001, "1,001 groups"),
        ("hu", 2, "2 csoport"),
        ("ar", 0, "٠ مجموعة"),
        ("ar", 1, "مجموعة واحدة"),
        ("ar", 2, "مجموعتان"),
        ("ar", 7, "٧ مجموعات"),
        ("ar", 11, "١١ مجموعة"),
        ("ar", 103, "١٠٣ مجموعات"),
        ("ar", 200, "٢٠٠ مجموعة"),
    ],
)
def test_numbers_are_counted_as_the_language_does(language, number, words):
    assert speech(language).t("found_n", n=number) == words


def test_every_text_that_pages_name_is_there():
    sources = [*CONSOLE.glob("templates/*.html"), *CONSOLE.glob("*.py")]
    named = {key for path in sources for key in NAMED.findall(path.read_text(encoding="utf-8"))}
    assert len(named) > 200
    assert named <= set(TEXTS["en"])
    made = [
        *(f"problem_{kind.replace('-', '_')}" for kind in TITLES),
        *(f"column_{one}" for one in signups.COLUMNS),
        *(f"status_{one}" for one in signups.STATUSES),
        *(f"{kind}_{one}" for kind in ("state", "means") for one in messages.STATES),
        *(f"{kind}_{one}" for kind in ("desk", "desk_empty") for one in desk.LISTS),
        *(f"{kind}_{one}" for kind in ("role", "role_means") for one in ROLES),
        *(f"{kind}_{one}" for kind in ("scope", "scope_means") for one in SCOPES),
        *(f"step_{name}" for name in FLOWS.newest["signup"].steps),
    ]
    assert set(made) <= set(TEXTS["en"])


def test_every_word_after_a_change_is_there():
    done = re.compile(r'(?:[?&]done=|_back\([^)]*, ")([a-z_]+)')
    named = {key for path in CONSOLE.glob("*.py") for key in done.findall(path.read_text("utf-8"))}
    assert {f"done_{key}" for key in named} <= set(TEXTS["fa"])


@pytest.mark.parametrize(
    ("language", "day", "moment"),
    [
        ("fa", "۱۴۰۵/۰۹/۰۱", "۱۴۰۵/۰۹/۰۱ ۱۲:۰۵"),
        ("en", "22 Nov 2026", "22 Nov 2026 12:05"),
        ("ar", "٢٠٢٦/١١/٢٢", "٢٠٢٦/١١/٢٢ ١٢:٠٥"),
        ("hu", "2026. 11. 22.", "2026. 11. 22. 12:05"),
    ],
)
def test_days_are_written_as_readers_expect(language, day, moment):
    local = datetime(2026, 11, 22, 12, 5, tzinfo=TEHRAN)
    assert show_day(local, language) == day
    assert show_time(local, language) == moment


@pytest.mark.parametrize(
    "typed", ["1405/09/01", "۱۴۰۵/۹/۱", "2026-11-22", "2026/11/22", "2026.11.22"]
)
def test_days_are_read_in_either_calendar(typed):
    assert read_day(typed, TEHRAN) == datetime(2026, 11, 22, tzinfo=TEHRAN)
    assert read_day(typed, TEHRAN, after=True) == datetime(2026, 11, 23, tzinfo=TEHRAN)


@pytest.mark.parametrize(
    "typed", ["", "yesterday", "1405/13/01", "2026-02-30", "1/2", "9999-12-31x"]
)
def test_what_is_no_day_is_none(typed):
    assert read_day(typed, TEHRAN) is None


def test_figures_are_written_as_readers_expect():
    assert speech("fa").number(1234567) == "۱٬۲۳۴٬۵۶۷"
    assert speech("en").number(1234567) == "1,234,567"
    assert speech("fa").percent(1, 4) == "۲۵٪"
    assert speech("en").percent(1, 0) == "0%"
    assert speech("en").length(90) == "2 min"
    assert speech("fa").number(5000.0) == "۵٬۰۰۰"
    assert speech("hu").number(0.5) == "0,5"


def test_lists_and_covered_numbers_stand_as_readers_expect():
    assert [speech(language).comma for language in LANGUAGES] == ["، ", ", ", "، ", ", "]
    assert speech("fa").digits("+98912***4567") == "+۹۸۹۱۲***۴۵۶۷"
    # A mark on either side of the stars keeps Arabic figures in their order.
    assert speech("ar").digits("+98912***4567") == "+٩٨٩١٢\u200e***\u200e٤٥٦٧"


def test_no_sign_of_one_script_stands_in_pages_of_all():
    for path in (*CONSOLE.glob("templates/*.html"), CONSOLE / "naming.py"):
        assert not re.search("[\u0600-\u06ff]", path.read_text("utf-8")), path.name


def names(language: str) -> Names:
    return Names(speech(language), FLOWS)


def test_reasons_are_told_in_the_readers_language():
    assert "«نام»" in names("fa").flag("three unusable answers to 'name'", "signup")
    assert names("hu").flag("the flow goes round in circles") == "körbejár a párbeszéd"
    assert names("fa").reason("past its deadline") == "مهلتش گذشته بود"
    assert names("fa").reason("A rejected group may become: registered.") == (
        "گروه «ردشده» به این وضع درنمی‌آید."
    )
    told = names("fa").reason("no credit <b>")
    assert told == '<bdi translate="no">no credit &lt;b&gt;</bdi>'
    assert names("fa").reason("") == ""


def test_whatever_refuses_an_operator_has_words_in_every_language():
    """What the API says in English is told in the reader's language where a page says it."""
    said = sorted({one for path in REFUSING for one in refusals(path)})
    assert len(said) > 30
    for language in ("fa", "ar", "hu"):
        told = {one: str(names(language).reason(one)) for one in said}
        untold = [one for one, words in told.items() if 'translate="no"' in words]
        assert untold == []
        if language != "hu":
            assert [one for one, words in told.items() if re.search("[A-Za-z]", words)] == []


ADMIN = CONSOLE.parent
REFUSING = [
    *(path for path in ADMIN.glob("*.py") if path.stem != "bulk"),  # no page sends to many
    *(ADMIN / "api" / f"{name}.py" for name in ("channels", "exports", "inbox")),
]
OF_THE_API = ("The body is not", "See errors", "There is no such")


def refusals(path: Path) -> Iterator[str]:
    """The sentences that problems of this file are told in, a 7 for what is filled in."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        text = node.value if isinstance(node, ast.Assign) and is_detail(node) else None
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Problem":
            text = node.args[1] if len(node.args) > 1 else None
        match text:
            case ast.Constant(value=str(words)):
                said = words
            case ast.JoinedStr(values=parts):
                said = "".join(p.value if isinstance(p, ast.Constant) else "7" for p in parts)
            case _:
                continue
        if " " in said and not said.startswith(OF_THE_API):
            yield said


def is_detail(node: ast.Assign) -> bool:
    return any(isinstance(one, ast.Name) and one.id == "detail" for one in node.targets)


def test_a_step_without_a_name_is_called_by_its_question():
    assert names("fa").step("name", "signup") == "نام"
    begins = names("fa").step("participation", "about")
    assert re.fullmatch(r"[^a-zA-Z]{10,44}", begins)
    assert names("en").step("participation", "about") != begins
    assert names("fa").step("gone", "gone") == "gone"


def test_whatever_the_audit_writes_has_its_words():
    source = "".join(path.read_text("utf-8") for path in CONSOLE.parents[1].rglob("*.py"))
    noted = re.findall(r'audit\.note\(\s*\w+,\s*[^,]+,\s*"([^"]+)"', source)
    assert len(noted) > 25
    seen = re.findall(r'look\(office, caller, "([a-z ]+)"', source)
    looked = {f"saw numbers: {what}" for what in seen}
    assert len(looked) > 5
    assert {*noted, *looked} <= set(trail.DEEDS)
    for deed in trail.DEEDS:
        for language in LANGUAGES:
            assert names(language).done(deed) != deed, (deed, language)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64) Gecko/20100101 Firefox/144.0", "Firefox · Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537 (KHTML, like Gecko) Chrome/142 Safari",
         "Chrome · Linux"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/142 Mobile Safari/537", "Chrome · Android"),
        ("curl/8", "curl/8"),
    ],
)  # fmt: skip
def test_browsers_are_told_shortly(agent, name):
    assert browser_name(agent) == name


@pytest.mark.parametrize("flow", FLOWS.newest.values(), ids=lambda flow: flow.name)
def test_each_step_has_a_place_of_its_own_in_the_picture(flow):
    drawing = draw(flow, {})
    assert {box.name for box in drawing.boxes} >= set(flow.steps)
    places = {(box.x, box.y) for box in drawing.boxes}
    assert len(places) == len(drawing.boxes)
    assert all(0 <= box.x < drawing.width and 0 <= box.y < drawing.height for box in drawing.boxes)
    at = {box.name: box.y for box in drawing.boxes}
    assert at[""] == min(at.values())
    assert at["end"] == max(at.values())
