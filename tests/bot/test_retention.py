"""Messages go when they are old enough, except where a question is still open; a run that was cut goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot import retention
from bot.database.tables import Customer, InboxRow, OutboxRow, Ticket
from tests.stage import Stage


async def words(stage: Stage) -> list[str]:
    """What people wrote, as far as it is kept."""
    async with stage.database.read() as session:
        found = await session.scalars(select(InboxRow.words).order_by(InboxRow.id))
        return [each for each in found if each]


async def test_what_is_older_than_the_shop_keeps_goes_and_the_rest_stays(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    for number in range(5):
        await stage.ana.says(f"Do you ship to Germany, {number}?")
    await stage.wait(days=300)
    await stage.ana.says("How do I store eggs?")
    await stage.wait(days=66)
    await stage.concierge.tidy()
    assert await words(stage) == ["how do i store eggs?"]
    async with stage.database.read() as session:
        assert len((await session.scalars(select(OutboxRow))).all()) == 1
        assert len((await session.scalars(select(Customer))).all()) == 1
    await stage.ana.says("Do you ship to Germany?")
    assert "Yes, we ship to Germany" in stage.ana.hears()[-1]


async def test_the_last_message_of_a_chat_stays_without_its_words(stage: Stage) -> None:
    await stage.ana.says("Do you ship to Germany?")
    await stage.ana.says("How do I store eggs?")
    await stage.wait(days=366)
    await stage.concierge.tidy()
    await stage.concierge.tidy()
    async with stage.database.read() as session:
        (row,) = await session.scalars(select(InboxRow))
        assert (row.state, row.words, row.raw) == ("emptied", None, {}) and row.message_id


async def test_nothing_of_an_open_question_goes_however_old(stage: Stage) -> None:
    await stage.ana.says("Could you carve a goose in oak?")
    await stage.wait(seconds=3)
    await stage.wait(days=400)
    await stage.concierge.tidy()
    assert await words(stage) == ["could you carve a goose in oak?"]
    await stage.thread("Ana").says("/close")
    await stage.wait(days=366)
    await stage.concierge.tidy()
    async with stage.database.read() as session:
        assert (await session.scalars(select(Ticket))).all() == []
    assert await words(stage) == []


async def test_a_run_that_was_cut_goes_on_with_the_next(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 1)
    for number in range(4):
        await stage.ana.says(f"Do you ship to Germany, {number}?")
    await stage.wait(days=366)
    rounds, whole = [0], retention._words

    async def cut(*given: Any) -> int:
        rounds[0] += 1
        if rounds[0] == 3:
            raise RuntimeError("cut")
        return await whole(*given)

    monkeypatch.setattr(retention, "_words", cut)
    now = stage.clock.now()
    with pytest.raises(RuntimeError):
        await retention.forget_old(stage.database, now - timedelta(days=365), now)
    assert 0 < len(await words(stage)) < 4
    await retention.forget_old(stage.database, now - timedelta(days=365), now)
    assert await words(stage) == []
