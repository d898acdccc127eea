"""Every row of the table, by the library's own errors, made as the library makes them."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import discord
import pytest
from aiohttp import ClientConnectorError, ClientPayloadError, ConnectionTimeoutError, ServerDisconnectedError

from bot.adapter import DeliveryError, Reason
from bot.adapters.discord.reasons import (
    NO_ROOM,
    NOT_ALLOWED,
    NOT_SEEN,
    ROWS,
    Where,
    delivery_error,
    is_acknowledged,
    is_archived,
    is_expired,
    refuses_file,
)

CLASSES: dict[int, type[discord.HTTPException]] = {403: discord.Forbidden, 404: discord.NotFound}


def refused(
    status: int, code: int = 0, words: str = "", *, errors: Any = None, headers: Mapping[str, str] | None = None
) -> discord.HTTPException:
    """The error that the library raises for such an answer of Discord's."""
    response: Any = SimpleNamespace(status=status, reason="Refused", headers=headers or {})
    kind = discord.DiscordServerError if status >= 500 else CLASSES.get(status, discord.HTTPException)
    body = {"code": code, "message": words} | ({"errors": errors} if errors else {})
    return kind(response, body)


def invalid(field: str, words: str) -> discord.HTTPException:
    """A form that Discord refuses for one field."""
    return refused(400, 50035, "Invalid Form Body", errors={field: {"_errors": [{"code": "X", "message": words}]}})


CONNECTOR = ClientConnectorError(Mock(), OSError(111, "Connection refused"))

CASES: list[tuple[BaseException, Where, Reason]] = [
    (discord.RateLimited(40.0), "private", Reason.limited),
    (refused(429), "private", Reason.limited),
    (refused(400, 20028, "The write action you are performing on the channel has hit the write rate limit."), "thread",
     Reason.limited),
    (discord.LoginFailure("Improper token has been passed."), "elsewhere", Reason.unauthorised),
    (discord.PrivilegedIntentsRequired(None), "elsewhere", Reason.unauthorised),
    (refused(401, 0, "401: Unauthorized"), "private", Reason.unauthorised),
    (refused(403, 20026, "Your bot has been flagged by our anti-spam system"), "private", Reason.unauthorised),
    (refused(404, 10062, "Unknown interaction"), "private", Reason.too_old),
    (refused(404, 10015, "Unknown Webhook"), "private", Reason.too_old),
    (refused(401, 50027, "Invalid Webhook Token"), "elsewhere", Reason.too_old),
    (discord.InteractionResponded(Mock()), "private", Reason.rejected),
    (refused(400, 40060, "Interaction has already been acknowledged."), "private", Reason.rejected),
    (refused(503, 130000, "API resource is currently overloaded"), "private", Reason.unreachable),
    (refused(403, 50007, "Cannot send messages to this user"), "private", Reason.blocked),
    (refused(403, 50278, "No mutual guilds"), "private", Reason.blocked),
    (refused(404, 10013, "Unknown User"), "private", Reason.blocked),
    (refused(404, 10003, "Unknown Channel"), "thread", Reason.thread_gone),
    (refused(400, 50083, "Thread is archived"), "thread", Reason.thread_gone),
    (refused(400, 160005, "Thread is locked"), "thread", Reason.thread_gone),
    (refused(404, 10003, "Unknown Channel"), "room", Reason.unauthorised),
    (refused(404, 10004, "Unknown Guild"), "room", Reason.unauthorised),
    (refused(404, 10003, "Unknown Channel"), "private", Reason.blocked),
    (refused(404, 10003, "Unknown Channel"), "elsewhere", Reason.rejected),
    (refused(404, 10008, "Unknown Message"), "private", Reason.target_gone),
    (refused(413, 40005, "Request entity too large"), "private", Reason.too_long),
    (refused(413), "private", Reason.too_long),
    (invalid("content", "Must be 2000 or fewer in length."), "private", Reason.too_long),
    (invalid("components", "Must be 5 or fewer in length."), "private", Reason.rejected),
    (refused(403, 50001, "Missing Access"), "thread", Reason.unauthorised),
    (refused(403, 50013, "Missing Permissions"), "room", Reason.unauthorised),
    (refused(400, 40067, "A tag is required to create a forum post in this channel"), "room", Reason.unauthorised),
    (refused(400, 160006, "Maximum number of active threads reached"), "room", Reason.unauthorised),
    (refused(403, 50001, "Missing Access"), "elsewhere", Reason.rejected),
    (refused(403, 50013, "Missing Permissions"), "elsewhere", Reason.rejected),
    (refused(403, 50001, "Missing Access"), "private", Reason.blocked),
    (refused(400, 200000, "Message was blocked by automatic moderation"), "elsewhere", Reason.rejected),
    (refused(403, 0, "something new"), "private", Reason.blocked),
    (refused(403, 0, "something new"), "room", Reason.unauthorised),
    (refused(502), "private", Reason.uncertain),
    (refused(400, 50006, "Cannot send an empty message"), "private", Reason.rejected),
    (CONNECTOR, "private", Reason.unreachable),
    (ConnectionTimeoutError(), "private", Reason.unreachable),
    (ServerDisconnectedError(), "private", Reason.uncertain),
    (ClientPayloadError(), "private", Reason.uncertain),
    (ConnectionResetError(104, "reset"), "private", Reason.uncertain),
    (TimeoutError(), "private", Reason.uncertain),
    (discord.ClientException("not logged in"), "elsewhere", Reason.unreachable),
]  # fmt: skip


