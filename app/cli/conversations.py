"""`muster conversations`: a stored conversation told again."""

import json
from typing import Annotated

import typer

from app.cli.house import fail, open_house
from app.conversation.load import load_flows
from app.conversation.replay import Replayed
from app.intake.retelling import retell
from app.main import SHIPPED_FLOWS
from app.opening import open_channels
from app.running import remember_published
from app.store.retelling import past_of

app = typer.Typer(no_args_is_help=True, help="What was said, turn by turn.")


@app.callback()
def about() -> None:
    """What was said, turn by turn."""


@app.command("replay")
def replay(
    conversation: int,
    as_json: Annotated[bool, typer.Option("--json", help="One object a turn.")] = False,
) -> None:
    """Rebuild a conversation and say whether today's code would do the same."""
    with open_house() as house:
        settings = house.settings
        flows = load_flows(settings.flows or SHIPPED_FLOWS)
        remember_published(house.store, flows, settings)
        with house.store.read() as db:
            past = past_of(db, conversation)
        if past is None:
            fail(f"there is no conversation {conversation}")
        turns = retell(past, flows, open_channels(settings))
    for turn in turns:
        print(json.dumps(_as_json(turn), ensure_ascii=False) if as_json else _as_text(turn))
    differ = sum(not turn.same for turn in turns)
    if not as_json:
        print(f"{len(turns)} turns, {differ or 'none'} would differ today")
    raise typer.Exit(1 if differ else 0)


def _as_json(turn: Replayed) -> dict[str, object]:
    then, now = turn.recorded, turn.turn
    return {
        "heard": then.heard.kind,
        "text": then.heard.text,
        "at": then.now.isoformat(),
        "said": list(then.said),
        "says_today": list(now.says),
        "rule": then.rule,
        "rule_today": now.rule,
        "same": turn.same,
        "differences": list(turn.differences),
    }


def _as_text(turn: Replayed) -> str:
    then = turn.recorded
    heard = then.heard.text if then.heard.kind == "text" else f"({then.heard.kind})"
    lines = [f"> {heard}", *(f"< {text}" for text in then.said)]
    if not turn.same:
        lines.append(f"! {', '.join(turn.differences)}")
        lines += [f"! {text}" for text in turn.turn.says]
    return "\n".join(lines) + "\n"
