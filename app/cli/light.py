"""Carriers and flows by themselves: what a script calls a thousand times must start at once."""

import importlib

import typer


def run(group: str) -> None:
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    module = importlib.import_module(f"app.cli.{group}")
    app.add_typer(module.carriers if group == "carriers" else module.app, name=group)

    @app.callback()
    def about() -> None:
        """Muster: an SMS and USSD gateway for mass participation sign-up."""

    app()
