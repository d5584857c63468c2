"""`muster forget`: a number and whatever names it, deleted for good."""

from typing import Annotated

import typer

from app.admin.caller import Caller, Right
from app.admin.forgetting import forget_number
from app.admin.office import Office
from app.admin.problems import Problem
from app.cli.house import fail, open_house
from app.opening import secret_key
from app.store import forgetting


def forget(
    number: Annotated[str, typer.Argument(help="In any writing.")],
    rewrite: Annotated[
        bool,
        typer.Option(help="Write a SQLite file anew at once, so that its free pages hold nothing."),
    ] = False,
    yes: Annotated[bool, typer.Option(help="Ask nothing.")] = False,
) -> None:
    """Delete whatever names a number. Only a keyed mark of its opt-out stays."""
    if not yes:
        typer.confirm("This cannot be undone. Forget the number?", abort=True)
    caller = Caller("cli", frozenset(Right), 0)
    with open_house() as house:
        office = Office(house.store, house.new_id, key=secret_key(house.settings))
        try:
            counts = forget_number(office, caller, number)
        except Problem:
            fail("nothing names this number")
        for table, count in sorted(counts.items()):
            print(f"{count:>7}  {table}")
        if rewrite:
            forgetting.rewrite(house.store)
