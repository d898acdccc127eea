"""The Telegram simulator hands updates out as Telegram does, by long poll and by webhook, and as it should not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest, Conflict

from bot.clock import Clock
from tests.simulators.telegram.meeting import client, meeting, until
from tests.simulators.telegram.simulator import TelegramSimulator
from tests.simulators.telegram.webhook import SECRET_HEADER

START = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


async def raw(bot: Bot, **asked: Any) -> list[dict[str, Any]]:
    """getUpdates without python-telegram-bot's reading of the answer."""
    told: list[dict[str, Any]] = await bot._post("getUpdates", asked)
    return told


async def kinds(bot: Bot) -> list[str]:
    """The kinds of the updates that wait, oldest first; confirms them."""
    told = await raw(bot)
    await raw(bot, offset=told[-1]["update_id"] + 1 if told else 0)
    return [key for update in told for key in update if key != "update_id"]


async def test_an_update_comes_again_until_its_offset_confirms_it() -> None:
    async with meeting() as (simulator, bot):
        ana = simulator.person("Ana")
        simulator.press_start(ana)
        simulator.user_says(ana, text="Hello")
        first = await bot.get_updates(limit=1)
        again = await bot.get_updates()
        assert [u.update_id for u in again] == [first[0].update_id, first[0].update_id + 1]
        rest = await bot.get_updates(offset=first[0].update_id + 1)
        assert [u.message.text for u in rest if u.message] == ["Hello"]
        assert await bot.get_updates(offset=rest[0].update_id + 1) == ()
        assert [pending.update_id for pending in simulator.updates.delivered] == [u.update_id for u in again]


async def test_a_negative_offset_confirms_all_but_the_last() -> None:
    async with meeting() as (simulator, bot):
        ana = simulator.person("Ana")
        for text in ("one", "two", "three"):
            simulator.user_says(ana, text=text)
        last = await bot.get_updates(offset=-1)
        assert [u.message.text for u in last if u.message] == ["three"]
        assert len(simulator.updates.waiting) == 1


async def test_a_long_poll_ends_as_soon_as_somebody_speaks() -> None:
    async with meeting() as (simulator, bot):
        polling = asyncio.create_task(bot.get_updates(timeout=30, read_timeout=35))
        await until(lambda: simulator.server.polls == 1)
        simulator.press_start(simulator.person("Ana"))
        async with asyncio.timeout(5):
            assert len(await polling) == 1


async def test_two_pollers_meet_a_conflict_and_the_older_one_goes() -> None:
    async with meeting() as (simulator, bot):
        older = asyncio.create_task(bot.get_updates(timeout=30, read_timeout=35))
        await until(lambda: simulator.server.polls == 1)
        async with client(simulator) as other:
            newer = asyncio.create_task(other.get_updates(timeout=30, read_timeout=35))
            with pytest.raises(Conflict, match="terminated by other getUpdates request"):
                await older
            simulator.press_start(simulator.person("Ana"))
            assert len(await newer) == 1


async def test_reactions_come_only_to_an_administrator_that_asks_for_them() -> None:
    async with meeting() as (simulator, bot):
        room, channel = simulator.group(), simulator.channel()
        told = await bot.send_message(room.id, "Hello")
        posted = await bot.send_message(channel.id, "A story")
        room_message, post = room.find(told.message_id), channel.find(posted.message_id)
        assert room_message and post
        simulator.reacts(room_message, "👍")
        assert await kinds(bot) == []
        await bot.get_updates(allowed_updates=Update.ALL_TYPES)
        simulator.reacts(room_message, "")
        simulator.reacts(post, "🔥", simulator.person("Ben"))
        assert await kinds(bot) == ["message_reaction", "message_reaction_count"]
        simulator.demote_bot(room)
        simulator.reacts(room_message, "👍")
        assert await kinds(bot) == ["my_chat_member"]


async def test_privacy_mode_hides_what_is_no_command_and_no_reply() -> None:
    async with meeting() as (simulator, bot):
        room = simulator.group(bot_is="member")
        said = await bot.send_message(room.id, "Hello")
        for text in ("plain words", "/waiting", "/close@concierge_bot now", "/close@other_bot"):
            simulator.user_says(room, text=text)
        simulator.user_says(room, text="a reply", reply_to=room.find(said.message_id))
        told = await bot.get_updates()
        assert [u.message.text for u in told if u.message] == ["/waiting", "/close@concierge_bot now", "a reply"]
        simulator.change_bot(room, "administrator")
        simulator.user_says(room, text="plain words")
        assert [u.message.text for u in (await bot.get_updates())[4:] if u.message] == ["plain words"]


async def test_what_people_do_is_told_as_telegram_tells_it() -> None:
    async with meeting() as (simulator, bot):
        ana, channel = simulator.person("Ana"), simulator.channel()
        started = simulator.press_start(ana, "tea-12")
        assert started.text == "/start tea-12"
        simulator.user_edits(simulator.user_says(ana, text="Egs"), "Eggs")
        await bot.send_message(ana.id, "Sure?", reply_markup=InlineKeyboardMarkup([[yes()]]))
        simulator.user_presses(simulator.private(ana).from_bot[-1], "Yes")
        simulator.block(ana)
        simulator.unblock(ana)
        simulator.user_says(channel, text="By hand")
        simulator.user_deletes(started)
        assert await kinds(bot) == [
            *("message", "message", "edited_message", "callback_query"),
            *("my_chat_member", "my_chat_member", "channel_post"),
        ]


