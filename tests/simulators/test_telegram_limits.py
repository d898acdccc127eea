"""The Telegram simulator holds messages to the lengths and forms that Telegram holds them to."""

from __future__ import annotations

import pytest
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    MessageEntity,
)

from tests.simulators.telegram.files import picture
from tests.simulators.telegram.meeting import meeting, met, refused


def button(data: str, label: str = "Yes") -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=data)]])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a" * 4096, ""),
        ("a" * 4097, "Message is too long"),
        ("🥚" * 2048, ""),
        ("🥚" * 2048 + "a", "Message is too long"),
        (" \n ", "Message text is empty"),
    ],
)
async def test_a_text_has_4096_units_of_utf_16_and_is_not_blank(text: str, words: str) -> None:
    async with meeting() as (simulator, bot):
        chat = met(simulator)
        await refused(bot.send_message(chat.id, text), words)
        assert [m.text for m in chat.from_bot] == ([] if words else [text])


@pytest.mark.parametrize(
    ("caption", "words"),
    [("🥚" * 512, ""), ("🥚" * 512 + "a", "Message caption is too long")],
)
async def test_a_caption_has_1024_units_of_utf_16(caption: str, words: str) -> None:
    async with meeting() as (simulator, bot):
        chat = met(simulator)
        await refused(bot.send_photo(chat.id, picture(), caption=caption), words)
        assert len(chat.from_bot) == (0 if words else 1)


@pytest.mark.parametrize(
    ("entities", "words"),
    [
        ([MessageEntity("bold", 0, 1)] * 100, ""),
        ([MessageEntity("bold", 0, 1)] * 101, "Entities_too_long"),
        ([MessageEntity("bold", 5, 2)], "begins in a middle of a utf-16 symbol"),
        ([MessageEntity("bold", 3, 2)], "ends in a middle of a utf-16 symbol"),
        ([MessageEntity("bold", 4, 9)], "Entity_bounds_invalid"),
        ([MessageEntity("text_link", 0, 1)], "needs a url"),
    ],
)
async def test_formatting_must_fit_the_characters_it_is_for(entities: list[MessageEntity], words: str) -> None:
    async with meeting() as (simulator, bot):
        await refused(bot.send_message(met(simulator).id, "egg 🥚 egg", entities=entities), words)


@pytest.mark.parametrize(
    ("data", "words"),
    [("x" * 64, ""), ("x" * 65, "Button_data_invalid"), ("é" * 32, ""), ("é" * 33, "Button_data_invalid")],
)
async def test_button_data_has_64_bytes(data: str, words: str) -> None:
    async with meeting() as (simulator, bot):
        await refused(bot.send_message(met(simulator).id, "Sure?", reply_markup=button(data)), words)


@pytest.mark.parametrize(("count", "words"), [(1, "Album"), (2, ""), (10, ""), (11, "Too many messages")])
async def test_an_album_has_two_to_ten_parts(count: int, words: str) -> None:
    async with meeting() as (simulator, bot):
        chat = met(simulator)
        await refused(bot.send_media_group(chat.id, [InputMediaPhoto(picture())] * count), words)
        assert len(chat.from_bot) == (0 if words else count)
        assert len({m.media_group_id for m in chat.from_bot}) <= 1
