"""`demo`, `run` and `migrate`: what starts, how it ends, what is said where it can't."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.bot.cli.conftest import Call
from tests.bot.shopfront import Shopfront, becomes, concierge, free_port, get, samples, shopfront
from tests.simulators.telegram.simulator import TelegramSimulator

ROOT = Path(__file__).parents[3]
TALKS = ROOT / "bot/examples/egg-farm/conversations"
TOKEN = "123:a-real-Token"


def script(folder: Path, steps: str) -> Path:
    """A conversation file with `steps`."""
    file = folder / "talk.yaml"
    file.write_text(f"now: 2026-03-10T09:00:00+01:00\nsteps:\n{steps}", encoding="utf-8")
    return file


@pytest.mark.parametrize("name", ["answer.yaml", "handover.yaml", "story.yaml"])
def test_a_conversation_that_holds_is_replayed_to_its_end(call: Call, name: str) -> None:
    done = call("demo", "--script", TALKS / name)
    assert done.code == 0, done


def test_the_first_mismatch_ends_with_one(call: Call, alone: Path) -> None:
    file = script(alone, "  - {customer: Ana, says: 'Do you ship to Germany?'}\n  - {customer: Ana, hears: 'xyzzy'}\n")
    done = call("demo", "--script", file)
    assert done.code == 1
    assert "xyzzy" in done.err and "Traceback" not in done.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"steps:\n  - {customer: Ana, sings: la}\n", "talk.yaml, line 2"),
        (b"steps: [\n", "talk.yaml, line 2"),
        (b"steps:\n  - {customer: Zoe, says: hello}\n", "Zoe"),
        (b"\xff\xfe\x00", "talk.yaml"),
        (b"shop: ./nowhere\nsteps:\n  - {advance: 2h}\n", "nowhere"),
    ],
)
def test_a_script_that_cannot_be_read_is_named_with_its_line(
    call: Call, alone: Path, content: bytes, said: str
) -> None:
    (alone / "talk.yaml").write_bytes(content)
    done = call("demo", "--script", alone / "talk.yaml")
    assert done.code == 2, done
    assert said in done.err and "Traceback" not in done.err


def test_a_script_that_is_not_there_is_said(call: Call, alone: Path) -> None:
    assert "nowhere.yaml" in call("demo", "--script", alone / "nowhere.yaml").refused()


def test_the_demo_needs_no_settings_and_minds_none(call: Call, alone: Path) -> None:
    (alone / ".env").write_text("HTTP_PORT=x\nDATABASE_URL=mysql://x\n", encoding="utf-8")
    file = script(alone, "  - {customer: Ana, says: 'Do you ship to Germany?'}\n  - {customer: Ana, hears: Germany}\n")
    before = sorted(alone.iterdir())
    assert call("demo", "--script", file).code == 0
    assert sorted(alone.iterdir()) == before


def test_a_port_that_is_taken_is_one_sentence(call: Call) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert call("demo", "--port", str(port)).refused().startswith(f"Port {port} is taken")


@contextmanager
def serving(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A playground in a process of its own, and its address."""
    environment = {name: value for name, value in os.environ.items() if name != "CONCIERGE_NOW"}
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "demo", "--port", "0"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment | {"PYTHONPATH": str(ROOT)},
    ) as process:
        try:
            assert process.stdout
            found = re.search(rb"http://127\.0\.0\.1:\d+", process.stdout.readline())
            assert found, process.communicate(timeout=30)
            yield process, found[0].decode()
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_demo_within_ten_seconds_without_a_word(alone: Path, number: signal.Signals) -> None:
    with serving(alone) as (process, address):
        with urlopen(address, timeout=10) as page:
            assert page.status == 200
        process.send_signal(number)
        _, said = process.communicate(timeout=10)
        assert (process.returncode, said.decode()) == (0, "")


def test_without_a_platform_and_a_shop_run_says_what_to_set(call: Call) -> None:
    sentences = call("run").refused().splitlines()
    assert "TELEGRAM_BOT_TOKEN" in sentences[0] and "SHOP_DIR" in sentences[1]


