"""`muster` itself: serve, work, db, doctor; and the groups of other files."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
import uvloop
from sqlalchemy.engine import make_url

from app.admin.staffing import ensure_first_operator
from app.cli import audit, carriers, conversations, demo, flows, keys, operators, simulate
from app.cli.doctor import examine
from app.cli.forgetting import forget
from app.cli.house import fail, opened, settings_or_exit
from app.cli.publishing import publish
from app.conversation.source import BadFlow
from app.logs import set_up_logs
from app.main import create_app, put_together
from app.operations import served
from app.running import Muster, running
from app.settings import BadSettings, Settings
from app.store.engine import DatabaseAway
from app.store.migrate import upgrade
from app.store.spool import SpoolFull

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
db = typer.Typer(no_args_is_help=True, help="The database's shape.")
app.add_typer(db, name="db")

Config = Annotated[Path | None, typer.Option(help="The settings file; else muster.toml.")]


@app.callback()
def about() -> None:
    """Muster: an SMS and USSD gateway for mass participation sign-up."""


@app.command()
def serve(
    host: str = "127.0.0.1", port: int = 8000, workers: int = 1, config: Config = None
) -> None:
    """Serve webhooks, API, console and pages; and send, unless `worker` is off."""
    os.environ["MUSTER_LOCAL_URL"] = f"http://{_reachable(host)}:{port}"
    if config is not None:
        os.environ["MUSTER_CONFIG"] = str(config)  # for processes of their own
    settings = settings_or_exit(config)
    set_up_logs()
    if workers == 1:
        with _readable():
            served = create_app(settings)
        password = _first_password(settings) if settings.environment == "development" else None
        _say_where(settings, f"http://{host}:{port}", password)
        _run_uvicorn(served, host, port)
        return
    if make_url(settings.database_url).get_backend_name() == "sqlite":
        fail("several workers need PostgreSQL: SQLite has one writer")
    with _readable():  # once here, so that an error is told once and not by every worker
        put_together(settings).close()
    _run_uvicorn("app.main:from_environment", host, port, workers=workers, factory=True)


def _reachable(host: str) -> str:
    """Name the address at which the machine reaches a server that listens on `host`."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104  looked at, not listened on
    return everywhere.get(host, f"[{host}]" if ":" in host else host)


def _first_password(settings: Settings) -> str | None:
    """Where nobody may sign in yet: make an admin, whose password is printed this once."""
    with contextlib.suppress(DatabaseAway), opened(settings) as house:
        return ensure_first_operator(house.store, house.new_id)
    return None


def _say_where(settings: Settings, url: str, first_password: str | None) -> None:
    typer.echo(f"Muster serves on {url}")
    if settings.with_simulator:
        typer.echo(f"  a phone to try it with   {url}/simulator")
    typer.echo(f"  the operators' console   {url}/console")
    if first_password:
        typer.echo(f"    sign in as admin with   {first_password}   (shown this once)")
    typer.echo(f"  the sign-up pages        {url}/join")
    typer.echo(f"  the API, described       {url}/api/v1/docs")


def _run_uvicorn(target: object, host: str, port: int, **more: object) -> None:
    uvicorn.run(
        target,  # type: ignore[arg-type]
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=8,
        timeout_keep_alive=75,
        timeout_worker_healthcheck=60,  # a child that loads its flows on a busy machine is well
        backlog=4096,
        **more,  # type: ignore[arg-type]
    )


@app.command()
def work(
    host: str = "127.0.0.1",
    metrics_port: Annotated[
        int, typer.Option(help="Where /metrics, /healthz and /readyz are told; 0 is nowhere.")
    ] = 0,
    config: Config = None,
) -> None:
    """Send what is owed and ask carriers, without serving anything else."""
    settings = settings_or_exit(config)
    set_up_logs()
    with contextlib.ExitStack() as held:
        at = held.enter_context(_port(host, metrics_port)) if metrics_port else None
        with _readable():
            muster = put_together(settings)
        uvloop.run(_work(muster, at))


def _port(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        fail(f"cannot listen on {host}:{port}: {error.strerror}")


async def _work(muster: Muster, at: socket.socket | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    told = contextlib.nullcontext() if at is None else served(muster, at)
    async with running(muster, with_worker=True), told:
        await stop.wait()


@contextlib.contextmanager
def _readable() -> Iterator[None]:
    """End with a reason instead of a trace where the settings or the flows cannot be used."""
    try:
        yield
    except DatabaseAway as error:
        fail(f"the database cannot be reached, and no spool is on to keep texts meanwhile: {error}")
    except (BadSettings, BadFlow, SpoolFull) as error:
        fail(str(error))


@db.command("upgrade")
def db_upgrade(config: Config = None) -> None:
    """Bring the database to the newest shape."""
    settings = settings_or_exit(config)
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    typer.echo(f"database at version {upgrade(settings.database_url)}")


@app.command()
def doctor(config: Config = None) -> None:
    """Say what this installation can promise, and what it cannot."""
    settings = settings_or_exit(config)
    findings = examine(settings)
    for finding in findings:
        mark, colour = {"ok": ("ok  ", "green"), "warn": ("warn", "yellow")}.get(
            finding.level, ("FAIL", "red")
        )
        typer.secho(f"{mark}  {finding.what}", fg=colour)
    if any(finding.level == "fail" for finding in findings):
        raise typer.Exit(1)


flows.app.command("publish")(publish)
app.command()(forget)
app.add_typer(audit.app, name="audit")
app.add_typer(carriers.carriers, name="carriers")
app.add_typer(conversations.app, name="conversations")
app.add_typer(demo.demo, name="demo")
app.add_typer(flows.app, name="flows")
app.add_typer(keys.app, name="keys")
app.add_typer(operators.app, name="operators")
app.add_typer(simulate.simulate, name="simulate")


def run() -> None:
    app()
