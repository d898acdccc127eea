"""`demo`, `run` and `migrate`: what starts, how it ends, what is said where it can't."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.bot.cli.conftest import Call

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


def test_with_both_run_says_what_is_not_there_yet(call: Call, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_DIR", str(shop))
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    assert "adapters are not there yet" in call("run").refused()
    assert "needs PostgreSQL" in call("run", "--role", "send").refused()
    assert "--role cook is not known" in call("run", "--role", "cook").refused()


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
