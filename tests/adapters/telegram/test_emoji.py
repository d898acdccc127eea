"""Reactions as Telegram takes them."""

from __future__ import annotations

import pytest

from bot.adapters.telegram.emoji import ALLOWED, NEAREST, nearest
from bot.adapters.telegram.plan import plan
from bot.messages import ChatRef, Desk, OutboundMessage

HERE = ChatRef("telegram", "1", "5")


def test_everything_that_comes_nearest_is_allowed() -> None:
    assert set(NEAREST.values()) <= ALLOWED
    assert not set(NEAREST) & ALLOWED


@pytest.mark.parametrize(
    ("emoji", "shown"),
    [
        ("👍", "👍"),
        ("❤️", "❤"),
        ("👍🏽", "👍"),
        ("💙", "❤"),
        ("✅", "👌"),
        ("🤦🏾\u200d♀️", "🤷"),
        ("🦆", ""),
        ("hen", ""),
        ("", ""),
    ],
)
def test_an_emoji_becomes_the_nearest_that_telegram_takes_or_nothing(emoji: str, shown: str) -> None:
    (planned,) = plan(OutboundMessage(HERE, "r", "relay", "react", target="x", reaction=emoji))
    assert planned.reaction == nearest(emoji) == shown


def test_a_mark_takes_one_call_where_there_are_topics_and_none_in_a_plain_group() -> None:
    mark = OutboundMessage(Desk(1), "m", "note", "mark", mark="closed")
    assert plan(mark) == [mark] and plan(mark, marks=False) == []
