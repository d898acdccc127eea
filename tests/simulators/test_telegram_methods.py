"""The Telegram simulator takes and refuses what Telegram takes and refuses; python-telegram-bot is the client."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from telegram import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    MessageEntity,
    ReplyParameters,
)
from telegram.error import ChatMigrated, Forbidden, InvalidToken

from bot.clock import Clock
from tests.simulators.telegram.files import picture
from tests.simulators.telegram.meeting import meeting, met, refused

START = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


def button(data: str, label: str = "Yes") -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=data)]])


async def test_what_the_bot_says_is_known_with_its_formatting_and_buttons() -> None:
    async with meeting() as (simulator, bot):
        chat = met(simulator)
        bold = MessageEntity("bold", 3, 3)
        sent = await bot.send_message(chat.id, "🥚 Ana", entities=[bold], reply_markup=button("close:1"))
        said = chat.from_bot[-1]
        assert (said.text, said.entities) == ("🥚 Ana", [{"type": "bold", "offset": 3, "length": 3}])
        assert said.buttons == [("Yes", "close:1")]
        assert (sent.message_id, sent.entities) == (said.message_id, (bold,))
        assert simulator.count("sendMessage") == 1 and simulator.calls[-1].answered


async def test_a_photo_is_kept_in_sizes_and_goes_again_by_its_id() -> None:
    async with meeting() as (simulator, bot):
        chat, data = met(simulator), picture("red", 1000, 500)
        sent = await bot.send_photo(chat.id, data, caption="Hens")
        assert [(size.width, size.height) for size in sent.photo] == [(90, 45), (320, 160), (800, 400)]
        again = await bot.send_photo(chat.id, sent.photo[-1].file_id)
        assert again.photo == sent.photo
        file = await bot.get_file(sent.photo[-1].file_id)
        assert bytes(await file.download_as_bytearray()) == data


async def test_a_file_must_be_known_be_of_the_kind_and_be_an_image_where_one_is_asked_for() -> None:
    async with meeting() as (simulator, bot):
        chat = met(simulator)
        voice = await bot.send_voice(chat.id, b"some sound")
        await refused(bot.send_photo(chat.id, "AgACnobodyKnowsThis"), "Wrong file identifier")
        assert voice.voice
        await refused(bot.send_photo(chat.id, voice.voice.file_id), "Can't use file of type voice as photo")
        await refused(bot.send_photo(chat.id, b"no image"), "Image_process_failed")
        await refused(bot.send_photo(chat.id, picture("red", 2100, 100)), "Photo_invalid_dimensions")
        await refused(bot.get_file("AgACnobodyKnowsThis"), "Wrong file_id")


async def test_a_download_is_of_20_megabytes_at_most_and_its_link_lives_an_hour() -> None:
    clock = Clock(START, running=False)
    async with meeting(clock.now) as (simulator, bot):
        big = simulator.world.files.keep("document", b"...", "film.mkv", size=20 * 1024 * 1024 + 1)
        await refused(bot.get_file(big["document"]["file_id"]), "File is too big")
        small = simulator.world.files.keep("document", b"list", "list.txt")
        file = await bot.get_file(small["document"]["file_id"])
        clock.move_to(START + timedelta(hours=1))
        assert bytes(await file.download_as_bytearray()) == b"list"
        clock.move_to(START + timedelta(hours=1, seconds=1))
        with pytest.raises(InvalidToken):  # what the client makes of a 404
            await file.download_as_bytearray()


async def test_an_edit_keeps_both_versions_and_takes_the_keyboard_away() -> None:
    async with meeting() as (simulator, bot):
        chat = met(simulator)
        sent = await bot.send_message(chat.id, "One", reply_markup=button("follow:1"))
        edited = await bot.edit_message_text("Two", chat.id, sent.message_id)
        assert chat.from_bot[-1].edited_texts == ["One", "Two"]
        assert chat.from_bot[-1].buttons == [] and getattr(edited, "edit_date", None)
        await bot.edit_message_reply_markup(chat.id, sent.message_id, reply_markup=button("unfollow:1"))
        assert chat.from_bot[-1].buttons == [("Yes", "unfollow:1")]


async def test_an_edit_is_refused_in_telegrams_words() -> None:
    async with meeting() as (simulator, bot):
        chat = met(simulator)
        text = await bot.send_message(chat.id, "One")
        photo = await bot.send_photo(chat.id, picture(), caption="Hens")
        theirs = simulator.user_says(chat, text="Mine")
        await refused(bot.edit_message_text("One", chat.id, text.message_id), "Message is not modified")
        await refused(bot.edit_message_text("Two", chat.id, 999), "Message to edit not found")
        await refused(bot.edit_message_text("Two", chat.id, theirs.message_id), "Message can't be edited")
        await refused(bot.edit_message_text("Two", chat.id, photo.message_id), "There is no text in the message")
        words = "There is no caption in the message"
        await refused(bot.edit_message_caption(chat.id, text.message_id, caption="Two"), words)
        await bot.edit_message_caption(chat.id, photo.message_id, caption="Cocks")
        assert chat.from_bot[-1].edited_texts == ["Hens", "Cocks"]


async def test_a_delete_reaches_back_48_hours() -> None:
    clock = Clock(START, running=False)
    async with meeting(clock.now) as (simulator, bot):
        chat = met(simulator)
        young, old = [await bot.send_message(chat.id, text) for text in ("young", "old")]
        clock.move_to(START + timedelta(hours=48))
        await bot.delete_message(chat.id, young.message_id)
        assert [m.text for m in chat.from_bot] == ["old"]
        clock.move_to(START + timedelta(hours=48, seconds=1))
        await refused(bot.delete_message(chat.id, old.message_id), "Message can't be deleted for everyone")
        await refused(bot.delete_message(chat.id, young.message_id), "Message to delete not found")


async def test_nobody_is_written_to_who_does_not_want_it() -> None:
    async with meeting() as (simulator, bot):
        chat, stranger = met(simulator), simulator.person("Mei")
        await refused(bot.send_message(stranger.id, "Hello"), "Chat not found")
        simulator.join(simulator.group(), stranger)
        await refused(bot.send_message(stranger.id, "Hello"), "bot can't initiate conversation", Forbidden)
        assert chat.peer
        simulator.block(chat.peer)
        await refused(bot.send_message(chat.id, "Hello"), "bot was blocked by the user", Forbidden)
        simulator.press_start(chat.peer)
        await bot.send_message(chat.id, "Hello again")
        chat.peer.deactivated = True
        await refused(bot.send_message(chat.id, "Hello"), "user is deactivated", Forbidden)


async def test_a_place_refuses_a_bot_that_has_no_right_to_it() -> None:
    async with meeting() as (simulator, bot):
        group, channel = simulator.group(), simulator.channel(bot_is="member")
        await refused(bot.send_message(channel.id, "Story"), "Need administrator rights in the channel chat")
        simulator.demote_bot(group)
        await refused(bot.create_forum_topic(group.id, "Ana"), "Not enough rights to create a topic")
        simulator.kick_bot(group)
        await refused(bot.send_message(group.id, "Hello"), "bot was kicked from the supergroup chat", Forbidden)
        simulator.change_bot(channel, "left")
        await refused(bot.send_message(channel.id, "Hello"), "bot is not a member of the channel chat", Forbidden)


async def test_a_group_that_moved_says_where_to() -> None:
    async with meeting() as (simulator, bot):
        old = simulator.group(forum=False, kind="group")
        new = simulator.migrate_group(old)
        with pytest.raises(ChatMigrated) as moved:
            await bot.send_message(old.id, "Hello")
        assert moved.value.new_chat_id == new.id
        await bot.send_message(new.id, "Hello")


async def test_a_topic_holds_its_messages_and_its_id_is_the_message_that_opened_it() -> None:
    async with meeting() as (simulator, bot):
        group = simulator.group()
        topic = await bot.create_forum_topic(group.id, "Ana")
        sent = await bot.send_message(group.id, "Hello", message_thread_id=topic.message_thread_id)
        assert sent.is_topic_message and sent.message_thread_id == topic.message_thread_id
        assert sent.reply_to_message and sent.reply_to_message.message_id == topic.message_thread_id
        general = await bot.send_message(group.id, "All")
        assert not general.is_topic_message and general.message_thread_id is None
        assert [m.text for m in group.in_thread(topic.message_thread_id)] == ["Hello"]
        assert [m.text for m in group.in_thread(None)] == ["All"]


@pytest.mark.parametrize(
    ("lost", "words"), [("refused", "Message thread not found"), ("named", "Topic_deleted"), ("ignored", "")]
)
async def test_a_deleted_topic_is_met_in_three_ways(lost: Any, words: str) -> None:
    async with meeting() as (simulator, bot):
        group = simulator.group()
        simulator.world.lost_topic = lost
        topic = simulator.open_topic(group, "Ana")
        simulator.delete_topic(group, topic)
        await refused(bot.send_message(group.id, "Hello", message_thread_id=topic.thread_id), words)
        assert [m.thread_id for m in group.from_bot] == ([] if words else [None])


async def test_a_closed_topic_takes_nothing_until_it_is_opened_again() -> None:
    async with meeting() as (simulator, bot):
        group = simulator.group()
        topic = simulator.open_topic(group, "Ana")
        simulator.close_topic(group, topic)
        await refused(bot.send_message(group.id, "Hello", message_thread_id=topic.thread_id), "Topic_closed")
        await bot.reopen_forum_topic(group.id, topic.thread_id)
        await bot.send_message(group.id, "Hello", message_thread_id=topic.thread_id)
        await refused(bot.reopen_forum_topic(group.id, topic.thread_id), "Topic_not_modified")


async def test_topics_have_names_of_128_characters_and_exist_in_forums_only() -> None:
    async with meeting() as (simulator, bot):
        group = simulator.group()
        await bot.create_forum_topic(group.id, "x" * 128)
        await refused(bot.create_forum_topic(group.id, "x" * 129), "Topic_title_invalid")
        await refused(bot.create_forum_topic(simulator.group(forum=False).id, "Ana"), "The chat is not a forum")
        await refused(bot.edit_forum_topic(group.id, 1, "General"), "Topic_id_invalid")
        await refused(bot.send_message(group.id, "Hello", message_thread_id=1), "Message thread not found")


async def test_a_reply_needs_its_message_unless_it_may_go_without() -> None:
    async with meeting() as (simulator, bot):
        chat = met(simulator)
        asked = simulator.user_says(chat, text="Eggs?")
        await bot.send_message(chat.id, "Yes", reply_parameters=ReplyParameters(asked.message_id))
        assert chat.from_bot[-1].reply_to is asked
        simulator.user_deletes(asked)
        quoting = ReplyParameters(asked.message_id)
        await refused(bot.send_message(chat.id, "Yes", reply_parameters=quoting), "Message to be replied not found")
        quoting = ReplyParameters(asked.message_id, allow_sending_without_reply=True)
        await bot.send_message(chat.id, "Yes", reply_parameters=quoting)
        assert chat.from_bot[-1].reply_to is None


async def test_a_pressed_button_is_answered_once_known_and_soon() -> None:
    clock = Clock(START, running=False)
    async with meeting(clock.now) as (simulator, bot):
        chat = met(simulator)
        await bot.send_message(chat.id, "Sure?", reply_markup=button("story_confirm:7"))
        query = simulator.user_presses(chat.from_bot[-1], "Yes")
        assert query.data == "story_confirm:7"
        await bot.answer_callback_query(query.id, "Planned")
        assert [answer["text"] for answer in query.answers] == ["Planned"]
        clock.move_to(START + timedelta(seconds=61))
        await refused(bot.answer_callback_query(query.id), "Query is too old")
        await refused(bot.answer_callback_query("12345"), "Query is too old")


async def test_a_reaction_is_one_emoji_of_telegrams() -> None:
    async with meeting() as (simulator, bot):
        chat = met(simulator)
        asked = simulator.user_says(chat, text="Thanks!")
        await bot.set_message_reaction(chat.id, asked.message_id, "❤")
        await bot.set_message_reaction(chat.id, asked.message_id, "👍")
        assert asked.reactions[simulator.bot.id] == ["👍"]
        await refused(bot.set_message_reaction(chat.id, asked.message_id, "🥚"), "Reaction_invalid")
        await refused(bot.set_message_reaction(chat.id, asked.message_id, ["👍", "👎"]), "Reactions_too_many")


async def test_command_lists_are_kept_for_each_scope() -> None:
    async with meeting() as (simulator, bot):
        room = simulator.group()
        await bot.set_my_commands([BotCommand("help", "Help")], BotCommandScopeAllPrivateChats())
        await bot.set_my_commands([BotCommand("story", "A story")], BotCommandScopeChat(room.id))
        assert [c.command for c in await bot.get_my_commands(BotCommandScopeChat(room.id))] == ["story"]
        assert await bot.get_my_commands() == ()
        await refused(bot.set_my_commands([("Help!", "Help")]), "Bot_command_invalid")
        await refused(bot.set_my_commands([("help", "x" * 257)]), "Bot_command_description_invalid")
        await refused(bot.get_my_commands(BotCommandScopeChat(-5)), "Chat not found")


async def test_the_rights_of_the_bot_are_told() -> None:
    async with meeting() as (simulator, bot):
        room = simulator.group(rights=frozenset({"can_delete_messages"}))
        member: Any = await bot.get_chat_member(room.id, simulator.bot.id)
        assert (member.status, member.can_delete_messages, member.can_manage_topics) == ("administrator", True, False)
        admins = await bot.get_chat_administrators(room.id)
        assert [admin.status for admin in admins] == ["creator", "administrator"]
        assert (await bot.get_chat(room.id)).is_forum
        assert await bot.get_chat_member_count(room.id) == 2


async def test_a_revoked_token_opens_nothing() -> None:
    async with meeting() as (simulator, bot):
        simulator.revoke_token()
        with pytest.raises(InvalidToken):
            await bot.get_me()


async def test_a_copy_has_the_content_and_a_caption_of_its_own() -> None:
    async with meeting() as (simulator, bot):
        chat, room = met(simulator), simulator.group(forum=False)
        photo = simulator.user_says(chat, text="My hens", photo=True)
        await bot.copy_message(room.id, chat.id, photo.message_id)
        await bot.copy_message(room.id, chat.id, photo.message_id, caption="Hers")
        assert [(m.text, m.file_id == photo.file_id) for m in room.from_bot] == [("My hens", True), ("Hers", True)]
        await refused(bot.copy_message(room.id, chat.id, 999), "Message to copy not found")
