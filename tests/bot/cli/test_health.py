"""`doctor`: every finding with why it matters and what to do next; nothing changed, no secret shown."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.database import Database, accounts, plans
from bot.database.tables import Conversation, Customer, InboxRow, OutboxRow
from bot.messages import ChatRef, Text
from tests.bot.cli.conftest import Call
from tests.simulators.telegram import business
from tests.simulators.telegram.chats import Chat
from tests.simulators.telegram.simulator import TelegramSimulator


@pytest.fixture
def room(telegram: TelegramSimulator) -> Chat:
    """The owners' room."""
    return telegram.group()


@pytest.fixture
def channel(telegram: TelegramSimulator) -> Chat:
    """The story channel."""
    return telegram.channel("Hen news", username="hennews")


@pytest.fixture
def healthy(
    shop: Path, telegram: TelegramSimulator, room: Chat, channel: Chat, monkeypatch: pytest.MonkeyPatch
) -> TelegramSimulator:
    """Settings, a shop and a Telegram with which nothing is wrong."""
    telegram.server.token = f"{telegram.bot.id}:hunter2-Token-1"
    for name, value in {
        "SHOP_DIR": str(shop),
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_OWNER_CHAT_ID": str(room.id),
        "TELEGRAM_STORY_CHAT_IDS": f"{channel.id},@hennews",
        "TELEGRAM_API_BASE_URL": telegram.url,
        "CONCIERGE_NOW": "2026-03-01T09:00:00Z",
    }.items():
        monkeypatch.setenv(name, value)
    return telegram


def wrong(call: Call) -> dict[str, Any]:
    """What `doctor --json` finds wrong, by name; its exit code agrees, and each says why and what next."""
    done = call("doctor", "--json")
    report = json.loads(done.out)
    found = {check["name"]: check for check in report["checks"] if not check["ok"]}
    assert report["healthy"] == (not found)
    assert done.code == (1 if found else 0)
    assert all(check["what"] and check["why"] and check["next"] for check in found.values()), found
    assert "hunter2" not in done.out + done.err
    return found


@pytest.mark.usefixtures("healthy")
def test_a_healthy_house_ends_with_zero(call: Call) -> None:
    assert wrong(call) == {}
    assert call("doctor").out.endswith("Healthy.\n")


def test_in_an_empty_folder_it_names_platform_room_and_shop(call: Call) -> None:
    assert wrong(call).keys() == {"platforms", "owners' room", "shop"}
    assert call("doctor").out.endswith("3 to mend.\n")


