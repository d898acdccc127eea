"""The real house on a simulated Telegram: what it serves, what it survives, and what another process may share."""

from __future__ import annotations

import asyncio
import re
import socket
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest

from bot import alone, app, backups
from bot.adapters.telegram import polling
from bot.alone import Taken
from bot.clock import Clock
from bot.database import Database
from bot.database.entries import store
from bot.http import CantListen
from bot.recurrence import second_reader
from bot.running import run
from knowledge.entry import Entry
from tests.bot.shopfront import (
    ANSWER,
    QUESTION,
    Shopfront,
    becomes,
    free_port,
    get,
    open_shop,
    samples,
    shopfront,
    until,
)
from tests.simulators.telegram.simulator import TelegramSimulator

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramSimulator]:
    """Telegram on this machine."""
    telegram = TelegramSimulator()
    await telegram.start()
    yield telegram
    await telegram.stop()


@pytest.fixture
def front(telegram: TelegramSimulator, tmp_path: Path, shop_dir: Path, database_url: str) -> Shopfront:
    """A shop on it, with an empty database."""
    return shopfront(telegram, tmp_path, shop_dir, database_url)


@pytest.fixture
def port() -> int:
    """A free port."""
    return free_port()


async def test_a_first_start_takes_in_the_shop_and_serves_it(front: Shopfront, port: int) -> None:
    async with open_shop(front.settings(http_port=str(port))):
        await front.answers("Ana")
        await becomes(port, "/readyz", (200, "ready"))
        assert await get(port, "/healthz") == (200, "alive")
        front.asks("Ana", "/human")
        await until(lambda: front.room.topic_named("Ana") is not None)
        topic = front.room.topic_named("Ana")
        await until(lambda: bool(topic and front.room.in_thread(topic.thread_id)))
        front.telegram.user_says(front.room, front.telegram.owner, "Hello Ana, Hana here", thread=topic)
        await until(lambda: "Hello Ana, Hana here" in front.heard("Ana"))
        figures = samples((await get(port, "/metrics"))[1])
    assert figures['concierge_messages_received_total{platform="telegram"}'] >= 4
    assert figures['concierge_outcomes_total{outcome="answered"}'] == 1
    assert figures['concierge_outcomes_total{outcome="handed_over"}'] == 1
    assert figures['concierge_outcomes_total{outcome="relayed"}'] == 1
    assert figures['concierge_deliveries_total{kind="reply",platform="telegram",state="sent"}'] == 3
    assert figures["concierge_reply_seconds_count"] == 3
    assert figures["concierge_oldest_unhandled_seconds"] == 0


@SQLITE
async def test_what_reads_dates_is_loaded_before_an_owner_waits_for_it(front: Shopfront) -> None:
    second_reader.load.cache_clear()
    async with open_shop(front.settings()):
        await until(lambda: second_reader.load.cache_info().currsize == 1)


@SQLITE
async def test_updates_come_by_webhook_to_the_path_of_its_address(front: Shopfront, port: int) -> None:
    url = f"http://127.0.0.1:{port}/hooks/telegram"
    hook = {"telegram_webhook_url": url, "telegram_webhook_secret": "only-telegram-knows", "http_port": str(port)}
    async with open_shop(front.settings(**hook)):
        await front.answers("Ana")
        async with aiohttp.ClientSession() as session, session.post(url, json={"update_id": 1}) as forged:
            assert forged.status == 403
    assert front.telegram.server.polls == 0


