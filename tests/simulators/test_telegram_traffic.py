"""What the Telegram simulator says and hears fits Telegram's own published schema, where that lies beside the house."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    InputStoryContentPhoto,
    InputStoryContentVideo,
    MessageEntity,
    ReplyParameters,
    Update,
)
from telegram.error import BadRequest, NetworkError

from tests.moving_pictures import as_telegram_wants_it
from tests.simulators.telegram import business, faults
from tests.simulators.telegram.files import picture
from tests.simulators.telegram.meeting import meeting
from tests.simulators.telegram.people import Status
from tests.simulators.telegram.simulator import TelegramSimulator

CHECKER = Path(__file__).parents[3] / "shared" / "tools" / "check_traffic.py"
BUTTONS = InlineKeyboardMarkup([[InlineKeyboardButton("Yes", callback_data="close:1")]])


async def people(simulator: TelegramSimulator, bot: Bot) -> None:
    """Everything that people can do, in every kind of place."""
    await bot.get_updates(allowed_updates=Update.ALL_TYPES)
    ana = simulator.person("Ana", last_name="<3 _*[", username="ana_eggs", language="de")
    simulator.press_start(ana, "tea-12")
    for kind in ("video", "voice", "audio", "document", "sticker", "animation", "video_note", "location", "contact"):
        simulator.user_says(ana, attach=kind)
    simulator.user_says(ana, attach="poll", text="Which?")
    simulator.user_sends_album(simulator.private(ana), ana, 3, "My hens")
    simulator.user_edits(simulator.user_says(ana, text="@concierge_bot /help", photo=True), "Eggs")
    said = await bot.send_message(ana.id, "Sure?", reply_markup=BUTTONS)
    simulator.user_presses(simulator.private(ana).from_bot[-1], "Yes")
    await bot.delete_message(ana.id, said.message_id)
    query = simulator.user_presses(simulator.private(ana).messages[-1], "Yes")
    await bot.answer_callback_query(query.id, "Too late", show_alert=True)
    simulator.reacts(simulator.private(ana).messages[0], "👍")
    simulator.block(ana)
    simulator.unblock(ana)


async def rooms(simulator: TelegramSimulator, bot: Bot) -> None:
    """What happens in groups and channels."""
    room, channel = simulator.group(username="owners_room"), simulator.channel(username="hana_eggs")
    topic = await bot.create_forum_topic(room.id, "Ana")
    thread_id = topic.message_thread_id
    await bot.send_message(room.id, "Hello", message_thread_id=thread_id)
    simulator.user_says(room, text="Hi Ana", thread=thread_id, anonymous=True)
    simulator.close_topic(room, thread_id)
    await bot.reopen_forum_topic(room.id, thread_id)
    await bot.edit_forum_topic(room.id, thread_id, "Ana (waiting)")
    await bot.close_forum_topic(room.id, thread_id)
    await bot.delete_forum_topic(room.id, thread_id)
    simulator.open_topic(room, "By hand")
    post = await bot.send_photo("@hana_eggs", picture(), caption="Day 7", reply_markup=BUTTONS)
    story = channel.find(post.message_id)
    assert story
    simulator.reacts(story, "🔥", simulator.owner)
    simulator.user_says(channel, text="By hand")
    simulator.user_edits(simulator.user_says(channel, text="By hand"), "With care")
    statuses: tuple[Status, ...] = ("left", "member", "restricted", "administrator", "kicked")
    for status in statuses:
        simulator.change_bot(channel, status)
    old = simulator.group(forum=False, kind="group")
    simulator.user_says(simulator.migrate_group(old), text="We moved")
    simulator.change_bot(simulator.group(bot_is="left"), "member")


async def sends(simulator: TelegramSimulator, bot: Bot) -> None:
    """Everything that the bot can put into a chat."""
    chat = simulator.press_start(simulator.person("Ben")).chat
    asked = simulator.user_says(chat, text="Eggs?")
    link = MessageEntity("text_link", 0, 3, url="https://eggs.example/")
    quoting = ReplyParameters(asked.message_id, allow_sending_without_reply=True)
    await bot.send_message(chat.id, "See here", entities=[link], reply_parameters=quoting)
    await bot.send_photo(chat.id, picture(), caption="Hens", caption_entities=[MessageEntity("bold", 0, 4)])
    await bot.send_video(chat.id, b"film")
    await bot.send_voice(chat.id, b"voice", caption="Listen")
    await bot.send_audio(chat.id, b"music")
    await bot.send_document(chat.id, b"list", filename="list.txt")
    await bot.send_sticker(chat.id, b"sticker")
    await bot.send_animation(chat.id, b"dance")
    await bot.send_video_note(chat.id, b"round")
    await bot.send_location(chat.id, 48.2, 16.37)
    await bot.send_contact(chat.id, "+4312345", "Hana", last_name="Sato")
    await bot.send_poll(chat.id, "Which?", ["white", "brown"])
    photo = chat.find(
        (await bot.send_media_group(chat.id, [InputMediaPhoto(picture(), caption="One")] * 2))[0].message_id
    )
    assert photo
    await bot.send_media_group(chat.id, [InputMediaPhoto(photo.file_id), InputMediaPhoto(photo.file_id)])
    await bot.send_media_group(chat.id, [InputMediaDocument(b"a"), InputMediaDocument(b"b", caption="Two")])
    await bot.forward_message(chat.id, chat.id, asked.message_id)
    await bot.copy_message(chat.id, chat.id, asked.message_id)
    await bot.send_chat_action(chat.id, "typing")
    file = await bot.get_file(photo.file_id)
    await file.download_as_bytearray()


async def changes(simulator: TelegramSimulator, bot: Bot) -> None:
    """Edits, deletes, reactions, refusals."""
    chat = simulator.press_start(simulator.person("Mei")).chat
    text = await bot.send_message(chat.id, "One", reply_markup=BUTTONS)
    photo = await bot.send_photo(chat.id, picture(), caption="One")
    await bot.edit_message_text("Two", chat.id, text.message_id, entities=[MessageEntity("italic", 0, 3)])
    await bot.edit_message_reply_markup(chat.id, text.message_id, reply_markup=BUTTONS)
    await bot.edit_message_caption(chat.id, photo.message_id, caption="Two")
    await bot.edit_message_media(InputMediaPhoto(picture("blue"), caption="Three"), chat.id, photo.message_id)
    await bot.set_message_reaction(chat.id, chat.messages[0].message_id, "👍")
    await bot.pin_chat_message(chat.id, text.message_id)
    await bot.delete_messages(chat.id, [text.message_id, 999])
    with pytest.raises(BadRequest):
        await bot.edit_message_text("Three", chat.id, text.message_id)


async def questions(simulator: TelegramSimulator, bot: Bot) -> None:
    """What the bot asks about itself and its places."""
    ana, room, channel = simulator.person("Ana"), simulator.group(), simulator.channel()
    simulator.press_start(ana)
    for chat_id in (ana.id, room.id, channel.id):
        await bot.get_chat(chat_id)
        await bot.get_chat_member(chat_id, simulator.bot.id)
        await bot.get_chat_member_count(chat_id)
    for chat_id in (room.id, channel.id):
        await bot.get_chat_administrators(chat_id)
        await bot.get_chat_member(chat_id, simulator.owner.id)
        await bot.get_chat_member(chat_id, ana.id)
    everyone = BotCommandScopeAllPrivateChats()
    await bot.set_my_commands([BotCommand("help", "Help")], everyone, language_code="de")
    await bot.get_my_commands(everyone, language_code="de")
    await bot.delete_my_commands(everyone, language_code="de")
    await bot.set_webhook(
        "https://shop.example/hook", secret_token="s3cret", max_connections=1, allowed_updates=["message"]
    )
    await bot.get_webhook_info()
    await bot.delete_webhook(drop_pending_updates=True)
    await bot.leave_chat(room.id)


async def accounts(simulator: TelegramSimulator, bot: Bot) -> None:
    """What the bot does with an account that somebody has connected."""
    await bot.get_updates(allowed_updates=Update.ALL_TYPES)
    connection = business.connect(simulator.world, simulator.owner)
    photo = InputStoryContentPhoto(picture("blue", 1080, 1920))
    story = await bot.post_story(connection.id, photo, 86400, caption="A chick", post_to_chat_page=True)
    await bot.edit_story(connection.id, story.id, InputStoryContentVideo(as_telegram_wants_it()), caption="Two")
    await bot.get_business_connection(connection.id)
    await bot.delete_story(connection.id, story.id)
    business.allow(simulator.world, connection, frozenset())
    business.disconnect(simulator.world, connection)


@pytest.mark.parametrize("part", [people, rooms, sends, changes, questions, accounts])
async def test_both_sides_of_the_traffic_fit_telegrams_schema(
    part: Callable[[TelegramSimulator, Bot], Awaitable[None]], tmp_path: Path
) -> None:
    async with meeting(traffic=tmp_path) as (simulator, bot):
        await part(simulator, bot)
        while told := await bot.get_updates():
            await bot.get_updates(offset=told[-1].update_id + 1)
    if not CHECKER.exists():
        pytest.skip(f"there is no {CHECKER.name} beside the checkout")
    (traffic,) = tmp_path.glob("telegram-*.jsonl")
    check(traffic)


def check(traffic: Path) -> None:
    """Holds a record against the schema; fails with the checker's own words."""
    checked = subprocess.run([sys.executable, CHECKER, traffic], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def recorded(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for file in folder.glob("*.jsonl") for line in file.read_text().splitlines()]


async def test_what_an_injected_fault_or_a_malformed_update_spoiled_is_not_recorded(tmp_path: Path) -> None:
    async with meeting(traffic=tmp_path) as (simulator, bot):
        chat = simulator.press_start(simulator.person("Ana")).chat
        simulator.faults.inject("sendMessage", faults.server_error(after=True))
        with pytest.raises(NetworkError):
            await bot.send_message(chat.id, "Cut")
        await bot.send_message(chat.id, "Whole")
        simulator.malformed()
        await bot._post("getUpdates", {})
    records = recorded(tmp_path)
    assert [r["request"]["text"] for r in records if r.get("method") == "sendMessage"] == ["Whole"]
    assert [list(r["update"]) for r in records if "update" in r] == [["update_id", "message"]]
    assert "no number" not in json.dumps(records)


async def test_an_upload_is_recorded_as_a_file(tmp_path: Path) -> None:
    async with meeting(traffic=tmp_path) as (simulator, bot):
        chat = simulator.press_start(simulator.person("Ana")).chat
        await bot.send_photo(chat.id, picture())
        await bot.send_media_group(chat.id, [InputMediaPhoto(picture()), InputMediaPhoto(picture())])
    photo, album = [r["request"] for r in recorded(tmp_path) if r["method"].startswith("send")]
    assert photo == {"chat_id": str(chat.id), "photo": "<file>"}
    assert set(album) == {"chat_id", "media"}


async def test_the_environment_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONCIERGE_TRAFFIC", str(tmp_path / "traffic"))
    async with meeting() as (_simulator, bot):
        await bot.get_chat_administrators(await room_of(_simulator))
    assert "getChatAdministrators" in [record["method"] for record in recorded(tmp_path / "traffic")]
    async with meeting(record=False) as (_simulator, bot):
        before = len(recorded(tmp_path / "traffic"))
        await bot.get_me()
        assert len(recorded(tmp_path / "traffic")) == before


async def room_of(simulator: TelegramSimulator) -> int:
    return simulator.group().id
