"""Messages go when they are old enough, except where a question is still open; a run that was cut goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from bot import retention
from bot.database.tables import Customer, InboxRow, OutboxRow, Ticket
from bot.retention import forget_old
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


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_statement_of_the_daily_run_or_of_an_erasing_reads_a_chat_again_for_each_of_its_messages(
    stage: Stage,
) -> None:
    """At 100,000 messages that took minutes inside a write transaction; docs/performance.md has the figures."""
    said: dict[str, tuple[object, ...]] = {}

    def note(conn: object, cursor: object, statement: str, parameters: tuple[object, ...], *rest: object) -> None:
        if statement.startswith("SELECT"):
            said[statement] = parameters

    await stage.ana.says("Do you ship to Germany?")
    event.listen(stage.database.engine.sync_engine, "before_cursor_execute", note)
    await stage.ana.says("/forgetme")
    await stage.ana.presses("Yes, forget me")
    await stage.wait(minutes=1)
    await forget_old(stage.database, stage.clock.now(), stage.clock.now())
    event.remove(stage.database.engine.sync_engine, "before_cursor_execute", note)
    found = []
    async with stage.database.read() as session:
        for statement, parameters in said.items():
            plan = await (await session.connection()).exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            found += [row[-1] for row in plan if row[-1].startswith("SEARCH inbox_1 USING INDEX ix_inbox_message")]
    assert len(said) > 30 and found == []
