"""`muster simulate`: a crowd of simulated people texts to a running server on this machine."""

import asyncio
import json
import random
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import httpx2
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from app.cli.house import fail, open_house, settings_or_exit
from app.conversation.compiled import Flow
from app.conversation.load import load_flows
from app.conversation.source import BadFlow
from app.intake.channel import Channel
from app.main import SHIPPED_FLOWS
from app.opening import open_channels
from app.settings import BadSettings, Settings
from app.simulator.crowd.account import Account, figures, settle
from app.simulator.crowd.door import Door, NoTap, NotLoopback, is_the_servers, on_loopback
from app.simulator.crowd.people import Person, State, people
from app.simulator.crowd.play import Crowd, Tally
from app.store import keys
from gateway_adapters.simulator import Simulator

A_PAGE = 500
MOST_PAGES = 1000
CLOCKS_DIFFER = timedelta(seconds=2)

simulate = typer.Typer(invoke_without_command=True, no_args_is_help=False)


@dataclass(frozen=True)
class Plan:
    url: str
    flow: Flow
    channel: Channel
    adapter: Simulator
    count: int
    rate: float
    misbehave: float
    minutes: float
    seed: int
    think: float


@simulate.callback()
def play_crowd(  # noqa: PLR0913, PLR0917  each is an option
    people_: Annotated[int, typer.Option("--people", min=1, max=200_000)] = 1000,
    rate: Annotated[float, typer.Option(min=0.1, max=5000, help="Texts a second.")] = 100,
    misbehave: Annotated[
        float, typer.Option(min=0, max=1, help="How often an answer goes astray.")
    ] = 0.1,
    url: Annotated[str, typer.Option(help="The server, on this machine alone.")] = "",
    channel: Annotated[str, typer.Option(help="A channel on the simulator adapter.")] = "simulator",
    flow: Annotated[str, typer.Option(help="The flow that they sign up with.")] = "signup",
    seed: Annotated[int | None, typer.Option(help="The same seed is the same crowd.")] = None,
    minutes: Annotated[float, typer.Option(min=0.1, max=240, help="Give up after.")] = 30,
    think: Annotated[
        float, typer.Option(min=0, max=600, help="Seconds a person takes to answer.")
    ] = 1,
    key: Annotated[
        str, typer.Option(envvar="MUSTER_API_KEY", help="An API key; else one is made.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    config: Annotated[Path | None, typer.Option(help="The settings file.")] = None,
) -> None:
    """Play a crowd of people against a running server, and compare what came of it.

    Exit code 1 means that somebody was lost, doubled, or registered otherwise than meant.
    """
    settings = settings_or_exit(config)
    seed = secrets.randbelow(10**6) if seed is None else seed
    plan = _plan(settings, url, channel, flow, (people_, rate, misbehave, minutes, seed, think))
    crowd = people(plan.flow, plan.count, plan.misbehave, plan.seed)
    began = datetime.now(UTC) - CLOCKS_DIFFER
    try:
        tally = asyncio.run(_play(plan, crowd, quiet=as_json))
    except NoTap as error:
        fail(f"the server's simulator does not let us read its sends: {error}; is it on?")
    except OSError as error:
        fail(f"cannot listen at the channel's send_url: {error.strerror}")
    with _key(key, config) as usable:
        account = settle(crowd, _groups(plan, usable, began))
    if as_json:
        typer.echo(json.dumps({"seed": seed, **figures(tally, account)}))
    else:
        _print(plan, tally, account)
    if not account.is_clean:
        raise typer.Exit(1)


def _plan(
    settings: Settings,
    url: str,
    name: str,
    flow: str,
    figures_: tuple[int, float, float, float, int, float],
) -> Plan:
    if settings.environment == "production":
        fail("these settings are of production; a crowd belongs on a machine for trying")
    try:
        base = on_loopback((url or settings.near_url).rstrip("/"))
        channel = open_channels(settings).get(name)
        found = load_flows(settings.flows or SHIPPED_FLOWS).current(flow)
    except NotLoopback as error:
        fail(f"{error} is not on this machine; a crowd texts to a loopback address alone")
    except (BadSettings, BadFlow) as error:
        fail(str(error))
    if channel is None or not isinstance(channel.adapter, Simulator):
        fail(f"there is no channel {name!r} on the simulator adapter in these settings")
    if found is None:
        fail(f"there is no flow {flow!r}")
    return Plan(base, found, channel, channel.adapter, *figures_)


async def _play(plan: Plan, crowd: list[Person], *, quiet: bool) -> Tally:
    line = plan.channel.lines[0] if plan.channel.lines else ""
    game = Crowd(crowd, plan.rate, line, plan.seed, plan.think)
    hook = f"{plan.url}/hooks/{plan.channel.name}/{plan.channel.secrets[0]}"
    send_url = plan.adapter.send_url
    if is_the_servers(send_url):  # it may run on another port than the settings know of
        send_url = f"{plan.url}/simulator/carrier/send"
    try:
        door = Door(hook, plan.adapter.secret, send_url, game.arrived)
    except NotLoopback:
        fail(f"channel {plan.channel.name!r} sends to another machine, so nobody would be answered")
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[said]}"),
        console=Console(stderr=True),
        disable=quiet,
    )
    with progress:
        bar = progress.add_task("people", total=plan.count, said="")

        def shown() -> None:
            states = game.states()
            through = plan.count - states[State.TALKING]
            sent = game.tally.texts["sent"]
            progress.update(
                bar, completed=through, said=f"{sent} texts, {game.tally.answers} answers"
            )

        async with door:
            await game.play(door, plan.minutes * 60, shown)
        shown()
    return game.tally


