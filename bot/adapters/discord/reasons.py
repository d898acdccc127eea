"""What Discord's refusals mean, as one table: the first row that fits says it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

import discord
from aiohttp import ClientConnectorError, ClientError, ConnectionTimeoutError

from bot.adapter import DeliveryError, Reason

Where = Literal["private", "thread", "room", "elsewhere"]
"""A customer's chat, a thread of the owners' room, that room itself, or another channel (or no channel at all)."""


@dataclass(frozen=True)
class Row:
    """An error of this class with one of these codes (none: any), HTTP status `status` (0: any) and words that hold
    `words` (lower case, a pattern); what it means, and `told`: the sentence for it where Discord's own says too
    little."""

    error: type[BaseException]
    reason: Reason
    codes: tuple[int, ...] = ()
    status: int = 0
    words: str = ""
    where: tuple[Where, ...] = ("private", "thread", "room", "elsewhere")
    told: str = ""

    def fits(self, error: BaseException, where: Where) -> bool:
        """Whether it is this row's case."""
        if not isinstance(error, self.error) or where not in self.where:
            return False
        if self.codes and getattr(error, "code", None) not in self.codes:
            return False
        if self.status and getattr(error, "status", None) != self.status:
            return False
        return re.search(self.words, str(error).lower()) is not None


MENDABLE: tuple[Where, ...] = ("room", "thread")
THREAD: tuple[Where, ...] = ("thread",)
ALONE: tuple[Where, ...] = ("private",)
HTTP = discord.HTTPException

EXPIRED = (10062, 10015, 50027)
"""Nobody waits for that answer any more: three seconds, or fifteen minutes, are over."""
ACKNOWLEDGED = (40060,)
ARCHIVED = (50083, 160005)
"""The thread is there, but archived or locked."""
NO_ACCESS, NO_RIGHT = (50001,), (50013, 160002)
TOO_LARGE = (40005, 50045)
RATES = (20016, 20022, 20028, 20029, 30046, 31001, 31002, 40003)
"""Limits that Discord tells of by a code."""
NO_ROOM = "The owners' room is gone, or the bot is no longer on its server."
NOT_SEEN = "The bot can't see that channel: give its role View Channel there."
NOT_ALLOWED = (
    "The bot lacks a right in that channel: it needs Send Messages, Send Messages in Threads, Create Public Threads, "
    "Manage Threads, Read Message History, Attach Files and Add Reactions."
)

ROWS = (
    Row(discord.RateLimited, Reason.limited),
    Row(HTTP, Reason.limited, status=429),
    Row(HTTP, Reason.limited, RATES),
    # Before 401: an old token of an interaction says nothing of the bot's own.
    Row(HTTP, Reason.too_old, EXPIRED),
    Row(discord.LoginFailure, Reason.unauthorised),
    Row(discord.PrivilegedIntentsRequired, Reason.unauthorised),
    Row(HTTP, Reason.unauthorised, status=401),
    # Discord's anti-spam has put the bot aside, or the account is not verified: its maker can mend that.
    Row(HTTP, Reason.unauthorised, (20026, 40001, 40002)),
    Row(discord.InteractionResponded, Reason.rejected),
    Row(HTTP, Reason.rejected, ACKNOWLEDGED),
    # Nothing was taken: the API says so itself.
    Row(HTTP, Reason.unreachable, (130000, 110001)),
    Row(HTTP, Reason.blocked, (50007, 50278, 10013), where=("private", "elsewhere")),
    Row(HTTP, Reason.thread_gone, (10003, *ARCHIVED), where=THREAD),
    Row(HTTP, Reason.unauthorised, (10003, 10004), where=MENDABLE, told=NO_ROOM),
    Row(HTTP, Reason.blocked, (10003,), where=ALONE),
    Row(HTTP, Reason.target_gone, (10008,)),
    Row(HTTP, Reason.too_long, TOO_LARGE, told="The file is larger than Discord takes there."),
    Row(HTTP, Reason.too_long, status=413, told="The file is larger than Discord takes there."),
    Row(HTTP, Reason.too_long, (50035,), words=r"in content: .*fewer in length|or fewer in length.*content"),
    Row(HTTP, Reason.rejected, (50035,)),
    # The owners can put their room right, so its messages wait; elsewhere they are told at once.
    Row(HTTP, Reason.unauthorised, NO_ACCESS, where=MENDABLE, told=NOT_SEEN),
    Row(HTTP, Reason.unauthorised, NO_RIGHT, where=MENDABLE, told=NOT_ALLOWED),
    Row(
        HTTP,
        Reason.unauthorised,
        (40067,),
        where=MENDABLE,
        told="The owners' forum requires a tag on each post: turn “Require tags” off in its settings.",
    ),
    Row(
        HTTP,
        Reason.unauthorised,
        (160006, 160007),
        where=MENDABLE,
        told="The server has as many active threads as Discord allows: close some.",
    ),
    Row(HTTP, Reason.rejected, NO_ACCESS, where=("elsewhere",), told=NOT_SEEN),
    Row(HTTP, Reason.rejected, NO_RIGHT, where=("elsewhere",), told=NOT_ALLOWED),
    Row(HTTP, Reason.blocked, NO_ACCESS, where=ALONE),
    Row(HTTP, Reason.rejected, (200000, 200001), told="The server's AutoMod does not let these words pass."),
    Row(discord.Forbidden, Reason.blocked, where=ALONE),
    Row(discord.Forbidden, Reason.unauthorised, where=MENDABLE),
    # Discord answered with a 5xx, which does not say whether it had accepted the request before.
    Row(discord.DiscordServerError, Reason.uncertain),
    Row(HTTP, Reason.rejected),
    Row(ClientConnectorError, Reason.unreachable),
    Row(ConnectionTimeoutError, Reason.unreachable),
    # The connection broke, or stayed silent, after the request went out.
    Row(ClientError, Reason.uncertain),
    Row(OSError, Reason.uncertain),
    # The library refused before anything was sent, such as a session that is closed.
    Row(discord.DiscordException, Reason.unreachable),
)
"""The order matters: Forbidden, NotFound and DiscordServerError are HTTPExceptions."""

