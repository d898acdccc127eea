"""`customer`: what is kept of one person, written out or deleted, by whoever runs the shop."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.databases import address, database_trouble
from bot.cli.endings import Ending, say

if TYPE_CHECKING:
    from bot.database import Database
    from bot.settings import Settings

PersonId = Annotated[str, typer.Argument(help="Platform and id, such as telegram:123.", metavar="ID")]


def export(
    person: PersonId,
    out: Annotated[Path | None, typer.Option(help="A file, instead of standard output.", metavar="FILE")] = None,
) -> None:
    """Everything that is kept of a customer, remarks of the owners included, as JSON."""
    settings = _settings()
    with database_trouble():
        found = asyncio.run(_exported(settings, *_named(person)))
    text = json.dumps(found, ensure_ascii=False, indent=2)
    if out is None:
        print(text)
        return
    out.write_text(text + "\n", encoding="utf-8")
    say(f"Everything that is kept of {person} is in {out}; give it to them alone.")


def erase(
    person: PersonId,
    yes: Annotated[bool, typer.Option("--yes", help="Asks no question.")] = False,
) -> None:
    """Forgets a customer: all that is kept of them is deleted, and can't be brought back."""
    settings, named = _settings(), _named(person)
    with database_trouble():
        called = asyncio.run(_called(settings, *named))
    if not yes and not typer.confirm(f"Delete all that is kept of {called} ({person}), for good?", err=True):
        raise Ending("Nothing was deleted.", 1)
    with database_trouble():
        counts, waits = asyncio.run(_erased(settings, *named))
    print(
        f"{person} is forgotten: messages in: {counts['heard']}, out: {counts['said']}, files: {counts['files']}, "
        f"questions: {counts['questions']}."
    )
    if waits:
        say("Copies in the owners' room, and what is said about it, are seen to by the bot while it runs.")


def _settings() -> Settings:
    from bot.cli.logs import configure_logs
    from bot.settings import load_settings

    settings = load_settings()
    configure_logs(settings.log_format)
    return settings


def _named(person: str) -> tuple[str, str]:
    platform, _, id = person.partition(":")
    if not platform or not id:
        raise Ending(f"{person} names no customer: write platform and id, such as telegram:123.")
    return platform, id


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Database]:
    from bot.curation import opened

    async with opened(address(settings)) as database:
        yield database


async def _customer(session: Any, platform: str, id: str) -> Any:
    from sqlalchemy import select

    from bot.database.tables import Customer

    found = await session.scalar(select(Customer).filter_by(platform=platform, platform_id=id))
    if found is None:
        raise Ending(f"Nothing is kept of {platform}:{id}: nobody of that id has written, or they are forgotten.")
    return found


async def _called(settings: Settings, platform: str, id: str) -> str:
    async with _opened(settings) as database, database.read() as session:
        return str((await _customer(session, platform, id)).name)


async def _exported(settings: Settings, platform: str, id: str) -> dict[str, Any]:
    from bot.clock import Clock
    from bot.database.belongings import exported, person_of

    async with _opened(settings) as database, database.read() as session:
        customer = await _customer(session, platform, id)
        person = await person_of(session, customer, Clock(settings.concierge_now).now())
        return {"id": f"{platform}:{id}", "tables": await exported(session, person)}


async def _erased(settings: Settings, platform: str, id: str) -> tuple[dict[str, int], bool]:
    """Forgets them, as far as it goes without the platforms; the rest waits for the bot."""
    from bot.clock import Clock
    from bot.database import erasing
    from bot.outbox import Outbox
    from handlers import privacy

    clock = Clock(settings.concierge_now)
    async with _opened(settings) as database:
        async with database.write() as session:
            customer = await _customer(session, platform, id)
            shop = _shop(settings)
            language, chats = customer.language, await erasing.private_chats(session, customer)
            erasure = await erasing.begin(session, customer, "owner", clock.now())
            messages = privacy.told_in_threads(erasure, shop)
            if erasure.counts["open"]:
                messages += [privacy.farewell_by_owner(erasure, chat, shop, language) for chat in chats]
            await Outbox({}, None).enqueue(session, messages, clock.now())
            counts, number = dict(erasure.counts), erasure.id
        return counts, not await _gone_on(database, number, shop, clock.now)


async def _gone_on(database: Database, number: int, shop: Any, now: Any) -> bool:
    """Goes on with it until it is done (True) or waits for a platform (False)."""
    from bot.database import erasing
    from bot.database.tables import Erasure
    from bot.outbox import Outbox
    from handlers import privacy

    while True:
        async with database.write() as session:
            erasure = await session.get_one(Erasure, number, with_for_update=True)
            if erasure.state == "done":
                return True
            done = await erasing.go_on(session, erasure, now())
            await Outbox({}, None).enqueue(session, privacy.follows(done, erasure, shop), now())
            if done.step == "waits":
                return False


def _shop(settings: Settings) -> Any:
    from bot.cli.shops import chosen, shop_of

    return shop_of(chosen(None, settings))
