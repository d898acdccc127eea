"""What may be wrong between the bot and Telegram, found by asking Telegram, for `doctor`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from bot.adapter import DeliveryError, Problem, Reason
from bot.adapters.telegram.api import Api, chat_number
from bot.adapters.telegram.polling import explanation

MANY_PENDING = 100
Said = dict[str, Any]


@dataclass(frozen=True)
class Expected:
    """How the bot is set up: the owners' room, the story channels, and its webhook (empty: long polling)."""

    room_chat_id: str = ""
    story_chat_ids: tuple[str, ...] = ()
    webhook_url: str = ""


async def inspect(api: Api, expected: Expected) -> list[Problem]:
    """Every problem that Telegram's answers show; never raises for what Telegram says."""
    try:
        me = await api.call("getMe")
    except DeliveryError as error:
        return [_no_line(error)]
    problems = [found async for found in _line(api, expected)]
    if expected.room_chat_id:
        problems += [found async for found in _room(api, me, expected.room_chat_id)]
    for chat_id in expected.story_chat_ids:
        problems += [found async for found in _channel(api, me, chat_id)]
    return problems


def _no_line(error: DeliveryError) -> Problem:
    if error.reason is Reason.unauthorised:
        return Problem(
            "Telegram refuses the bot's token.",
            "The bot can neither hear nor answer anybody on Telegram.",
            "Ask @BotFather for the token (/mybots, API Token) and put it into .env as TELEGRAM_BOT_TOKEN.",
        )
    return Problem(
        explanation(error),
        "Customers' messages wait at Telegram, for a day at the most.",
        "Look at the machine's network, and at TELEGRAM_API_BASE_URL if that is set.",
    )


async def _line(api: Api, expected: Expected) -> AsyncIterator[Problem]:
    hook: Said = await _asked(api, "getWebhookInfo") or {}
    url, pending = str(hook.get("url", "")), int(hook.get("pending_update_count", 0))
    if url and not expected.webhook_url:
        yield Problem(
            f"Telegram brings this bot's updates to {_host(url)}, which another program set.",
            "Only one program can have a bot's updates; `run` takes them over and the other one falls silent.",
            "Stop the other program, or make a bot of its own for it with @BotFather.",
        )
    if expected.webhook_url and url != expected.webhook_url:
        yield Problem(
            "Telegram does not know the webhook of TELEGRAM_WEBHOOK_URL.",
            "Updates wait at Telegram until `run` sets it.",
            "Start `concierge run`; if it is running, look whether another program uses the same token.",
        )
    if expected.webhook_url and hook.get("last_error_message"):
        yield Problem(
            f"Telegram could not reach the webhook: {hook['last_error_message']}.",
            "Customers' messages wait, and after a day they are gone.",
            "Check that TELEGRAM_WEBHOOK_URL leads from the internet to HTTP_PORT, over HTTPS.",
        )
    if pending > MANY_PENDING:
        yield Problem(
            f"{pending} updates wait at Telegram.",
            "Nobody takes them at present, and Telegram keeps them for a day only.",
            "Start `concierge run`; it takes them in order.",
        )


async def _room(api: Api, me: Said, chat_id: str) -> AsyncIterator[Problem]:
    chat = await _asked(api, "getChat", chat_id=chat_number(chat_id))
    if chat is None:
        yield Problem(
            f"The owners' room {chat_id} can't be found.",
            "Customers' questions can't reach the owners.",
            "Add the bot to the group; it says there which line belongs into .env.",
        )
        return
    member = await _asked(api, "getChatMember", chat_id=chat_number(chat_id), user_id=me["id"]) or {}
    admin = member.get("status") in ("administrator", "creator")
    if not admin and not me.get("can_read_all_group_messages"):
        yield Problem(
            "The bot is no administrator of the owners' group, and its privacy mode is on.",
            "It hears commands and replies only: an owner's plain words never reach the customer.",
            "Make the bot an administrator of the group.",
        )
    if not chat.get("is_forum"):
        yield Problem(
            "The owners' group has no topics.",
            "All customers share one conversation there; answer by replying to a customer's message.",
            "Turn Topics on in the group's settings, to have a topic for each customer.",
        )
    elif not (admin and (member.get("status") == "creator" or member.get("can_manage_topics"))):
        yield Problem(
            "The bot may not manage topics in the owners' group.",
            "It can't open a topic for a customer, so questions wait, and no icon shows which of them need a reply.",
            "Give the administrator rights of the bot the right Manage Topics.",
        )


async def _channel(api: Api, me: Said, chat_id: str) -> AsyncIterator[Problem]:
    chat = await _asked(api, "getChat", chat_id=chat_number(chat_id))
    if chat is None:
        yield Problem(
            f"The story channel {chat_id} can't be found.",
            "Stories do not appear there.",
            "Add the bot to the channel as an administrator, or take it out of TELEGRAM_STORY_CHAT_IDS.",
        )
        return
    member = await _asked(api, "getChatMember", chat_id=chat_number(chat_id), user_id=me["id"]) or {}
    owns = member.get("status") == "creator"
    posts = member.get("status") == "administrator" and member.get("can_post_messages", chat.get("type") != "channel")
    in_group = chat.get("type") != "channel" and member.get("status") == "member"
    if not (owns or posts or in_group):
        yield Problem(
            f"The bot may not post in the story channel {chat.get('title', chat_id)}.",
            "Stories do not appear there.",
            "Make the bot an administrator of the channel, with the right Post Messages.",
        )
    if linked := chat.get("linked_chat_id"):
        async for problem in _comments(api, me, int(linked), chat.get("title", chat_id)):
            yield problem


async def _comments(api: Api, me: Said, group_id: int, channel: str) -> AsyncIterator[Problem]:
    """The group in which people comment on a channel's posts."""
    member = await _asked(api, "getChatMember", chat_id=group_id, user_id=me["id"]) or {}
    here = member.get("status") in ("creator", "administrator", "member")
    admin = here and member.get("status") != "member"
    if admin or (here and me.get("can_read_all_group_messages")):
        return
    yield Problem(
        f"The bot is {'no administrator of' if here else 'not in'} the discussion group of {channel}.",
        "It sees no comments there: questions under stories, and those of a live hour, don't reach the owners.",
        "Add the bot to the group that is linked to the channel, and make it an administrator.",
    )


async def _asked(api: Api, method: str, **given: Any) -> Any:
    """What Telegram answers; None when it refuses."""
    try:
        answer = await api.call(method, **given)
    except DeliveryError:
        return None
    return answer if isinstance(answer, dict) else None


def _host(url: str) -> str:
    """The host alone: a path may hold a secret of that program."""
    return url.split("//")[-1].split("/")[0]