KNOWN = (discord.DiscordException, ClientError, OSError)
"""What may come out of the library when it calls Discord."""


def delivery_error(error: BaseException, where: Where = "elsewhere", scope: str = "chat") -> DeliveryError:
    """The refusal in the house's words; `scope` is what a 429 limits where Discord doesn't say it."""
    row = next((row for row in ROWS if row.fits(error, where)), None)
    if row is None:
        return DeliveryError(Reason.uncertain, type(error).__name__)
    limited = row.reason is Reason.limited
    return DeliveryError(
        row.reason,
        _description(error, row.told),
        retry_after_s=_retry_after_s(error) if limited else None,
        scope=_scope(error, scope) if limited else "chat",
    )


def is_archived(error: DeliveryError) -> bool:
    """Whether the thread is there, but archived or locked: it can be opened again."""
    return _code(error) in ARCHIVED


def is_expired(error: DeliveryError) -> bool:
    """Whether the answer to an interaction came too late, so that it must go another way."""
    return _code(error) in EXPIRED


def is_acknowledged(error: DeliveryError) -> bool:
    """Whether an interaction already had its first answer: as good as done."""
    return _code(error) in ACKNOWLEDGED or error.description.startswith("InteractionResponded")


def refuses_file(error: DeliveryError) -> bool:
    """Whether it was a file that was too large."""
    return _code(error) in TOO_LARGE or error.description.startswith("413")


def _description(error: BaseException, told: str) -> str:
    """Code and words of Discord, without any address; of other errors the class alone."""
    if not isinstance(error, discord.HTTPException):
        return type(error).__name__
    words = " ".join(error.text.split())[:300] if not error.text.lstrip().startswith("<") else ""
    return " ".join(part for part in (f"{error.status}/{error.code}", words, told and f"({told})") if part)


def _code(error: DeliveryError) -> int:
    found = re.match(r"\d+/(\d+)", error.description)
    return int(found[1]) if found else 0


def _retry_after_s(error: BaseException) -> float:
    """How long to wait, as the library or the answer's headers say it; a minute where nobody does."""
    told: Any = getattr(error, "retry_after", None)
    if isinstance(error, discord.HTTPException):
        headers = error.response.headers
        told = headers.get("Retry-After") or headers.get("X-RateLimit-Reset-After")
    try:
        return float(told)
    except (TypeError, ValueError):
        return 60.0


def _scope(error: BaseException, scope: str) -> str:
    if isinstance(error, discord.HTTPException) and error.response.headers.get("X-RateLimit-Global"):
        return "bot"
    return scope
