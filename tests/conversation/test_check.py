"""A hundred broken flow files, each refused with its place; and escapes that do nothing."""

# ruff: noqa: E501  a table reads better with a row a line

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli.flows import app
from app.conversation.check import check
from app.conversation.load import flow_of, load_flows
from app.conversation.measure import measured
from app.conversation.source import BadFlow, Problem
from app.conversation.turn import Medium

FOLDER = Path(__file__).parent / "flows"
FILES = {name: (FOLDER / name).read_text() for name in ("tiny.yaml", "places.csv", "subjects.yaml")}
TINY, PLACES, SUBJECTS = FILES.values()


def problems(tiny: str = TINY, places: str = PLACES, subjects: str = SUBJECTS) -> list[Problem]:
    try:
        flow = flow_of({"tiny.yaml": tiny, "places.csv": places, "subjects.yaml": subjects})
    except BadFlow as bad:
        return list(bad.problems)
    return check(flow)


def test_a_good_flow_has_no_problems() -> None:
    assert problems() == []
    assert set(load_flows(FOLDER).newest) == {"tiny", "everything"}


# What is replaced, by what, on which line the problem is, and what is said of it.
BROKEN = [
    # words of the file
    ("flow: tiny", "flow: Tiny!", 3, "cannot be used as a name"),
    ("flow: tiny", "flow: tiny\nflow: tiny", 4, "is here twice"),
    ("version: 1", "version: 0", 4, "greater than or equal to 1"),
    ("version: 1", "version: new", 4, "valid integer"),
    ("version: 1\n", "", 3, "'version' is missing"),
    ("version: 1", "version: 1\nverison: 2", 5, "'verison' is not known here"),
    ("title: {fa: ثبت‌نام, en: Sign-up}", "title: {fa: ثبت‌نام}", 5, "no label in 'en'"),
    ("title: {fa: ثبت‌نام, en: Sign-up}", "title: Sign-up", 5, "should be a list of"),
    ("languages: [fa, en]", "languages: []", 6, "at least 1 item"),
    ("languages: [fa, en]", "languages: [fa, en, xx]", 0, "no text in 'xx'"),
    ("languages: [fa, en]", "languages: [fa, EN]", 6, "cannot be used"),
    ("zone: Asia/Tehran", "zone: Asia/Teheran", 7, "no zone"),
    ("zone: Asia/Tehran", "zone: ../../etc/passwd", 7, "no zone"),
    ("keywords:", "keys: {back: '1x'}\nkeywords:", 8, "cannot be used"),
    ("keywords:", "keys: {back: '99'}\nkeywords:", 8, "two keys are the same"),
    ("keywords:", "keys: {more: '11'}\nkeywords:", 8, "11 is the regulator's"),
    ("keywords:", "keys: {skip: '12'}\nkeywords:", 8, "12 is the regulator's"),
    ("keywords:", "region: Iran\nkeywords:", 8, "cannot be used"),
    ("keywords:", "silence: {remind_after: soon}\nkeywords:", 8, "write a time like"),
    ("keywords:", "silence: {quiet: {from: late, to: early}}\nkeywords:", 8, "time"),
    ("keywords:", "budget: {segments: 0}\nkeywords:", 8, "greater than or equal"),
    ("keywords:", "phrases: {hello: {fa: سلام, en: Hi}}\nkeywords:", 8, "there is no phrase 'hello'"),
    ("keywords:", "phrases: {human: {fa: '{x}', en: Hi}}\nkeywords:", 8, "{x} is no field"),
    ("keywords:", "start: nowhere\nkeywords:", 8, "there is no step 'nowhere'"),
    # keywords
    ('any: ["9"]', 'any: ["11"]', 9, "the regulator's word to opt out"),
    ('any: ["9"]', 'any: ["۱۲"]', 9, "the regulator's word to opt in"),
    ('any: ["9"]', "any: [لغو]", 9, "a word that stops everything"),
    ('any: ["9"]', "any: [help]", 9, "a word that works everywhere"),
    ('any: ["9"]', "any: [فارسی]", 9, "a word that works everywhere"),
    ('any: ["9"]', "any: ['!?']", 9, "has no letter and no digit"),
    ("en: [join]", "en: [ثبت‌نام]", 0, "is here for another language too"),
    ('any: ["9"]', "xyzq: [a]", 9, "cannot be used"),
    # vocabularies
    ("places: places.csv", "places: ../../../etc/passwd", 13, "cannot be used as a name"),
    ("places: places.csv", "places: /etc/passwd.csv", 13, "cannot be used as a name"),
    ("places: places.csv", "places: none.csv", 0, "this vocabulary is missing"),
    ("from: subjects", "from: nothing", 53, "there is no vocabulary 'nothing'"),
    ("    level: 2\n", "    level: 4\n", 43, "has no level 4"),
    ("    level: 2\n", "", 43, "`under` needs a `level`"),
    ("under: province", "under: name", 47, "not filled from a higher level"),
    ("under: province", "under: nowhere", 47, "not filled from a higher level"),
    # steps
    ("kind: text", "kind: txet", 28, "'txet' is no kind of step"),
    ("    kind: text\n", "", 28, "a step needs its `kind`"),
    ("    kind: text\n    fills: name", "    fills: name", 28, "a step needs its `kind`"),
    ("    fills: name\n", "", 28, "'fills' is missing"),
    ("fills: name", "fills: Name", 30, "cannot be used as a name"),
    ("fills: name", "fills: code", 30, "has a meaning of its own"),
    ("fills: name", "fills: medium", 30, "has a meaning of its own"),
    ("fills: name", "fills: province", 0, "'province' is filled by a text too"),
    ("fills: offer", "fills: language", 72, "is filled `from: languages`"),
    ("fills: offer", "fills: group", 72, "is filled `from: groups`"),
    ("most: 40", "most: 0", 31, "greater than or equal"),
    ("most: 40", "most: 40\n    least: 50", 28, "`least` is more than `most`"),
    ("most: 40", "most: 99999", 31, "less than or equal"),
    ("    most: 3\n", "    most: 3\n    least: 9\n", 53, "more options than there are"),
    ("    yes: name\n", "    yes: nmae\n", 25, "there is no step 'nmae'"),
    ("    no: goodbye\n", "    no: goodby\n", 26, "there is no step 'goodby'"),
    ("    yes: name\n", "    yes: name\n    next: name\n", 20, "give either `yes` or `next`"),
    ("    no: goodbye\n", "    no: end\n", 96, "no step leads here"),
    ("    next: end\n\n  goodbye", "    next: registered\n\n  goodbye", 88, "circle"),
    ("    next: end\n\n  goodbye", "    next: name\n\n  goodbye", 28, "nobody comes to an end from here"),
    ("    yes: registered\n", "    yes: name\n", 88, "no step leads here"),
    ("does: register", "does: regsiter", 90, "'register', 'change', 'withdraw'"),
    ("from: subjects", "from: subjects\n    options: []", 53, "give either `options` or `from`"),
    ("    from: subjects\n", "", 53, "give either `options` or `from`"),
    ("optional: true", "optional: maybe", 74, "valid boolean"),
    ("least: 1\n", "least: one\n", 65, "valid integer"),
    # conditions
    ("    yes: registered\n", "    next: [{when: {nmae: x}, to: name}, {to: registered}]\n", 0, "'nmae' is no field"),
    ("    yes: registered\n", "    next: [{when: {members: {over: 5}}, to: name}]\n", 0, "when no condition holds"),
    ("    yes: registered\n", "    next: [{to: registered}, {to: name}]\n", 0, "never reached"),
    (
        "    yes: registered\n",
        "    next: [{when: {province: tehrn}, to: name}, {to: registered}]\n",
        0,
        "'province' is never 'tehrn'",
    ),
    (
        "    yes: registered\n",
        "    next: [{when: {name: {over: 5}}, to: name}, {to: registered}]\n",
        0,
        "'name' is no number",
    ),
    (
        "    yes: registered\n",
        "    next: [{when: {medium: fax}, to: name}, {to: registered}]\n",
        0,
        "'medium' is never 'fax'",
    ),
    (
        "    yes: registered\n",
        "    next: [{when: {members: {more: 5}}, to: name}, {to: registered}]\n",
        0,
        "'more' is not known here",
    ),
    # texts
    ("en: What is your group called?", "de: Wie heisst ihr?", 32, "no text in 'en'"),
    ("What is your group called?", "'Hello {nmae}'", 32, "{nmae} is no field"),
    ("What is your group called?", "'Hello {'", 32, "no placeholder"),
    ("What is your group called?", "'Hello }{'", 32, "no placeholder"),
    ("What is your group called?", "'Hello {name!r}'", 32, "no placeholder"),
    ("What is your group called?", "'Hello {name:x}'", 32, "no placeholder"),
    ("What is your group called?", "''", 32, "at least 1 character"),
    ("What is your group called?", "{sms: a, fax: b}", 32, "'fax' is not known here"),
    ("What is your group called?", "{ussd: a}", 32, "'sms' is missing"),
    ("What is your group called?", '"Pick\\n11. one"', 32, "11 is the regulator's word"),
    ("What is your group called?", '"۱۲) دوازده"', 32, "12 is the regulator's word"),
    ("What is your group called?", "a" * 307, 32, "3 segments at worst, 2 allowed"),
    ("What is your group called?", "ő" * 135, 32, "3 segments at worst, 2 allowed"),
    ("{sms: در کدام استان هستید؟ نامش را بفرستید., ussd: استان؟}", "ب" * 600, 0, "2 allowed"),
    ("Done. Your tracking code is {code}.", "'{name} {name} {name} {name} {code}'", 0, "2 allowed"),
    ("example: {fa: همیاران امید, en: Hope Helpers}", "example: {fa: امید}", 33, "no label in 'en'"),
    # the form of the file
    ("steps:", "steps: [", 0, "not YAML"),
    ("steps:", "steps: &a", 0, "not used here"),
    ("steps:", "steps: !!map", 0, ""),
    ("  name:\n", "\tname:\n", 0, "not YAML"),
    ("  name:\n", "  agree:\n", 28, "'agree' is here twice"),
    ("kind: number", "kind: number\n    kind: text", 64, "'kind' is here twice"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "said"), BROKEN)