@pytest.mark.usefixtures("healthy")
def test_a_room_on_a_platform_without_token_is_wrong(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TELEGRAM_BOT_TOKEN")
    monkeypatch.setenv("DISCORD_BOT_TOKEN", "123:hunter2-Token")
    monkeypatch.setenv("DISCORD_API_BASE_URL", "http://127.0.0.1:9/api/v10")
    assert wrong(call).keys() == {"owners' room", "discord"}


def test_settings_that_cannot_be_read_are_its_findings(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PORT", "hunter2")
    monkeypatch.setenv("LOG_FORMAT", "hunter2")
    done = call("doctor", "--json")
    assert [check["name"] for check in json.loads(done.out)["checks"]] == ["settings", "settings"]
    assert done.code == 1 and "hunter2" not in done.out


@pytest.mark.usefixtures("healthy")
def test_a_broken_shop_is_named_with_file_and_line(call: Call, shop: Path) -> None:
    (shop / "shop.toml").write_text("name = \n", encoding="utf-8")
    assert "shop.toml:1:" in wrong(call)["shop"]["what"]


@pytest.mark.usefixtures("healthy")
def test_looking_changes_nothing(call: Call, alone: Path) -> None:
    before = sorted(alone.rglob("*"))
    call("doctor")
    assert sorted(alone.rglob("*")) == before


@pytest.mark.usefixtures("healthy")
def test_a_database_of_another_version_is_wrong(call: Call, alone: Path) -> None:
    assert call("migrate").code == 0
    assert wrong(call) == {}
    database = sqlite3.connect(alone / "concierge.db")
    database.execute("update alembic_version set version_num = 'older'")
    database.commit()
    database.close()
    assert "at migration older" in wrong(call)["database"]["what"]


@pytest.mark.usefixtures("healthy")
def test_a_database_that_cannot_be_reached_is_wrong(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite+aiosqlite:////nowhere/at/all.db")
    assert "/nowhere/at" in wrong(call)["database"]["what"]
    monkeypatch.setenv("DATABASE_URL", "postgresql+asyncpg://shop:hunter2@127.0.0.1:9/x")
    assert "can't be used" in wrong(call)["database"]["what"]


@pytest.mark.usefixtures("healthy")
def test_a_model_that_cannot_be_used_is_said(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("model.onnx", "tokenizer.json"):
        (tmp_path / name).touch()
    monkeypatch.setenv("SEMANTIC_MODEL", str(tmp_path))
    assert wrong(call).keys() == {"matching by meaning"}


@pytest.mark.usefixtures("healthy")
def test_without_an_owners_room_it_ends_with_one(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TELEGRAM_OWNER_CHAT_ID")
    assert wrong(call).keys() == {"owners' room"}


ILLS: list[tuple[Callable[[TelegramSimulator, Chat, Chat], object], str]] = [
    (lambda telegram, room, channel: telegram.revoke_token(), "refuses the bot's token"),
    (lambda telegram, room, channel: telegram.demote_bot(room), "privacy mode"),
    (lambda telegram, room, channel: telegram.change_bot(room, "administrator", frozenset()), "manage topics"),
    (lambda telegram, room, channel: telegram.kick_bot(room), "owners' room"),
    (lambda telegram, room, channel: telegram.demote_bot(channel), "may not post in the story channel"),
    (lambda telegram, room, channel: setattr(telegram.world.webhook, "url", "https://a.test/x"), "another program"),
]


@pytest.mark.parametrize(("ill", "said"), ILLS, ids=[said for _, said in ILLS])
def test_what_telegram_says_is_wrong_is_told(
    call: Call, healthy: TelegramSimulator, room: Chat, channel: Chat, ill: Callable[..., object], said: str
) -> None:
    ill(healthy, room, channel)
    assert wrong(call).keys() == {"telegram"}
    assert said in call("doctor").out


@pytest.mark.usefixtures("healthy")
def test_a_telegram_that_is_not_there_is_wrong(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_API_BASE_URL", "http://127.0.0.1:9")
    assert "can't be reached" in wrong(call)["telegram"]["what"]


async def _leave(url: str) -> None:
    """Messages that did not end as they should, of Ana's."""
    at = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
    database = Database(url)
    async with database.write() as session:
        ana = Customer(platform="telegram", platform_id="7", name="Ana", created_at=at)
        session.add(ana)
        await session.flush()
        talk = Conversation(platform="telegram", bot="1", chat_id="7", customer_id=ana.id, pending_since=at)
        session.add(talk)
        await session.flush()
        for number, state in enumerate(("failed", "pending")):
            row = InboxRow(platform="telegram", bot="1", update_id=str(number), raw={"text": "my secret illness"})
            row.conversation_id, row.state, row.received_at, row.error = talk.id, state, at, "at /bot123:hunter2-Token/"
            session.add(row)
        for number, (kind, state) in enumerate((("post", "uncertain"), ("reply", "dead"), ("relay", "waiting"))):
            call = OutboxRow(key=state, lane=state, place=number, priority=0, kind=kind, op="send", message={})
            call.platform, call.state, call.created_at, call.due_at, call.customer_id = (
                "telegram",
                state,
                at,
                at,
                ana.id,
            )
            session.add(call)
    await database.close()


@pytest.mark.usefixtures("healthy")
def test_each_stuck_message_is_named_with_the_next_step(
    call: Call, alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_BOT_TOKEN", "123:hunter2-Token")
    monkeypatch.setenv("DISCORD_API_BASE_URL", "http://127.0.0.1:9/api/v10")
    assert call("migrate").code == 0
    asyncio.run(_leave(f"sqlite+aiosqlite:///{alone / 'concierge.db'}"))
    assert wrong(call).keys() == {"messages", "discord"}
    told = call("doctor").out
    for words in (
        "message 1 from Ana (telegram:7), of 2026-03-01 08:00 UTC, could not be handled",
        "message 2 from Ana (telegram:7), of 2026-03-01 08:00 UTC, has no outcome yet",
        "post 1 to Ana (telegram:7), of 2026-03-01 08:00 UTC, may have arrived or not",
        "reply 2 to Ana (telegram:7), of 2026-03-01 08:00 UTC, was refused",
        "relay 3 to Ana (telegram:7), of 2026-03-01 08:00 UTC, is still to be sent",
        "Press Resend or Discard",
    ):
        assert words in told
    assert "illness" not in told and "hunter2" not in told


def test_own_stories_that_may_not_be_posted_are_named_as_telegram_says_it_now(
    call: Call, alone: Path, healthy: TelegramSimulator
) -> None:
    assert call("migrate").code == 0
    connection = business.connect(healthy.world, healthy.owner)

    async def planned() -> None:
        database = Database(f"sqlite+aiosqlite:///{alone}/concierge.db")
        here, now = ChatRef("telegram", str(healthy.bot.id), str(healthy.owner.id)), datetime(2026, 3, 1, tzinfo=UTC)
        async with database.write() as session:
            await accounts.connect(
                session, here, str(healthy.owner.id), "Hana", connection.id, posts=True, at=now, now=now
            )
            series, _ = await plans.draft(session, Text("A chick"), (), "42", now)
            series.state, series.to_stories = "planned", True
        await database.close()

    asyncio.run(planned())
    assert wrong(call) == {}
    business.allow(healthy.world, connection, frozenset(), quietly=True)
    assert wrong(call)["own stories"]["what"] == "may not be posted for Hana"
