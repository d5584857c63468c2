"""`muster audit`: whether the trail is whole, and what to keep outside to prove it."""

from typing import Annotated

import typer

from app.cli.house import fail, open_house
from app.store import audit

app = typer.Typer(no_args_is_help=True, help="The audit trail: is it whole?")


@app.command("head")
def head() -> None:
    """Print the last entry's number and hash, to be kept outside this machine."""
    with open_house() as house, house.store.read() as db:
        print(audit.head(db))


@app.command("verify")
def verify(
    known: Annotated[str, typer.Option(help="A head that was kept: `number:hash`.")] = "",
) -> None:
    """Walk the chain; with a head that was kept, also a chain made anew is found."""
    try:
        anchor = audit.head_from(known) if known else None
    except ValueError as error:
        fail(str(error))
    with open_house() as house, house.store.read() as db:
        broken = audit.verify(db, anchor)
        last = audit.head(db)
    if broken is not None:
        typer.secho(f"broken at entry {broken.id}: {broken.problem}", err=True, fg="red")
        raise typer.Exit(1)
    print(f"the chain holds: {last}")