def yes() -> InlineKeyboardButton:
    return InlineKeyboardButton("Yes", callback_data="helped_yes:1")


async def test_an_owner_in_a_topic_quotes_its_root_and_may_be_anonymous() -> None:
    async with meeting() as (simulator, bot):
        room = simulator.group()
        topic = simulator.open_topic(room, "Ana")
        simulator.user_says(room, text="Hello Ana", thread=topic, anonymous=True)
        message = (await bot.get_updates())[-1].message
        assert message and message.sender_chat and message.sender_chat.id == room.id
        assert message.is_topic_message and message.message_thread_id == topic.thread_id
        assert message.reply_to_message and message.reply_to_message.forum_topic_created


async def test_replies_in_a_plain_supergroup_carry_a_thread_that_is_no_topic() -> None:
    async with meeting() as (simulator, bot):
        room = simulator.group(forum=False)
        said = await bot.send_message(room.id, "Ana: eggs?")
        simulator.user_says(room, text="Yes", reply_to=room.find(said.message_id))
        message = (await bot.get_updates())[-1].message
        assert message and message.message_thread_id == said.message_id and not message.is_topic_message


async def test_repeated_late_and_malformed_updates_come_on_demand() -> None:
    async with meeting() as (simulator, bot):
        ana = simulator.person("Ana")
        simulator.updates.hold()
        simulator.user_says(ana, text="late")
        simulator.updates.held, held = None, simulator.updates.held
        simulator.user_says(ana, text="now")
        (now,) = await raw(bot)
        await raw(bot, offset=now["update_id"] + 1)
        simulator.updates.held = held
        simulator.updates.release()
        simulator.repeat()
        simulator.malformed()
        late, again, broken = await raw(bot, offset=now["update_id"] + 1)
        assert late["update_id"] < now["update_id"] and late["message"]["text"] == "late"
        assert again == now
        assert broken["message"] == {"message_id": "no number"}
        assert await raw(bot, offset=broken["update_id"] + 1) == []


async def test_what_nobody_fetched_for_24_hours_is_gone() -> None:
    clock = Clock(START, running=False)
    async with meeting(clock.now) as (simulator, bot):
        ana = simulator.person("Ana")
        simulator.user_says(ana, text="old")
        clock.move_to(START + timedelta(hours=24, seconds=1))
        simulator.user_says(ana, text="young")
        assert [u.message.text for u in await bot.get_updates() if u.message] == ["young"]


# By webhook.


@dataclass
class Hook:
    """A bot's end of the webhook: takes what comes, or answers as it is told."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    taken: list[int] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.secrets.append(request.headers.get(SECRET_HEADER))
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 200:
            self.taken.append((await request.json())["update_id"])
        return web.Response(status=status)


@asynccontextmanager
async def hooked() -> AsyncIterator[tuple[TelegramSimulator, Bot, Hook]]:
    hook, app = Hook(), web.Application()
    app.router.add_post("/hook", hook.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        async with meeting() as (simulator, bot):
            yield simulator, bot, hook
    finally:
        await runner.cleanup()


async def test_a_webhook_gets_updates_in_order_with_the_secret() -> None:
    async with hooked() as (simulator, bot, hook):
        await bot.set_webhook(hook.url, secret_token="s3cret", max_connections=1)
        ana = simulator.person("Ana")
        for number in range(5):
            simulator.user_says(ana, text=str(number))
        await until(lambda: not simulator.updates.waiting)
        assert hook.taken == sorted(hook.taken) and len(hook.taken) == 5
        assert set(hook.secrets) == {"s3cret"}


async def test_a_webhook_that_does_not_say_200_is_asked_again() -> None:
    async with hooked() as (simulator, bot, hook):
        hook.statuses = [500, 500]
        await bot.set_webhook(hook.url, max_connections=1)
        simulator.press_start(simulator.person("Ana"))
        await until(lambda: not simulator.updates.waiting)
        assert len(hook.secrets) == 3 and len(hook.taken) == 1
        info = await bot.get_webhook_info()
        assert info.pending_update_count == 0
        assert "500" in (info.last_error_message or "")


async def test_polling_is_refused_while_a_webhook_is_set() -> None:
    async with hooked() as (simulator, bot, hook):
        hook.statuses = [500] * 1000
        await bot.set_webhook(hook.url, max_connections=1)
        with pytest.raises(Conflict, match="while webhook is active"):
            await bot.get_updates()
        simulator.press_start(simulator.person("Ana"))
        await bot.delete_webhook()
        assert len(await bot.get_updates()) == 1
        await bot.delete_webhook(drop_pending_updates=True)
        assert await bot.get_updates() == ()


async def test_a_webhook_needs_https_and_a_plain_secret() -> None:
    async with meeting() as (_simulator, bot):
        with pytest.raises(BadRequest, match="an https url must be provided"):
            await bot.set_webhook("http://shop.example/hook")
        with pytest.raises(BadRequest, match="unallowed characters"):
            await bot.set_webhook("https://shop.example/hook", secret_token="no blanks")
