"""From the settings to what runs: channels with their adapters, and the words that are secret."""

import contextlib
import secrets
from collections.abc import Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.intake.channel import AWAY, Channel
from app.settings import BadSettings, ChannelSettings, Settings, reply_within
from gateway_adapters.options import BadOptions, build
from gateway_adapters.registry import UnknownCarrier, find

SIMULATOR = "simulator"
SIMULATOR_USSD = "simulator_ussd"
SIMULATOR_LINE = "30001152"
SIMULATOR_CODE = "*7#"


def open_channels(settings: Settings) -> dict[str, Channel]:
    """Make every channel of the settings, and the simulated ones where they are on."""
    given = dict(settings.channels)
    if settings.with_simulator:
        given |= _simulated(settings, given)
    return {name: _channel(name, channel, settings) for name, channel in given.items()}


def _channel(name: str, given: ChannelSettings, settings: Settings) -> Channel:
    try:
        kind, preset = find(given.adapter)
        adapter = build(kind, given.options, preset=preset)
        old = {**given.options, **given.former_options}
        former = build(kind, old, preset=preset) if given.former_options else None
        ZoneInfo(given.zone)
    except UnknownCarrier as error:
        raise BadSettings(f"channels.{name}.adapter: {error}") from error
    except BadOptions as error:
        raise BadSettings(f"channels.{name}.options: {error}") from error
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadSettings(f"channels.{name}.zone: no zone {given.zone!r}") from error
    hook = f"{settings.public_url.rstrip('/')}/hooks/{name}/{given.secrets[0]}"
    iran = given.region == "IR"
    return Channel(
        name=name,
        adapter=adapter,
        secrets=tuple(given.secrets),
        lines=tuple(given.lines),
        region=given.region,
        default_flow=given.flow,
        regulator_words=iran if given.regulator_words is None else given.regulator_words,
        masked=given.masked,
        sms_through=given.sms_through,
        tps=given.tps,
        connections=given.connections,
        answer_within=given.answer_within_seconds,
        reply_within=reply_within(given),
        quiet=given.quiet_hours,
        zone=given.zone,
        allow_from=tuple(given.allow_from),
        away_screen=given.away_screen or AWAY,
        report_url=f"{hook}/report",
        former=former,
    )


def texting_channels(channels: Mapping[str, Channel]) -> dict[str, Channel]:
    """For each channel, the one that texts the people heard on it; itself where it can."""
    texting = {}
    for name, channel in channels.items():
        if "sms" in channel.adapter.carries:
            texting[name] = channel
        elif channel.sms_through:
            texting[name] = channels[channel.sms_through]
    return texting


def _simulated(
    settings: Settings, given: Mapping[str, ChannelSettings]
) -> dict[str, ChannelSettings]:
    """A carrier that lives in this very process, with a line for texts and a code to dial."""
    word = kept_word(settings, "simulator")
    carrier = f"{settings.near_url}/simulator/carrier/send"
    options = {"secret": word, "send_url": carrier}
    made = {
        SIMULATOR: ChannelSettings(
            adapter="simulator", options=options, secrets=[word], lines=[SIMULATOR_LINE], tps=5000
        ),
        SIMULATOR_USSD: ChannelSettings(
            adapter="simulator",
            options=options,
            secrets=[word],
            lines=[SIMULATOR_CODE],
            flow="signup",
            sms_through=SIMULATOR,
            tps=5000,
        ),
    }
    return {name: channel for name, channel in made.items() if name not in given}


def secret_key(settings: Settings) -> bytes:
    """Give the installation's own key; in development it is made once and kept."""
    return (settings.secret_key or kept_word(settings, "secret")).encode()


def kept_word(settings: Settings, name: str) -> str:
    """Make a random word once and keep it in the data folder, for its owner's eyes alone."""
    path = settings.data_folder / f"{name}.key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written whole under another name: a process that starts beside us must read all or none.
        fresh = path.with_name(f".{name}-{secrets.token_hex(8)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_hex(32), encoding="ascii")
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(fresh)
        fresh.unlink()
    return path.read_text(encoding="ascii").strip()
