"""`doctor`: what is wrong, why it matters, what to do next."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.databases import address, database_trouble, sqlite_file
from bot.cli.endings import Ending
from bot.cli.standing import Check, own_story_checks, platform_checks, stuck_checks

if TYPE_CHECKING:
    from pathlib import Path

    from bot.settings import Settings


def doctor(as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False) -> None:
    """Looks the installation over: exit 0 when it is healthy, else 1 and a list."""
    checks = list(_checks())
    healthy = all(check.ok for check in checks)
    if as_json:
        print(json.dumps({"healthy": healthy, "checks": [asdict(check) for check in checks]}))
    else:
        for check in checks:
            print(f"{'ok   ' if check.ok else 'wrong'} {check.name}: {check.what}")
            for label, words in (("why", check.why), ("next", check.next)):
                if words:
                    print(f"        {label}: {words}")
        print("Healthy." if healthy else f"{sum(not check.ok for check in checks)} to mend.")
    if not healthy:
        raise typer.Exit(1)


def _checks() -> Iterator[Check]:
    from bot.settings import SettingsError, load_settings

    try:
        settings = load_settings()
    except SettingsError as error:
        for problem in error.problems:
            yield Check(
                "settings", False, problem, "The bot does not start with it.", "Mend it; .env.example explains each."
            )
        return
    yield Check("settings", True, "can be read")
    yield from _platforms(settings)
    yield from asyncio.run(platform_checks(settings))
    yield from _shop(settings)
    yield from _database(settings)
    if settings.semantic_model:
        yield _meaning(settings.semantic_model)


def _meaning(folder: Path) -> Check:
    from knowledge.errors import InputError
    from knowledge.meaning import SentenceModel

    try:
        SentenceModel(folder)
    except InputError as error:
        return Check(
            "matching by meaning",
            False,
            f"{error.path}: {error.problem}",
            "`concierge run` and `concierge ask` do not start with it.",
            error.advice,
        )
    return Check("matching by meaning", True, "the sentence model can be used")


def _platforms(settings: Settings) -> Iterator[Check]:
    if not settings.platforms:
        yield Check(
            "platforms",
            False,
            "no token is set",
            "Customers can't reach the bot; only the playground works.",
            "Put TELEGRAM_BOT_TOKEN or DISCORD_BOT_TOKEN into .env.",
        )
    else:
        yield Check("platforms", True, " and ".join(settings.platforms))
    room = settings.owners_platform
    if room is None or room not in settings.platforms:
        yield Check(
            "owners' room",
            False,
            f"the room is on {room}, which has no token" if room else "none is set",
            "What the bot can't answer waits, and no owner sees it.",
            "Set TELEGRAM_OWNER_CHAT_ID or DISCORD_OWNER_CHANNEL_ID, beside that platform's token.",
        )
    else:
        yield Check("owners' room", True, f"on {room}")


def _shop(settings: Settings) -> Iterator[Check]:
    from bot.clock import Clock
    from knowledge.checking import check_base
    from knowledge.errors import InputError
    from knowledge.reading import read_base
    from knowledge.shop import read_shop

    if not settings.shop_dir.is_dir():
        yield Check(
            "shop",
            False,
            f"there is no folder {settings.shop_dir}",
            "The bot knows neither your name nor your hours nor an answer, and does not start.",
            "Make the folder, or set SHOP_DIR to yours.",
        )
        return
    try:
        shop = read_shop(settings.shop_dir)
        yield Check("shop", True, f"{shop.name}, {shop.timezone}")
        base = read_base(settings.shop_dir)
    except InputError as error:
        yield Check("shop", False, str(error), "The bot does not start with it.", "Mend the line that is named.")
        return
    today = Clock(settings.concierge_now).now().astimezone(shop.zone).date()
    findings = check_base(base, today)
    for finding in findings:
        what = f"{finding.where}: {finding.problem}"
        yield Check("knowledge", finding.level != "error", what, "Customers meet it.", finding.advice)
    if not findings:
        yield Check("knowledge", True, f"{len(base.entries)} answers and {len(base.products)} products")


def _database(settings: Settings) -> Iterator[Check]:
    """Looks without changing: a SQLite file that isn't there yet is not made."""
    try:
        url, file = address(settings), sqlite_file(settings)
        if file is not None and not file.exists():
            yield Check("database", True, "not made yet; the first start makes it")
            return
        with database_trouble():
            stands, newest = asyncio.run(_migrations(url))
            stuck = asyncio.run(stuck_checks(settings, url)) if stands == newest else []
            stuck += asyncio.run(own_story_checks(settings, url)) if stands == newest else []
    except Ending as ending:
        yield Check("database", False, str(ending), "Nothing can be kept or answered.", "Check DATABASE_URL.")
        return
    if stands == newest:
        yield Check("database", True, "reachable and of this version")
        yield from stuck
    elif stands is None:
        yield Check("database", True, "empty; the first start fills it")
    else:
        yield Check(
            "database",
            False,
            f"at migration {stands}, and this version needs {newest}",
            "An older database lacks what this version writes; a newer one belongs to a newer version.",
            "Run concierge migrate; if that refuses, install the newer version again.",
        )


async def _migrations(url: str) -> tuple[str | None, str]:
    from bot.database import Database
    from bot.database.migrate import current, newest

    database = Database(url)
    try:
        return await current(database), newest()
    finally:
        await database.close()
