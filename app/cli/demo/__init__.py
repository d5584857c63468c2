"""`muster demo`: an invented campaign in the database, to look at, to show and to take pictures of.

Everybody's words go through the real engine and store, at times in the past; only what became
of our messages is made up. Nobody is texted: all of it is on the simulated channels.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from app.cli.demo.crowd import crowd
from app.cli.demo.fates import give_fates, keep_oddities, look_at
from app.cli.demo.past import Past
from app.cli.house import fail, open_house
from app.conversation.load import load_flows
from app.conversation.source import BadFlow
from app.main import SHIPPED_FLOWS
from app.opening import SIMULATOR, SIMULATOR_USSD, open_channels, texting_channels
from app.opening import secret_key as key_of
from app.settings import BadSettings, Settings
from app.store import groups_search

demo = typer.Typer(invoke_without_command=True, no_args_is_help=False)
FLOW = "signup"


@demo.callback()
def fill(
    groups: Annotated[int, typer.Option(min=1, max=20_000, help="About how many sign up.")] = 500,
    seed: Annotated[int, typer.Option(help="The same seed makes the same people.")] = 1,
    days: Annotated[int, typer.Option(min=1, max=60, help="How long ago it began.")] = 14,
) -> None:
    """Fill an empty database with invented groups and conversations. Never in production."""
    with open_house() as house:
        settings = house.settings
        _refuse(settings)
        with house.store.read() as db:
            if groups_search.page(db, groups_search.Filter(), 1):
                fail("the database holds groups already; the demo wants one of its own")
        try:
            flows = load_flows(settings.flows or SHIPPED_FLOWS)
            channels = open_channels(settings)
        except (BadFlow, BadSettings) as error:
            fail(str(error))
        flow = flows.current(FLOW)
        if flow is None:
            fail(f"there is no flow {FLOW!r} to sign up with")
        now = datetime.now(UTC)
        people = crowd(flow, groups, seed, now - timedelta(days=days), now)
        past = Past(house.store, flows, channels, texting_channels(channels), key_of(settings))
        with typer.progressbar(length=len(people), label="People sign up") as bar:
            past.play(people, until=now, lived=bar.update, channels=(SIMULATOR, SIMULATOR_USSD))
        sent = give_fates(house.store, seed, now)
        checked = look_at(house.store, seed, now)
        keep_oddities(house.store, channels[SIMULATOR].name, house.new_id, now)
    print(f"{past.registered} groups of {len(people)} people, {past.turns} turns")
    print(f"{sent} messages of ours, {checked} groups looked at by staff")
    print("Now: muster operators add <name> --role admin, then muster serve")


def _refuse(settings: Settings) -> None:
    if settings.environment == "production":
        fail("invented people have no place in production")
    if not settings.with_simulator:
        fail("the demo lives on the simulated channels; set `simulator = true`")
