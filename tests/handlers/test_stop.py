"""/stop and every other no: in each language, in one commit, for what waits and for what is under way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from bot.adapter import Call, DeliveryError, Reason
from bot.adapters.playground.adapter import PlaygroundAdapter
from bot.database.tables import Consent, Customer, OutboxRow, RestockWish
from bot.messages import Receipt
from knowledge.phrases import Phrases
from tests.handlers.test_restock import BUTTON, TOLD, asks_for_it, shelf, stock
from tests.stage import Stage

__all__ = ["shelf"]

WORDS = {
    "en": "Unsubscribe", "de": "Abmelden!", "es": "baja", "fr": "arrêtez", "it": "basta", "nl": "afmelden",
    "pt": "parar", "ja": "配信停止", "ko": "수신거부",
}  # fmt: skip


async def look(stage: Stage) -> tuple[bool, list[str], bool]:
    """Whether Ana has said stop, what becomes of the news for her, and whether she is told so."""
    async with stage.database.read() as session:
        ana = (await session.scalars(select(Customer).filter_by(name="Ana"))).one()
        states = list(await session.scalars(select(OutboxRow.state).where(OutboxRow.kind == "offer")))
        messages = await session.scalars(select(OutboxRow.message).where(OutboxRow.kind == "reply"))
        return ana.stopped_at is not None, states, any("no more stories" in str(each) for each in messages)


@pytest.mark.parametrize(("language", "word"), [*WORDS.items(), ("shop", "Schluss mit den Eiern")])
async def test_stop_in_any_configured_language_cancels_what_waits_in_the_same_commit(
    stage: Stage, language: str, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = stage.shop.directory / "phrases"
    folder.mkdir(exist_ok=True)
    (folder / "de.txt").write_text("[stop]\n=Schluss mit den Eiern\n", encoding="utf-8")
    stage.concierge.house = _speaking(stage, list(WORDS))
    await asks_for_it(stage)
    await stock(stage, 4)
    assert await stage.concierge.due()
    await stage.ana.writes(word)
    seen, write = [], stage.database.write

    @asynccontextmanager
    async def watched() -> AsyncIterator[Any]:
        async with write() as session:
            yield session
        seen.append(await look(stage))

    monkeypatch.setattr(stage.database, "write", watched)
    assert await stage.concierge.work()
    monkeypatch.undo()
    assert next(each for each in seen if each != (False, ["waiting"], False)) == (True, ["cancelled"], True)
    await stage.settle()
    assert [words.partition(":")[0] for words in stage.ana.hears()] == ["Done"]


def _speaking(stage: Stage, languages: list[str]) -> Any:
    phrases = Phrases.load(stage.shop.directory, languages)
    return replace(stage.concierge.house, phrases=phrases)


async def test_a_wish_of_before_stop_does_not_come_back_with_a_later_yes_to_something_else(stage: Stage) -> None:
    await asks_for_it(stage)
    await stock(stage, 4)
    assert await stage.concierge.due()
    await stage.ana.says("/stop")
    await stage.ana.says("/settings")
    await stage.ana.presses("Yes, stories")
    stage.ana.hears()
    await stage.wait(days=2)
    assert stage.ana.hears() == []
    async with stage.database.read() as session:
        assert list(await session.scalars(select(RestockWish))) == []


async def test_a_new_wish_after_stop_is_told_whatever_became_of_the_old_one(stage: Stage) -> None:
    await asks_for_it(stage)
    await stock(stage, 4)
    assert await stage.concierge.due()
    await stage.ana.says("/stop")
    await stock(stage, 0)
    await stage.ana.presses(BUTTON)
    stage.ana.hears()
    await stage.wait(seconds=1)
    await stock(stage, 4)
    await stage.settle()
    assert stage.ana.hears() == [TOLD]


@pytest.fixture
def refused(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Ana writes while the first call that offers her something is under way, which is then refused for a
    minute."""
    words: list[str] = []
    send = PlaygroundAdapter.send

    async def sends(self: PlaygroundAdapter, call: Call) -> Receipt:
        if words and call.message.kind in ("post", "offer") and call.chat.chat_id == "ana":
            await stage.ana.writes(words.pop())
            assert await stage.concierge.work()
            raise DeliveryError(Reason.limited, retry_after_s=60)
        return await send(self, call)

    monkeypatch.setattr(PlaygroundAdapter, "send", sends)
    return words


@pytest.mark.parametrize("what", ["story", "news"])
async def test_what_is_refused_while_they_say_stop_is_not_tried_again(
    stage: Stage, refused: list[str], what: str
) -> None:
    await stage.ana.says("/start")
    await stage.ana.presses("Follow the stories")
    await asks_for_it(stage)
    refused.append("/stop")
    if what == "story":
        await stage.room.says("/story now Ten boxes left")
        await stage.room.presses("Confirm")
    else:
        await stock(stage, 4)
    await stage.wait(hours=2)
    assert [words.partition(":")[0] for words in stage.ana.hears()] == ["Done"]
    async with stage.database.read() as session:
        rows = await session.scalars(select(OutboxRow).where(OutboxRow.customer_id.is_not(None)))
        assert [row.state for row in rows if row.kind in ("post", "offer")] == ["cancelled"]


async def test_what_is_refused_otherwise_is_tried_again(stage: Stage, refused: list[str]) -> None:
    await stage.ana.says("/start")
    await stage.ana.presses("Follow the stories")
    refused.append("How do I store eggs")
    await stage.room.says("/story now Ten boxes left")
    await stage.room.presses("Confirm")
    await stage.wait(hours=2)
    assert "Ten boxes left" in stage.ana.hears()


@pytest.mark.parametrize("how", ["/stop", "night", "nothing"])
async def test_resend_asks_the_one_door_too(stage: Stage, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await stage.ana.says("/start")
    await stage.ana.presses("Follow the stories")
    await stage.room.says("/story now Ten boxes left")
    stage.ana.hears()
    with monkeypatch.context() as patched:
        patched.setattr(PlaygroundAdapter, "send", _cut(PlaygroundAdapter.send))
        await stage.room.presses("Confirm")
        await stage.wait(seconds=20)
    if how == "/stop":
        await stage.ana.says("/stop")
    if how == "night":
        await stage.wait(hours=9)
    stage.ana.hears()
    stage.room.hears()
    await stage.room.presses("Resend")
    await stage.wait(minutes=1)
    if how == "nothing":
        assert stage.ana.hears() == ["Ten boxes left"]
    else:
        assert stage.ana.hears() == [] and "have said no to such messages" in stage.room.hears()[-1]


def _cut(send: Any) -> Any:
    """A send of which nobody knows whether it arrived, where Ana is offered something."""

    async def sends(self: PlaygroundAdapter, call: Call) -> Receipt:
        if call.message.kind == "post" and call.chat.chat_id == "ana":
            raise ConnectionResetError("cut")
        receipt: Receipt = await send(self, call)
        return receipt

    return sends


async def test_every_no_is_kept_with_the_words_and_the_time(stage: Stage) -> None:
    await stage.ana.says("/start")
    await stage.ana.presses("Follow the stories")
    await stage.ana.says("/settings")
    await stage.ana.presses("Yes, offers")
    await stage.wait(minutes=5)
    await stage.ana.says("/stop")
    async with stage.database.read() as session:
        rows = list(await session.scalars(select(Consent).order_by(Consent.id)))
    assert [(row.kind, row.given, row.at == stage.clock.now()) for row in rows[2:]] == [
        ("stories", False, True),
        ("offers", False, True),
    ]
    assert all(row.wording.startswith("Done: no more stories or news") for row in rows[2:])
