import re
from pathlib import Path

import pytest

from app.opening import open_channels
from app.settings import BadSettings, ChannelSettings, Settings, read_settings

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs/muster.example.toml"
GUIDE = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
WORD = "0123456789abcdef"


@pytest.fixture(autouse=True)
def _nothing_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MUSTER_CONFIG", raising=False)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "muster.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_everything_has_a_default() -> None:
    settings = read_settings()
    assert settings.database_url.startswith("sqlite")
    assert settings.with_simulator


def test_the_example_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in re.findall(r'"env:(\w+)"', EXAMPLE.read_text(encoding="utf-8")):
        monkeypatch.setenv(name, WORD * 2)
    channels = open_channels(read_settings(EXAMPLE))
    assert sorted(channels) == ["dial", "magfa", "second"]


@pytest.mark.parametrize("name", [*Settings.model_fields, *ChannelSettings.model_fields])
def test_the_guide_names_every_setting(name: str) -> None:
    if name in ("spool", "channels"):
        assert f"`{name}." in GUIDE or f"[{name}." in GUIDE
    else:
        assert f"| `{name}` |" in GUIDE


def test_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_LANES", "5")
    assert read_settings(written(tmp_path, "lanes = 3")).lanes == 5


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("lane = 3", "lane: Extra inputs"),
        ("lanes = 0", "lanes: "),
        ('web_check = "never"', "web_check: "),
        ("lanes = [", "Invalid value"),
        ('secret_key = "env:NOT_THERE"', "secret_key: the environment has no NOT_THERE"),
        ('environment = "production"', "secret_key: production needs one"),
        ('environment = "production"\nsecret_key = "changeme"', "secret_key: production needs one"),
        (f'environment = "production"\nsecret_key = "{WORD * 2}"', "channels: production needs"),
        ('[channels.a]\nadapter = "kannel"\nsecrets = ["short"]', "channels.a.secrets: 1 of them"),
        ('[channels.a]\nadapter = "kannel"\nsecrets = []', "channels.a.secrets"),
        (
            f'[channels.a]\nadapter = "kannel"\nsecrets = ["{WORD}"]\nsms_through = "b"',
            "channels.a.sms_through: no channel 'b'",
        ),
    ],
)
def test_half_right_settings_are_refused_by_name(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BadSettings) as refused:
        read_settings(written(tmp_path, text))
    assert told in str(refused.value)
    assert "muster.toml" in str(refused.value)


def test_the_line_is_named(tmp_path: Path) -> None:
    text = f'pool = 4\n\n[channels.a]\nadapter = "kannel"\nsecrets = ["{WORD}"]\ntps = "fast"\n'
    with pytest.raises(BadSettings, match=r"muster\.toml:6: channels\.a\.tps: "):
        read_settings(written(tmp_path, text))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"adapter": "nobody"}, "channels.a.adapter: no carrier"),
        ({"options": {"passwort": "x"}}, "channels.a.options: unknown option 'passwort'"),
        ({"options": {}}, "channels.a.options: option"),
        ({"zone": "Asia/Nowhere"}, "channels.a.zone: no zone"),
    ],
)
def test_a_channel_that_cannot_work_is_refused(changes: dict[str, object], told: str) -> None:
    given = {
        "adapter": "kannel",
        "secrets": [WORD],
        "options": {"username": "u", "password": "p"},
    }
    settings = Settings(channels={"a": ChannelSettings.model_validate({**given, **changes})})
    with pytest.raises(BadSettings) as refused:
        open_channels(settings)
    assert told in str(refused.value)


def test_secrets_never_show() -> None:
    channel = ChannelSettings(adapter="kannel", secrets=[WORD], options={"password": "hidden!"})
    settings = Settings(secret_key=WORD, channels={"a": channel})
    assert WORD not in repr(settings)
    assert "hidden!" not in repr(settings)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"gone\.toml: cannot be read"):
        read_settings(tmp_path / "gone.toml")