def test_a_broken_flow_is_refused_where_it_is_broken(
    old: str, new: str, line: int, said: str
) -> None:
    assert TINY.count(old) >= 1
    found = problems(TINY.replace(old, new, 1))
    if not said:  # these change nothing that matters
        assert found == []
        return
    fitting = [problem for problem in found if said in f"{problem.message} {problem.hint}"]
    assert fitting, [str(problem) for problem in found]
    assert fitting[0].file
    if line:
        assert line in {problem.line for problem in fitting}, str(fitting[0])


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("tehran,,", "tehran,nowhere,", 2, "'nowhere' is no id of a row above"),
        (
            "isfahan,,اصفهان,Isfahan,اصفان",
            "isfahan,,اصفهان,Isfahan,تهران",
            0,
            "is both 'tehran' and 'isfahan'",
        ),
        ("isfahan,,اصفهان,Isfahan", "isfahan,,تهران,Isfahan", 0, "is both 'tehran' and 'isfahan'"),
        ("isfahan,,اصفهان,Isfahan", "isfahan,,اصفهان,", 0, "no label in 'en'"),
        ("isfahan,,اصفهان,Isfahan", "isfahan,,لغو,Isfahan", 0, "is a word that stops everything"),
        ("isfahan,,اصفهان,Isfahan", "isfahan,,۱۱,Isfahan", 0, "the regulator's word to opt out"),
        ("isfahan,,اصفهان,Isfahan", "isfahan,,۷,Isfahan", 0, "is a number"),
        ("north.bojnurd,khorasan-north", "x,tehran", 0, "nothing lies under khorasan-north"),
        ("razavi.mashhad,", "tehran.rey,", 1, "two entries have the id"),
        ("id,under,fa", "id,under,fa,fa,fa", 0, ""),
    ],
)
def test_a_broken_vocabulary_is_refused(old: str, new: str, line: int, said: str) -> None:
    assert old in PLACES
    found = problems(places=PLACES.replace(old, new, 1))
    assert any(said in str(problem) for problem in found), [str(problem) for problem in found]
    assert not line or line in {problem.line for problem in found}


