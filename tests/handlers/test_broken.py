"""What breaks on our side is said honestly, and nobody else notices."""

from __future__ import annotations

import pytest

from bot.messages import InboundMessage, OutboundMessage, RawUpdate
from handlers import tickets
from handlers.context import Context
from knowledge.phrases import Phrases
from tests.stage import Stage


async def broken(*_: object) -> list[OutboundMessage]:
    raise RuntimeError("broken on purpose")


async def test_a_message_that_breaks_us_is_set_aside_and_both_sides_hear_of_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = tickets.open_ticket

    async def breaks(message: InboundMessage, ctx: Context, **how: str) -> list[OutboundMessage]:
        if "boom" in message.text.plain:
            raise RuntimeError("broken on purpose")
        return await answer(message, ctx, **how)

    monkeypatch.setattr(tickets, "open_ticket", breaks)
    await stage.ana.writes("/human boom")
    await stage.ana.writes("What do the hens eat?")
    await stage.ben.says("/human about ducks")
    assert len(stage.ben.hears()) == 1
    assert stage.ana.hears() == []
    await stage.wait(seconds=10)
    sorry, answered = stage.ana.hears()
    assert sorry.startswith("Something went wrong on my side")
    assert answered.startswith("Our hens eat maize")
    (notice,) = stage.room.hears()
    assert "A message of Ana broke something in me" in notice
    assert "boom" in notice
    assert await stage.outcomes() == ["failed", "answered", "handed_over"]


async def test_an_owners_message_that_breaks_us_is_told_to_the_owner_alone(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.ana.says("/human")
    stage.ana.hears()
    stage.thread("Ana").hears()
    monkeypatch.setattr("handlers.tickets.people.open_ticket", broken)
    await stage.thread("Ana").says("Hello Ana")
    await stage.wait(seconds=10)
    assert stage.ana.hears() == []
    (sorry,) = stage.thread("Ana").hears()
    assert sorry.startswith("I could not do that")


async def test_a_handoff_whose_end_breaks_ends_an_hour_later(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await stage.ana.says("/human")
    await stage.thread("Ana").says("Hello Ana")
    stage.ana.hears()
    with monkeypatch.context() as patch:
        patch.setattr(tickets, "end_handoff", broken)
        await stage.wait(hours=4, minutes=1)
    assert stage.ana.hears() == []
    await stage.wait(hours=1)
    (told,) = stage.ana.hears()
    assert told.startswith("Hana is away from the chat for now.")


async def test_nul_and_half_an_emoji_reach_the_owner_as_a_replacement(stage: Stage) -> None:
    await stage.ana.says("/human oil\x00paint \ud83d please")
    (card,) = stage.thread("Ana").hears()
    assert "oil\ufffdpaint \ufffd please" in card


async def test_an_update_that_says_not_even_where_it_is_from_is_told_to_the_owner_once(stage: Stage) -> None:
    update = RawUpdate("playground", "playground", "x1", None, "", {"nonsense": True})
    await stage.concierge.accept([update])
    await stage.concierge.accept([update])
    await stage.settle()
    (notice,) = stage.room.hears()
    assert "playground:playground:x1" in notice
    assert await stage.outcomes() == ["failed"]


async def test_a_message_that_breaks_once_is_tried_again_and_answered_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Phrases, "escalation", lambda phrases, text: 1 / 0)
        await stage.ana.says("hi")
    assert stage.ana.hears() == []
    await stage.wait(seconds=2)
    assert len(stage.ana.hears()) == 1
    assert await stage.outcomes() == ["done"]
