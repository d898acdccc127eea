"""What is kept of one person is written out or deleted by a command, on both databases."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.database import Database
from bot.database.tables import Conversation, Customer, Erasure, InboxRow, Note, OutboxRow, Ticket
from tests.bot.cli.conftest import Call

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


async def _met(url: str, *, asks: bool) -> None:
    """Ana wrote a line, and Ben another."""
    database = Database(url)
    async with database.write() as session:
        for number, name in ((123, "Ana"), (456, "Ben")):
            who = Customer(platform="telegram", platform_id=str(number), name=name, created_at=AT, language="en")
            session.add(who)
            await session.flush()
            talk = Conversation(platform="telegram", bot="1", chat_id=str(number), customer_id=who.id)
            session.add(talk)
            await session.flush()
            place = {"conversation_id": talk.id, "customer_id": who.id}
            raw = {"message": {"text": f"zebra of {name}"}}
            update = {"platform": "telegram", "bot": "1", "update_id": str(number), "chat_id": str(number), "raw": raw}
            ended = {"received_at": AT, "state": "done", "outcome": "done", "words": f"zebra of {name}"}
            session.add(InboxRow(**update, **ended, **place))
            session.add(Note(customer_id=who.id, text=f"likes {name}", by="Hana", at=AT))
            if asks:
                session.add(Ticket(question="zebra?", why="card", opened_at=AT, **place))
    await database.close()


async def _counts(url: str) -> tuple[int, int, list[str]]:
    """How many customers, stored updates, and which messages wait."""
    database = Database(url)
    async with database.read() as session:
        customers = await session.scalar(select(func.count(Customer.id))) or 0
        updates = await session.scalar(select(func.count(InboxRow.id))) or 0
        waiting = [str(row.message) for row in await session.scalars(select(OutboxRow))]
    await database.close()
    return customers, updates, waiting


@pytest.fixture
def shop_of_hers(monkeypatch: pytest.MonkeyPatch, shop: Path, database_url: str) -> str:
    """A shop's folder and its database, as the settings name them."""
    monkeypatch.setenv("SHOP_DIR", str(shop))
    monkeypatch.setenv("DATABASE_URL", database_url)
    return database_url


def test_an_export_has_every_row_of_that_person_and_of_nobody_else(call: Call, shop_of_hers: str) -> None:
    asyncio.run(_met(shop_of_hers, asks=True))
    found = call("customer", "export", "telegram:123")
    assert (found.code, found.err) == (0, "")
    told: dict[str, Any] = json.loads(found.out)
    assert told["id"] == "telegram:123" and set(told["tables"]) == {
        "customers", "conversations", "inbox", "notes", "tickets"
    }  # fmt: skip
    assert told["tables"]["inbox"][0]["words"] == "zebra of Ana" and "Ben" not in found.out


def test_an_export_goes_into_a_file(call: Call, shop_of_hers: str, alone: Path) -> None:
    asyncio.run(_met(shop_of_hers, asks=False))
    found = call("customer", "export", "telegram:123", "--out", "ana.json")
    assert found.code == 0 and "ana.json" in found.err
    assert json.loads((alone / "ana.json").read_text(encoding="utf-8"))["id"] == "telegram:123"


def test_an_erase_leaves_counters_alone_and_the_next_customer_untouched(call: Call, shop_of_hers: str) -> None:
    asyncio.run(_met(shop_of_hers, asks=False))
    found = call("customer", "erase", "telegram:123", "--yes")
    assert found.code == 0 and found.out.startswith("telegram:123 is forgotten: messages in: 1")
    assert asyncio.run(_counts(shop_of_hers)) == (1, 1, [])
    assert "Nothing is kept of telegram:123" in call("customer", "export", "telegram:123").refused()
    assert call("customer", "export", "telegram:456").code == 0


def test_an_erase_in_the_middle_of_a_question_tells_the_customer(call: Call, shop_of_hers: str) -> None:
    asyncio.run(_met(shop_of_hers, asks=True))
    found = call("customer", "erase", "telegram:123", "--yes")
    assert found.code == 0 and "by the bot while it runs" in found.err
    _, _, (waiting,) = asyncio.run(_counts(shop_of_hers))
    assert "your open question ends here" in waiting

    async def state() -> list[str]:
        database = Database(shop_of_hers)
        async with database.read() as session:
            found = [row.state for row in await session.scalars(select(Erasure))]
        await database.close()
        return found

    assert asyncio.run(state()) == ["asked"]


@pytest.mark.parametrize("command", ["export", "erase"])
@pytest.mark.parametrize(("person", "said"), [("telegram:9", "Nothing is kept of"), ("123", "names no customer")])
def test_an_unknown_person_is_said_in_one_sentence(
    call: Call, shop_of_hers: str, command: str, person: str, said: str
) -> None:
    assert said in call("customer", command, person).refused()


def test_without_a_yes_nothing_is_deleted(call: Call, shop_of_hers: str) -> None:
    asyncio.run(_met(shop_of_hers, asks=False))
    assert call("customer", "erase", "telegram:123", given=b"n\n").code == 1
    assert asyncio.run(_counts(shop_of_hers))[:2] == (2, 2)
