"""Progress: nothing where it is short, plain lines where nobody looks, a bar on a terminal."""

from __future__ import annotations

import io
import sys

import pytest

from bot.cli.progress import Progress


def test_short_work_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("rows") as progress:
        for done in range(1, 1000):
            progress(done)
    assert capsys.readouterr() == ("", "")


def test_long_work_shows_a_plain_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("rows") as progress:
        for done in range(1, 25_001):
            progress(done)
    assert capsys.readouterr() == ("", "1,000 rows so far\n10,000 rows so far\n20,000 rows so far\n")


def test_steps_of_any_size_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("rows") as progress:
        for done in range(700, 12_000, 700):
            progress(done)
    assert capsys.readouterr().err == "1,400 rows so far\n10,500 rows so far\n"


class Terminal(io.StringIO):
    """Somebody looks."""

    def isatty(self) -> bool:
        return True


def test_on_a_terminal_it_is_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with Progress("rows") as progress:
        progress(999)
        assert terminal.getvalue() == ""
        progress(1500)
    assert "1,500 rows" in terminal.getvalue()
    assert "so far" not in terminal.getvalue()


def test_one_bar_ends_before_the_next_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with Progress("rows read") as read, Progress("rows stored") as stored:
        read(1500)
        read.stop()
        stored(1500)
        assert terminal.getvalue().index("rows read") < terminal.getvalue().index("rows stored")