def test_what_is_missing_for_a_role_or_a_platform_is_said(
    call: Call, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_DIR", str(shop))
    monkeypatch.setenv("DISCORD_BOT_TOKEN", TOKEN)
    assert "needs PostgreSQL" in call("run", "--role", "send").refused()
    assert "--role cook is not known" in call("run", "--role", "cook").refused()


def test_every_problem_of_the_settings_is_said_at_once(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PORT", "nine")
    monkeypatch.setenv("PACING", "slow")
    assert len(call("run").refused().splitlines()) == 2


@pytest.mark.parametrize("wrong", ["no shop.toml", "a broken shop.toml", "no folder for the database", "no server"])
def test_a_start_that_can_not_be_is_one_sentence(
    call: Call, shop: Path, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    monkeypatch.setenv("SHOP_DIR", str(shop))
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("TELEGRAM_API_BASE_URL", "http://127.0.0.1:9")
    if wrong == "no shop.toml":
        (shop / "shop.toml").unlink()
    elif wrong == "a broken shop.toml":
        (shop / "shop.toml").write_text("name = ", encoding="utf-8")
    else:
        server = "postgresql+asyncpg://shop:hunter2@127.0.0.1:9/x" if wrong == "no server" else ""
        monkeypatch.setenv("DATABASE_URL", server or "sqlite+aiosqlite:////nowhere/at/all.db")
    sentence = call("run").refused()
    assert len(sentence.splitlines()) == 1 and "hunter2" not in sentence and TOKEN not in sentence


@pytest.fixture
async def front(alone: Path, shop_dir: Path) -> AsyncIterator[Shopfront]:
    """A shop on a simulated Telegram."""
    simulator = TelegramSimulator()
    await simulator.start()
    yield shopfront(simulator, alone, shop_dir, "sqlite+aiosqlite:///concierge.db")
    await simulator.stop()


async def ended(process: asyncio.subprocess.Process, *, within_s: float = 10) -> str:
    """What a process has said, once it has ended by itself; a signal ends it within ten seconds."""
    async with asyncio.timeout(within_s):
        said, _ = await process.communicate()
    return said.decode()


async def test_a_real_process_answers_dies_comes_back_and_ends_when_it_is_told(front: Shopfront, alone: Path) -> None:
    port = free_port()
    environment = front.environment | {"HTTP_PORT": str(port)}
    async with concierge("run", folder=alone, environment=environment) as bot:
        await front.answers("Ana")
        async with concierge("run", folder=alone, environment=environment) as second:
            said = await ended(second, within_s=40)  # it has to start first
            assert (second.returncode, said) == (
                2,
                "Another `concierge run` serves concierge.db already: stop that one first.\n",
            )
        bot.kill()
        first_words = await ended(bot)
    hook = {"TELEGRAM_WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram", "TELEGRAM_WEBHOOK_SECRET": "swordfish"}
    async with concierge("run", folder=alone, environment=environment | hook) as bot:
        await front.answers("Ben")
        await becomes(port, "/readyz", (200, "ready"))
        figures = (await get(port, "/metrics"))[1]
        bot.send_signal(signal.SIGTERM)
        said = await ended(bot)
        assert bot.returncode == 0, said
    assert samples(figures)['concierge_outcomes_total{outcome="answered"}'] == 1
    assert "The concierge serves" in said
    for words in (first_words, said, figures):
        assert front.telegram.token not in words and "swordfish" not in words and "Traceback" not in words


async def test_a_revoked_token_does_not_end_the_process_and_is_in_no_log(front: Shopfront, alone: Path) -> None:
    port, token = free_port(), front.telegram.token
    front.telegram.revoke_token()
    async with concierge("run", folder=alone, environment=front.environment | {"HTTP_PORT": str(port)}) as bot:
        await becomes(port, "/readyz", (503, "telegram"))
        bot.send_signal(signal.SIGINT)
        said = await ended(bot)
        assert bot.returncode == 0, said
    assert token not in said and "Traceback" not in said


def test_migrating_makes_the_tables_and_twice_is_once(call: Call, alone: Path) -> None:
    for _ in range(2):
        assert call("migrate").code == 0
    with sqlite3.connect(alone / "concierge.db") as database:
        names = {row[0] for row in database.execute("select name from sqlite_master where type = 'table'")}
    database.close()
    assert {"alembic_version", "inbox", "outbox", "conversations"} <= names


def test_a_server_that_cannot_be_reached_is_one_sentence(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("DATABASE_URL", f"postgresql+asyncpg://shop:hunter2@127.0.0.1:{port}/x")
    sentence = call("migrate").refused()
    assert sentence.startswith("The database can't be used") and "hunter2" not in sentence


@pytest.mark.parametrize(
    ("place", "said"),
    [("/nowhere/at/all.db", "no folder /nowhere/at"), ("{here}", "is a folder")],
    ids=["gone", "folder"],
)
def test_a_place_where_no_database_can_be_is_one_sentence(
    call: Call, alone: Path, monkeypatch: pytest.MonkeyPatch, place: str, said: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{place.format(here=alone)}")
    for command in (("migrate",), ("knowledge", "export", "out"), ("knowledge", "import", alone)):
        assert said in call(*command).refused()


def test_a_file_that_is_no_database_is_one_sentence_and_left_alone(call: Call, alone: Path) -> None:
    (alone / "concierge.db").write_bytes(b"eggs " * 1000)
    assert call("migrate").refused().startswith("The database can't be used")
    assert (alone / "concierge.db").read_bytes() == b"eggs " * 1000
