"""What `doctor` asks beyond the files: what the platforms say of the set-up, and which messages did not end well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.stuck import Stuck


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. Where it is `ok`, `what` says what was found; else what is wrong."""

    name: str
    ok: bool
    what: str
    why: str = ""
    next: str = ""


async def platform_checks(settings: Settings) -> list[Check]:
    """Token, line, rights, rooms and channels, as each platform itself tells of them; changes nothing there."""
    from bot.clock import Clock
    from bot.running import served

    checks = []
    for platform in served(settings, Clock(settings.concierge_now).now):
        try:
            problems = await platform.inspect()
        finally:
            await platform.stop()
        checks += [Check(platform.platform, False, found.what, found.why, found.next) for found in problems]
        if not problems:
            checks.append(Check(platform.platform, True, "takes the token, and the bot may do what it needs to"))
    return checks


async def stuck_checks(settings: Settings, url: str) -> list[Check]:
    """The messages that did not end as they should, of a database that is of this version."""
    from bot.cli.logs import secrets_of
    from bot.clock import Clock
    from bot.database import Database
    from bot.stuck import stuck_messages

    database = Database(url)
    try:
        async with database.read() as session:
            found = await stuck_messages(session, Clock(settings.concierge_now).now())
    finally:
        await database.close()
    return list(_told(found, secrets_of(settings))) if found else [Check("messages", True, "each has come to its end")]


async def own_story_checks(settings: Settings, url: str) -> list[Check]:
    """Whether owners' own Telegram stories are open for what is planned to go there, as Telegram itself says now."""
    from bot.clock import Clock
    from bot.database import Database, accounts
    from bot.running import telegram

    database = Database(url)
    try:
        async with database.read() as session:
            known, planned = await accounts.known(session), await accounts.count_planned(session)
    finally:
        await database.close()
    adapter = telegram(settings, Clock(settings.concierge_now).now)
    if adapter is None or not (known or planned):
        return []
    try:
        shut = [row.name for row in known if not (row.posts and await adapter.may_post(accounts.place_of(row)))]
    finally:
        await adapter.stop()
    if not shut and known:
        return [Check("own stories", True, f"may be posted for {', '.join(row.name for row in known)}")]
    who = f"for {', '.join(shut)}" if shut else "for anybody"
    return [
        Check(
            "own stories",
            not planned,
            f"may not be posted {who}",
            f"{planned} of what is planned would go there.",
            "In Telegram: Settings, Telegram Business, Chatbots, the bot, and allow Manage Stories.",
        )
    ]


def _told(found: Sequence[Stuck], secrets: Sequence[str]) -> Iterator[Check]:
    from bot.cli.logs import blotted

    for stuck in found:
        end = _end_of(stuck)
        cause = f" ({blotted(stuck.error, secrets)})" if stuck.error else ""
        name = f"{'message' if stuck.side == 'inbox' else stuck.kind} {stuck.number}"
        preposition = "from" if stuck.side == "inbox" else "to"
        since = f"{stuck.since:%Y-%m-%d %H:%M} UTC"
        yield Check("messages", False, f"{name} {preposition} {stuck.who}, of {since}, {end[0]}{cause}", *end[1:])


def _end_of(stuck: Stuck) -> tuple[str, str, str]:
    """What happened to it, why that matters, and the next step."""
    if stuck.side == "inbox" and stuck.state == "failed":
        return (
            "could not be handled",
            "Whoever wrote it has no answer to it.",
            "Answer them yourself; the log of that time says more, under “A message failed”.",
        )
    if stuck.side == "inbox":
        return (
            "has no outcome yet",
            "Whoever wrote it is waiting.",
            "Start concierge run; if it is running, look into its log.",
        )
    if stuck.state == "uncertain":
        return (
            "may have arrived or not: the call was cut",
            "It is not sent again by itself, so that nobody gets it twice.",
            "Press Resend or Discard under the notice in the owners' room.",
        )
    if stuck.state == "dead":
        return (
            "was refused and is not tried again",
            "It never arrived.",
            "Mend what the platform says, then write it again.",
        )
    return (
        "is still to be sent",
        "It has not arrived yet.",
        "Start concierge run; if it is running, mend what else stands in this list, and look into its log.",
    )
