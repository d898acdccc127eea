"""`demo`, `run`, `migrate`: what starts the house."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
from collections.abc import Coroutine
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from bot.cli.databases import address, database_trouble
from bot.cli.endings import Ending, say

if TYPE_CHECKING:
    from bot.settings import Settings

PORT = 8765
LAST_WORD_S = 8.0
"""A stop that hangs is cut after this, because whoever asked for it waits 10 s."""

ROLES = ("all", "receive", "work", "send")


def demo(
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port on 127.0.0.1; 0 for any that is free.")] = PORT,
    script: Annotated[Path | None, typer.Option(help="Replays a conversation file, without a browser.")] = None,
    shop: Annotated[Path | None, typer.Option(help="A shop's folder, instead of the sample shop.")] = None,
    open_: Annotated[bool, typer.Option("--open", help="Opens the page in your browser.")] = False,
) -> None:
    """The playground: customers, the owners' room and a story channel on one page. Needs no token and no .env."""
    from bot.adapters.playground.script import Mismatch, ScriptError
    from bot.cli.logs import configure_logs
    from bot.demo import demo as serve
    from bot.demo import demo_script

    style = os.environ.get("LOG_FORMAT", "")
    configure_logs("json" if style == "json" else "console" if style == "console" else "auto")
    try:
        _until_told(demo_script(script, shop) if script else serve(port, shop, open_))
    except Mismatch as error:
        raise Ending(str(error), code=1) from error
    except ScriptError as error:
        raise Ending(str(error)) from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Ending(f"Port {port} is taken: end what listens there, or choose another with --port.") from error
        raise


def run(
    role: Annotated[str, typer.Option(help="all, receive, work or send.")] = "all",
) -> None:
    """The bot, with the platforms that have a token. SIGTERM or Ctrl-C ends it."""
    from bot.alone import Taken
    from bot.cli.logs import configure_logs, secrets_of
    from bot.http import CantListen
    from bot.running import Role
    from bot.running import run as serve
    from bot.settings import load_settings

    if role not in ROLES:
        raise Ending(f"--role {role} is not known: choose one of {', '.join(ROLES)}.")
    settings = load_settings()
    missing = _missing_for_run(settings, role)
    if missing:
        raise Ending("\n".join(missing))
    configure_logs(settings.log_format, secrets_of(settings))
    address(settings)
    try:
        with database_trouble():
            _until_told(serve(settings, cast("Role", role)))
    except Taken as error:
        raise Ending(f"Another `concierge run` serves {error} already: stop that one first.") from error
    except CantListen as error:
        raise Ending(str(error)) from error


def _missing_for_run(settings: Settings, role: str) -> list[str]:
    """What must be set before the bot can run."""
    missing = []
    if not settings.platforms:
        missing.append(
            "No platform is set: start concierge setup, or put TELEGRAM_BOT_TOKEN or DISCORD_BOT_TOKEN into .env."
        )
    if not settings.shop_dir.is_dir():
        missing.append(
            f"There is no shop folder {settings.shop_dir}: start concierge setup, make it, or set SHOP_DIR to yours."
        )
    if role != "all" and settings.database_url.get_secret_value().startswith("sqlite"):
        missing.append(
            f"--role {role} needs PostgreSQL: set DATABASE_URL to postgresql+asyncpg://user:password@host/name."
        )
    return missing


def migrate() -> None:
    """Brings the database to the shape that this version needs."""
    from bot.cli.logs import configure_logs, secrets_of
    from bot.settings import load_settings

    settings = load_settings()
    configure_logs(settings.log_format, secrets_of(settings))
    with database_trouble():
        asyncio.run(_bring_up(address(settings)))
    print("The database is as this version needs it.")


async def _bring_up(url: str) -> None:
    from bot.database import Database
    from bot.running import bring_up

    database = Database(url)
    try:
        await bring_up(database)
    finally:
        await database.close()


def _until_told(work: Coroutine[Any, Any, object]) -> None:
    """Runs `work` until it ends or SIGTERM or SIGINT asks it to; being asked to stop is no failure."""

    async def supervised() -> None:
        task = asyncio.ensure_future(work)
        asked = asyncio.Event()

        def stop() -> None:
            if not asked.is_set():
                asked.set()
                _cut_later()
                task.cancel()

        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            # Windows has no such handlers: there Ctrl-C cancels by itself.
            if os.name != "nt":
                loop.add_signal_handler(number, stop)
        try:
            await task
        except asyncio.CancelledError:
            if not asked.is_set():
                raise

    asyncio.run(supervised())


def _cut_later() -> None:
    """Ends the process for good if it is still there after LAST_WORD_S."""

    def cut() -> None:
        say(f"Stopping took more than {LAST_WORD_S:.0f} s, so it was cut.")
        os._exit(1)

    timer = Timer(LAST_WORD_S, cut)
    timer.daemon = True
    timer.start()
