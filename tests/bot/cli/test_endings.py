"""Whatever is typed: one sentence, the right exit code, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from bot.cli import asking, later
from bot.cli.databases import database_trouble
from bot.cli.endings import Ending
from tests.bot.cli.conftest import Call

REFUSED = [
    (["--bogus"], "No such option: --bogus"),
    (["frobnicate"], "No such command 'frobnicate'"),
    (["knowledge", "frobnicate"], "No such command 'frobnicate'"),
    (["ask", "--bogus", "x"], "No such option: --bogus"),
    (["ask", "one", "two"], "unexpected extra argument"),
    (["ask", "--shop"], "requires an argument"),
    (["demo", "--port", "eggs"], "--port"),
    (["demo", "--port", "70000"], "--port"),
    (["when"], "Missing argument"),
    (["knowledge", "import"], "Missing argument"),
    (["knowledge", "export"], "Missing argument"),
    (["knowledge", "evaluate"], "Missing argument"),
    (["knowledge", "import", "x", "--map", "Artikel"], "--map Artikel says no column"),
    (["knowledge", "import", "x", "--map", "Artikel=colour"], "--map Artikel=colour says no column"),
    (["knowledge", "import", "x", "--format", "xml"], "--format xml is not known"),
]


@pytest.mark.parametrize(("arguments", "said"), REFUSED, ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_no_command_is_refused_in_one_sentence(call: Call, arguments: list[str], said: str) -> None:
    sentence = call(*arguments).refused()
    assert said in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize(("group", "name"), [(group, name) for group, name, _ in later.COMMANDS])
def test_what_is_not_built_yet_says_so(call: Call, group: str, name: str) -> None:
    command = [part for part in (group, name) if part]
    assert call(*command).refused().startswith(f"`concierge {' '.join(command)}` is not there yet")
    assert "is not there yet" in call(*command, "--no-input", "--days", "7", "telegram:123").refused()


@pytest.mark.parametrize("arguments", [[], ["--help"], ["knowledge"], ["customer"], ["ask", "--help"]], ids=str)
def test_help_is_shown_where_it_is_asked_for_or_nothing_is(call: Call, arguments: list[str]) -> None:
    done = call(*arguments)
    assert (done.code, done.err) == (0, "")
    assert "Usage" in done.out


def broken(*_: object) -> None:
    raise RuntimeError("the token is hunter2")


def test_what_should_not_happen_is_one_sentence_to_report(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "opened", broken)
    done = call("ask", "hello")
    assert (done.code, done.out) == (1, "")
    assert "RuntimeError in bot/cli/asking.py:" in done.err
    assert "please report it" in done.err
    assert "hunter2" not in done.err and "Traceback" not in done.err


def test_debugging_shows_where_it_happened(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "opened", broken)
    monkeypatch.setenv("CONCIERGE_DEBUG", "1")
    with pytest.raises(RuntimeError, match="hunter2"):
        call("ask", "hello")


def test_settings_that_are_wrong_are_all_named_with_their_lines(call: Call, alone: Path) -> None:
    (alone / ".env").write_text("HTTP_PORT=x\nLOG_FORMAT=xml\n", encoding="utf-8")
    sentence = call("when", "daily 09:00").refused()
    assert ".env:1: HTTP_PORT" in sentence and ".env:2: LOG_FORMAT" in sentence


def test_a_database_that_fails_is_told_without_its_address() -> None:
    class Refused(Exception):
        pass

    cause = Refused("<class 'asyncpg.exceptions.X'>: no such user\nand more")
    with (
        pytest.raises(Ending, match=r"The database can't be used \(no such user\): check DATABASE_URL"),
        database_trouble(),
    ):
        raise OperationalError("SELECT 1", {"password": "hunter2"}, cause)


def test_what_is_no_trouble_of_the_database_passes_by() -> None:
    with pytest.raises(KeyError), database_trouble():
        raise KeyError("x")


def test_a_reader_who_leaves_is_no_reason_to_complain(alone: Path) -> None:
    """As `concierge … | head -1` does: the pipe is closed after the first line, with much more to come."""
    environment = {name: value for name, value in os.environ.items() if name.upper() != "LOG_FORMAT"}
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "ask", "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment | {"PYTHONPATH": str(Path(__file__).parents[3])},
    ) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdin.write(b"hello\n")
        process.stdin.flush()
        assert process.stdout.readline().startswith(b'{"text": "hello"')
        process.stdout.close()
        process.stdin.write(b"hello\n" * 3)
        process.stdin.close()
        said = process.stderr.read().decode()
        assert process.wait(timeout=60) == 1
    assert said.splitlines() == ["From the sample shop, because there is no folder shop."]
