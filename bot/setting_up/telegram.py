"""Telegram's part of the set-up: the token, the owners' group, the channels, as Telegram itself tells of them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.adapter import DeliveryError, Problem, Reason
from bot.adapters.telegram.api import Api
from bot.adapters.telegram.codec import PRESENT, WANTED
from bot.adapters.telegram.inspection import Expected, inspect
from bot.adapters.telegram.reasons import is_conflict
from bot.setting_up.talk import CantSetUp, Talk, Unfit

HOLD_S = 10
"""How long Telegram holds one request for news."""
MOST = 100
"""Updates that Telegram gives at once; what comes after them can't be seen without taking them away from the bot."""
GROUP = """Your private group, in which you answer customers:
  1. make a group on Telegram (turn Topics on in its settings: each customer gets one),
  2. add {bot} to it as an administrator with the right Manage Topics.
What is the group's id? Enter alone waits until you have added the bot, and finds the id itself; - is for later."""
LATER, LOOK = "-", "look"


@dataclass(frozen=True)
class Group:
    """A group in which the bot is."""

    chat_id: str
    title: str


@dataclass(frozen=True)
class Line:
    """A bot at Telegram's door: its token and the address."""

    token: str
    base_url: str

    def with_api(self, work: Callable[[Api], Any]) -> Any:
        """What a coroutine over the connection gives."""
        return asyncio.run(self._with_api(work))

    async def _with_api(self, work: Callable[[Api], Any]) -> Any:
        api = Api(self.token, self.base_url)
        try:
            return await work(api)
        finally:
            await api.close()


def ask(talk: Talk, base_url: str, before: dict[str, str]) -> dict[str, str]:
    """Asks for what the bot needs on Telegram; returns the settings. Raises CantSetUp."""
    line, me = _token(talk, base_url, before.get("TELEGRAM_BOT_TOKEN"))
    found = {"TELEGRAM_BOT_TOKEN": line.token}
    group = _group(talk, line, f"@{me.get('username', 'your bot')}", before.get("TELEGRAM_OWNER_CHAT_ID", ""))
    found["TELEGRAM_OWNER_CHAT_ID"] = group
    channels = talk.answer(
        "telegram-channels",
        "Channels for your stories, with commas between, such as @myshop (the bot must be an administrator there):",
        _channels,
        before.get("TELEGRAM_STORY_CHAT_IDS", ""),
    )
    found["TELEGRAM_STORY_CHAT_IDS"] = ",".join(channels)
    expected = Expected(group, channels, before.get("TELEGRAM_WEBHOOK_URL", ""))
    for problem in line.with_api(partial(_problems, expected=expected)):
        talk.say(f"To mend: {problem.what} {problem.next}")
    return found


def _token(talk: Talk, base_url: str, before: str | None) -> tuple[Line, dict[str, Any]]:
    def check(answer: str) -> tuple[Line, dict[str, Any]]:
        if not re.fullmatch(r"[0-9]+:[A-Za-z0-9_-]+", answer):
            raise Unfit("is no token: it looks like 123456789:AAE…, and @BotFather gives it after /newbot")
        line = Line(answer, base_url)
        try:
            return line, line.with_api(lambda api: api.call("getMe"))
        except DeliveryError as error:
            if error.reason is Reason.unauthorised:
                raise Unfit("is refused by Telegram: copy it again from @BotFather (/mybots, API Token)") from error
            raise CantSetUp(
                f"Telegram can't be reached ({error.description or error.reason}), so the token could not be checked "
                "and nothing was written: look at the network, and start again."
            ) from error

    question = "The token that @BotFather gave you (it isn't shown while you type or paste it):"
    line, me = talk.answer("telegram-token", question, check, before, hidden=True, shown=before and "the one in .env")
    talk.say(f"Telegram knows the bot: @{me.get('username')}.")
    return line, me


def _group(talk: Talk, line: Line, bot: str, before: str) -> str:
    def check(answer: str) -> str:
        if answer not in (LATER, LOOK, "") and not re.fullmatch(r"-?[0-9]+", answer):
            raise Unfit("is no group's id: it is a number such as -1001234567890")
        return answer

    usual = before or (LOOK if talk.asks else LATER)
    answer = talk.answer("telegram-group", GROUP.format(bot=bot), check, usual, shown=before or "wait for it")
    if answer == LOOK:
        group = line.with_api(partial(_found, talk=talk))
        talk.say(f"The bot is in “{group.title}”, whose id is {group.chat_id}.")
        answer = group.chat_id if talk.agreed("Is that where you want to answer customers?") else LATER
    if answer in (LATER, ""):
        talk.say("Later: add the bot to your group while `concierge run` runs, and it says there which line to set.")
        return ""
    return answer


async def _found(api: Api, talk: Talk) -> Group:
    """The group that the bot was added to last, as soon as there is one.

    Nothing is taken away from the bot that will run: no update is confirmed, so that what customers wrote stays.
    """
    talk.say("Waiting until the bot is added to a group … (Ctrl-C ends)")
    while True:
        try:
            updates = await api.call("getUpdates", silent_s=HOLD_S + 5.0, timeout=HOLD_S, allowed_updates=list(WANTED))
        except DeliveryError as error:
            raise CantSetUp(_not_heard(error)) from error
        groups = [group for group in map(_group_of, updates) if group]
        if groups:
            return groups[-1]
        if len(updates) >= MOST:
            raise CantSetUp(
                "More messages wait for the bot than can be looked through, so nothing was written: answer - for now, "
                "start `concierge run`, and add the bot to the group then: it says the id there."
            )
        if updates:
            await asyncio.sleep(1.0)  # it answers at once, with what waits for the bot


def _not_heard(error: DeliveryError) -> str:
    if is_conflict(error):
        return (
            "Another program takes this bot's updates, so nothing was written: if it is `concierge run`, add the bot "
            "to the group and read the id there; else stop that program, and start again."
        )
    return f"Telegram can't be reached ({error.description or error.reason}); nothing was written: start again."


def _group_of(update: Any) -> Group | None:
    """The group that an update shows the bot to be in."""
    try:
        change, message = update.get("my_chat_member"), update.get("message")
        if change and change["new_chat_member"]["status"] not in PRESENT:
            return None
        chat = (change or message)["chat"]
        if chat["type"] not in ("group", "supergroup") or (message and "migrate_to_chat_id" in message):
            return None
        return Group(str(chat["id"]), str(chat.get("title", "")))
    except (AttributeError, LookupError, TypeError):
        return None


def _channels(answer: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in answer.split(",") if part.strip())
    if not all(re.fullmatch(r"-?[0-9]+|@\w+", name) for name in names):
        raise Unfit("is no list of channels: write @myshop or -1001234567890, with commas between")
    return names


async def _problems(api: Api, expected: Expected) -> list[Problem]:
    return await inspect(api, expected)