def test_the_characters_to_blame_are_named() -> None:
    curly = TINY.replace("What is your group called?", "’" + "What is your group called " * 6)
    (problem,) = problems(curly)
    assert problem.offenders == "’"
    assert "without them it fits" in problem.hint
    long = TINY.replace("What is your group called?", "a" * 306 + "bcd")
    (problem,) = problems(long)
    assert problem.offenders == "bcd"
    assert (problem.step, problem.language, problem.medium, problem.line) == (
        "name",
        "en",
        "sms",
        32,
    )


def test_the_worst_case_holds_the_widest_answers() -> None:
    flow = load_flows(FOLDER).newest["tiny"]
    rows = {
        (row.spot.step, row.spot.language, row.spot.medium): row
        for row in measured(flow)
        if row.spot.what == "says"
    }
    summary = rows["summary", "en", Medium.SMS]
    # 40 letters that may need UCS-2, the longest county, 100000, the three longest subjects.
    longest = len(
        ", Bojnurd, 100000 members, Poverty and livelihood, Addiction, Education. Is that right?\n1. Yes\n2. No"
    )
    assert summary.units == 40 + longest
    assert summary.segments == 3
    assert rows["province", "fa", Medium.SMS].pages == 1
    assert rows["specialisms", "fa", Medium.USSD].pages == 1