# --- what was registered ----------------------------------------------------------------------


@contextmanager
def _key(given: str, config: Path | None) -> Iterator[str]:
    """Use the key given, or one that lives as long as the look."""
    if given:
        yield given
        return
    name = f"simulate {secrets.token_hex(4)}"
    now = datetime.now(UTC)
    with open_house(config) as house:
        with house.store.write() as db:
            made = keys.add(db, name, ["read"], now, house.new_id, now + timedelta(minutes=30))
        try:
            yield made
        finally:
            with house.store.write() as db:
                for row in keys.every(db):
                    if row.name == name:
                        keys.revoke(db, row.id, datetime.now(UTC))


def _groups(plan: Plan, key: str, since: datetime) -> Iterator[dict[str, Any]]:
    """Give every group that signed up on this channel since then, page by page."""
    asked: dict[str, Any] = {
        "channel": plan.channel.name,
        "from": since.isoformat(),
        "limit": A_PAGE,
    }
    headers = {"authorization": f"Bearer {key}"}
    with httpx2.Client(base_url=plan.url, headers=headers, timeout=60) as client:
        for _ in range(MOST_PAGES):
            page = _page(client, asked)
            yield from page["items"]
            if not page["next"]:
                return
            asked["cursor"] = page["next"]


def _page(client: httpx2.Client, asked: dict[str, Any]) -> dict[str, Any]:
    for _ in range(20):
        answer = client.get("/api/v1/groups", params=asked)
        if answer.status_code != 429:
            break
        time.sleep(min(float(answer.headers.get("retry-after", "1")), 10) + random.random())  # noqa: S311
    if answer.status_code != 200:
        fail(f"the API answers {answer.status_code}; is the key right?")
    page: dict[str, Any] = answer.json()
    return page


# --- the report ---------------------------------------------------------------------------------


def _print(plan: Plan, tally: Tally, account: Account) -> None:
    said = figures(tally, account)
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold")
    table.add_column()
    ends = ", ".join(f"{count} {state}" for state, count in said["ends"].items())
    table.add_row("people", f"{plan.count}: {ends}")
    table.add_row("texts", ", ".join(f"{count} {what}" for what, count in tally.texts.items()))
    table.add_row(
        "pace",
        f"{said['texts_a_second']} texts a second for {said['seconds']} s (seed {plan.seed})",
    )
    table.add_row("answers", f"{tally.answers}")
    for name in ("acknowledged_ms", "answered_ms"):
        words = ", ".join(f"{at} {value} ms" for at, value in said[name].items())
        table.add_row(name.removesuffix("_ms"), words)
    table.add_row("registered", f"{account.registered}, of them {account.as_meant} as meant")
    for name in ("registered_otherwise", "missing", "doubled", "registered_untold"):
        wrong = said[name]
        shown = (
            ", ".join(f"{k} {v}" for k, v in wrong.items()) if isinstance(wrong, dict) else wrong
        )
        table.add_row(name.replace("_", " "), f"[red]{shown}[/red]" if wrong else "0")
    for example in account.examples:
        table.add_row("for example", example)
    Console().print(table)
