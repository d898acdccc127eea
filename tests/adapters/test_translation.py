"""What is written on one platform, as it is read on the other."""

from __future__ import annotations

from typing import Any

import pytest

from bot.adapters.discord import codec as discord
from bot.adapters.discord.markdown import to_discord
from bot.adapters.discord.plan import plan as discord_plan
from bot.adapters.telegram import codec as telegram
from bot.adapters.telegram.entities import to_entities
from bot.adapters.telegram.plan import plan as telegram_plan
from bot.messages import ChatRef, InboundMessage, OutboundMessage

ANA = {"id": 11, "is_bot": False, "first_name": "Ana"}


def on_telegram(**what: Any) -> InboundMessage:
    """What Ana sends there."""
    message = {"message_id": 5, "date": 1_700_000_000, "chat": {"id": 11, "type": "private"}, "from": ANA, **what}
    return telegram.decode({"update_id": 1, "message": message}, telegram.Identity("7"))


def on_discord(content: str = "", **what: Any) -> InboundMessage:
    """What Ana sends there."""
    author = {"id": "11", "username": "ana", "global_name": "Ana"}
    message = {"id": "5", "type": 0, "channel_id": "70", "author": author, "content": content, **what}
    return discord.decode({"t": "MESSAGE_CREATE", "d": message | {"timestamp": "2026-03-10T08:00:00+00:00"}}, ME)


ME = discord.Identity("900")


@pytest.mark.parametrize(
    ("words", "entities", "markdown"),
    [
        ("so good", [{"type": "bold", "offset": 3, "length": 4}], "so **good**"),
        ("🥚 egg", [{"type": "italic", "offset": 3, "length": 3}], "🥚 _egg_"),
        ("pay 5", [{"type": "code", "offset": 4, "length": 1}], "pay `5`"),
        ("the end", [{"type": "spoiler", "offset": 4, "length": 3}], "the ||end||"),
        (
            "our shop",
            [{"type": "text_link", "offset": 4, "length": 4, "url": "https://e.org"}],
            "our [shop](https://e.org)",
        ),
        ("eggs?", [{"type": "blockquote", "offset": 0, "length": 5}], "> eggs?"),
        (
            "def f():\n  x",
            [{"type": "pre", "offset": 0, "length": 12, "language": "python"}],
            "```\ndef f():\n  x\n```",
        ),
        ("@ben_b", [{"type": "mention", "offset": 0, "length": 6}], "@ben\\_b"),
        ("• one\n• two", [], "- one\n- two"),
        ("_*[x](y)*_ @everyone", [], "\\_\\*\\[x](y)\\*\\_ @\u2060everyone"),
        ("🐣", [{"type": "custom_emoji", "offset": 0, "length": 2, "custom_emoji_id": "9"}], "🐣"),
    ],
)
def test_what_telegram_formats_discord_formats(words: str, entities: list[dict[str, Any]], markdown: str) -> None:
    assert to_discord(on_telegram(text=words, entities=entities).text) == markdown


@pytest.mark.parametrize(
    ("markdown", "words", "types"),
    [
        ("so **good**", "so good", ["bold"]),
        ("***both***", "both", ["italic", "bold"]),
        ("__under__ ~~gone~~", "under gone", ["strikethrough"]),
        ("||end||", "end", ["spoiler"]),
        ("[shop](https://e.org)", "shop", ["text_link"]),
        ("> eggs?\nyes", "eggs?\nyes", ["blockquote"]),
        ("```py\nx = 1\n```", "x = 1", ["code"]),
        ("- one\n- two", "• one\n• two", []),
        ("<:hen:123> hello", ":hen: hello", []),
        (r"5 \* 3", "5 * 3", []),
    ],
)
def test_what_discord_formats_telegram_formats(markdown: str, words: str, types: list[str]) -> None:
    text = on_discord(markdown).text
    assert text.plain == words
    assert [entity["type"] for entity in to_entities(text)] == types


def test_a_sticker_that_only_discord_can_show_is_told_in_words_on_telegram() -> None:
    said = on_discord(sticker_items=[{"id": "7", "name": "Happy hen", "format_type": 3}])
    (part,) = telegram_plan(OutboundMessage(ChatRef("telegram", "7", "11"), "key", media=said.media))
    assert (part.text.plain, part.media) == ("[Happy hen (sticker)]", ())


def test_a_place_and_a_poll_are_told_in_words_on_discord() -> None:
    place = on_telegram(location={"latitude": 35.5, "longitude": 139.25})
    poll = on_telegram(poll={"question": "Best egg?", "options": [{"text": "white"}, {"text": "brown"}]})
    parts = [
        discord_plan(OutboundMessage(ChatRef("discord", "900", "@11"), "key", media=said.media))[0]
        for said in (place, poll)
    ]
    assert "openstreetmap.org" in to_discord(parts[0].text)
    assert parts[1].text.plain == "📊 Best egg?\n• white\n• brown"