@SQLITE
async def test_a_refused_token_is_said_and_tried_again(
    front: Shopfront, port: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(polling, "CONFLICT_PAUSE_S", 0.05)
    known = front.telegram.token
    soon = front.telegram.revoke_token()
    front.telegram.server.token = known  # so that it is worthless yet
    async with open_shop(front.settings(telegram_bot_token=soon, http_port=str(port))) as house:
        await becomes(port, "/readyz", (503, "telegram"))
        assert await get(port, "/healthz") == (200, "alive")
        assert not house.done()
        front.telegram.server.token = soon
        await front.answers("Ana")
        await becomes(port, "/readyz", (200, "ready"))
    assert soon not in "".join(capsys.readouterr())


@SQLITE
async def test_a_telegram_that_is_away_at_the_start_is_waited_for(
    front: Shopfront, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "LONGEST_PAUSE_S", 0.05)
    await front.telegram.stop()
    async with open_shop(front.settings(http_port=str(port))):
        await becomes(port, "/readyz", (503, "telegram"))
        await front.telegram.start()
        await front.answers("Ana")


@SQLITE
async def test_new_knowledge_is_noticed_while_it_serves(
    front: Shopfront, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "REFRESH_S", 0.05)
    async with open_shop(front.settings()) as house:
        await front.answers("Ana")
        other = Database(database_url)
        async with other.write() as session:
            await store(session, [Entry("dogs", ("May I bring my dog?",), "On a lead, yes.")], "test", Clock().now())
        await other.close()
        async with asyncio.timeout(20):
            while not any("On a lead" in words for words in front.heard("Ana")):
                before = len(front.heard("Ana"))
                front.asks("Ana", "May I bring my dog?")
                await until(lambda before=before: len(front.heard("Ana")) > before)  # type: ignore[misc]
        assert not house.done()


@SQLITE
async def test_without_an_owners_room_it_serves_and_tickets_wait_for_one(front: Shopfront) -> None:
    async with open_shop(front.settings(telegram_owner_chat_id="")):
        front.asks("Ana", "/human")
        await until(lambda: len(front.heard("Ana")) == 2)
        await front.answers("Ana")
    assert front.room.from_bot == []
    async with open_shop(front.settings()):
        await until(lambda: front.room.topic_named("Ana") is not None)


@SQLITE
async def test_a_group_that_got_another_id_is_found_by_the_one_in_the_settings(front: Shopfront) -> None:
    basic = front.telegram.group("Owners", kind="group", forum=False)
    settings = front.settings(telegram_owner_chat_id=str(basic.id))
    async with open_shop(settings):
        await front.answers("Ana")
        room = front.telegram.migrate_group(basic)
        front.telegram.user_says(room, front.telegram.owner, "/waiting")
        await until(lambda: bool(room.from_bot))
    async with open_shop(settings):
        front.asks("Ana", "/human")
        await until(lambda: any("Ana" in message.text for message in room.from_bot))
        card = next(message for message in room.from_bot if "Ana" in message.text)
        front.telegram.user_says(room, front.telegram.owner, "Here I am", reply_to=card)
        await until(lambda: "Here I am" in front.heard("Ana"))


@SQLITE
async def test_a_second_one_on_the_same_file_is_refused_and_the_first_serves_on(front: Shopfront) -> None:
    async with open_shop(front.settings()):
        await front.answers("Ana")
        with pytest.raises(Taken):
            await run(front.settings())
        await front.answers("Ben")


@SQLITE
async def test_a_port_that_is_taken_ends_the_start_and_leaves_no_lock(front: Shopfront) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        for _ in range(2):
            with pytest.raises(CantListen):
                await run(front.settings(http_port=str(taken.getsockname()[1])))


@SQLITE
async def test_an_old_database_is_kept_before_it_is_migrated(
    front: Shopfront, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "newest", lambda: "a later one")
    async with open_shop(front.settings()):
        await front.answers("Ana")
    (copy,) = tmp_path.glob("concierge.db.*.backup")
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("SELECT count(*) FROM inbox").fetchone() == (0,)


@SQLITE
async def test_a_database_that_changes_under_it_is_not_ready(front: Shopfront, port: int, tmp_path: Path) -> None:
    async with open_shop(front.settings(http_port=str(port))):
        await becomes(port, "/readyz", (200, "ready"))
        with closing(sqlite3.connect(tmp_path / "concierge.db")) as database:
            database.execute("UPDATE alembic_version SET version_num = 'another'")
            database.commit()
            assert await get(port, "/readyz") == (503, "migration")
            database.execute("ALTER TABLE alembic_version RENAME TO gone")
            database.execute("ALTER TABLE conversations RENAME TO gone_too")
            database.commit()
            assert await get(port, "/readyz") == (503, "database")
        status, figures = await get(port, "/metrics")
        assert status == 200
        assert "concierge_outbox_waiting NaN" in figures
        assert await get(port, "/healthz") == (200, "alive")


@SQLITE
async def test_the_clock_begins_where_it_is_told_to(front: Shopfront, tmp_path: Path) -> None:
    async with open_shop(front.settings(concierge_now="2031-05-01T08:00:00+02:00")):
        await front.answers("Ana")
    with closing(sqlite3.connect(tmp_path / "concierge.db")) as database:
        (day,) = database.execute("SELECT min(received_at) FROM inbox").fetchone()
    assert re.match(r"2031-05-01.06:00", day)


@SQLITE
async def test_telegram_lists_the_commands_that_each_side_has(front: Shopfront) -> None:
    async with open_shop(front.settings()):
        await until(lambda: front.telegram.count("setMyCommands") == 2)
    customers, owners = (call.given["commands"] for call in front.telegram.calls if call.method == "setMyCommands")
    described = {command["command"]: command["description"] for command in customers}
    assert described.keys() == {"start", "help", "human", "sofar", "stop", "settings", "mydata", "forgetme"}
    assert described["human"] == "talk to Hana"
    assert {"story", "waiting", "close"} <= {command["command"] for command in owners}


@SQLITE
@pytest.mark.parametrize(("pacing", "in_a_hurry"), [("platform", False), ("off", True)])
async def test_the_platforms_pace_is_kept_unless_it_is_lifted(front: Shopfront, pacing: str, in_a_hurry: bool) -> None:
    count = 3 if pacing == "platform" else 12
    async with open_shop(front.settings(pacing=pacing)):
        for _ in range(count):
            front.asks("Ana", QUESTION)
        await until(lambda: sum(ANSWER in words for words in front.heard("Ana")) == count)
    ana = front.telegram.private(front.person("Ana")).id
    sent = [c.at for c in front.telegram.calls if c.method == "sendMessage" and str(c.given["chat_id"]) == str(ana)]
    # A call counts when it sets out; the first of all may be longer on its way than the last.
    assert (max(sent) - min(sent) < (len(sent) - 1) / 2) is in_a_hurry


@POSTGRESQL
async def test_three_processes_share_the_duties_and_a_fourth_stands_by(
    front: Shopfront, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alone, "GLANCE_S", 0.05)
    settings = front.settings()
    async with open_shop(settings, "receive"), open_shop(settings, "work"):
        async with open_shop(settings, "send"):
            await front.answers("Ana")
            other = asyncio.create_task(run(front.settings(http_port=str(port)), "send"))
            await becomes(port, "/readyz", (200, "ready"))
            await front.answers("Ben")
        await front.answers("Mei")  # the one that stood by sends now
        figures = samples((await get(port, "/metrics"))[1])
        other.cancel()
        await asyncio.gather(other, return_exceptions=True)
    assert figures['concierge_deliveries_total{kind="reply",platform="telegram",state="sent"}'] in (1, 2)
    for name in ("Ana", "Ben", "Mei"):
        assert sum(ANSWER in words for words in front.heard(name)) == 1


@POSTGRESQL
async def test_pictures_go_out_from_a_process_that_only_sends(front: Shopfront) -> None:
    settings = front.settings()
    async with open_shop(settings, "receive"), open_shop(settings, "work"), open_shop(settings, "send"):
        front.asks("Ana", "Do you ship to Germany?")
        await until(lambda: any("every Tuesday" in words for words in front.heard("Ana")))