@pytest.mark.parametrize(("error", "where", "reason"), CASES, ids=[f"{e}"[:50] + w for e, w, _ in CASES])
def test_a_refusal_has_a_reason(error: BaseException, where: Where, reason: Reason) -> None:
    assert delivery_error(error, where).reason is reason


def test_every_row_of_the_table_is_some_case() -> None:
    met = {next(row for row in ROWS if row.fits(error, where)) for error, where, _ in CASES}
    assert [row for row in ROWS if row not in met] == []


def test_what_is_no_error_of_the_library_is_uncertain() -> None:
    assert delivery_error(RuntimeError("Session is closed")).reason is Reason.uncertain


def test_a_limit_says_how_long_and_of_what() -> None:
    assert delivery_error(discord.RateLimited(40.5)).retry_after_s == 40.5
    bucket = delivery_error(refused(429, headers={"Retry-After": "7"}))
    assert (bucket.retry_after_s, bucket.scope) == (7.0, "chat")
    all_of_it = delivery_error(refused(429, headers={"Retry-After": "7", "X-RateLimit-Global": "true"}))
    assert all_of_it.scope == "bot"
    assert delivery_error(refused(429)).retry_after_s == 60.0


@pytest.mark.parametrize(("code", "told"), [(50001, NOT_SEEN), (50013, NOT_ALLOWED)])
def test_a_missing_right_is_named_in_words(code: int, told: str) -> None:
    assert told in delivery_error(refused(403, code, "Missing"), "elsewhere").description


def test_a_room_that_is_gone_is_named_in_words() -> None:
    assert NO_ROOM in delivery_error(refused(404, 10003, "Unknown Channel"), "room").description


def test_no_page_of_a_proxy_becomes_a_description() -> None:
    response: Any = SimpleNamespace(status=502, reason="Bad", headers={})
    error = delivery_error(discord.DiscordServerError(response, "<html><body>cloudflare</body></html>"))
    assert error.description == "502/0"


def told(error: discord.HTTPException) -> DeliveryError:
    return delivery_error(error, "thread")


def test_what_can_be_done_about_a_refusal_is_known_by_its_code() -> None:
    assert is_archived(told(refused(400, 50083))) and not is_archived(told(refused(404, 10003)))
    assert is_expired(told(refused(404, 10062))) and is_expired(told(refused(401, 50027)))
    assert is_acknowledged(told(refused(400, 40060))) and not is_acknowledged(told(refused(400, 50035)))
    assert is_acknowledged(delivery_error(discord.InteractionResponded(Mock())))
    assert refuses_file(told(refused(413, 40005))) and refuses_file(told(refused(413)))
