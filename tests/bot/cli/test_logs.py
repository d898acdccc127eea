"""Logs: on standard error, in the form that was asked for, without secrets."""

from __future__ import annotations

import json
import logging

import pytest
import structlog

from bot.cli.logs import configure_logs


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines on standard error; there are none on standard output."""
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err.splitlines()


@pytest.mark.parametrize("style", ["json", "auto"])
def test_where_nobody_looks_each_line_is_an_object(capsys: pytest.CaptureFixture[str], style: str) -> None:
    configure_logs("json" if style == "json" else "auto")
    structlog.get_logger("bot.worker").info("handled", count=3)
    logging.getLogger("a.library").warning("slow: %s", "disk")
    ours, theirs = (json.loads(line) for line in said(capsys))
    assert (ours["event"], ours["count"], ours["level"], ours["logger"]) == ("handled", 3, "info", "bot.worker")
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("slow: disk", "warning", "a.library")


def test_the_console_form_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("console")
    structlog.get_logger("bot.worker").warning("handled", count=3)
    (line,) = said(capsys)
    assert "handled" in line and "count=3" in line and not line.startswith("{")


@pytest.mark.parametrize("style", ["json", "console"])
def test_no_secret_gets_into_a_line_nor_into_a_traceback(capsys: pytest.CaptureFixture[str], style: str) -> None:
    configure_logs("json" if style == "json" else "console", ["123:hunter2", ""])
    try:
        raise RuntimeError("GET /bot123:hunter2/getMe")
    except RuntimeError:
        structlog.get_logger().exception("failed", url="http://h/bot123:hunter2/getMe")
    logging.getLogger("x").error("bot123:hunter2")
    text = "\n".join(said(capsys))
    assert "hunter2" not in text
    assert "RuntimeError" in text and "/bot***/getMe" in text


def test_libraries_that_write_an_address_for_each_call_are_silenced(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("json")
    logging.getLogger("httpx").info("HTTP Request: POST https://h/bot123:TOKEN/getMe")
    assert said(capsys) == []
