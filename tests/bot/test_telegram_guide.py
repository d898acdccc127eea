"""docs/telegram.md names only what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from bot.adapters.telegram import polling
from bot.cli import app
from bot.commands import COMMANDS
from bot.settings import Settings

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/telegram.md").read_text(encoding="utf-8")
SPOKEN = re.compile(r"“([^”]+)”")


def test_every_setting_that_it_names_exists() -> None:
    names = set(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", GUIDE))
    assert {"TELEGRAM_BOT_TOKEN", "TELEGRAM_OWNER_CHAT_ID", "HTTP_PORT"} <= names
    assert {name for name in names if name.lower() not in Settings.model_fields} == set()


def test_every_command_line_that_it_names_exists() -> None:
    known = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    named = set(re.findall(r"`concierge ([a-z]+)", GUIDE))
    assert {"run", "doctor"} <= named <= known


def test_every_command_of_the_chat_that_it_names_is_built() -> None:
    built = {command.name for command in COMMANDS if command.built}
    ours = set(re.findall(r"`/(waiting|story|stories|close|reopen|teach|help|settings)\b", GUIDE))
    assert ours >= {"waiting", "story", "close", "help"}
    assert ours <= built


@pytest.mark.parametrize("words", SPOKEN.findall(GUIDE))
def test_what_it_quotes_from_the_log_is_what_the_bot_says(words: str) -> None:
    source = Path(polling.__file__).read_text(encoding="utf-8")
    assert words in source


def test_every_file_that_it_names_is_there() -> None:
    assert (ROOT / "bot/examples/egg-farm").is_dir() and (ROOT / ".env.example").is_file()
    assert "bot/examples/egg-farm" in GUIDE and ".env.example" in GUIDE