ESCAPES = [
    *(
        "{name.__class__}",
        "{name[0]}",
        "{0}",
        "{}",
        "{name!r}",
        "{name!s:>10}",
        "{__import__}",
        "{self}",
    ),
    *(
        "{name:{most}}",
        "{{name}}",
        "{name:0}",
        "{name:-1}",
        "{name:9999}",
        "{name }",
        "{ name}",
        "{Name}",
    ),
    *(
        "{name.upper()}",
        "{lambda}",
        "{name|safe}",
        "{{7*7}}",
        "{%7*7%}",
        "{3*3}",
        "{nam-e}",
        "{name:d}",
    ),
    *(
        "{name\n}",
        "{name\x00}",
        "{name:٣}",
        "{nam\u0435}",
        "{name:1e3}",
        "{name:08}",
        "{",
        "}",
        "}{",
        "{{{",
    ),
]
HARMLESS = [
    "${name}",
    "#{name}",
    "%(name)s",
    "%s%s%n",
    "$name",
    "`id`",
    "<%= x %>",
    "#name",
    "[[name]]",
    "\\x7b",
    "&name;",
    "name",
]
PLACES_FOR_TEXT = [
    "What is your group called?",
    "{sms: What can you offer? Send SKIP to pass., ussd: What can you offer?}",
    "Nothing was kept. Send 9 whenever you like.",
    "May we keep what you tell us about your group?",
    "Answer the question to go on. STOP ends this, BACK is the question before.",
]


@pytest.mark.parametrize("escape", ESCAPES)
def test_no_text_can_reach_python(escape: str) -> None:
    tiny = TINY
    for place in PLACES_FOR_TEXT:
        assert place in tiny
        tiny = tiny.replace(place, json.dumps(escape), 1)
    refused = {problem.step for problem in problems(tiny)}
    assert refused == {"name", "offer", "goodbye", "agree", ""}, escape


@pytest.mark.parametrize("place", PLACES_FOR_TEXT[:2])
@pytest.mark.parametrize("text", HARMLESS)
def test_other_languages_of_templates_are_just_text(place: str, text: str) -> None:
    flow = flow_of({**FILES, "tiny.yaml": TINY.replace(place, json.dumps(text), 1)})
    step = flow.steps["name" if place == PLACES_FOR_TEXT[0] else "offer"]
    assert step.says["en", Medium.SMS].fill(lambda name: "{name}") == text


@pytest.mark.parametrize(
    "value",
    [
        "!!python/object/apply:os.system [id]",
        "!!python/name:os.system",
        "!!python/module:os",
        "!!python/object/new:tuple [[1]]",
        "!!binary aWQ=",
        "!!set {a, b}",
        "!include /etc/passwd",
        "!env HOME",
        "*name",
        "&name x",
    ],
)
def test_no_tag_makes_anything(value: str) -> None:
    found = problems(TINY.replace("What is your group called?", value, 1))
    assert found
    assert found[0].line


def test_no_billion_laughs() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    with pytest.raises(BadFlow, match="not used here"):
        flow_of({"f.yaml": "flow: f\n" + "\n".join(lines)})


def test_no_regular_expression_comes_from_a_file_or_runs_away() -> None:
    code = Path(__file__).parents[2] / "app"
    for path in [*(code / "conversation").glob("*.py"), *(code / "text").glob("*.py")]:
        for made in re.findall(r"\bre\.\w+\(([^\n]*)", path.read_text()):
            assert made == "" or made.startswith(('r"', '"', 'f"[', 'r"\\D"')), (path.name, made)


# --- the command ----------------------------------------------------------------------------------


def test_the_command_prints_problems_and_fails(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    good = CliRunner().invoke(app, ["check", str(tmp_path)])
    assert good.exit_code == 0
    assert "No problems." in good.stdout
    assert re.search(r"summary +says +en +sms +ucs2 +1\d\d +3 segm\.", good.stdout)
    (tmp_path / "tiny.yaml").write_text(TINY.replace("kind: text", "kind: txet", 1))
    bad = CliRunner().invoke(app, ["check", str(tmp_path)])
    assert bad.exit_code == 1
    assert "tiny.yaml:28:3: 'txet' is no kind of step" in bad.stderr


def test_the_command_prints_json_with_costs_scripts_and_coverage() -> None:
    found = CliRunner().invoke(app, ["check", str(FOLDER), "--json"])
    assert found.exit_code == 0
    report = json.loads(found.stdout)
    assert report["ok"]
    assert all(not one["missed"] for one in report["coverage"])
    costs = {
        (row["flow"], row["step"], row["language"], row["medium"]): row["price"]
        for row in report["texts"]
        if row["what"] == "says"
    }
    assert costs["everything", "name", "en", "sms"] == "2"
    assert costs["everything", "name", "fa", "sms"] == "1.5"
    assert {one["medium"] for one in report["scripts"]} == {"sms", "ussd", "web"}


def test_a_script_that_comes_out_otherwise_fails_the_check(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "a.script").write_text("flow: tiny\n\n> 9\n< Something else\n")
    found = CliRunner().invoke(app, ["check", str(tmp_path)])
    assert found.exit_code == 1
    assert "a.script:4:1: something else was said" in found.stderr
