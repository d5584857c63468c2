"""Settings, read once: `muster.toml`, then the environment, which wins.

Half-right settings refuse to start: every error names the file and the key. A value written as
`env:NAME` is taken from the environment, so that secrets need not stand in the file.
"""

import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

CONFIG = "MUSTER_CONFIG"
DEFAULT_CONFIG = Path("muster.toml")
FROM_ENVIRONMENT = "env:"
LEAST_SECRET = 16

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class BadSettings(Exception):
    """The settings cannot be used; the text says where and why."""


class ChannelSettings(BaseModel):
    """One `[channels.<name>]` of the file."""

    model_config = ConfigDict(extra="forbid")

    adapter: str
    options: dict[str, Any] = Field(default_factory=dict, repr=False)
    former_options: dict[str, Any] = Field(default_factory=dict, repr=False)
    """Options as they were, while the carrier's secrets are changed: either proves the origin."""
    secrets: list[str] = Field(repr=False, min_length=1, max_length=4)
    """Words of the webhook's URL; two while one replaces the other."""
    lines: list[str] = Field(default_factory=list)
    region: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = "IR"
    flow: str = ""
    """The flow that any first text on this channel starts; empty: keywords alone do."""
    regulator_words: bool | None = None
    """11 and 12 opt out and in; on by default where the region is IR."""
    masked: bool = False
    sms_through: str = ""
    tps: float = Field(10.0, gt=0, le=100_000)
    connections: int = Field(4, ge=1, le=200)
    answer_within_seconds: float = Field(30, ge=1, le=60)
    reply_within_minutes: int = Field(360, ge=1, le=7 * 24 * 60)
    quiet_hours: tuple[int, int] | None = None
    zone: str = "Asia/Tehran"
    allow_from: list[Network] = Field(default_factory=list)
    away_screen: str = ""


class SpoolSettings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    path: Path = Path("data/spool.db")
    on: bool = True


class Settings(BaseSettings):
    """Everything that can be set. `MUSTER_DATABASE_URL` and its like win over the file."""

    model_config = SettingsConfigDict(
        env_prefix="MUSTER_", env_nested_delimiter="__", extra="forbid", hide_input_in_errors=True
    )

    environment: Literal["development", "production"] = "development"
    database_url: str = Field("sqlite:///data/muster.db", repr=False)
    public_url: str = "http://127.0.0.1:8000"
    local_url: str = ""
    """Where this process is reached from its own machine; `muster serve` knows."""
    secret_key: str = Field("", repr=False)
    """Makes tracking codes unguessable and signs cookies; of its own for every installation."""
    data_folder: Path = Path("data")
    flows: Path | None = None
    """A folder of flow files; the shipped ones if none is named."""
    pages: Path | None = None
    """A folder with the pages about the plan, `about.<language>.yaml`; the shipped ones if none."""
    web_channel: str = ""
    """The channel that texts codes to people on the sign-up pages; the first that texts if none."""
    web_check: Literal["auto", "always", "off"] = "auto"
    """When the sign-up page asks a small question first; auto: when many codes are wanted."""
    spool: SpoolSettings = Field(default_factory=SpoolSettings)
    lanes: int = Field(2, ge=1, le=16)
    pool: int = Field(8, ge=2, le=100)
    trusted_proxies: list[Network] = Field(default_factory=list)
    worker: bool = True
    """Whether `muster serve` also sends; off where `muster work` runs beside it."""
    simulator: bool | None = None
    """The simulated carrier and phones at /simulator; on in development."""
    retention_days: int = Field(90, ge=1)
    channels: dict[Name, ChannelSettings] = Field(default_factory=dict)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings  # the file comes as init; the environment wins

    @property
    def with_simulator(self) -> bool:
        return self.environment == "development" if self.simulator is None else self.simulator

    @property
    def near_url(self) -> str:
        return (self.local_url or self.public_url).rstrip("/")

    @property
    def spool_path(self) -> Path | None:
        return self.spool.path if self.spool.on else None


def read_settings(path: Path | None = None) -> Settings:
    """Read the file that is named, or `MUSTER_CONFIG`, or `muster.toml` where there is one."""
    named = path or (Path(os.environ[CONFIG]) if os.environ.get(CONFIG) else None)
    file = named or DEFAULT_CONFIG
    given: dict[str, Any] = {}
    if named is not None or file.exists():
        given = _read_file(file)
    try:
        settings = Settings(**given)
    except ValidationError as error:
        told = [_told(file, each["loc"], each["msg"]) for each in error.errors()]
        raise BadSettings("\n".join(["these settings cannot be used:", *told])) from error
    _refuse_half_right(settings, file)
    return settings


def _told(file: Path, where: tuple[int | str, ...], message: str) -> str:
    names = [str(part) for part in where if isinstance(part, str)]
    return f"  {file}{_line(file, names)}: {'.'.join(map(str, where))}: {message}"


def _line(file: Path, names: Sequence[str]) -> str:
    """Find the line that sets this key, as `:12`; nothing if no file does."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    table = ""
    for number, line in enumerate(lines, 1):
        if head := re.match(r"\s*\[([^\]]+)\]", line):
            table = head[1].strip()
        key = re.match(r"\s*([\w-]+)\s*=", line)
        if key and ".".join(filter(None, (table, key[1]))) == ".".join(names):
            return f":{number}"
    return ""


def _read_file(file: Path) -> dict[str, Any]:
    try:
        given = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadSettings(f"{file}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(f"{file}: {error}") from error
    return {name: _filled(value, f"{file}: {name}") for name, value in given.items()}


def _filled(value: Any, where: str) -> Any:
    """Put the environment's values in the place of `env:NAME`."""
    if isinstance(value, str) and value.startswith(FROM_ENVIRONMENT):
        name = value.removeprefix(FROM_ENVIRONMENT)
        if not os.environ.get(name):
            raise BadSettings(f"{where}: the environment has no {name}")
        return os.environ[name]
    if isinstance(value, Mapping):
        return {key: _filled(item, f"{where}.{key}") for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, f"{where}[{number}]") for number, item in enumerate(value)]
    return value


def _refuse_half_right(settings: Settings, file: Path) -> None:
    for name, channel in settings.channels.items():
        if short := [s for s in channel.secrets if len(s) < LEAST_SECRET]:
            raise BadSettings(
                f"{file}: channels.{name}.secrets: {len(short)} of them shorter than "
                f"{LEAST_SECRET} characters; make one with `openssl rand -hex 16`"
            )
        if channel.sms_through and channel.sms_through not in settings.channels:
            raise BadSettings(
                f"{file}: channels.{name}.sms_through: no channel {channel.sms_through!r}"
            )
    if settings.environment == "production":
        if len(settings.secret_key) < 2 * LEAST_SECRET:
            raise BadSettings(
                f"{file}: secret_key: production needs one of at least {2 * LEAST_SECRET} "
                "characters; make one with `openssl rand -hex 32`"
            )
        if not settings.channels:
            raise BadSettings(f"{file}: channels: production needs at least one")


def reply_within(channel: ChannelSettings) -> timedelta:
    return timedelta(minutes=channel.reply_within_minutes)
